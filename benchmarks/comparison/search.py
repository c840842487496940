"""The search behind the recipes of to_98.py: what reaches 98 % on images held out of training.

    cd benchmarks
    python -m comparison.search accuracy PEER      CSV: recipe, held-out accuracy by seed
    python -m comparison.search seconds PEER FILE  the recipes of FILE that reach the goal, by the
                                                   time that they take the peer

The last 10,000 training images are held out; the test images are never looked at. All peers compute
the same, so that one of them finds the accuracies for all, and each is asked for its own times.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from chainrule.storage import read_bytes
from comparison.cases import Case
from comparison.environment import available_threads
from comparison.peers.contract import Peer, Session
from comparison.peers.table import PEERS
from comparison.to_98 import GOAL, SEEDS, measure_accuracy, recipe
from comparison.workload import Examples, Job, draw_start_weights, load_examples

__all__ = ["EPOCHS", "GRID", "accuracies", "candidates", "reaching", "row_of"]

HELD_OUT = 10_000
GRID: tuple[dict[str, tuple[Any, ...]], ...] = (
    {
        "hidden": (128, 192, 256, 384),
        "batch_size": (32, 64, 128),
        "optimiser": ("adam",),
        "rate": (0.002, 0.004, 0.008),
    },
    {
        "hidden": (128, 192, 256, 384),
        "batch_size": (8, 16, 32, 64),
        "optimiser": ("sgd",),
        "rate": (0.1, 0.2, 0.4, 0.8),
    },
)
"""What is tried, every combination in each of the two, with as few epochs as reach the goal."""

EPOCHS = (3, 4, 5, 6)
COLUMNS = ("hidden", "batch_size", "optimiser", "rate", "epochs", *(f"seed {s}" for s in SEEDS))


def candidates() -> Iterator[tuple[Case, ...]]:
    """What is tried: trainings that differ in their epochs alone, the shortest first."""
    for grid in GRID:
        for hidden, batch_size, optimiser, rate in product(*grid.values()):
            made = (recipe(hidden, batch_size, optimiser, rate, n) for n in EPOCHS)
            yield tuple(case.limited_to(60_000 - HELD_OUT) for case in made)


def accuracies(case: Case, peer: Peer, images: Examples) -> Iterator[float]:
    """The held-out accuracy with each seed, up to the first below the goal: one is enough to fail.

    Args:
        case: how to train.
        peer: what trains.
        images: all of the training set.
    """
    held = Examples(images.inputs[-HELD_OUT:], images.labels[-HELD_OUT:], images.scale)
    for seed in SEEDS:
        session = _session(replace(case, seed=seed), peer, images)
        for number in range(case.epochs):
            session.epoch(number)
        weights, biases = session.parameters()
        accuracy = measure_accuracy(case, (tuple(weights), tuple(biases)), held)
        yield accuracy
        if accuracy < GOAL:
            return


def _session(case: Case, peer: Peer, images: Examples) -> Session:
    assert peer.start is not None, "a peer that trains"
    kept = Examples(images.inputs[: case.examples], images.labels[: case.examples], images.scale)
    return peer.start(Job(case, kept, *draw_start_weights(case), threads=available_threads()))


def row_of(case: Case, found: Sequence[float]) -> tuple[str, ...]:
    """A line of the record; accuracies that were not looked for are empty."""
    rate = f"{case.learning_rate:g}"
    how = (str(case.layers[1]), str(case.batch_size), case.optimiser, rate, str(case.epochs))
    return (*how, *(f"{a:.4f}" for a in found), *[""] * (len(SEEDS) - len(found)))


def reaching(lines: Iterable[str]) -> Iterator[Case]:
    """The recipes of a record that reach the goal with every seed."""
    for row in csv.DictReader(lines):
        found = [row[f"seed {seed}"] for seed in SEEDS]
        if all(found) and min(map(float, found)) >= GOAL:
            how = (int(row["hidden"]), int(row["batch_size"]), row["optimiser"])
            yield recipe(*how, float(row["rate"]), int(row["epochs"]))


def _search(name: str) -> None:
    images, out = load_examples("mnist"), csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for cases in candidates():
        for case in cases:
            found = list(accuracies(case, PEERS[name], images))
            out.writerow(row_of(case, found))
            sys.stdout.flush()
            if found[-1] >= GOAL:
                break


def _times(name: str, path: str) -> None:
    images = load_examples("mnist")
    taken: dict[tuple[Any, ...], float] = {}
    ranked: list[tuple[float, Case]] = []
    for case in reaching(read_bytes(path).decode().splitlines()):
        shape = (case.layers, case.batch_size, case.optimiser)
        taken[shape] = taken.get(shape) or _seconds_an_epoch(case, PEERS[name], images)
        ranked.append((case.epochs * taken[shape], case))
    for seconds, case in sorted(ranked, key=lambda pair: pair[0]):
        print(f"{seconds:.2f} s", *row_of(case, ()), flush=True)


def _seconds_an_epoch(case: Case, peer: Peer, images: Examples) -> float:
    """An epoch's time by a tenth of it, the better of two, after one that compiles and warms up."""
    session, taken = _session(case, peer, images), []
    steps = -(-case.steps // 10)
    for _ in range(3):
        began = time.perf_counter()
        session.epoch(0, steps)
        taken.append(time.perf_counter() - began)
    return min(taken[1:]) * case.steps / steps


if __name__ == "__main__":
    if sys.argv[1] == "accuracy":
        _search(sys.argv[2])
    else:
        _times(*sys.argv[2:4])
