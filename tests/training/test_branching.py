"""Branches of saved runs: the parent's position to the bit, another recipe from there on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import DataError, InputError, IntegrityError
from chainrule.network.network import Network
from chainrule.network.sealed_file import read_sealed, write_sealed
from chainrule.recipe import Recipe
from chainrule.storage import names_in
from chainrule.training.branching import branch_position
from chainrule.training.loop import branch, resume, train
from chainrule.training.run_folder import RunFolder
from chainrule.training.setup import prepare_training, restore_training
from chainrule.training.verification import verify


@pytest.fixture
def run(network: Network, three: Dataset, recipe: Recipe, tmp_path: Path) -> Path:
    """A run of four epochs, without checkpoints between its ends."""
    train(network, three, recipe.replaced(engine="reference"), folder=tmp_path / "run")
    return tmp_path / "run"


def recipe_of(folder: Path, **changes: Any) -> Recipe:
    return RunFolder(folder).facts().recipe.replaced(**changes)


@pytest.mark.parametrize("epoch", [0, 1, 2, 3])
def test_a_branch_that_changes_nothing_is_the_run(
    run: Path, three: Dataset, tmp_path: Path, epoch: int
) -> None:
    whole = RunFolder(run)
    again = branch(run, epoch, recipe_of(run), three, folder=tmp_path / "branch")
    assert again.history == whole.newest().history
    assert again.network.digest == whole.network().digest
    kept = RunFolder(tmp_path / "branch")
    assert (kept.newest().step, kept.first().epoch) == (whole.newest().step, epoch)
    assert (tmp_path / "branch" / "history.jsonl").read_bytes() == (
        run / "history.jsonl"
    ).read_bytes()


def test_a_branch_goes_on_by_its_own_recipe(run: Path, three: Dataset, tmp_path: Path) -> None:
    made = branch(run, 2, recipe_of(run, learning_rate=0.1), three, folder=tmp_path / "b")
    was = RunFolder(run).newest().history
    assert made.history[:2] == was[:2]
    assert [record.learning_rate for record in made.history] == [0.02, 0.02, 0.1, 0.1]
    assert made.history[2].weights_sha256 != was[2].weights_sha256
    origin = RunFolder(tmp_path / "b").facts().parent
    assert origin is not None
    assert (origin.run, origin.epoch, origin.step) == (str(run), 2, 12)
    assert origin.weights_sha256 == was[1].weights_sha256
    assert origin.tensor_sha256 == was[1].tensor_sha256
    assert made.certificate["parent"]["weights_sha256"] == origin.weights_sha256


def test_a_branch_that_was_stopped_goes_on(run: Path, three: Dataset, tmp_path: Path) -> None:
    recipe = recipe_of(run, learning_rate=0.1, monitor="cost")
    whole = branch(run, 1, recipe, three, folder=tmp_path / "whole")
    stop = {"observers": [lambda progress: True]}
    stopped = branch(run, 1, recipe, three, folder=tmp_path / "b", **stop)
    assert len(stopped.history) < 4
    resumed = resume(tmp_path / "b", three)
    assert resumed.network.digest == whole.network.digest
    assert resumed.certificate == whole.certificate
    assert verify(tmp_path / "b", three).holds


def test_in_memory(run: Path, three: Dataset) -> None:
    made = branch(run, 3, recipe_of(run, epochs=6), three)
    assert (made.folder, len(made.history)) == (None, 6)


def test_kept_epochs_are_where_a_branch_begins(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    train(network, three, recipe, folder=tmp_path / "run", keep_epochs=True)
    places = [f"epoch-{k:06d}-batch-00000000.safetensors" for k in range(5)]
    assert names_in(tmp_path / "run" / "checkpoints") == places
    assert RunFolder(tmp_path / "run").nearest(2, 3).epoch == 2
    branch(tmp_path / "run", 3, recipe, three, folder=tmp_path / "b", keep_epochs=True)
    assert names_in(tmp_path / "b" / "checkpoints") == places[3:]
    assert verify(tmp_path / "b", three).holds
    (tmp_path / "run" / "checkpoints" / places[2]).unlink()
    assert verify(tmp_path / "run", three).difference == (
        f"checkpoints/{places[2]}: missing, though the checkpoint of every epoch is kept"
    )


def test_a_branch_is_verified_from_the_start_of_its_parents(
    run: Path, three: Dataset, tmp_path: Path
) -> None:
    branch(run, 1, recipe_of(run, learning_rate=0.1), three, folder=tmp_path / "b")
    branch(tmp_path / "b", 3, recipe_of(run, epochs=5), three, folder=tmp_path / "c")
    found = verify(tmp_path / "c", three)
    assert (found.holds, found.epochs, found.start) == (True, 5, f"the start of {run}")
    run.rename(tmp_path / "moved")
    found = verify(tmp_path / "c", three)
    gone = f"the recorded position after epoch 1; {run} is not there"
    assert (found.holds, found.epochs, found.start) == (False, 4, gone)
    (unaccounted,) = found.differences
    assert unaccounted.startswith(f"the start is not accounted for: it was computed from {gone}")
    found = verify(tmp_path / "b", three, parent=tmp_path / "moved")
    assert (found.holds, found.epochs) == (True, 4)


def test_another_parent_is_named(run: Path, three: Dataset, tmp_path: Path) -> None:
    branch(run, 2, recipe_of(run, learning_rate=0.1), three, folder=tmp_path / "b")
    other = tmp_path / "other"
    train(Network.create([4, 5, 3], "tanh", seed=2), three, recipe_of(run), folder=other)
    found = verify(tmp_path / "b", three, parent=other)
    assert found.difference.startswith("run.json: parent.weights_sha256 is ")
    assert any("run.json: parent.tensor_sha256.W[1] is " in text for text in found.differences)


def test_a_run_that_names_itself_as_its_parent(run: Path, three: Dataset, tmp_path: Path) -> None:
    branch(run, 2, recipe_of(run), three, folder=tmp_path / "b")
    assert verify(tmp_path / "b", three, parent=tmp_path / "b").epochs == 2
    (tmp_path / "file").touch()
    found = verify(tmp_path / "b", three, parent=tmp_path / "file")
    assert found.start.endswith("file is not there")


@pytest.mark.parametrize(
    ("epoch", "changes", "words"),
    [
        (5, {}, "expected an epoch from 0 to 4 to branch from, got 5. 4 epochs of this run have"),
        (4, {}, "expected a recipe by which the training goes on after epoch 4, got one by which"),
        (2, {"epochs": 2}, "it has ended: all epochs done. Set epochs above 2, or a longer"),
        (2, {"cost": "squared_error"}, "expected a branch with cost categorical_cross_entropy"),
        (2, {"normalisation": "batch"}, "expected a branch with normalisation none, as its"),
        (2, {"huber_threshold": 2.0}, "expected a branch with huber_threshold 1.0"),
        (2, {"seed": 4, "validation_fraction": 0.2}, "got another seed and validation_fraction"),
    ],
)
def test_what_cannot_be_a_branch(
    run: Path, three: Dataset, tmp_path: Path, epoch: int, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as caught:
        branch(run, epoch, recipe_of(run, **changes), three, folder=tmp_path / "b")
    assert words in str(caught.value)
    assert not (tmp_path / "b").exists()


def test_adam_needs_a_state_of_its_own(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    how = recipe.replaced(optimiser="sgd", epochs=1)
    train(network, three, how, folder=tmp_path / "run")
    with pytest.raises(InputError) as caught:
        branch(tmp_path / "run", 1, how.replaced(optimiser="adam", epochs=2), three)
    assert str(caught.value) == (
        "train: expected a branch with optimiser sgd, as its parent's, got another. adam corrects "
        "its means by the number of steps since they were 0. Branch from epoch 0, or leave "
        "optimiser as it was."
    )
    fresh = branch(tmp_path / "run", 0, how.replaced(optimiser="adam"), three)
    direct = train(network, three, how.replaced(optimiser="adam"))
    assert fresh.network.digest == direct.network.digest
    other = branch(tmp_path / "run", 1, how.replaced(optimiser="momentum", epochs=2), three)
    assert len(other.history) == 2
    to_lbfgs = how.replaced(optimiser="lbfgs", engine="reference", epochs=2)
    assert len(branch(tmp_path / "run", 1, to_lbfgs, three).history) == 2


def test_a_run_whose_weights_are_others_than_recorded(
    run: Path, three: Dataset, tmp_path: Path
) -> None:
    """As if this software gave other bits: the recipe on disk is not the one that was used."""
    whole = json.loads((run / "run.json").read_bytes())
    whole["recipe"]["learning_rate"] = 0.021
    (run / "run.json").write_text(json.dumps(whole))
    with pytest.raises(IntegrityError) as caught:
        branch(run, 2, recipe_of(run), three)
    assert str(caught.value).endswith(
        "Computed again, the run gives other bits than it had. See what differs: "
        f"chainrule verify {run}."
    )


@pytest.fixture
def moved(network: Network, three: Dataset, tmp_path: Path) -> Callable[..., Any]:
    """The position after the second epoch of one recipe in the terms of another."""

    def move(recipe: Recipe, **changes: Any) -> Any:
        folder = tmp_path / "moved"
        shutil.rmtree(folder, ignore_errors=True)
        train(network, three, recipe.replaced(epochs=2), folder=folder)
        before = restore_training(RunFolder(folder), three)
        position = RunFolder(folder).newest()
        after = prepare_training(network, three, recipe.replaced(epochs=9, **changes))
        return position, branch_position(before, position, after)

    return move


def test_corrected_means_stay_what_they_are(moved: Callable[..., Any], recipe: Recipe) -> None:
    was, now = moved(recipe, batch_size=4, beta1=0.8)
    assert (was.step, now.step) == (12, 22)
    for row, (old, new) in enumerate(((0.9, 0.8), (0.999, 0.999))):
        before = was.state[row] / (1 - old**was.step)
        after = now.state[row] / (1 - new**now.step)
        np.testing.assert_allclose(after, before, rtol=1e-6)
    assert not now.state.flags.writeable


def test_an_average_goes_on_or_begins(moved: Callable[..., Any], recipe: Recipe) -> None:
    ema = recipe.replaced(averaging="ema", averaging_start=0.0)
    was, now = moved(ema)
    assert now.state[-1].tobytes() == was.state[-1].tobytes()
    was, now = moved(ema, averaging="none")
    assert now.state.shape == (2, was.parameters.size)
    was, now = moved(recipe, averaging="swa", averaging_start=0.0)
    assert now.state[-1].tobytes() == was.parameters.tobytes()
    was, now = moved(recipe, averaging="swa", averaging_start=0.9)
    assert not now.state[-1].any()


def test_the_best_weights_are_those_of_one_monitor(
    moved: Callable[..., Any], recipe: Recipe
) -> None:
    watched = recipe.replaced(monitor="cost")
    was, now = moved(watched)
    assert now.best is was.best
    assert moved(watched, monitor="accuracy")[1].best is None


def test_a_checkpoint_with_another_state_is_refused(
    run: Path, three: Dataset, tmp_path: Path
) -> None:
    """Such a one is well sealed; a branch would compute with it."""
    for path in RunFolder(run).checkpoints():
        tensors, facts = read_sealed(path)
        write_sealed(path, {**tensors, "state": tensors["state"][:1]}, facts)
    with pytest.raises(DataError, match=r"expected parameters .* and state \(2, .* got .*\(1, "):
        branch(run, 1, recipe_of(run), three, folder=tmp_path / "b")
