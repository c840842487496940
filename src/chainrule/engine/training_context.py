"""The context of one training, shared by all engines: schedule, layout, data of each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset, epoch_order
from chainrule.engine.augmented_epochs import AugmentedEpochs
from chainrule.engine.dataset_view import DatasetView, normalised_weights
from chainrule.engine.inference_parameters import inference_parameters, training_layout
from chainrule.engine.position import Position
from chainrule.engine.training_schedule import TrainingSchedule
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import Layer
from chainrule.equations.costs import Cost, get_cost
from chainrule.network import Architecture, Layout
from chainrule.recipe import Recipe

__all__ = ["LatestEpoch", "TrainingContext"]

Array = NDArray[Any]
T = TypeVar("T")


class LatestEpoch(Generic[T]):
    """A cache of one value: what was made for the latest epoch."""

    def __init__(self) -> None:
        self._made: tuple[int, T] | None = None

    def get(self, epoch: int, make: Callable[[int], T]) -> T:
        """The value for an epoch, from 0; it is made if the latest one was for another epoch."""
        if self._made is None or self._made[0] != epoch:
            self._made = None  # frees the memory of the old value before the new one is made
            self._made = (epoch, make(epoch))
        return self._made[1]


@dataclass(frozen=True, eq=False)
class TrainingContext:
    """The context of one training, shared by all engines.

    Args:
        architecture: with the output activation that suits the cost.
        recipe: with its seed.
        training: the training set, which fits the architecture.
        threads: how many threads may compute at once, at least 1; None for `thread_count()`. The
            result does not depend on it.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset
    threads: int | None = None
    _orders: LatestEpoch[NDArray[np.int64]] = field(
        default_factory=LatestEpoch, init=False, repr=False
    )
    _views: LatestEpoch[DatasetView] = field(default_factory=LatestEpoch, init=False, repr=False)

    @property
    def seed(self) -> int:
        """The recipe's seed."""
        assert self.recipe.seed is not None, "Recipe.with_seed comes first"
        return self.recipe.seed

    @cached_property
    def schedule(self) -> TrainingSchedule:
        """Batch sizes, learning rates and averaging by the place in the training."""
        return TrainingSchedule(self.recipe, len(self.training))

    @cached_property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""
        return training_layout(self.architecture, self.recipe)

    @cached_property
    def cost(self) -> Cost:
        """The cost of one example."""
        return get_cost(self.recipe.cost, self.recipe.huber_threshold)

    @cached_property
    def epochs(self) -> AugmentedEpochs:
        """The training set as each epoch sees it."""
        return AugmentedEpochs(self.training, self.recipe, self.threads)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The rows of the training set in the order of an epoch, from 0, (n,), read-only."""
        return self._orders.get(epoch, self._make_order)

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        return epoch_order(self.seed if self.recipe.shuffle else None, epoch, len(self.training))

    @cached_property
    def view(self) -> DatasetView:
        """The training set as it is: without augmentation, smoothing or mixing."""
        weights = normalised_weights(self.training, self.recipe.class_weights)
        outputs, dtype = self.architecture.layers[-1], self.architecture.dtype
        return DatasetView(self.training, outputs, dtype, weights)

    def epoch_view(self, epoch: int) -> DatasetView:
        """The training set as an epoch, from 0, sees it."""
        return self._views.get(epoch, self._make_epoch_view)

    def _make_epoch_view(self, epoch: int) -> DatasetView:
        return replace(
            self.view,
            dataset=self.epochs.dataset_of(epoch),
            smoothing=self.recipe.label_smoothing,
            mixing=self.epochs.mixing(epoch),
        )

    def layers(self, theta: Array) -> list[Layer]:
        """The layers with these parameters, with their gains; views into the flat array."""
        layout, names = self.layout, self.architecture.activations
        tensors = (layout.weights(theta), layout.biases(theta), names, layout.gains_of(theta))
        return [
            Layer(W, b, ACTIVATIONS[name], gain) for W, b, name, gain in zip(*tensors, strict=True)
        ]

    def inference_parameters(self, position: Position) -> Array:
        """The parameters of the network that a position stands for: see `Engine`."""
        latest = position.epoch if position.batch else max(0, position.epoch - 1)
        seen = self.epochs.dataset_of(latest) if self.layout.gains else self.training
        return inference_parameters(self.layout, self.schedule, position, seen)
