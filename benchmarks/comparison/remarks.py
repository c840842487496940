"""Remarks on single rows of a table."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["add_remarks"]


def add_remarks(note: str, remarks: Iterable[tuple[str, str]]) -> str:
    """Returns a table's note, followed by remarks on single rows.

    Args:
        note: of the whole table; may be empty.
        remarks: the title of each row, and a remark; empty for none.

    >>> add_remarks("In seconds.", [("A", "is not installed"), ("B", "")])
    'In seconds. A: is not installed.'
    """
    texts = [f"{title}: {remark}." for title, remark in remarks if remark]
    return " ".join(filter(None, (note, *texts)))
