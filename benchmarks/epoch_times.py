"""The time of an epoch against the number of epochs before it: it must not grow.

    python benchmarks/epoch_times.py [--epochs 100000] [--picture docs/pictures/epoch-times.svg]

A network of 17 parameters is trained on 32 examples as the command would: saved, watched for
conditions, with a validation set. Each of a hundred parts of the run is timed by the clock and by
the processor, of which the second does not count what else the machine does. Prints a line of JSON
with the median of the first and of the last tenth; exit 1 if the last takes a fifth more of the
processor.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from chainrule import Dataset, Network, Recipe, TrainingProgress, train
from chainrule.diagnosis import warning_observer
from chainrule.training.computing_conditions import versions

PARTS = 100
GROWTH = 1.2
"""The most that the last tenth may take, as a multiple of the first."""


class Moment(NamedTuple):
    """When an epoch ended: seconds of the clock and of the processor."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Moment:
        """Return the present one."""
        return cls(time.perf_counter(), time.process_time())


def examples(count: int, seed: int) -> Dataset:
    """Return points of two classes, which a line parts."""
    points = np.random.default_rng(seed).normal(size=(count, 2))
    return Dataset(points, (points[:, 0] > 0).astype(int))


def measure(epochs: int, folder: Path) -> np.ndarray[Any, Any]:
    """Return microseconds an epoch in each part, by the clock and the processor, (parts, 2)."""
    network = Network.create([2, 3, 2], "tanh", seed=0)
    recipe = Recipe(epochs=epochs, batch_size=32, learning_rate=1e-3, seed=0, schedule="plateau")
    training, validation = examples(32, 1), examples(16, 2)
    train(network, training, recipe.replaced(epochs=2), validation=validation)  # compiles
    moments = [Moment.now()]

    def note(progress: TrainingProgress) -> None:
        if progress.epoch_ended and progress.position.epoch % (epochs // PARTS) == 0:
            moments.append(Moment.now())

    watch = warning_observer(network, training, recipe, print, validation=validation)
    train(network, training, recipe, validation=validation, folder=folder, observers=[watch, note])
    return np.diff(np.array(moments), axis=0) / (epochs // PARTS) * 1e6


def draw(times: np.ndarray[Any, Any], epochs: int, path: str) -> None:
    """Draw the times against the epochs done."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = figure.subplots()
    ends = np.arange(1, len(times) + 1) * (epochs // PARTS)
    for column, name in enumerate(("clock", "processor")):
        axes.plot(ends, times[:, column], label=name, linewidth=1)
    axes.set(xlabel="epochs done", ylabel="µs an epoch", ylim=(0, None), xlim=(0, epochs))
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.endswith(".svg") else None)


def main() -> int:
    """Run the benchmark; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=100_000, help="at least 100")
    parser.add_argument("--picture", help="where to draw the times")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        times = measure(given.epochs, folder)
        newest = max((folder / "checkpoints").glob("epoch-*"), key=lambda one: one.name)
        size = newest.stat().st_size
    tenth = PARTS // 10
    first, last = (np.median(part, axis=0) for part in (times[:tenth], times[-tenth:]))
    if given.picture:
        draw(times, given.epochs, given.picture)
    told = {
        "benchmark": "epoch_times",
        "epochs": given.epochs,
        "first_tenth_us": {"clock": round(first[0]), "processor": round(first[1])},
        "last_tenth_us": {"clock": round(last[0]), "processor": round(last[1])},
        "growth": round(float(last[1] / first[1]), 3),
        "last_checkpoint_bytes": size,
        "versions": versions(),
    }
    print(json.dumps(told))
    return int(told["growth"] > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
