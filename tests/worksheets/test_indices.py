"""Worksheets whose addresses count from 1."""

from __future__ import annotations

import pytest

from chainrule.errors import InputError
from chainrule.ledger import Ledger, parse_worked
from chainrule.marking import judge
from chainrule.worksheets import ExercisePlan, make_worksheets
from chainrule.worksheets.network_svg import network_svg
from chainrule.worksheets.sheet_rendering import render_answers, render_sheets

PLAN = ExercisePlan(layers=(2, 2, 1), examples=2)


def test_sheets_answers_and_claims_count_from_1() -> None:
    (sheet,) = make_worksheets(seed=3, plan=PLAN, indices=1).sheets
    (same,) = make_worksheets(seed=3, plan=PLAN).sheets
    assert list(sheet.answers().values()) == list(same.answers().values())
    assert next(iter(sheet.answers())) == "example[1].z[1][1]"
    for text in (render_sheets([sheet], "text"), render_answers([sheet], "text")):
        assert "example[0]" not in text
        assert "Example 0" not in text
    assert "Example 2" in render_sheets([sheet], "text")
    page = render_sheets([sheet], "html")
    assert "count from 1." in page
    assert ">1</text>" in network_svg(sheet.ledger.example)
    assert ">0</text>" not in network_svg(sheet.ledger.example)


def test_the_claims_file_says_what_it_counts_from() -> None:
    (sheet,) = make_worksheets(seed=3, plan=PLAN, indices=1).sheets
    text = sheet.claims_text(sheet.answers())
    assert "\nindices = 1\n" in text
    marked = judge(Ledger(parse_worked(text)))
    assert marked.marks == marked.out_of == len(sheet.blanks)
    assert marked.address(marked.judgements[0].quantity) == "example[1].z[1][1]"


def test_blanks_are_chosen_from_1() -> None:
    made = make_worksheets("two-layers", blanks=["example[2].z[1][2]"], indices=1)
    assert next(iter(made.sheets[0].answers())) == "example[2].z[1][2]"
    with pytest.raises(InputError, match="expected a quantity that the exercise asks for"):
        make_worksheets("two-layers", blanks=["example[0].z[1][0]"], indices=1)


def test_biases_held_fixed_are_told_on_the_sheet() -> None:
    (sheet,) = make_worksheets("mazur").sheets
    assert "held fixed in the step" in render_sheets([sheet], "text")
    assert not any(address.startswith("b_new") for address in sheet.answers())
