"""The data and first weights of a case, as every peer gets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.randomness import generator
from comparison.cases import Case

__all__ = [
    "Examples",
    "Job",
    "draw_start_weights",
    "load_examples",
    "load_job",
    "load_tensors",
    "save_tensors",
    "step_rates",
    "write_job",
]

Array = NDArray[Any]

_TABLE_ROWS, _TABLE_COLUMNS = 100_000, 20


@dataclass(frozen=True, eq=False)
class Examples:
    """Rows with their classes.

    Args:
        inputs: (n, features), bytes or float32.
        labels: class numbers, (n,) int64.
        scale: what an input is multiplied by.
    """

    inputs: Array
    labels: Array
    scale: float = 1.0

    @property
    def floats(self) -> Array:
        """The inputs as float32, scaled; (n, features)."""
        x = self.inputs.astype(np.float32)
        return x if self.scale == 1.0 else x * np.float32(self.scale)

    def one_hot(self, classes: int) -> Array:
        """The labels as float32 rows with a single 1; (n, classes)."""
        return np.eye(classes, dtype=np.float32)[self.labels]


@dataclass(frozen=True, eq=False)
class Job:
    """What a peer is asked to do.

    Args:
        case: the training.
        examples: the case's examples.
        weights: of each layer, (fan_out, fan_in) float32.
        biases: of each layer, (fan_out,) float32.
        threads: how many it may use.
    """

    case: Case
    examples: Examples
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    threads: int = 1


def load_examples(data: str, part: str = "train") -> Examples:
    """All examples of a kind of data.

    Args:
        data: "mnist" or "table".
        part: "train" or "test", of MNIST.
    """
    if data == "table":
        return _made_up()
    from chainrule.data import load_dataset

    digits = getattr(load_dataset("mnist"), part)
    return Examples(digits.inputs, digits.targets, digits.scale)


def _made_up() -> Examples:
    """Normal numbers; the class says on which side of a curved border a row lies."""
    draw = generator(0, "benchmark table")
    x = draw.standard_normal((_TABLE_ROWS, _TABLE_COLUMNS), dtype=np.float32)
    border = x[:, 0] * x[:, 1] + x[:, 2] - 0.5 * x[:, 3] ** 2 + 0.5
    return Examples(x, (border > 0).astype(np.int64))


def draw_start_weights(case: Case) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Weights and biases before the first step, drawn from the case's seed."""
    from chainrule.network import Network

    network = Network.create(case.layers, case.activations, seed=case.seed)
    return tuple(network.weights), tuple(b for b in network.biases if b is not None)


def step_rates(case: Case) -> Array:
    """The learning rate of every step of the run, (epochs x steps,) float64."""
    from chainrule.equations.schedules import SCHEDULES, Clock, ScheduleSettings

    rate, steps = SCHEDULES[case.schedule].rate, case.epochs * case.steps
    return np.array(
        [
            rate(case.learning_rate, Clock(s // case.steps, s, steps), ScheduleSettings())
            for s in range(steps)
        ]
    )


def write_job(folder: Path, case: Case) -> None:
    """Put the data, unless they are there, and the first weights into files for the peers."""
    kept = folder / f"{case.data}.npz"
    if not kept.exists():
        found = load_examples(case.data)
        np.savez(kept, inputs=found.inputs, labels=found.labels, scale=found.scale)
    save_tensors(folder / "start.npz", *draw_start_weights(case))


def save_tensors(path: Path, weights: Sequence[Array], biases: Sequence[Array]) -> None:
    """Write the tensors of all layers to an .npz file."""
    named: dict[str, Any] = {f"W{i}": W for i, W in enumerate(weights)}
    np.savez(path, **named | {f"b{i}": b for i, b in enumerate(biases)})


def load_tensors(path: Path) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """The weights and biases that `save_tensors` wrote."""
    with np.load(path) as kept:
        layers = range(len(kept.files) // 2)
        return tuple(kept[f"W{i}"] for i in layers), tuple(kept[f"b{i}"] for i in layers)


def load_job(folder: Path, case: Case, threads: int) -> Job:
    """The job that `write_job` put into files."""
    with np.load(folder / f"{case.data}.npz") as kept:
        inputs, labels = kept["inputs"][: case.examples], kept["labels"][: case.examples]
        examples = Examples(inputs, labels, float(kept["scale"]))
    weights, biases = load_tensors(folder / "start.npz")
    return Job(case, examples, weights, biases, threads)
