"""The exceptions of chainrule, as one tree.

    ChainruleError
    ├── InputError (ValueError)            a value given by the user does not fit        exit 2
    │   ├── ShapeError                     an array has the wrong shape
    │   └── UnknownNameError               no such cost, activation, dataset, field …
    ├── DataError (ValueError)             a file does not hold what its format promises  exit 2
    │   └── IntegrityError                 a digest does not match
    ├── FileError (OSError)                a file or folder cannot be read or written     exit 2
    │   ├── RunFolderError                 a run folder is in use, foreign or incomplete
    │   └── DownloadError                  no mirror delivered the file
    ├── MissingLibraryError (ImportError)  an optional library is not installed           exit 2
    └── DivergenceError (ArithmeticError)  NaN or infinity appeared in training           exit 1

    KeyboardInterrupt
    └── TrainingInterrupted                the user stopped the training                exit 130

Every message has one form, in one line:

    <where>: expected <constraint>, got <value>. <why>. <what to do>.

The parts are attributes of the exception, so that a program need not parse the text.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from chainrule.foreign_names import translate_name
from chainrule.visible_text import cut_text, make_visible

__all__ = [
    "ChainruleError",
    "DataError",
    "DivergenceError",
    "DownloadError",
    "FileError",
    "InputError",
    "IntegrityError",
    "MissingLibraryError",
    "RunFolderError",
    "ShapeError",
    "TrainingInterrupted",
    "UnknownNameError",
    "describe",
    "unknown_name",
]

_LONGEST_VALUE = 80


class ChainruleError(Exception):
    """The base class of all errors that chainrule raises.

    Args:
        where: the function, file or option that raises the error, such as ``Network.predict``.
        expected: the constraint in words; empty if there is none to state.
        got: what was found instead, in words; `describe` makes it from a value.
        why: one sentence without a full stop that gives the reason.
        remedy: one sentence without a full stop that says what to do.
        argument: the name of the offending argument, for programs.
        value: the offending value itself, for programs.
    """

    def __init__(
        self,
        where: str,
        *,
        expected: str = "",
        got: str = "",
        why: str = "",
        remedy: str = "",
        argument: str = "",
        value: Any = None,
    ) -> None:
        self.where = where
        self.expected = expected
        self.got = got
        self.why = why
        self.remedy = remedy
        self.argument = argument
        self.value = value
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        parts = []
        if self.expected:
            parts.append(f"expected {self.expected}" + (f", got {self.got}" if self.got else ""))
        elif self.got:
            parts.append(f"got {self.got}")
        parts += [part for part in (self.why, self.remedy) if part]
        text = f"{self.where}: " + " ".join(_ended(part) for part in parts)
        return make_visible(" ".join(text.split()))

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments would be lost on the way back from a worker process.
        return (_rebuild, (type(self), dict(self.__dict__)))


def _rebuild(kind: type[ChainruleError], state: dict[str, Any]) -> ChainruleError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (error._sentence(),)
    return error


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else sentence + "."


class InputError(ChainruleError, ValueError):
    """A value given by the user does not fit."""


class ShapeError(InputError):
    """An array has the wrong shape."""


class UnknownNameError(InputError):
    """A name is not in the list of those that exist."""


class DataError(ChainruleError, ValueError):
    """A file does not hold what its format promises."""


class IntegrityError(DataError):
    """The digest of a file, or of something in it, does not match."""


class FileError(ChainruleError, OSError):
    """A file or folder cannot be read or written.

    Attributes:
        run: the Run that a training could not write at its end; otherwise None.
    """

    run: Any = None


class RunFolderError(FileError):
    """A run folder is in use, was written by another version, or is incomplete."""


class DownloadError(FileError):
    """No mirror delivered the requested file."""


class MissingLibraryError(ChainruleError, ImportError):
    """An optional library that the call needs is not installed."""


class DivergenceError(ChainruleError, ArithmeticError):
    """NaN or infinity appeared in training; the parameters before it are kept.

    Attributes:
        run: the Run up to the last finite update, with the best weights restored;
            None if the error did not come from `train`.
        position: the Position before the step that was not taken.
    """

    run: Any = None
    position: Any = None


class TrainingInterrupted(KeyboardInterrupt):
    """The user stopped the training; the parameters learned so far are kept.

    It is neither a ChainruleError nor an Exception, so that a script stops as for any Ctrl-C.

    Args:
        run: the Run up to the interruption, with the best weights restored.
    """

    def __init__(self, run: Any = None) -> None:
        self.run = run
        super().__init__(
            "train: interrupted; the error's attribute 'run' holds the run up to this point."
        )


def describe(value: Any) -> str:
    """Describe a value in a few words: its text and type, or the shape and type of an array.

    >>> describe(3.0)
    '3.0 (float)'
    """
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and shape and dtype is not None:
        return f"an array of shape {shape} ({dtype})"
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python prints no whole number of more than 4300 digits
        text = "a value too long to print"
    return f"{cut_text(text, _LONGEST_VALUE)} ({type(value).__name__})"


_MOST_NAMES, _NEAREST = 30, 6


def unknown_name(
    where: str, kind: str, name: object, valid: Iterable[str], *, argument: str = ""
) -> UnknownNameError:
    """Return the error for an unknown name, with the name of the same thing here, or the nearest.

    Args:
        where: the function, file or option that raises the error.
        kind: what the name stands for, with its article: "a cost".
        name: the value that was given.
        valid: the names that exist.
        argument: the name of the offending argument.

    >>> print(unknown_name("Recipe", "a cost", "hubr", ["huber", "l1"]))
    Recipe: expected a cost, got 'hubr' (str). Did you mean 'huber'? Valid names: huber, l1.
    """
    names, wanted = sorted(valid), str(name).lower()
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    nearest = f"Did you mean {close[0]!r}?" if close else "This name is unknown"
    return UnknownNameError(
        where,
        expected=kind,
        got=describe(name),
        why=(isinstance(name, str) and translate_name(name, names)) or nearest,
        remedy=_names(names, wanted),
        argument=argument,
        value=name,
    )


def _names(names: list[str], wanted: str) -> str:
    """Returns the valid names in words, or only the nearest if there are too many for one line."""
    nearest = difflib.get_close_matches(wanted, names, n=_NEAREST, cutoff=0.4)
    if len(names) <= _MOST_NAMES or not nearest:
        return "Valid names: " + ", ".join(names)
    return f"The nearest of the {len(names)} valid names: {', '.join(nearest)}"
