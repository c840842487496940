"""Values of a worked file, checked one by one; an error names the file, the line and the key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError, ShapeError, describe, unknown_name
from chainrule.ledger.files.toml_positions import Key, TomlSource
from chainrule.limits import Limit

__all__ = ["Fields"]

Array: TypeAlias = NDArray[np.float64]


_LARGEST = 1e300


@dataclass(frozen=True, eq=False)
class Fields:
    """A table of a worked file.

    Args:
        source: the file.
        key: of the table, such as ("network",) or ("examples", 0).
        values: what it holds.
    """

    source: TomlSource
    key: Key
    values: Mapping[str, Any]

    @classmethod
    def at(cls, source: TomlSource, key: Key, values: Any, names: Collection[str]) -> Fields:
        """A table whose keys are all among the names.

        Raises: InputError if it is not a table, UnknownNameError for another key.
        """
        if not isinstance(values, dict):
            raise InputError(
                source.where(*key),
                expected=f"a table [{'.'.join(map(str, key))}]",
                got=describe(values),
                argument=str(key[0]) if key else "",
                value=values,
            )
        for name in values:
            if name not in names:
                where = source.where(*key, name)
                raise unknown_name(where, f"a key of {_named(key)}", name, names, argument=name)
        return cls(source, key, values)

    def where(self, name: str, *index: int) -> str:
        """The place of a value for error texts."""
        return self.source.where(*self.key, name, *index)

    def has(self, name: str) -> bool:
        """Whether the table has the key."""
        return name in self.values

    def given(self, name: str, example: str) -> Any:
        """The value of a key that must be there.

        Raises: InputError, which shows an example of it.
        """
        if name not in self.values:
            raise InputError(
                self.source.where(*self.key),
                expected=f"the key {name} in {_named(self.key)}",
                got="none",
                remedy=f"Write {name} = {example}",
                argument=name,
            )
        return self.values[name]

    def text(self, name: str, example: str, most: int = 200) -> str:
        """A text of one line, not empty.

        Raises: InputError.
        """
        value = self.given(name, example)
        is_line = isinstance(value, str) and value.strip() and value.isprintable()
        if not is_line or len(value) > most:
            expected = f"{name} to be a line of text, at most {most} characters"
            remedy = f"Write {name} = {example}" if not isinstance(value, str) else ""
            raise self.refusal(name, expected, value, remedy=remedy)
        return str(value)

    def limited(self, name: str, limit: Limit) -> Any:
        """A value within a limit.

        Raises: InputError, UnknownNameError.
        """
        return limit.check(self.where(name), name, self.values[name])

    def array(self, name: str, shape: tuple[int, ...], why: str = "") -> Array:
        """Numbers in nested brackets.

        Args:
            name: the key.
            shape: how many there must be at each depth.
            why: of the shape, for the error text.

        Raises: ShapeError, InputError.
        """
        return self.nested(name, (), self.values[name], shape, why=why)

    def nested(
        self, name: str, index: Key, value: Any, shape: tuple[int, ...], *, why: str = ""
    ) -> Array:
        """Numbers in a part of a value.

        Args:
            name: the key.
            index: of the part within the key's value.
            value: the part.
            shape: how many numbers there must be at each depth.
            why: of the shape, for the error text.

        Raises: ShapeError, InputError.
        """
        label = name + "".join(f"[{at}]" for at in index)
        where = self.source.where(*self.key, name, *index)
        if not shape:
            return np.asarray(_number(where, label, value))
        if not isinstance(value, list) or len(value) != shape[0]:
            got = f"{len(value)}" if isinstance(value, list) else describe(value)
            raise ShapeError(
                where,
                expected=f"{label} to be {_count(shape)} in brackets",
                got=got,
                why=why,
                argument=name,
                value=value,
            )
        rows = [
            self.nested(name, (*index, at), part, shape[1:], why=why)
            for at, part in enumerate(value)
        ]
        return np.array(rows, dtype=np.float64)

    def layers(self, name: str, shapes: Sequence[tuple[int, ...]], why: str) -> list[Array]:
        """An array of numbers for each layer.

        Args:
            name: the key.
            shapes: of each layer's array.
            why: of the shapes, for the error text.

        Raises: ShapeError, InputError.
        """
        value = self.values[name]
        if not isinstance(value, list) or len(value) != len(shapes):
            expected = f"{name} to have {len(shapes)} parts, one per layer after the inputs"
            got = f"{len(value)}" if isinstance(value, list) else describe(value)
            raise ShapeError(self.where(name), expected=expected, got=got, why=why, argument=name)
        return [
            self.nested(name, (at,), part, shape, why=why)
            for at, (part, shape) in enumerate(zip(value, shapes, strict=True))
        ]

    def refusal(
        self, name: str, expected: str, value: Any, *, why: str = "", remedy: str = ""
    ) -> InputError:
        """The error for a value that does not fit."""
        return InputError(
            self.where(name),
            expected=expected,
            got=describe(value),
            why=why,
            remedy=remedy,
            argument=name,
            value=value,
        )


def _number(where: str, label: str, value: Any) -> float:
    """A finite number as it is; quotes around it, true and false are refused."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and abs(value) <= _LARGEST:
        return float(value)
    raise InputError(
        where,
        expected=f"{label} to be a number" + (" of at most 1e300" if is_number else ""),
        got=describe(value),
        remedy="Write it without quotes" if isinstance(value, str) else "",
        argument=label.partition("[")[0],
        value=value,
    )


def _named(key: Key) -> str:
    """A table as the file has it."""
    if not key:
        return "the file"
    double = isinstance(key[-1], int)
    name = ".".join(str(part) for part in key if isinstance(part, str))
    return f"[[{name}]]" if double else f"[{name}]"


def _count(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]} number{'s' * (shape[0] != 1)}"
    return f"{shape[0]} row{'s' * (shape[0] != 1)}"
