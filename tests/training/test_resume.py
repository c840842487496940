"""A run that is stopped anywhere and goes on ends with the bytes of one that was never stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.position import Position
from chainrule.errors import ChainruleError, DataError, IntegrityError
from chainrule.network.network import Network
from chainrule.network.sealed_file import write_sealed
from chainrule.recipe import Recipe
from chainrule.storage import names_in
from chainrule.training.checkpoint import write_checkpoint
from chainrule.training.epoch_end import stop_reason
from chainrule.training.loop import resume, train, train_chunk
from chainrule.training.observers import TrainingProgress
from chainrule.training.run_facts import RunEnvironment, RunFacts, data_facts
from chainrule.training.run_folder import RunFolder
from chainrule.training.run_start import describe_start
from chainrule.training.setup import first_position, prepare_training

Results = Callable[[Path], dict[str, bytes]]

RECIPES: dict[str, dict[str, Any]] = {
    "sgd": {"optimiser": "sgd", "learning_rate": 0.5},
    "momentum, clipped": {"optimiser": "momentum", "clip_norm": 0.1, "learning_rate": 0.5},
    "adam, validated, patient": {
        "optimiser": "adam",
        "learning_rate": 0.3,
        "validation_fraction": 0.3,
        "monitor": "validation_accuracy",
        "patience": 2,
        "epochs": 9,
    },
    "rmsprop, plateau": {
        "optimiser": "rmsprop",
        "learning_rate": 0.1,
        "schedule": "plateau",
        "schedule_patience": 1,
        "min_delta": 0.05,
        "monitor": "total_cost",
        "l2": 0.01,
    },
    "adamw, one cycle, classes weighted": {
        "optimiser": "adamw",
        "schedule": "one_cycle",
        "class_weights": [1, 2, 0.5],
        "monitor": "accuracy",
    },
    "nesterov, cosine, unshuffled": {
        "optimiser": "nesterov",
        "schedule": "cosine",
        "shuffle": False,
        "l1": 0.001,
        "learning_rate": 0.1,
    },
}


def positions(network: Network, three: Dataset, recipe: Recipe) -> list[Position]:
    """Every position of a run, one a batch, the first and the last included."""
    plan = prepare_training(network, three, recipe)
    found = [first_position(plan)]
    while stop_reason(plan.recipe, found[-1]) is None:
        before = plan.engine.advance(found[-1], Until(batches=1))
        found.append(before)
        if before.batch == plan.engine.schedule.batches(0):
            found.append(train_chunk(plan, before, Until())[0])
    return found


def stopped_at(folder: Path, network: Network, three: Dataset, at: Position, how: Recipe) -> Path:
    """A run folder as a kill leaves it after the checkpoint of a position."""
    plan = prepare_training(network, three, how)
    data = data_facts(plan.training, plan.validation)
    with RunFolder(folder) as kept:
        first = first_position(plan)
        facts = RunFacts(
            plan.recipe,
            plan.network.architecture,
            data,
            start=describe_start(network, [network.seed]),
            environments=(RunEnvironment.here(plan.recipe.engine, first),),
        )
        kept.begin(facts, first)
        kept.write_checkpoint(at)
    return folder


@pytest.mark.parametrize("name", RECIPES)
def test_from_every_position_to_the_same_bytes(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path, results: Results, name: str
) -> None:
    how = recipe.replaced(**RECIPES[name])
    weighted = replace(three, sample_weights=np.linspace(0, 2, 41))
    whole = train(network, weighted, how, folder=tmp_path / "whole")
    undisturbed = results(tmp_path / "whole")
    places = positions(network, weighted, how)
    assert len(places) > 4 * len(whole.history)
    for number, place in enumerate(places):
        folder = stopped_at(tmp_path / str(number), network, weighted, place, how)
        run = resume(folder, weighted)
        assert results(folder) == undisturbed
        assert run.network.digest == whole.network.digest
        assert run.history == whole.history
        assert run.certificate == whole.certificate
        assert (run.recipe, run.ended, run.folder) == (whole.recipe, whole.ended, folder)


def test_stopped_by_an_observer_again_and_again(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path, results: Results
) -> None:
    """An epoch of 800 batches lasts longer than a slice, so that the stops are in mid-epoch."""
    many = three.subset(np.arange(800) % 41)
    how = recipe.replaced(batch_size=1, epochs=1, learning_rate=1e-4, monitor="cost")
    train(network, many, how, folder=tmp_path / "whole")

    def stops(moment: TrainingProgress) -> bool:
        return True

    run = train(network, many, how, folder=tmp_path / "cut", observers=[stops])
    stopped = 0
    while run.ended == "stopped by an observer":
        stopped += 1
        assert run.history == ()
        run = resume(tmp_path / "cut", many, observers=[stops])
    assert stopped > 1
    assert results(tmp_path / "cut") == results(tmp_path / "whole")


def test_resuming_a_run_that_has_ended_changes_nothing(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path, results: Results
) -> None:
    how = recipe.replaced(monitor="cost")
    first = train(network, three, how, folder=tmp_path)
    before, checkpoints = results(tmp_path), names_in(tmp_path / "checkpoints")
    seen: list[TrainingProgress] = []
    again = resume(tmp_path, three, observers=[seen.append])
    assert results(tmp_path) == before
    assert names_in(tmp_path / "checkpoints") == checkpoints
    assert again.certificate == first.certificate
    assert seen == []


def test_a_validation_set_of_its_own(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path, results: Results
) -> None:
    how = recipe.replaced(monitor="validation_cost")
    validation = three.subset(slice(5, 20))
    train(network, three, how, validation=validation, folder=tmp_path / "whole")
    stops = [lambda moment: moment.position.epoch == 2]
    train(network, three, how, validation=validation, folder=tmp_path / "cut", observers=stops)
    resume(tmp_path / "cut", three, validation=validation)
    assert results(tmp_path / "cut") == results(tmp_path / "whole")


@pytest.mark.filterwarnings("ignore:.*An older checkpoint is used:RuntimeWarning")
@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_damaged_checkpoints_only_cost_time(
    network: Network,
    three: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    results: Results,
    damaged: int,
) -> None:
    train(network, three, recipe, folder=tmp_path / "whole")
    train(network, three, recipe, folder=tmp_path / "cut", checkpoint_seconds=0)
    checkpoints = tmp_path / "cut" / "checkpoints"
    for name in names_in(checkpoints)[-damaged:]:
        (checkpoints / name).write_bytes((checkpoints / name).read_bytes()[:-1])
    resume(tmp_path / "cut", three)
    assert results(tmp_path / "cut") == results(tmp_path / "whole")


def interrupted(folder: Path, network: Network, three: Dataset, recipe: Recipe) -> None:
    train(network, three, recipe, folder=folder, observers=[lambda m: m.position.epoch == 2])


def test_other_data_are_refused(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    interrupted(tmp_path, network, replace(three, source="points.csv"), recipe)
    inputs = three.inputs.copy()
    inputs[7, 2] ^= 1
    other = replace(three, inputs=inputs)
    before = names_in(tmp_path)
    with pytest.raises(IntegrityError) as caught:
        resume(tmp_path, other)
    assert str(caught.value) == (
        f"{tmp_path}: expected the data that it began with, digest {three.digest[:12]}…, "
        f"got {other.digest[:12]}…. Give the data set 'points.csv' as it was at the start."
    )
    assert names_in(tmp_path) == before


def test_another_validation_set_or_none_is_refused(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    validation = three.subset(slice(5, 20))
    train(
        network,
        three,
        recipe,
        validation=validation,
        folder=tmp_path,
        observers=[lambda moment: True],
    )
    for other, got in ((None, "None"), (three, three.digest[:12])):
        with pytest.raises(IntegrityError) as caught:
            resume(tmp_path, three, validation=other)
        assert str(caught.value) == (
            f"{tmp_path}: expected the data that it began with, validation_digest "
            f"{validation.digest[:12]}…, got {got}…. Give the data set '' as it was at the start."
        )


def test_a_validation_set_where_there_was_none_is_refused(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    interrupted(tmp_path, network, three, recipe)
    with pytest.raises(IntegrityError):
        resume(tmp_path, three, validation=three)


def changed(folder: Path, old: str, new: str) -> None:
    path = folder / "run.json"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_recipe_whose_update_keeps_another_state_is_refused(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    interrupted(tmp_path, network, three, recipe)
    changed(tmp_path, '"optimiser": "adam"', '"optimiser": "momentum"')
    with pytest.raises(DataError) as caught:
        resume(tmp_path, three)
    assert str(caught.value) == (
        f"{tmp_path}: expected checkpoints with parameters (43,) and state (1, 43), "
        "got (43,) and (2, 43). run.json or the checkpoints were changed after the run began."
    )


def test_a_checkpoint_of_another_network_is_refused(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    interrupted(tmp_path, network, three, recipe)
    newest = RunFolder(tmp_path).newest()
    arrays = {"parameters": np.zeros(7, np.float32), "state": np.zeros((2, 7), np.float32)}
    alien = replace(newest, batch=newest.batch + 1, best=None, **arrays)
    write_checkpoint(tmp_path / "checkpoints", alien)
    with pytest.raises(DataError) as caught:
        resume(tmp_path, three)
    assert str(caught.value) == (
        f"{tmp_path}: expected checkpoints with parameters (43,) and state (2, 43), "
        "got (7,) and (2, 7). run.json or the checkpoints were changed after the run began."
    )


def test_a_first_checkpoint_that_is_lost(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    interrupted(tmp_path, network, three, recipe)
    first = tmp_path / "checkpoints" / "epoch-000000-batch-00000000.safetensors"
    write_sealed(first, {}, {"format": "else"})
    with pytest.raises(DataError) as caught:
        resume(tmp_path, three)
    assert str(caught.value) == (
        f"{first}: expected a file of format 'chainrule checkpoint 1', got 'else'."
    )
    first.unlink()
    with pytest.raises(ChainruleError) as lost:
        resume(tmp_path, three)
    assert str(lost.value) == (f"{first}: expected a readable file, got No such file or directory.")


def test_what_a_kill_left_half_written_goes(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path, results: Results
) -> None:
    interrupted(tmp_path / "a", network, three, recipe)
    (tmp_path / "a" / "snapshots").mkdir()
    halves = ("history.jsonl.k1", "checkpoints/.epoch-000002.k2", "snapshots/.epoch-000004.k3")
    for name in (f".{halves[0]}.part", f"{halves[1]}.part", f"{halves[2]}.part"):
        (tmp_path / "a" / name).write_text("half", encoding="utf-8")
    resume(tmp_path / "a", three)
    train(network, three, recipe, folder=tmp_path / "b")
    assert results(tmp_path / "a") == results(tmp_path / "b")
