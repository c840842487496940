"""Records from plain values, such as JSON gives: whatever does not fit is refused by its name.

A file may have been written by anyone. A record that was read from one has the types that its
fields declare and no others, so that what is computed from it need not ask again.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from chainrule.errors import DataError, describe

__all__ = ["read_record", "read_value", "require_choice", "require_finite", "require_names"]

T = TypeVar("T")

_WORDS: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
}
_GREATEST = 2**63


def read_record(kind: type[T], values: Any, path: str = "") -> T:
    """Return the record of a dataclass that plain values describe.

    Args:
        kind: the dataclass; its fields are of int, float, bool, str, other dataclasses, and
            tuples, mappings or options (X | None) of these. A field of another type is taken as
            it is.
        values: a mapping of names to values; fields with a default may be left out.
        path: where the values stand in their file, such as "preprocessing.schema".

    Raises: DataError, which names the entry that does not fit.

    Example:
        >>> from chainrule.engine import EpochSums
        >>> read_record(EpochSums, {"examples": 3}).examples
        3
    """
    fields: dict[str, _Field] = _fields(kind)  # type: ignore[arg-type]
    require_names(values, fields, path or kind.__name__.lstrip("_"))
    for name, field in fields.items():
        if name not in values and not field.optional:
            raise DataError(
                _below(path, name), expected=_WORDS.get(field.hint, "an entry"), got="none"
            )
    given = {
        name: read_value(fields[name].hint, one, _below(path, name)) for name, one in values.items()
    }
    return kind(**given)


def require_names(values: Any, names: Any, path: str) -> None:
    """Refuse values that are no mapping, or that have an entry of another name.

    Args:
        values: what a file holds.
        names: the names that entries may have.
        path: where the values stand.

    Raises: DataError.
    """
    if not isinstance(values, Mapping):
        raise DataError(path, expected="names with values", got=describe(values))
    strange = [name for name in values if name not in names]
    if strange:
        raise DataError(
            path,
            expected=f"no other entries than {', '.join(names)}",
            got=repr(strange[0]),
            why="It was added, or the file was written by a newer chainrule",
        )


def read_value(hint: Any, value: Any, path: str) -> Any:
    """Return a plain value as a type has it.

    A whole number passes for a float as it is, so that what is written again has the same digits.

    Args:
        hint: the type, as for the fields of `read_record`.
        value: a plain value.
        path: where it stands.

    Raises: DataError.
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _read_option(hint, value, path)
    if origin is tuple:
        return _read_tuple(get_args(hint), value, path)
    if origin is not None and issubclass(origin, Mapping):
        require_names(value, value if isinstance(value, Mapping) else (), path)
        kind = get_args(hint)[1]
        return {name: read_value(kind, one, _below(path, name)) for name, one in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_record(hint, value, path)
    if hint in _WORDS and not _is_plain(hint, value):
        raise DataError(path, expected=_WORDS[hint], got=describe(value))
    return value


def require_finite(values: Any, path: str) -> None:
    """Refuse plain values that hold a number which is infinite or none.

    Args:
        values: numbers, texts, and lists and mappings of them.
        path: where they stand.

    Raises: DataError.
    """
    children: Any = ()
    if isinstance(values, Mapping):
        children = ((_below(path, name), one) for name, one in values.items())
    elif isinstance(values, (list, tuple)):
        children = ((f"{path}[{place}]", one) for place, one in enumerate(values))
    for below, one in children:
        require_finite(one, below)
    if isinstance(values, float) and not math.isfinite(values):
        raise DataError(path, expected="a finite number", got=describe(values))


def _read_option(hint: Any, value: Any, path: str) -> Any:
    (kind,) = (one for one in get_args(hint) if one is not types.NoneType)
    return None if value is None else read_value(kind, value, path)


def _read_tuple(kinds: tuple[Any, ...], value: Any, path: str) -> tuple[Any, ...]:
    """A list as a tuple: of any length if its type is tuple[X, ...], else of the type's own."""
    if not isinstance(value, (list, tuple)):
        raise DataError(path, expected="a list", got=describe(value))
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    if len(kinds) != len(value):
        raise DataError(path, expected=f"{len(kinds)} values", got=str(len(value)))
    pairs = enumerate(zip(kinds, value, strict=True))
    return tuple(read_value(kind, one, f"{path}[{place}]") for place, (kind, one) in pairs)


def _is_plain(kind: type, value: Any) -> bool:
    if kind in (bool, str):
        return isinstance(value, kind)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if isinstance(value, int):
        return abs(value) < _GREATEST
    return kind is float


@dataclasses.dataclass(frozen=True)
class _Field:
    """A field of a record: its type, and whether it has a default."""

    hint: Any
    optional: bool


@cache
def _fields(kind: type) -> dict[str, _Field]:
    """The fields of a dataclass by name."""
    hints = get_type_hints(kind)
    found = (one for one in dataclasses.fields(kind) if one.init)
    none = dataclasses.MISSING
    return {
        one.name: _Field(hints[one.name], not (one.default is none and one.default_factory is none))
        for one in found
    }


def _below(path: str, name: Any) -> str:
    return f"{path}.{name}" if path else str(name)


def require_choice(path: str, given: str, choices: tuple[str, ...]) -> None:
    """Refuse a text that is not one of those that there are.

    Args:
        path: of the value in its file, for error texts.
        given: the text.
        choices: those that there are.

    Raises: DataError.
    """
    if given not in choices:
        named = ", ".join(map(repr, choices))
        raise DataError(path, expected=f"one of {named}", got=repr(given))
