"""docs/papers.md says what the papers' hand computations, formulas and records come to."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import papers_page
from chainrule.papers import list_papers, paper
from chainrule.papers.experiment_run import EXPERIMENTS
from papers_page import PAGE, PAPERS, PICTURES, fill_page, record, recorded_run

PARTS = ("contents", "hand computations", "printed formulas", "experiments")


def test_the_page_is_what_is_computed_and_recorded() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert fill_page(page) == page


@pytest.mark.parametrize("name", PARTS)
def test_each_part_has_its_marks_once(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(f"<!-- begin: {name} -->") == page.count(f"<!-- end: {name} -->") == 1


def test_older_parts_are_replaced_and_nothing_else() -> None:
    marks = [f"<!-- begin: {name} -->\nold\n<!-- end: {name} -->" for name in PARTS]
    page = fill_page("\n~~~\n".join(("before", *marks, "after")))
    assert page.startswith("before\n~~~\n<!-- begin: contents -->\n\n### investigation, what it")
    assert page.endswith("<!-- end: experiments -->\n~~~\nafter")
    assert page.count("\n~~~\n") == 5
    assert "\nold\n" not in page


def test_each_picture_of_the_page_is_there_and_none_else() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    shown = {line.rpartition("(")[2].rstrip(")") for line in lines if line.startswith("![")}
    assert shown == {f"pictures/papers/{path.name}" for path in PICTURES.iterdir()}


def test_each_figure_of_the_papers_has_its_picture_and_there_is_none_else() -> None:
    figures = [figure for one in list_papers() for figure in one.contents.figures]
    shown = {papers_page.picture_of(figure) for figure in figures}
    assert all((PAGE.parent / path).is_file() for path in shown)
    folder = papers_page.FIGURES
    assert {f"pictures/paper-figures/{path.name}" for path in folder.iterdir()} <= shown


def test_each_link_within_the_page_leads_to_a_heading() -> None:
    page = PAGE.read_text(encoding="utf-8")
    headings = {papers_page.slug(line) for line in re.findall(r"^#+ (.+)$", page, re.MULTILINE)}
    links = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert links
    assert links <= headings


def test_the_runs_of_the_figures_are_those_that_the_page_names() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").replace("\\\n", " ").split())
    for run, flags in papers_page.RUNS.items():
        assert f"chainrule train mnist {flags} --seed 0 --run {run}" in page


@pytest.mark.parametrize("name", PAPERS)
def test_each_record_names_its_paper_and_what_computed_it(name: str) -> None:
    run = recorded_run(name)
    assert run.paper == name
    assert set(run.versions) == {
        "chainrule",
        "python",
        "numpy",
        "numba",
        "optuna",
        "machine",
        "date",
    }
    assert run.sections() == paper(name).recorded_run(run.to_dict()).sections()
    assert len(run.sections()) == len(EXPERIMENTS[name].sections)


def test_a_record_has_six_digits_and_a_line_for_each_measurement(tmp_path: Path) -> None:
    measured = {"a": [1 / 3, np.float32(0.5), np.int64(3)], "b": {"c": np.array([1.0000001])}}
    values = {"found": measured, "seconds": 1.26, "versions": {}}
    record(paper("matrix-based").recorded_run(values), tmp_path)
    text = (tmp_path / "matrix-based.json").read_text(encoding="utf-8")
    assert json.loads(text)["found"] == {"a": [0.333333, 0.5, 3], "b": {"c": [1.0]}}
    assert '  "a": [0.333333, 0.5, 3],\n' in text
    assert json.loads(text)["seconds"] == 1


def test_pictures_are_drawn_from_records(tmp_path: Path) -> None:
    drawn = papers_page.draw(recorded_run("matrix-based"), tmp_path)
    assert [path.name for path in drawn] == ["matrix-based.png"]
    assert drawn[0].read_bytes()[:4] == b"\x89PNG"
