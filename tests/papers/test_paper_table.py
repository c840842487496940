"""The table of the papers: their ids, equations, computations and experiments."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chainrule.bundled import bundled_files
from chainrule.documents import render
from chainrule.errors import UnknownNameError
from chainrule.papers import list_papers, paper, paper_list, paper_overview, papers_overview

DERIVATION = Path(__file__).parents[2] / "docs" / "derivation" / "README.md"
PAPERS = list_papers()
IDS = [one.id for one in PAPERS]


def test_the_papers_are_those_of_the_derivations() -> None:
    text = DERIVATION.read_text(encoding="utf-8")
    for one in PAPERS:
        assert f"| {one.id} | {one.title} | {one.year} |" in text


def test_a_paper_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError) as caught:
        paper("investigations")
    assert str(caught.value) == (
        "papers: expected a paper, got 'investigations' (str). Did you mean "
        "'investigation'? Valid names: approximator, four-detector, four-equations, "
        "investigation, matrix-based."
    )


@pytest.mark.parametrize("one", PAPERS, ids=IDS)
def test_every_id_of_an_equation_is_derived(one) -> None:
    index = set(re.findall(r"^\| \[(\w+)\]", DERIVATION.read_text(encoding="utf-8"), re.MULTILINE))
    for equation in one.contents.equations:
        assert equation.ids
        assert index.issuperset(equation.ids)


@pytest.mark.parametrize("one", PAPERS, ids=IDS)
def test_names_of_files_are_bundled(one) -> None:
    assert bundled_files("worked").keys() >= {c.name for c in one.hand_computations()}
    assert bundled_files("function").keys() >= set(one.functions)


@pytest.mark.parametrize("one", PAPERS, ids=IDS)
def test_the_overview_has_everything(one) -> None:
    text = render(paper_overview(one), "text")
    assert text.startswith(f"{one.title} ({one.year})\n")
    contents = one.contents
    for row in (*contents.equations, *contents.figures, *contents.experiments):
        assert row.what in text
    for remark in contents.outlook:
        assert remark.remark in text
        assert remark.outcome in text
    for name in (*(c.name for c in one.hand_computations()), *one.functions):
        assert f"  {name}  " in text
    assert text.count("chainrule check") == len(one.hand_computations())


def test_all_overviews_follow_the_list() -> None:
    text = render(papers_overview(PAPERS), "text")
    assert all(f"\n{one.title} ({one.year})\n" in text for one in PAPERS)
    assert "missing" not in text
    values = json.loads(render(papers_overview(PAPERS), "json"))
    assert [one["id"] for one in values] == IDS


def test_the_list_counts() -> None:
    values = json.loads(render(paper_list(PAPERS), "json"))
    counts = {
        one["id"]: (one["hand_computations"], one["formulas"], one["experiments"]) for one in values
    }
    assert counts == {
        "investigation": (1, 12, 7),
        "four-detector": (1, 9, 3),
        "approximator": (4, 4, 3),
        "four-equations": (0, 8, 2),
        "matrix-based": (0, 5, 4),
    }
