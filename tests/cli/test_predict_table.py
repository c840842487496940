"""`chainrule predict --output`: the rows of a table with the answers behind them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest


def test_the_answers_are_written_and_counted(chainrule, trained, flowers) -> None:
    outcome = chainrule("predict", "run", "flowers.csv", "--output", "answers.csv")
    assert outcome.code == 0
    assert outcome.err == (
        "length: 1 value above 5.18, the greatest of the training data; the furthest is 5.19.\n"
    )
    assert outcome.out == "rows     40 of 40 rows answered\nsaved    in answers.csv\n"
    with Path("answers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    assert {row["answer"] for row in rows} == {"rose", "tulip"}
    found = json.loads(
        chainrule("predict", "run", "flowers.csv", "--output", "answers.csv", "--json").out
    )
    assert (found["rows"], found["answers"]) == (40, {"rose": 20, "tulip": 20})


def test_standard_output_has_the_rows_alone(chainrule, trained, flowers) -> None:
    outcome = chainrule("predict", "run", "flowers.csv", "--output", "-", "--abstain", "1")
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 41
    assert outcome.err.splitlines()[-1] == "0 of 40 rows answered, 40 left open"


def test_rows_with_errors_do_not_stop_the_others(chainrule, trained, flowers) -> None:
    lines = Path("flowers.csv").read_text().splitlines()
    bad = ["1.5"] * 12
    Path("new.csv").write_text("\n".join([*lines[:3], *bad]) + "\n")
    outcome = chainrule("predict", "run", "new.csv", "--output", "answers.csv")
    assert outcome.code == 1
    assert outcome.out.startswith("rows     2 of 14 rows answered, 12 with errors\n")
    lines = outcome.err.splitlines()
    assert lines[0] == "line 4: expected 3 fields, got 1"
    assert lines[-1] == "… 2 more errors"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("flowers.csv", "flowers.csv", "--output", "a.csv"),
            "predict: expected one table with --output, got 2 files.",
        ),
        (
            ("flowers.csv", "--output", "a.csv", "--abstain", "2"),
            "predict: expected --abstain to be a number at least 0 and at most 1 or none, got 2 "
            "(int). --abstain: greatest output below which no class is answered.",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(chainrule, trained, flowers, arguments, text) -> None:
    outcome = chainrule("predict", "run", *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"{text}\n")
