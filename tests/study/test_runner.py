from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, IntegrityError, MissingLibraryError
from chainrule.study import study_data
from chainrule.study.results import count_trials, read_results
from chainrule.study.runner import begin_stored_study, resume_study, run_study, work_on_study
from chainrule.study.scheduler import FinishedTrial
from chainrule.study.spec import StudySpec
from chainrule.study.stored_study import StoredStudy
from chainrule.study.summary import summarise_study
from chainrule.study.trial import right_answers


def nobody(*told: object) -> None:
    """Nobody watches."""


@pytest.fixture
def done(described: Callable[..., StudySpec], journal: str) -> StoredStudy:
    """A study that was computed in this process."""
    begin_stored_study(described(), journal)
    return work_on_study(journal, "small", on_trial=nobody, on_begin=nobody)


def test_a_trial_has_the_bits_of_a_training(done: StoredStudy, points: str) -> None:
    found = read_results(done)
    assert [entry.parameters for entry in found] == [
        {"batch_size": 8, "learning_rate": 0.05},
        {"batch_size": 8, "learning_rate": 0.5},
        {"batch_size": 16, "learning_rate": 0.05},
        {"batch_size": 16, "learning_rate": 0.5},
    ]
    pair = cr.load_dataset(points)
    learned, held = cr.split(pair.train, 0.25, 0, purpose="validation")
    run = found[1].runs[1]
    seed = done.spec.seeds_for(1)[1]
    recipe = cr.Recipe(
        engine="reference", optimiser="sgd", epochs=2, batch_size=8, learning_rate=0.5, seed=seed
    )
    again = cr.train(cr.Network.create([6, 4, 3], seed=seed), learned, recipe, validation=held)
    assert run["seed"] == seed
    assert run["digest"] == again.network.digest
    assert run["curve"] == [record.validation_accuracy for record in again.history]
    report = cr.evaluate(again.network, pair.test, cost="categorical_cross_entropy")
    assert run["test_accuracy"] == report.accuracy
    assert run["test_cost"] == pytest.approx(report.cost, rel=1e-6)
    right = again.network.classify(pair.test.inputs) == pair.test.targets
    assert (right_answers(run["test_right"]) == right).all()


def test_values_are_means_over_seeds(done: StoredStudy) -> None:
    for entry in read_results(done):
        accuracies = [run["validation_accuracy"] for run in entry.runs]
        assert len(accuracies) == 2
        assert entry.value == pytest.approx(np.mean(accuracies))
    trial = done.store.trials(done.key)[0]
    assert trial.user_attrs["recipe"]["learning_rate"] == 0.05
    assert trial.user_attrs["architecture"]["layers"] == [6, 4, 3]
    assert trial.user_attrs["result"]["pid"] == os.getpid()


def test_a_second_start_computes_nothing(
    done: StoredStudy, described: Callable[..., StudySpec]
) -> None:
    ended: list[FinishedTrial] = []
    before = len(done.store.trials(done.key))
    run_study(described(), done.store.url, on_trial=ended.append, on_begin=nobody)
    assert not ended
    assert len(done.store.trials(done.key)) == before


def test_another_study_of_that_name(done: StoredStudy, described: Callable[..., StudySpec]) -> None:
    whole = Path(done.store.url).read_bytes()
    with pytest.raises(ChainruleError) as error:
        run_study(described(seeds=3), done.store.url, on_trial=nobody, on_begin=nobody)
    assert str(error.value) == (
        f"small: expected the study 'small' as it began in {done.store.url}, got another seeds. "
        "A study cannot hold the trials of two descriptions. "
        'Give it another name, with name = "…" in its file or with --name.'
    )
    assert Path(done.store.url).read_bytes() == whole


def test_other_data_under_the_same_name(done: StoredStudy, points: str) -> None:
    with np.load(points) as arrays:
        np.savez(points, x=arrays["x"] + 1, y=arrays["y"])
    study_data._CACHE.clear()
    with pytest.raises(IntegrityError, match=r"expected the data with which the study 'small'"):
        resume_study(done.store.url, "small", changes={}, on_trial=nobody, on_begin=nobody)


@pytest.mark.parametrize("search", ["random", "quasi_random", "tpe"])
def test_searches(described: Callable[..., StudySpec], tmp_path: Path, search: str) -> None:
    space = {
        "optimiser": ["sgd", "momentum"],
        "learning_rate": {"low": 0.01, "high": 1.0, "log": True},
        "momentum": {"low": 0.5, "high": 0.9, "when": {"optimiser": "momentum"}},
        "neurons_1": {"low": 2, "high": 6},
    }
    changes: dict[str, Any] = {"search": search, "space": space, "seeds": 1}
    found = []
    for name in ("a", "b"):
        url = str(tmp_path / name)
        begin_stored_study(described(**changes, budget={"trials": 13, "epochs": 1}), url)
        study = work_on_study(url, "small", on_trial=nobody, on_begin=nobody)
        found.append([(e.parameters, [r["digest"] for r in e.runs]) for e in read_results(study)])
        assert count_trials(study).complete == 13
    # With one worker all is a function of the study.
    assert sorted(map(str, found[0])) == sorted(map(str, found[1]))
    for chosen, _ in found[0]:
        assert ("momentum" in chosen) == (chosen["optimiser"] == "momentum")
        assert 0.01 <= chosen["learning_rate"] <= 1
        assert chosen["neurons_1"] in range(2, 7)
    assert len({str(chosen) for chosen, _ in found[0]}) == 13


def test_more_trials_go_on_with_a_study(described: Callable[..., StudySpec], journal: str) -> None:
    random: dict[str, Any] = {
        "search": "random",
        "seeds": 1,
        "space": {"learning_rate": {"low": 0.1, "high": 1.0}},
    }
    for trials in (2, 5):
        begin_stored_study(described(**random, budget={"trials": trials}), journal)
        study = work_on_study(journal, "small", on_trial=nobody, on_begin=nobody)
        assert count_trials(study).complete == trials


@pytest.mark.parametrize("pruner", ["median", "hyperband"])
def test_pruners_stop_what_lags_behind(
    described: Callable[..., StudySpec], journal: str, pruner: str
) -> None:
    rates = [0.3 + 0.01 * k for k in range(8)] + [1e-9 * k for k in range(1, 9)]
    space = {"learning_rate": rates}
    budget = {"epochs": 9}
    begin_stored_study(described(pruner=pruner, space=space, budget=budget, seeds=1), journal)
    study = resume_study(journal, "small", changes={"workers": 1}, on_trial=nobody, on_begin=nobody)
    counts = count_trials(study)
    assert counts.ended == 16
    assert counts.pruned > 0
    pruned = [entry for entry in read_results(study) if entry.ended == "pruned"]
    assert all(len(entry.runs[0]["curve"]) < 9 for entry in pruned)
    assert summarise_study(study).best is not None


def test_what_diverges_is_a_result(described: Callable[..., StudySpec], journal: str) -> None:
    space = {"learning_rate": [0.1, 1e30]}
    network = {"layers": [6, 4, 3], "activation": "relu", "output_activation": "identity"}
    recipe = {"engine": "reference", "optimiser": "sgd", "cost": "squared_error"}
    begin_stored_study(described(space=space, network=network, recipe=recipe), journal)
    study = work_on_study(journal, "small", on_trial=nobody, on_begin=nobody)
    counts = count_trials(study)
    assert (counts.complete, counts.diverged, counts.given_up) == (1, 1, 0)
    worst = summarise_study(study).ranked[-1]
    assert (worst.ended, worst.value) == ("diverged", None)
    assert "Lower the learning rate" in worst.runs[0]["why"]


def test_the_test_set_may_choose_with_a_warning(
    described: Callable[..., StudySpec], journal: str
) -> None:
    begin_stored_study(described(metric="test_accuracy", validation_fraction=0.0), journal)
    study = work_on_study(journal, "small", on_trial=nobody, on_begin=nobody)
    warning = "The test set was used to choose: the best test figures are too good"
    assert summarise_study(study).warnings == (warning,)
    assert study.store.attributes(study.key)["warning"] == warning
    assert "validation_accuracy" not in read_results(study)[0].runs[0]


@pytest.mark.parametrize("executor", ["processes", "joblib"])
def test_a_killed_worker_is_replaced(
    described: Callable[..., StudySpec], done: StoredStudy, tmp_path: Path, executor: str
) -> None:
    killed: list[int] = []

    def kill(ended: FinishedTrial) -> None:
        if not killed:
            killed.append(ended.outcome.record["pid"])
            os.kill(killed[0], signal.SIGKILL)

    spec = described()
    settings = replace(spec.settings, executor=executor, workers=2)
    url = str(tmp_path / "killed.journal")
    study = run_study(replace(spec, settings=settings), url, on_trial=kill, on_begin=nobody)
    assert killed
    assert killed[0] != os.getpid()
    assert count_trials(study).complete == 4
    assert [e.runs[0]["digest"] for e in read_results(study)] == [
        e.runs[0]["digest"] for e in read_results(done)
    ]
    assert not [t for t in study.store.trials(study.key) if t.state.name == "RUNNING"]


def test_data_that_are_back_are_read_again(done: StoredStudy, points: str) -> None:
    whole = Path(points).read_bytes()
    with np.load(points) as arrays:
        np.savez(points, x=arrays["x"] + 1, y=arrays["y"])
    study_data._CACHE.clear()
    study_data.load_study_data(done.spec)
    Path(points).write_bytes(whole)
    assert study_data.load_verified_data(done.spec, done.digest).digest == done.digest


def test_a_search_whose_library_is_missing(
    described: Callable[..., StudySpec], journal: str, tmp_path: Path
) -> None:
    spec = described(search="gp", space={"learning_rate": {"low": 0.1, "high": 1.0}})
    if find_spec("torch") is not None:
        begin_stored_study(spec, journal)
        return
    with pytest.raises(MissingLibraryError) as error:
        begin_stored_study(spec, journal)
    told = "expected the library torch for the search gp, got none."
    assert str(error.value) == f"small: {told} Install it with: pip install torch."
    assert not Path(journal).exists()


def test_time_is_a_budget(described: Callable[..., StudySpec], journal: str) -> None:
    begin_stored_study(described(budget={"seconds": 1e-9}), journal)
    study = work_on_study(journal, "small", on_trial=nobody, on_begin=nobody)
    assert count_trials(study).ended == 4  # how long a worker works is not the study's
    spec = described(budget={"seconds": 1e-9}, name="short")
    study = run_study(spec, journal, on_trial=nobody, on_begin=nobody)
    assert count_trials(study).ended == 0
