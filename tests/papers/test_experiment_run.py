"""The papers' experiments: every one of them on little data, and their study files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from chainrule.bundled import bundled_files
from chainrule.documents import Table, render
from chainrule.errors import UnknownNameError
from chainrule.papers import ExperimentRun, list_papers, paper
from chainrule.papers.experiment_run import EXPERIMENTS
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.study import read_study

STUDIES = bundled_files("study")
PAPERS = [one.id for one in list_papers()]
RECORDS = Path(__file__).parents[2] / "benchmarks" / "results" / "papers"


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of little images of ten classes, with more ink than digits have."""
    chance = np.random.default_rng(0)
    labels = np.arange(80) % 10
    images = np.zeros((80, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 8, 4:24] = 150 + chance.integers(0, 100, (8, 20))
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    parts = {"x_train": images[:60], "y_train": labels[:60], "x_test": images[60:]}
    np.savez(path, **parts, y_test=labels[60:])
    return str(path)


@pytest.fixture(scope="module", params=PAPERS)
def run(request: pytest.FixtureRequest, digits: str) -> ExperimentRun:
    """A quick run of all experiments of a paper."""
    return paper(request.param).run(quick=True, data=digits)


# -------------------------------------------------------------------------------- the quick runs


def test_everything_is_measured_told_and_drawn(run: ExperimentRun) -> None:
    assert run.sections() == EXPERIMENTS[run.paper].sections
    for section in run.sections():
        blocks = section.blocks(run.measured)
        assert blocks
        assert "nan" not in str(blocks)
    figures = run.figures()
    assert list(figures) == [figure.name for figure in paper(run.paper).figures()]
    assert all(figure.axes for figure in figures.values())


def test_a_quick_run_reports_tables_without_conclusions(run: ExperimentRun) -> None:
    assert not run.complete
    text = render(run.document(figures=False), "text")
    assert "Computed on less or other data than a complete run: tables without conclusions." in text
    assert "The paper is right" not in text
    blocks = [block for one in run.sections() for block in one.blocks(run.measured)]
    for table in blocks:
        if isinstance(table, Table):
            assert table.lines()[0] in text


def test_a_run_is_plain_values(run: ExperimentRun) -> None:
    values = json.loads(json.dumps(run.to_dict()))
    assert values["part"] == run.paper
    again = paper(run.paper).recorded_run(values)
    assert [one.title for one in again.sections()] == [one.title for one in run.sections()]


def test_the_page_of_a_run_has_its_figures(digits: str) -> None:
    html = render(paper("approximator").run(["descent"], quick=True).document(), "html")
    assert "data:image/png;base64," in html
    assert "Descent with both rates" in html


def test_single_experiments_have_their_sections_alone(digits: str) -> None:
    heard: list[str] = []
    run = paper("approximator").run(["digits"], quick=True, data=digits, progress=heard.append)
    assert set(run.measured) == {"digits"}
    assert [section.title for section in run.sections()] == ["The network for digits"]
    assert heard[0] == "digits"
    assert heard[-1] == "approximator: 2 trials"


def test_an_experiment_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError) as caught:
        paper("four-detector").run(["dise"])
    assert str(caught.value) == (
        "papers: expected an experiment, got 'dise' (str). Did you mean 'dice'? "
        "Valid names: dice, federated, fours."
    )


def test_a_complete_run_needs_the_digits_of_the_papers() -> None:
    assert ExperimentOptions().is_complete
    assert not ExperimentOptions(quick=True).is_complete
    assert not ExperimentOptions(source="digits.npz").is_complete


def test_a_quick_run_takes_the_first_examples() -> None:
    digits = ExperimentOptions(quick=True).digits
    assert (len(digits.train), len(digits.test)) == (2000, 2000)


# --------------------------------------------------------------------------------- the study files


def test_the_rates_of_later_studies_are_what_the_search_found() -> None:
    found = json.loads((RECORDS / "matrix-based.json").read_text(encoding="utf-8"))["found"]
    rate, _, _ = max(found["rates"], key=lambda row: row[1])
    for name in ("matrix-based-l2", "matrix-based-expansion"):
        assert read_study(name).recipe["learning_rate"] == round(rate, 2) == found["rate"]


@pytest.mark.parametrize("name", STUDIES)
def test_study_files_are_read(name: str) -> None:
    assert read_study(name).name == name
    assert f"chainrule study run {name}\n" in STUDIES[name].read_text(encoding="utf-8")


def test_the_grid_of_investigation_has_its_800_cells() -> None:
    space = {p.name: p.choices for p in read_study("investigation").space}
    rates = [round(k / 20, 2) for k in range(1, 21)], list(range(1, 21))
    assert list(space["batch_size"]) == list(range(5, 101, 5))
    assert np.float32(space["learning_rate"]).tolist() == pytest.approx([*rates[0], *rates[1]])
    assert len(set(space["learning_rate"])) == 40
