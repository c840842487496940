"""The five tables of each paper: every row leads to something that exists and works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chainrule.bundled import bundled_files
from chainrule.equations.activations import ACTIVATIONS
from chainrule.figures import FIGURES
from chainrule.ledger import Ledger, read_worked
from chainrule.papers import figure_command, list_papers
from chainrule.papers.experiment_run import EXPERIMENTS

DERIVATION = Path(__file__).parents[2] / "docs" / "derivation" / "README.md"
IDS = set(re.findall(r"^\| \[(\w+)\]", DERIVATION.read_text(encoding="utf-8"), re.MULTILINE))
PAPERS = list_papers()
RUNS = {"runs/paper", "runs/approximator", "runs/matrix-based", "runs/saturated"}


@pytest.fixture(params=PAPERS, ids=[one.id for one in PAPERS])
def one(request: pytest.FixtureRequest):
    return request.param


def test_every_equation_is_derived(one) -> None:
    for equation in one.contents.equations:
        assert equation.ids
        assert set(equation.ids) <= IDS


def test_every_numbered_equation_has_a_row() -> None:
    for paper_id, last in (("four-equations", 42), ("matrix-based", 13)):
        (found,) = (one for one in PAPERS if one.id == paper_id)
        places = " ".join(row.place for row in found.contents.equations)
        numbers = [int(number) for number in re.findall(r"\((\d+)\)", places)]
        assert sorted(numbers) == list(range(1, last + 1))


def test_every_figure_is_drawn_by_a_command(one) -> None:
    drawn = {figure.name for figure in one.figures()}
    for figure in one.contents.figures:
        command = figure_command(one, figure)
        if figure.drawn:
            assert figure.drawn in drawn
            assert command == f"chainrule papers run {one.id} --figures FOLDER"
            continue
        assert command.startswith("chainrule figure ")
        name, *sources = figure.arguments
        need = FIGURES[name].needs
        if need in ("worked", "network") and sources[0] not in RUNS:
            ledger = Ledger(read_worked(sources[0]))
            for address in sources[1:]:
                ledger.locate(address)
        elif need in ("replay", "network"):
            assert sources[0] in RUNS
        elif name == "activations":
            assert set(sources) <= set(ACTIVATIONS)


def test_pictures_have_names_of_their_own() -> None:
    names: dict[str, object] = {}
    for one in PAPERS:
        for figure in one.contents.figures:
            source = figure.drawn or figure.arguments
            assert names.setdefault(figure.name, source) == source
            assert re.fullmatch(r"[\w-]+", figure.name)


def test_every_computation_is_a_worked_file(one) -> None:
    for computation in one.contents.computations:
        assert read_worked(computation.name).claims


def test_every_experiment_has_its_section_and_its_study(one) -> None:
    names = {experiment.name for experiment in one.experiments()}
    sections = {section.title for section in EXPERIMENTS[one.id].sections}
    for row in one.contents.experiments:
        assert row.experiment in names
        assert row.section in sections
        assert not row.study or row.study in bundled_files("study")
    shown = {row.experiment for row in one.contents.experiments}
    assert names == shown | {row.answer for row in one.contents.outlook} & names


def test_every_study_of_the_papers_is_in_a_table() -> None:
    folder = Path(bundled_files("study")["investigation"]).parent
    shown = {row.study for one in PAPERS for row in one.contents.experiments}
    outlook = {"investigation-layers", "investigation-extremes", "four-equations"}
    assert {path.stem for path in folder.glob("*.toml")} <= shown | outlook


def test_every_remark_has_an_answer(one) -> None:
    assert one.contents.outlook
    names = {experiment.name for experiment in one.experiments()}
    sections = {section.title for section in EXPERIMENTS[one.id].sections}
    for row in one.contents.outlook:
        assert row.remark
        assert row.outcome
        if row.section:
            assert row.answer in names
            assert row.section in sections
        else:
            assert row.answer in IDS or row.answer in bundled_files("worked")
