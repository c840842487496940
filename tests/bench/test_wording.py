from __future__ import annotations

from comparison.wording import with_remarks


def test_remarks_follow_the_note() -> None:
    assert with_remarks("", [("A", ""), ("B", "fails")]) == "B: fails."
    assert with_remarks("All.", []) == "All."
