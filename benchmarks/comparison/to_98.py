"""How long a training takes that ends with 98 % of MNIST's test images right."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Table
from chainrule.evaluation import MISSING, percent_text
from comparison.bench_settings import EPOCH_SECONDS, WARM_SECONDS, Bench
from comparison.cases import Case
from comparison.peers.contract import Peer
from comparison.peers.ours import reference_outputs
from comparison.processes import PeerError, Worker
from comparison.remarks import add_remarks
from comparison.workload import Examples, Job, load_examples, load_tensors, write_job

__all__ = [
    "GOAL",
    "RECIPES",
    "SEEDS",
    "GoalRow",
    "goal_tables",
    "measure_accuracy",
    "measure_goal",
    "recipe",
]

GOAL = 0.98
"""Share of the test images to be right."""
SEEDS = (0, 1, 2)
_SCHEDULE = "one_cycle"


def recipe(hidden: int, batch_size: int, optimiser: str, rate: float, epochs: int) -> Case:
    """A training of one hidden layer of ReLU on all of MNIST, by one cycle of the rate.

    Args:
        hidden: its neurons.
        batch_size: examples a step.
        optimiser: "sgd" or "adam".
        rate: the greatest learning rate.
        epochs: of the run.
    """
    return Case(
        layers=(784, hidden, 10),
        batch_size=batch_size,
        examples=60_000 // batch_size * batch_size,
        optimiser=optimiser,
        learning_rate=rate,
        schedule=_SCHEDULE,
        epochs=epochs,
    )


RECIPES: Mapping[str, Case] = {
    "chainrule": recipe(128, 128, "adam", 0.008, 6),
    "numpy": recipe(128, 128, "adam", 0.008, 6),
    "sklearn": recipe(128, 128, "adam", 0.008, 6),
    "torch": recipe(128, 128, "adam", 0.008, 6),
    "torch-compile": recipe(128, 128, "adam", 0.008, 6),
    "jax": recipe(128, 128, "adam", 0.008, 6),
}
"""What each peer trains by: of the trainings that search.py found to reach the goal on images held
out of the training set with every seed, the one that takes this peer the least time."""


@dataclass(frozen=True)
class GoalRow:
    """One peer on its way to the goal.

    Args:
        peer: its name.
        title: its name in tables.
        recipe: how it trains, in words.
        seconds: of training, a number a seed; compiling and loading are left out.
        accuracies: on the test images, a share a seed.
        note: why there are none, or that the goal was missed.
        times: how many times as long as chainrule it takes; of the medians.
    """

    peer: str
    title: str
    recipe: str = ""
    seconds: tuple[float, ...] = ()
    accuracies: tuple[float, ...] = ()
    note: str = ""
    times: float | None = None


def measure_goal(bench: Bench, recipes: Mapping[str, Case] = RECIPES) -> tuple[GoalRow, ...]:
    """Train every peer by its own recipe with each seed, seed after seed.

    Args:
        bench: the run.
        recipes: how to train, by the peer's name.
    """
    peers = [peer for peer in bench.peers if peer.name in recipes]
    test, rows = load_examples("mnist", "test"), {p.name: GoalRow(p.name, p.title) for p in peers}
    for seed in SEEDS[:1] if bench.settings.quick else SEEDS:
        for peer in peers:
            if not rows[peer.name].note:
                bench.progress(f"time to 98 %: {peer.title}, seed {seed}")
                rows[peer.name] = _further(
                    bench, peer, rows[peer.name], replace(recipes[peer.name], seed=seed), test
                )
    return _compared([_judged(row) for row in rows.values()])


def _further(bench: Bench, peer: Peer, row: GoalRow, case: Case, test: Examples) -> GoalRow:
    """The row with one more seed."""
    row = replace(row, recipe=_words(case))
    try:
        bench.require(peer, case)
        write_job(bench.folder, case)
        seconds = _trained(bench.processes.worker(peer), case)
    except PeerError as reason:
        return replace(row, note=str(reason))
    accuracy = measure_accuracy(case, load_tensors(bench.folder / f"{peer.name}.npz"), test)
    return replace(row, seconds=(*row.seconds, seconds), accuracies=(*row.accuracies, accuracy))


def _trained(worker: Worker, case: Case) -> float:
    """Train a whole run from the first weights, leave the last ones in a file, and say how long."""
    worker.ask("start", seconds=WARM_SECONDS, case=case.to_dict())
    worker.ask("warm", seconds=WARM_SECONDS, checked=1)
    worker.ask("restart", seconds=WARM_SECONDS)
    epochs = range(case.epochs)
    seconds = sum(worker.ask("epoch", seconds=EPOCH_SECONDS, number=n) for n in epochs)
    worker.ask("keep", seconds=WARM_SECONDS)
    return float(seconds)


Array = NDArray[Any]


def measure_accuracy(
    case: Case, tensors: tuple[tuple[Array, ...], tuple[Array, ...]], images: Examples
) -> float:
    """The share of images that weights of a case's network classify rightly."""
    outputs = reference_outputs(Job(case, images, *tensors), images.floats, "float32")
    return float(np.mean(outputs.argmax(axis=1) == images.labels))


def _words(case: Case) -> str:
    hows = f"{case.optimiser}, {case.schedule} at {case.learning_rate:g}, batch {case.batch_size}"
    return f"{case.shape}, {hows}, {case.epochs} epochs"


def _judged(row: GoalRow) -> GoalRow:
    missed = sum(accuracy < GOAL for accuracy in row.accuracies)
    if not missed:
        return row
    return replace(row, note=f"missed the goal with {missed} of {len(row.accuracies)} seeds")


def _compared(rows: list[GoalRow]) -> tuple[GoalRow, ...]:
    ours = next((r.seconds for r in rows if r.peer == "chainrule" and r.seconds), None)
    if not ours:
        return tuple(rows)
    base = statistics.median(ours)
    return tuple(
        replace(r, times=statistics.median(r.seconds) / base) if r.seconds else r for r in rows
    )


def goal_tables(rows: tuple[GoalRow, ...]) -> tuple[Table, ...]:
    """The rows as a table."""
    header = ("peer", "seconds", "least", "greatest", "times", "test accuracy", "recipe")
    note = "Time of training alone, of all epochs; the test images are used once, at the end."
    noted = add_remarks(note, ((r.title, r.note) for r in rows))
    return (Table("Time to 98 % on MNIST", header, tuple(map(_cells, rows)), noted),)


def _cells(row: GoalRow) -> tuple[str, ...]:
    if not row.seconds:
        return (row.title, *[MISSING] * 5, row.recipe)
    ends = (statistics.median(row.seconds), min(row.seconds), max(row.seconds))
    times = MISSING if row.times is None else f"{row.times:.1f}"
    accuracies = ", ".join(percent_text(a) for a in row.accuracies)
    return (row.title, *(f"{s:.2f}" for s in ends), times, accuracies, row.recipe)
