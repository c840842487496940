"""What every engine can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.position import Position
from chainrule.engine.training_schedule import TrainingSchedule
from chainrule.equations.backpropagation import Trace
from chainrule.network import Layout
from chainrule.recipe import Recipe

__all__ = ["Engine", "Score", "Until"]


@dataclass(frozen=True)
class Until:
    """When `advance` comes back, at the latest; always at the epoch's end.

    How a run is cut into slices does not change its result.

    Args:
        batches: after so many batches; None for no such bound.
        seconds: after so much time; None for no such bound.
    """

    batches: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Score:
    """How well parameters do on a data set.

    Args:
        examples: how many there were.
        cost: data term: the weighted mean of the examples' costs.
        accuracy: share of examples classified rightly; None where targets are numbers.
    """

    examples: int
    cost: float
    accuracy: float | None


class Engine(Protocol):
    """Moves one training forward; made for one architecture, recipe and training set."""

    @property
    def recipe(self) -> Recipe:
        """By what it trains; it names the engine that this is."""

    @property
    def schedule(self) -> TrainingSchedule:
        """Batches, rates and shares of the average, by the place in the training."""

    @property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""

    def advance(self, position: Position, until: Until) -> Position:
        """Train on from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the bad batch.
        """

    def learning_rate(self, position: Position) -> float:
        """The rate of the step that comes next at a position."""

    def inference_parameters(self, position: Position) -> NDArray[Any]:
        """The parameters of the plain network that a position stands for: averaged where there is
        an average, and with batch normalisation folded in."""

    def score(self, parameters: NDArray[Any], dataset: Dataset) -> Score:
        """Cost and accuracy of a plain network on any data set, without training."""

    def trace(self, parameters: NDArray[Any], rows: NDArray[Any]) -> Trace:
        """Every number of one pass over these rows of the training set as it is: without dropout,
        and with the images as they are."""
