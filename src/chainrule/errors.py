"""Everything that can go wrong, as one tree.

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
    └── TrainingInterrupted                a person stopped the training                exit 130

Every message has one form, in one line:

    <where>: expected <constraint>, got <value>. <why>. <what to do>.

The parts hang on the exception, so that a program need not read the text.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

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
    """The root of the tree; catch it to catch all errors that chainrule raises by itself.

    Args:
        where: the function, file or option that refuses, such as ``Network.predict``.
        expected: the constraint in words; empty where there was no expectation to state.
        got: what was there instead, in words; `describe` makes it from a value.
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
        return " ".join(text.split())

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
        run: the Run that a training could not write at its end; None elsewhere.
    """

    run: Any = None


class RunFolderError(FileError):
    """A run folder is in use by another training, of another version, or incomplete."""


class DownloadError(FileError):
    """No mirror delivered the file that was asked for."""


class MissingLibraryError(ChainruleError, ImportError):
    """An optional library that the call needs is not installed."""


class DivergenceError(ChainruleError, ArithmeticError):
    """NaN or infinity appeared in training; the parameters before it are kept.

    Attributes:
        run: the Run up to the last finite update, with the best weights restored;
            None where the error did not come from `train`.
        position: the Position before the step that was not taken.
    """

    run: Any = None
    position: Any = None


class TrainingInterrupted(KeyboardInterrupt):
    """A person stopped the training; what was learned is kept.

    It is no ChainruleError, nor any Exception: a script stops as it does at every Ctrl-C.

    Args:
        run: the Run up to the interruption, with the best weights restored.
    """

    def __init__(self, run: Any = None) -> None:
        self.run = run
        super().__init__(
            "train: interrupted; the run up to here is in the error's attribute 'run'."
        )


def describe(value: Any) -> str:
    """A value in a few words: its text and type, or an array's shape and type.

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
    if len(text) > _LONGEST_VALUE:
        text = text[: _LONGEST_VALUE - 1] + "…"
    return f"{text} ({type(value).__name__})"


_MOST_NAMES, _NEAREST = 30, 6


def unknown_name(
    where: str, kind: str, name: object, valid: Iterable[str], *, argument: str = ""
) -> UnknownNameError:
    """The error for a name that does not exist, with the nearest one suggested.

    Args:
        where: who refuses.
        kind: what the name should name, with its article: "a cost".
        name: what was given.
        valid: the names that exist.
        argument: the offending argument's name.

    >>> print(unknown_name("Recipe", "a cost", "hubr", ["huber", "l1"]))
    Recipe: expected a cost, got 'hubr' (str). Did you mean 'huber'? The names are: huber, l1.
    """
    names, wanted = sorted(valid), str(name).lower()
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    return UnknownNameError(
        where,
        expected=kind,
        got=describe(name),
        why=f"Did you mean {close[0]!r}?" if close else "There is none of that name",
        remedy=_names(names, wanted),
        argument=argument,
        value=name,
    )


def _names(names: list[str], wanted: str) -> str:
    """The names that exist; of very many the nearest, for the error is one line."""
    nearest = difflib.get_close_matches(wanted, names, n=_NEAREST, cutoff=0.4)
    if len(names) <= _MOST_NAMES or not nearest:
        return "The names are: " + ", ".join(names)
    return f"The nearest of the {len(names)} names: {', '.join(nearest)}"
