"""The interface of all engines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.dataset_view import DatasetView
from chainrule.engine.position import Position
from chainrule.engine.score import Score, score_outputs
from chainrule.engine.training_context import TrainingContext
from chainrule.engine.training_schedule import TrainingSchedule
from chainrule.equations.backpropagation import Trace, forward
from chainrule.network import BLOCK, Layout, network_layers
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = ["Engine", "Until"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Until:
    """The latest point at which `Engine.advance` returns; it always returns at the end of an epoch.

    How a run is cut into chunks does not change its result.

    Args:
        batches: the greatest number of batches; None for no limit.
        seconds: the time after which the batch under way is the last; None for no limit.
    """

    batches: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, eq=False)
class Engine(ABC):
    """Moves one training forward.

    An engine differs from another in how it computes `advance`. What is not worth doing faster is
    computed here, by the equations in NumPy.

    Args:
        context: the training.
    """

    context: TrainingContext

    @property
    def recipe(self) -> Recipe:
        """The recipe of the training; it names the engine."""
        return self.context.recipe

    @property
    def schedule(self) -> TrainingSchedule:
        """Batch sizes, learning rates and averaging by the place in the training."""
        return self.context.schedule

    @property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""
        return self.context.layout

    @abstractmethod
    def advance(self, position: Position, until: Until) -> Position:
        """Train from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the batch that diverged.
        """

    def learning_rate(self, position: Position) -> float:
        """The rate of the next step at a position."""
        return self.schedule.rates(position, [position.step])[0]

    def inference_parameters(self, position: Position) -> Array:
        """The parameters of the network that a position stands for, without gains, read-only.

        If the recipe has an average, they are the average. Batch normalisation is folded into
        weights and biases [N5].
        """
        return self.context.inference_parameters(position)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy of a network with these inference parameters on any data set."""
        blocks = self._outputs(parameters, dataset)
        return score_outputs(self.context.architecture, self.context.cost, dataset, blocks)

    def _outputs(self, parameters: Array, dataset: Dataset) -> Iterator[tuple[Array, Array]]:
        """z and a of the last layer, for one block of rows after the other."""
        architecture = self.context.architecture
        view = DatasetView(dataset, architecture.layers[-1], architecture.dtype)
        layers = network_layers(architecture, parameters)
        for start in range(0, len(dataset), BLOCK):
            with one_blas_thread(), np.errstate(all="ignore"):
                zs, activations = forward(view.inputs(slice(start, start + BLOCK)), layers)
            yield zs[-1], activations[-1]

    def trace(self, parameters: Array, rows: Array) -> Trace:
        """Every number of one pass over these rows of the training set, forward and back.

        The examples are neither augmented nor mixed, and no neuron is dropped.

        Args:
            parameters: flat, in the engine's layout.
            rows: of the training set, (batch,).
        """
        part = self.context.view.batch_part(rows, len(rows))
        return part.trace(self.context.layers(parameters), self.context.cost)
