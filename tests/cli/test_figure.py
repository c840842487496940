from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from chainrule.figures.figure_catalogue import FIGURES

SOURCES = {
    "activations": (),
    "bands": ("run", "seen"),
    "batches": ("run", "2"),
    "calibration": ("run",),
    "confusion": ("run",),
    "cost-relief": ("run", "1"),
    "cost-slices": ("run",),
    "cost-surface": ("run",),
    "dependence": ("run", "--column", "1"),
    "digits": ("bars.npz",),
    "grid": ("table.csv",),
    "learning-curves": ("run", "seen"),
    "lift": ("tanh",),
    "mistakes": None,
    "network": ("run",),
    "parabola": ("0.5",),
    "parallel": ("table.csv", "learning_rate"),
    "partials": ("1", "0.5"),
    "paths": ("two-outputs", "W[1][0,0]"),
    "pieces": ("1",),
    "plane": ("edge-detector", "a[1]"),
    "rates": ("table.csv", "investigation"),
    "roc": ("run",),
    "saturation": ("run",),
    "slices": ("table.csv",),
    "steps": ("edge-detector", "0.5", "--most", "3"),
    "sums": ("approximator-relu",),
    "tangent": ("edge-detector", "W[1][1,2]"),
    "thresholds": ("run",),
    "weights": ("seen",),
}
TABLE = "batch_size,learning_rate,accuracy,cost\n5,0.1,0.4,2\n5,1,0.8,1\n10,0.1,0.3,3\n"


@pytest.fixture
def table() -> str:
    """The results of a small grid in the current folder."""
    Path("table.csv").write_text(TABLE)
    return "table.csv"


def test_every_figure_is_tried() -> None:
    assert list(SOURCES) == list(FIGURES)


@pytest.mark.parametrize("name", [name for name, sources in SOURCES.items() if sources is not None])
def test_a_figure_is_drawn(chainrule, trained, bars, table, name) -> None:
    outcome = chainrule("figure", name, *SOURCES[name], "--save", "drawn.svg")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "drawn    drawn.svg\n"
    assert "<svg" in Path("drawn.svg").read_text()


def test_a_layer_of_a_run_is_lifted(chainrule, trained) -> None:
    outcome = chainrule("figure", "lift", "run", "1", "--save", "lift.svg")
    assert (outcome.code, outcome.err) == (0, "")
    assert "<svg" in Path("lift.svg").read_text()


def test_mistakes_where_there_are_none(chainrule, trained) -> None:
    outcome = chainrule("figure", "mistakes", "seen", "--save", "drawn.png")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "figure: expected at least one mistake to draw, got a report that names none of 0.\n"
    )
    assert not Path("drawn.png").exists()


def test_only_the_functions_that_are_named(chainrule) -> None:
    assert chainrule("figure", "activations", "relu", "--save", "one.svg").code == 0
    assert chainrule("figure", "activations", "--save", "all.svg").code == 0
    assert Path("one.svg").stat().st_size < Path("all.svg").stat().st_size


def test_the_samples_of_a_runs_own_data(chainrule, trained) -> None:
    assert chainrule("figure", "digits", "seen", "--save", "a.png").code == 0
    assert chainrule("figure", "digits", "seen", "--save", "b.png", "--seed", "1").code == 0
    assert Path("a.png").read_bytes() != Path("b.png").read_bytes()


def test_a_network_judged_by_named_data(chainrule, trained, bars) -> None:
    network = "seen/network.safetensors"
    outcome = chainrule("figure", "confusion", network, bars, "--split", "all", "--save", "c.png")
    assert (outcome.code, outcome.err) == (0, "")


def test_fewer_neurons(chainrule, trained) -> None:
    assert chainrule("figure", "network", "seen", "--most", "2", "--save", "few.svg").code == 0
    assert chainrule("figure", "network", "seen", "--most", "none", "--save", "all.svg").code == 0
    assert Path("few.svg").stat().st_size < Path("all.svg").stat().st_size


def test_a_table_judged_by_another_column(chainrule, table) -> None:
    assert chainrule("figure", "slices", table, "--save", "a.svg").code == 0
    assert chainrule("figure", "slices", table, "--metric", "cost", "--save", "b.svg").code == 0
    assert Path("a.svg").read_bytes() != Path("b.svg").read_bytes()


def test_runs_of_one_name_are_told_apart(chainrule, trained) -> None:
    shutil.copytree("run", Path("other", "run"))
    outcome = chainrule("figure", "bands", "run", str(Path("other", "run")), "--save", "a.svg")
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ("grid",),
            "figure: expected TABLE [ACROSS UPWARD] after grid, got nothing. See: chainrule figure "
            "--help.",
        ),
        (
            ("saturation", "run", "seen"),
            "figure: expected RUN after saturation, got run, seen. See: chainrule figure --help.",
        ),
        (
            ("rates", "table.csv", "matrix-based"),
            "figure: expected a paper, got 'matrix-based' (str). This name is unknown. "
            "Valid names: investigation.",
        ),
        (
            ("slices", "table.csv", "--metric", "accuracies"),
            "table.csv: expected a column, got 'accuracies' (str). Did you mean 'accuracy'? "
            "Valid names: accuracy, batch_size, cost, learning_rate.",
        ),
        (
            ("slices", "none.csv"),
            "none.csv: expected a readable file, got No such file or directory.",
        ),
        (
            ("pieces", "many"),
            "figure: expected numbers of neurons such as 5 or 3-3, or a curve of "
            "2^x, x^2, sin x, got 'many'.",
        ),
    ],
)
def test_what_does_not_fit_is_told(chainrule, table, arguments, error) -> None:
    outcome = chainrule("figure", *arguments, "--save", "a.svg")
    assert (outcome.code, outcome.out, outcome.err) == (2, "", error + "\n")
    assert not Path("a.svg").exists()


def test_data_that_are_gone(chainrule, trained) -> None:
    facts = json.loads(Path("run", "run.json").read_text())
    facts["notes"]["data"]["source"] = "gone.csv"
    Path("run", "run.json").write_text(json.dumps(facts))
    outcome = chainrule("figure", "saturation", "run", "--save", "a.svg")
    assert (outcome.code, outcome.err) == (
        2,
        "run: expected its data at gone.csv, got nothing there. They were moved or deleted. "
        "Move them back to their place.\n",
    )
