"""The columns of a table: their names, and the choice of the target."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.errors import DataError, InputError, describe, unknown_name

__all__ = ["column_label", "target_column"]


def target_column(target: str | int, names: Sequence[str], where: str) -> int:
    """The number of the target's column, from 0.

    Args:
        target: a column's name or number (negative from the end), "first" or "last"; a name
            that exists comes first.
        names: a name a column; empty texts where the table has no header.
        where: the file, for error texts.

    Raises: DataError for a table of one column, InputError, UnknownNameError.

    Example:
        >>> target_column("kind", ["length", "kind", "width"], "flowers.csv")
        1
    """
    if len(names) < 2:
        raise DataError(
            where,
            expected="at least two columns, one of them the target",
            got=str(len(names)),
            remedy="Give the delimiter if it is not a comma, semicolon or tab",
        )
    if isinstance(target, str):
        if target in names:
            return list(names).index(target)
        target = _position(target, names, where)
    if not -len(names) <= target < len(names):
        raise InputError(
            where,
            expected=f"a target column from 0 to {len(names) - 1}",
            got=describe(target),
            argument="target",
            value=target,
        )
    return target % len(names)


def _position(target: str, names: Sequence[str], where: str) -> int:
    ends = {"first": 0, "last": -1}
    if target in ends:
        return ends[target]
    try:
        return int(target)
    except ValueError:
        valid = [*filter(None, names), *ends]
        raise unknown_name(where, "a column", target, valid, argument="target") from None


def column_label(names: Sequence[str], column: int) -> str:
    """What to call a column in an error text: its number from 0, and its name if it has one.

    Example:
        >>> column_label(["length", "width"], 1)
        "column 1 ('width')"
    """
    return f"column {column}" + (f" ({names[column][:60]!r})" if names[column] else "")
