from __future__ import annotations

import chainrule
from comparison.many import ManyResult, many_tables, measure_many


def test_many_trainings_are_timed_beside_one(bench_of) -> None:
    result = measure_many(bench_of("chainrule", examples=20))
    if "train_many" not in chainrule.__all__:
        assert result.note == "this version of chainrule cannot train many at once"
        return
    assert result.note == ""
    assert len(result.alone) == len(result.together) == 2
    assert result.ratio > 0


def test_the_table() -> None:
    found = ManyResult(16, (2.0, 1.0, 3.0), (8.0, 16.0, 12.0))
    assert found.ratio == 12 / 16 / 2
    (table,) = many_tables(found)
    assert table.lines() == [
        "Many trainings at once: 784-32-16-10/10, one epoch each",
        "  one training alone  2.000 s",
        "  16 at once          12.000 s",
        "  each of them        0.750 s",
        "  ratio               0.38",
    ]
    (missing,) = many_tables(ManyResult(16, note="gone"))
    assert missing.rows == (("chainrule", "gone"),)
