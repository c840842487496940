"""Where a run stood at the ends of its epochs, and what it cost there on a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import REPLAY_BUDGET, RunReplay
from chainrule.data import Dataset
from chainrule.engine import Position, Score
from chainrule.equations.backpropagation import forward
from chainrule.limits import Limit
from chainrule.network import network_layers
from chainrule.randomness import generator
from chainrule.threads import one_blas_thread
from chainrule.training import RunFolder

__all__ = ["RunPoint", "Sample", "choose_sample", "run_ends", "run_points"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RunPoint:
    """A position of a run.

    Args:
        epoch: epochs done; not a whole number where one is under way.
        parameters: of the plain network that the position stands for, flat, (n,) float64.
    """

    epoch: float
    parameters: Array


def run_points(
    replay: RunReplay, most: int = 13, *, budget: float = REPLAY_BUDGET
) -> tuple[RunPoint, ...]:
    """The start of a run, ends of epochs, and where it has come to, in order.

    A run of few epochs is looked at within them too, the more often the earlier. Positions whose
    checkpoints were not kept are computed again; those that take too long are left out, but never
    the start and the end.

    Args:
        replay: of a run with at least one step.
        most: positions, at most; at least 2.
        budget: multiplications that may be spent on computing the run again.

    Raises: InputError, RunFolderError, FileError, DataError, IntegrityError.
    """
    most = Limit(int, "positions of the run", 2).check("figure", "most", most)
    newest = replay.newest
    shares = np.linspace(0, 1, most)[1:-1]
    ended = replay.epoch_position(newest.step)[0]
    if ended < most - 1:
        steps = {round(share**2 * newest.step) for share in shares}
    else:
        steps = {replay.steps_by(round(share * ended)) for share in shares}
    start = RunFolder(replay.path).first()
    wanted = sorted(one for one in steps if start.step < one < newest.step)
    positions = [start, *_reached(replay, start, wanted, budget)]
    return tuple(
        RunPoint(_epochs_at(replay, one), _plain_parameters(replay, one))
        for one in (*positions, newest)
    )


def run_ends(replay: RunReplay) -> tuple[Array, Array]:
    """The flat parameters, (n,) float64 each, of the networks at the start and the end of a run.

    Raises: InputError if the run has done no step; RunFolderError, FileError, DataError.
    """
    newest = replay.newest
    return (
        _plain_parameters(replay, RunFolder(replay.path).first()),
        _plain_parameters(replay, newest),
    )


def _plain_parameters(replay: RunReplay, position: Position) -> Array:
    """The parameters of the network that a position stands for, flat, (n,) float64."""
    return replay.setup.engine.inference_parameters(position).astype(np.float64)


def _epochs_at(replay: RunReplay, position: Position) -> float:
    """Epochs done at a position, with the part of the one under way."""
    epoch, batches = replay.epoch_position(position.step)
    return epoch + batches / replay.batches(epoch)


def _reached(
    replay: RunReplay, position: Position, wanted: list[int], budget: float
) -> Iterator[Position]:
    """Yield the positions after these numbers of steps, as far as the budget allows."""
    setup = replay.setup
    work = 3.0 * setup.recipe.batch_size * sum(layer.W.size for layer in setup.network.layers)
    for done in wanted:
        nearest = max(position, replay.nearest_checkpoint(done), key=lambda one: one.step)
        way = (done - nearest.step) * work
        if way > budget:
            continue
        budget -= way
        position = replay.position_at(done, nearest)
        yield position


@dataclass(frozen=True, eq=False)
class Sample:
    """Some examples of a run's training set, to see what parameters cost.

    Args:
        replay: of the run.
        rows: of the training set, ascending, (n,).
        data: the examples.
    """

    replay: RunReplay
    rows: NDArray[np.int64]
    data: Dataset

    def score(self, parameters: Array) -> Score:
        """Cost and accuracy by the run's own engine, without penalties."""
        setup = self.replay.setup
        return setup.engine.score(self.cast(parameters), self.data)

    def weighted_sums(self, parameters: Array) -> list[NDArray[Any]]:
        """The weighted sums of each layer, (examples, neurons), for inference parameters."""
        layers = network_layers(self.replay.setup.network.architecture, self.cast(parameters))
        x = self.data.scaled_inputs(slice(None), layers[0].W.dtype)
        with one_blas_thread(), np.errstate(all="ignore"):
            return list(forward(x, layers)[0])

    def cast(self, parameters: Array) -> NDArray[np.float64] | NDArray[np.float32]:
        """Parameters in the run's number type."""
        return parameters.astype(self.replay.setup.network.architecture.dtype)

    @property
    def description(self) -> str:
        """How many examples, in words."""
        whole = len(self.replay.setup.training)
        if len(self.rows) == whole:
            return f"all {whole:,} training examples"
        return f"{len(self.rows):,} of {whole:,} training examples"


def choose_sample(replay: RunReplay, most: int = 1000, seed: int = 0) -> Sample:
    """Draw a sample of a run's training set.

    Args:
        replay: of the run.
        most: examples, at most; at least 1.
        seed: which.

    Raises: IntegrityError if the data are others; RunFolderError, DataError.
    """
    training = replay.setup.training
    rows = np.arange(len(training))
    if len(rows) > most:
        rows = np.sort(generator(seed, "figure").permutation(len(rows))[:most])
    return Sample(replay, rows, training.subset(rows))
