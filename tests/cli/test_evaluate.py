from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.documents import render


def test_the_report_of_the_library(chainrule, trained) -> None:
    outcome = chainrule("evaluate", "run")
    assert (outcome.code, outcome.err) == (0, "")
    network = cr.Network.load("run/network.safetensors")
    notes = json.loads(Path("run/run.json").read_text())["notes"]
    test = cr.load_dataset(notes["data"]["source"]).test
    report = cr.evaluate(network, test, cost="categorical_cross_entropy")
    assert outcome.out == render(report.document(), "text")
    assert outcome.out.startswith(f"Evaluation on {report.data}\n\nSummary\n")
    assert "  accuracy           100.00 % (8 of 8; all examples have equal weight)" in outcome.out


def test_json_is_the_report(chainrule, trained) -> None:
    outcome = chainrule("evaluate", "run", "--json")
    report = json.loads(outcome.out)
    assert (report["accuracy"], report["examples"]) == (1.0, 8)
    assert report["interval"] == pytest.approx([0.675592, 1.0], abs=1e-6)


@pytest.mark.parametrize(("split", "examples"), [("test", 8), ("train", 32), ("all", 40)])
def test_the_parts(chainrule, trained, split, examples) -> None:
    outcome = chainrule("evaluate", "run", "--split", split, "--json")
    assert json.loads(outcome.out)["examples"] == examples


def test_the_cost_is_the_recipes(chainrule, flowers) -> None:
    flags = ("--cost", "squared_error", "--epochs", "1", "--run", "run")
    assert chainrule("train", flowers, *flags).code == 0
    outcome = chainrule("evaluate", "run", "--json")
    assert json.loads(outcome.out)["cost_name"] == "squared_error"


def test_a_network_file_on_named_data(chainrule, trained, flowers) -> None:
    outcome = chainrule("evaluate", "run/network.safetensors", flowers, "--json", "--split", "all")
    report = json.loads(outcome.out)
    assert (report["accuracy"], report["cost_name"]) == (1.0, "categorical_cross_entropy")


def test_other_data_are_read_as_the_runs_own(chainrule, flowers) -> None:
    lines = Path(flowers).read_text().splitlines()
    swapped = [",".join(reversed(line.split(","))) for line in lines]
    Path("first.csv").write_text("\n".join(swapped))
    flags = ("--target", "kind", "--epochs", "1", "--run", "run")
    assert chainrule("train", "first.csv", *flags).code == 0
    shutil.copy("first.csv", "more.csv")
    assert chainrule("evaluate", "run", "more.csv").code == 0
    outcome = chainrule("evaluate", "run", "more.csv", "--target", "length")
    assert outcome.code == 2
    assert outcome.err == (
        "evaluate: expected the target that the network learned, kind, got 'length' (str). Its "
        "columns are read as in training. Leave --target out.\n"
    )


def test_figures(chainrule, trained) -> None:
    outcome = chainrule("evaluate", "seen", "--figures", "drawn", "--split", "all")
    assert outcome.out.endswith("drawn/confusion.png, drawn/calibration.png, drawn/roc.png\n")
    assert sorted(p.name for p in Path("drawn").iterdir()) == [
        "calibration.png",
        "confusion.png",
        "roc.png",
    ]
    assert Path("drawn/confusion.png").read_bytes().startswith(b"\x89PNG")


def test_data_that_were_moved(chainrule, flowers) -> None:
    assert chainrule("train", flowers, "--epochs", "1", "--run", "run").code == 0
    here = Path(flowers).absolute()
    Path(flowers).unlink()
    outcome = chainrule("evaluate", "run")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"run: expected its data at {here}, got nothing there. They were moved or deleted. "
        "Say where they are: chainrule evaluate run DATA.\n"
    )


def test_a_run_of_the_library_knows_a_named_set_only(chainrule, flowers) -> None:
    data = cr.load_dataset(flowers).train
    plain = cr.Dataset(data.inputs, data.targets)
    cr.train(cr.Network.create([2, 2]), plain, cr.Recipe(epochs=1, seed=0), folder="run")
    outcome = chainrule("evaluate", "run")
    assert outcome.err == (
        "run: expected a run that records its data, got one that does not record them. "
        "Say where they are: chainrule evaluate run DATA.\n"
    )
