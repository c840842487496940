"""The only loop: how runs end, what is restored, who looks on."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import signal
import threading
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.history import EpochRecord
from chainrule.errors import DivergenceError, FileError, InputError, TrainingInterrupted
from chainrule.network.network import Network
from chainrule.recipe import MONITORS, Recipe
from chainrule.storage import names_in
from chainrule.training.epoch_end import monitor_value
from chainrule.training.loop import resume, train
from chainrule.training.observers import TrainingProgress
from chainrule.training.run_folder import RunFolder
from chainrule.training.run_recorder import Run

Results = Callable[[Path], dict[str, bytes]]


def bits(run: Run) -> tuple[str, ...]:
    return (run.network.digest, *(record.weights_sha256 for record in run.history))


def test_a_run_learns_and_tells_how(network: Network, three: Dataset, recipe: Recipe) -> None:
    run = train(network, three, recipe.replaced(epochs=30))
    assert [record.epoch for record in run.history] == list(range(1, 31))
    assert run.history[-1].cost < 0.8 * run.history[0].cost
    assert run.ended == "all epochs done"
    assert run.folder is None
    assert run.seconds > 0
    assert run.recipe == recipe.replaced(epochs=30)
    assert run.network.digest == run.history[-1].weights_sha256
    assert run.network.class_names == ("a", "b", "c")


def test_the_given_network_is_not_changed(network: Network, three: Dataset, recipe: Recipe) -> None:
    before = network.digest
    train(network, three, recipe)
    assert hashlib.sha256(network.parameters.tobytes()).hexdigest() == before


def test_the_seed_fixes_the_bits(network: Network, three: Dataset, recipe: Recipe) -> None:
    runs = [bits(train(network, three, recipe.replaced(seed=seed))) for seed in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


def test_a_drawn_seed_is_recorded_and_gives_the_run_again(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    run = train(network, three, recipe.replaced(seed=None))
    assert run.recipe.seed is not None
    assert run.certificate["recipe"]["seed"] == run.recipe.seed
    assert bits(train(network, three, run.recipe)) == bits(run)


def test_no_epochs(network: Network, three: Dataset, tmp_path: Path, results: Results) -> None:
    run = train(network, three, Recipe(epochs=0, monitor="cost"), folder=tmp_path)
    assert run.ended == "all epochs done"
    assert run.history == ()
    assert run.network.digest == network.digest
    assert run.network.architecture.activations == ("tanh", "softmax")
    assert results(tmp_path)["history.jsonl"] == b""
    assert RunFolder(tmp_path).network().digest == network.digest


def test_a_run_in_another_thread_has_the_same_bits(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    found: list[tuple[str, ...]] = []
    threads = [
        threading.Thread(target=lambda: found.append(bits(train(network, three, recipe))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [bits(train(network, three, recipe))] * 3


def test_nothing_warns(network: Network, three: Dataset, recipe: Recipe, tmp_path: Path) -> None:
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in ("float32", "float64"):
            described = Network.create([4, 5, 3], "gelu", dtype=dtype, seed=1)
            train(described, three, recipe, folder=tmp_path / dtype)


# A rate at which this set's cost rises and falls.
RESTLESS: dict[str, Any] = {"optimiser": "momentum", "learning_rate": 3.0, "epochs": 12}


def best_of(run: Run, monitor: str) -> int:
    """The epoch that is best by the monitor, the first of equals."""
    values = [getattr(record, monitor) for record in run.history]
    return 1 + values.index(max(values) if monitor.endswith("accuracy") else min(values))


@pytest.mark.parametrize("monitor", MONITORS)
def test_the_best_weights_are_restored_at_the_natural_end(
    network: Network, three: Dataset, recipe: Recipe, monitor: str
) -> None:
    how = recipe.replaced(**RESTLESS, l2=0.01, validation_fraction=0.3)
    run = train(network, three, how.replaced(monitor=monitor))
    best = best_of(run, monitor)
    assert 1 <= best < 12, "the test needs a run that gets worse again"
    assert run.ended == "all epochs done"
    assert run.certificate["best_epoch"] == best
    assert run.network.digest == run.history[best - 1].weights_sha256
    last = train(network, three, how)
    assert last.network.digest == last.history[-1].weights_sha256 != run.network.digest


@pytest.mark.parametrize("monitor", MONITORS)
@pytest.mark.parametrize("patience", [1, 3])
def test_early_stopping(
    network: Network, three: Dataset, recipe: Recipe, monitor: str, patience: int
) -> None:
    how = recipe.replaced(
        **{**RESTLESS, "epochs": 100}, validation_fraction=0.3, monitor=monitor, patience=patience
    )
    run = train(network, three, how)
    assert run.ended == "early stopping"
    assert len(run.history) == best_of(run, monitor) + patience < 100
    assert run.network.digest == run.history[best_of(run, monitor) - 1].weights_sha256


def test_progress_of_no_more_than_min_delta_is_none(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    how = recipe.replaced(monitor="cost", patience=2, epochs=50, learning_rate=1e-4)
    patient = train(network, three, how)
    assert patient.ended == "all epochs done"
    strict = train(network, three, how.replaced(min_delta=0.5))
    assert strict.ended == "early stopping"
    assert len(strict.history) == 3
    # What was gained is kept all the same.
    assert strict.network.digest == strict.history[2].weights_sha256


def test_an_observer_stops_the_run(network: Network, three: Dataset, recipe: Recipe) -> None:
    how = recipe.replaced(**RESTLESS, monitor="cost")
    run = train(network, three, how, observers=[lambda moment: moment.position.epoch == 4])
    assert run.ended == "stopped by an observer"
    assert len(run.history) == 4
    best = best_of(run, "cost")
    assert run.network.digest == run.history[best - 1].weights_sha256


def test_what_observers_see(network: Network, three: Dataset, recipe: Recipe) -> None:
    seen: list[TrainingProgress] = []
    run = train(network, three, recipe, observers=[seen.append])
    ends = [moment for moment in seen if moment.epoch_ended]
    assert [len(moment.position.history) for moment in ends] == [1, 2, 3, 4]
    assert seen[-1].fraction_done == 1.0
    assert {(moment.epochs, moment.batches) for moment in seen} == {(4, 6)}
    assert ends[-1].position.history == run.history


def test_observers_cannot_change_the_result(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    def writes(moment: TrainingProgress) -> None:
        moment.position.parameters[...] = 0

    def changes(moment: TrainingProgress) -> None:
        moment.position.best.parameters[...] = 0  # type: ignore[union-attr]

    with pytest.warns(RuntimeWarning) as told:
        run = train(network, three, recipe.replaced(monitor="cost"), observers=[writes, changes])
    assert {str(w.message) for w in told} == {
        "train: an observer is no longer called, because it raised ValueError: "
        "assignment destination is read-only"
    }
    assert bits(run) == bits(train(network, three, recipe.replaced(monitor="cost")))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_gives_the_run_so_far(
    network: Network, three: Dataset, recipe: Recipe, number: signal.Signals, tmp_path: Path
) -> None:
    def interrupts(moment: TrainingProgress) -> None:
        if moment.position.epoch == 5:
            signal.raise_signal(number)

    how = recipe.replaced(**RESTLESS, monitor="cost")
    before = signal.getsignal(number)
    with pytest.raises(TrainingInterrupted) as caught:
        train(network, three, how, folder=tmp_path, observers=[interrupts])
    run = caught.value.run
    assert signal.getsignal(number) is before
    assert isinstance(caught.value, KeyboardInterrupt)
    assert str(caught.value) == (
        "train: interrupted; the error's attribute 'run' holds the run up to this point."
    )
    assert run.ended == run.certificate["ended"] == "interrupted"
    assert len(run.history) == 5
    assert run.network.digest == run.history[best_of(run, "cost") - 1].weights_sha256
    assert RunFolder(tmp_path).network().digest == run.network.digest


def test_an_interruption_at_the_very_end_is_no_interruption(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    def interrupts(moment: TrainingProgress) -> None:
        if moment.position.epoch == 4:
            signal.raise_signal(signal.SIGINT)

    run = train(network, three, recipe, observers=[interrupts])
    assert run.ended == "all epochs done"


def test_two_interruptions_stop_at_once_and_the_run_goes_on_later(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path, results: Results
) -> None:
    def interrupts(moment: TrainingProgress) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        train(network, three, recipe, folder=tmp_path / "a", observers=[interrupts])
    assert not isinstance(caught.value, TrainingInterrupted)
    assert "certificate.json" not in names_in(tmp_path / "a")
    resume(tmp_path / "a", three)
    train(network, three, recipe, folder=tmp_path / "b")
    assert results(tmp_path / "a") == results(tmp_path / "b")


def test_a_divergence_gives_the_run_so_far(line: Dataset, tmp_path: Path) -> None:
    """Above a rate of about 1.4, each step goes farther than the last."""
    how = Recipe(cost="squared_error", optimiser="sgd", learning_rate=1.9, batch_size=8,
                 epochs=400, monitor="cost", seed=0)  # fmt: skip
    start = Network.create([1, 1], "identity")
    with pytest.raises(DivergenceError) as caught:
        train(start, line, how, folder=tmp_path)
    run = caught.value.run
    assert run.ended == run.certificate["ended"] == "diverged"
    assert 10 < len(run.history) < 400
    assert str(caught.value) == (
        f"train: expected finite numbers, got inf in cost (layer 1) at epoch "
        f"{len(run.history) + 1}, batch 1. The step was not taken; the parameters before it are "
        "kept. Lower the learning rate, for example to 0.19, or set clip_norm, for example to 1."
    )
    assert run.network.digest == run.history[0].weights_sha256
    assert RunFolder(tmp_path).network().digest == run.network.digest
    lines = (tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(text)["epoch"] for text in lines] == [r.epoch for r in run.history]
    with pytest.raises(DivergenceError) as again:
        resume(tmp_path, line)
    assert str(again.value) == str(caught.value)


def test_notes_are_kept(network: Network, three: Dataset, tmp_path: Path) -> None:
    train(network, three, Recipe(epochs=0), folder=tmp_path, notes={"how": ["é", 1]})
    assert RunFolder(tmp_path).facts().notes == {"how": ["é", 1]}


def test_a_run_never_changes(network: Network, three: Dataset) -> None:
    run = train(network, three, Recipe(epochs=0))
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.ended = "else"  # type: ignore[misc]


def test_checkpoints_on_the_way(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    seen = []

    def look(moment: TrainingProgress) -> None:
        lines = (tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines()
        newest = RunFolder(tmp_path).newest()
        seen.append((newest.epoch, newest.batch, len(lines)))
        assert newest.parameters.tobytes() == moment.position.parameters.tobytes()

    train(network, three, recipe, folder=tmp_path, observers=[look], checkpoint_seconds=0)
    assert seen[-1] == (4, 0, 4)
    assert [place for place in seen if not place[1]] == [(k, 0, k) for k in (1, 2, 3, 4)]


def test_no_checkpoint_before_its_time(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    seen = []

    def look(moment: TrainingProgress) -> None:
        seen.append("history.jsonl" in names_in(tmp_path))

    train(network, three, recipe, folder=tmp_path, observers=[look], checkpoint_seconds=1e9)
    assert set(seen) == {False}


class Disk:
    """An observer that fills the disk after the first epoch and makes room after the third."""

    def __init__(self, full: AbstractContextManager[None]) -> None:
        self.full = full

    def __call__(self, moment: TrainingProgress) -> None:
        if moment.epoch_ended and moment.position.epoch == 1:
            self.full.__enter__()
        if moment.epoch_ended and moment.position.epoch == 3:
            self.full.__exit__(None, None, None)


def test_a_disk_that_is_full_for_a_while_is_told_of_once_and_the_run_is_whole(
    network: Network,
    three: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    full_disk: Callable[[int], AbstractContextManager[None]],
    results: Results,
) -> None:
    disk = Disk(full_disk(0))
    with pytest.warns(RuntimeWarning) as told:
        train(network, three, recipe, folder=tmp_path / "a", observers=[disk],
              checkpoint_seconds=0)  # fmt: skip
    (warning,) = [str(w.message) for w in told]
    assert warning.startswith(f"{tmp_path / 'a' / 'checkpoints'}/epoch-00000")
    assert warning.endswith(
        ".safetensors: expected a file that can be written, got File too large. "
        "The training continues."
    )
    train(network, three, recipe, folder=tmp_path / "b")
    assert results(tmp_path / "a") == results(tmp_path / "b")


def test_a_disk_that_stays_full_is_an_error_and_the_run_may_go_on_later(
    network: Network,
    three: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    full_disk: Callable[[int], AbstractContextManager[None]],
    results: Results,
) -> None:
    full = full_disk(0)

    def fills(moment: TrainingProgress) -> None:
        if moment.position.epoch == 2 and moment.epoch_ended:
            full.__enter__()

    with pytest.raises(FileError) as caught:
        train(network, three, recipe, folder=tmp_path / "a", observers=[fills])
    full.__exit__(None, None, None)
    path = tmp_path / "a" / "checkpoints" / "epoch-000004-batch-00000000.safetensors"
    assert str(caught.value) == (
        f"{path}: expected a file that can be written, got File too large."
    )
    resume(tmp_path / "a", three)
    train(network, three, recipe, folder=tmp_path / "b")
    assert results(tmp_path / "a") == results(tmp_path / "b")


@pytest.mark.parametrize("threads", [0, -2, 1.5, "all", True])
def test_numbers_of_threads_that_are_none(
    network: Network, three: Dataset, recipe: Recipe, threads: object
) -> None:
    with pytest.raises(InputError) as caught:
        train(network, three, recipe, threads=threads)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "train: expected threads to be a whole number at least 1 or none, "
        f"got {threads!r} ({type(threads).__name__}). threads: number of threads that "
        f"compute at once."
    )


def test_threads_change_no_bit(network: Network, three: Dataset, recipe: Recipe) -> None:
    """As many as are wanted; wide networks by several threads are in the contracts."""
    found = {train(network, three, recipe, threads=n).network.digest for n in (None, 1, 2, 64)}
    assert len(found) == 1


def test_patience_reads_each_epoch_once(
    network: Network, three: Dataset, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def counted(record: EpochRecord, monitor: str) -> float:
        read.append(record.epoch)
        return monitor_value(record, monitor)

    monkeypatch.setattr("chainrule.training.epoch_end.monitor_value", counted)
    train(network, three, recipe.replaced(monitor="cost", patience=60, epochs=60))
    # Once for the best weights and once for patience.
    assert sorted(read) == sorted([*range(1, 61)] * 2)


def test_a_disk_without_room_for_the_last_checkpoint_still_has_the_network(
    network: Network,
    three: Dataset,
    recipe: Recipe,
    tmp_path: Path,
    full_disk: Callable[[int], AbstractContextManager[None]],
) -> None:
    longer = recipe.replaced(epochs=40)
    whole = train(network, three, longer, folder=tmp_path / "b")
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "b").rglob("*.safetensors")}
    full = full_disk(sizes["network.safetensors"])
    assert sizes["network.safetensors"] < sizes["epoch-000040-batch-00000000.safetensors"]

    def fills(moment: TrainingProgress) -> None:
        if moment.position.epoch == 39 and moment.epoch_ended:
            full.__enter__()

    with pytest.raises(FileError, match="epoch-000040-batch-00000000") as caught:
        train(network, three, longer, folder=tmp_path / "a", observers=[fills])
    full.__exit__(None, None, None)
    assert caught.value.run.network.digest == whole.network.digest  # type: ignore[union-attr]
    assert RunFolder(tmp_path / "a").network().digest == whole.network.digest


@pytest.mark.parametrize("schedule", ["constant", "cosine_restarts"])
def test_snapshots_without_cycles_are_warned_of(
    network: Network, three: Dataset, recipe: Recipe, schedule: str
) -> None:
    asked = recipe.replaced(schedule=schedule, snapshots=True)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        train(network, three, asked)
    assert [str(one.message) for one in told] == [
        "train: no snapshots are saved, since the schedule constant has no cycles. "
        "Set schedule to cosine_restarts, or leave snapshots out."
    ] * (schedule == "constant")
