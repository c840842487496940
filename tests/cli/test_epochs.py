from __future__ import annotations

import pytest

from chainrule.cli.progress import EpochTable, cost_text, duration_text
from chainrule.engine.history import EpochRecord
from chainrule.recipe import Recipe

RECORD = EpochRecord(
    2, 0.5, 0.25, 0.75, 0.0125, 1.0, "", {}, 0.9, validation_cost=0.6, validation_accuracy=0.875
)
NUMBERS = EpochRecord(2, 0.5, 0.0, 0.5, 0.1, 1.0, "", {}, validation_cost=0.6)


def test_every_column() -> None:
    table = EpochTable(Recipe(epochs=10, l1=0.1, schedule="cosine"), True, True)
    names = ["epoch", "cost", "penalty", "accuracy", "validation", "rate", "time"]
    assert table.header().split() == names
    values = ["2/10", "0.50000", "0.25000", "90.00", "%", "87.50", "%", "0.0125", "2.0", "s"]
    assert table.row(RECORD, 2.0).split() == values
    assert len(table.header()) == len(table.row(RECORD, 2.0))


def test_numbers_have_no_accuracy() -> None:
    table = EpochTable(Recipe(epochs=10), False, True)
    assert table.header().split() == ["epoch", "cost", "validation", "time"]
    assert table.row(NUMBERS, 2.0).split() == ["2/10", "0.50000", "0.60000", "2.0", "s"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (59.9, "59.9 s"),
        (59.97, "1 min 00 s"),
        (60, "1 min 00 s"),
        (3599.7, "1 h 00 min"),
        (7325, "2 h 02 min"),
    ],
)
def test_durations(seconds, text) -> None:
    assert duration_text(seconds) == text


def test_costs() -> None:
    assert [cost_text(c) for c in (None, 0.0, 12.3456789)] == ["-", "0.0000", "12.346"]
