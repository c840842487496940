"""What tables say of rows that are not like the others."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["with_remarks"]


def with_remarks(note: str, remarks: Iterable[tuple[str, str]]) -> str:
    """A table's note, followed by what is to say of single rows.

    Args:
        note: of the whole table; may be empty.
        remarks: the title of each row, and what to say of it; empty for nothing.

    >>> with_remarks("In seconds.", [("A", "is not installed"), ("B", "")])
    'In seconds. A: is not installed.'
    """
    said = [f"{title}: {remark}." for title, remark in remarks if remark]
    return " ".join(filter(None, (note, *said)))
