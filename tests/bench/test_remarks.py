from __future__ import annotations

from comparison.remarks import add_remarks


def test_remarks_follow_the_note() -> None:
    assert add_remarks("", [("A", ""), ("B", "fails")]) == "B: fails."
    assert add_remarks("All.", []) == "All."
