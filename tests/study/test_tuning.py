"""The best network of a study: kept as a run, with the command that trains it to the same bits."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chainrule as cr
from chainrule.cli import main
from chainrule.documents import render
from chainrule.errors import ChainruleError
from chainrule.experiment import Experiment, training_command
from chainrule.study.results import read_results
from chainrule.study.saved_study import StudyPlace, compute_study
from chainrule.study.spec import StudySpec
from chainrule.study.tuning import TunedStudy, train_best, tune

SMALL: dict[str, Any] = {"engine": "reference", "epochs": 2, "place": StudyPlace(workers=1)}


@pytest.fixture(autouse=True)
def alone(own_folder: None) -> None:
    """Every test here works in an empty folder of its own."""


def train_anew(command: str, folder: str) -> str:
    """Run a printed command with another folder; return the digest of the network."""
    words = shlex.split(command)
    assert words[:2] == ["chainrule", "train"]
    at = words.index("--run") + 1
    words[at] = folder
    assert main(words[1:]) == 0
    return cr.open_run(folder).network.digest


@pytest.mark.parametrize("seeds", [1, 2])
def test_the_kept_network_is_the_trial_and_what_the_command_trains(
    flowers: str, seeds: int
) -> None:
    vary = {"neurons_1": [2, 3], "activation": ["tanh", "relu"], "learning_rate": [0.03, 0.1]}
    tuned = tune(flowers, vary, seeds=seeds, folder="best", dropout=[0.1], **SMALL)
    best = tuned.summarise().best
    assert best is not None
    assert tuned.training is not None
    assert tuned.training.network.digest == best.runs[0]["digest"]
    assert tuned.folder == "best"
    assert train_anew(tuned.command, "again") == best.runs[0]["digest"]
    assert "neurons_1" not in tuned.command
    assert "--validation-fraction 0.1 " in tuned.command


def test_of_numbers(line: str) -> None:
    tuned = tune(line, {"batch_size": [8, 16]}, folder="best", task="numbers", **SMALL)
    assert tuned.training is not None
    assert train_anew(tuned.command, "again") == tuned.training.network.digest


def test_the_command_line_keeps_the_best(chainrule: Callable[..., Any], flowers: str) -> None:
    words = ["tune", flowers, "--vary", "batch_size=8,16", "--epochs", "1", "--workers", "1"]
    words += ["--engine", "reference"]
    done = chainrule(*words)
    assert (done.code, done.err) == (0, "")
    command = done.out.strip().splitlines()[-1].strip()
    kept = cr.open_run("runs/tune-flowers").network.digest
    assert train_anew(command, "again") == kept
    told = json.loads(chainrule(*words, "--json").out)  # nothing is left to compute but the best
    assert (told["best_run"], told["best_network_sha256"]) == ("runs/tune-flowers-2", kept)
    assert told["counts"]["complete"] == 2
    done = chainrule(*words, "--run", "again")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "tune: expected a new or empty folder for the best network, got again. Choose another "
        "--run.\n"
    )


def test_without_a_folder_the_study_alone_is_kept(flowers: str) -> None:
    tuned = tune(flowers, {"batch_size": [8, 16]}, **SMALL)
    assert (tuned.training, tuned.folder) == (None, None)
    assert "--run" not in tuned.command
    assert tuned.to_dict()["best_network_sha256"] is None
    shown = render(tuned.document(), "text")
    assert "Best network" not in shown
    assert f"\n  {tuned.command}\n" in shown
    assert not Path("runs").exists()


def test_without_a_complete_trial_there_is_no_best(flowers: str) -> None:
    vary = {"learning_rate": [1e30, 2e30]}
    tuned = tune(flowers, vary, folder="best", optimiser="sgd", cost="squared_error", **SMALL)
    assert [entry.ended for entry in read_results(tuned.stored)] == ["diverged", "diverged"]
    assert isinstance(tuned, TunedStudy)
    assert (tuned.training, tuned.command) == (None, "")
    assert "The command" not in render(tuned.document(), "text")
    assert not Path("best").exists()


def test_a_study_of_a_part_of_the_examples(
    described: Callable[..., StudySpec], points: str, journal: str
) -> None:
    place = StudyPlace(workers=1)
    spec = described(data={"source": points, "examples": 40}, seeds=1)
    study = compute_study(spec, journal, place=place)
    with pytest.raises(ChainruleError) as error:
        study.best_experiment()
    assert str(error.value) == "study small: expected a study on whole data sets, got examples 40."
    other = compute_study(described(name="whole", seeds=[5, 6]), journal, place=place)
    best = other.best_experiment()
    assert best is not None
    assert best.recipe.seed == 5  # it was not trained with the study's own seed, 0
    assert train_best(other, None).command.endswith("--seed 5 --validation-fraction 0.25")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"layers": [2, 2], "output_activation": "sigmoid", "cost": "squared_error"},
        {"layers": [2, 3, 4, 2], "activation": ["tanh", "elu", "softmax"], "biases": False},
        {"dropout": [0.1, 0.2], "layers": [2, 3, 4, 2], "class_weights": [1.0, 2.0]},
        {"monitor": "cost", "patience": 3, "shuffle": False, "clip_norm": 0.1, "l2": 1e-7},
        {"target": "first", "task": "numbers", "dtype": "float64", "initialiser": "normal"},
        {"validation_fraction": 0.1 + 0.2},
    ],
)
def test_the_command_describes_the_same_experiment(flowers: str, settings: dict[str, Any]) -> None:
    from chainrule.cli import train
    from chainrule.cli.flags import experiment_settings
    from chainrule.settings import training_settings

    target = {"target": "length"} if "task" in settings else {}
    rows = Path(flowers).read_text().replace("rose", "1").replace("tulip", "2")
    if target:
        Path(flowers).write_text(rows)
    made = Experiment.create(flowers, seed=3, **{**settings, **target})
    words = shlex.split(training_command(made))[2:]
    with train.command.make_context("train", words) as context:
        typed = experiment_settings(context, training_settings())
    assert Experiment.from_settings(flowers, typed) == made


def test_the_command_names_places(flowers: str, tmp_path: Path) -> None:
    (tmp_path / "a b.csv").write_text(Path(flowers).read_text())
    made = Experiment.create(str(tmp_path / flowers), seed=3, validation="a b.csv")
    command = training_command(made, "runs/one")
    assert command.startswith("chainrule train flowers.csv ")
    assert command.endswith(" --validation 'a b.csv' --run runs/one")
    elsewhere = Experiment.create(str(tmp_path / flowers), seed=3)
    (tmp_path / "below").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "below")
        assert training_command(elsewhere).split()[2] == str(tmp_path / flowers)
