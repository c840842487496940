"""A view of a data set: its rows as the arrays that the equations take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.augmented_epochs import Mixing
from chainrule.equations.costs import batch_shares, smooth_targets
from chainrule.equations.mixing import mix
from chainrule.equations.step import BatchPart
from chainrule.errors import ShapeError
from chainrule.network import predicted_classes
from chainrule.recipe import BALANCED, ClassWeights

__all__ = ["DatasetView", "normalised_weights"]

Array = NDArray[Any]
Rows = Array | slice


@dataclass(frozen=True, eq=False)
class DatasetView:
    """Rows of a data set on demand; the stored bytes are never turned to floats as a whole.

    Args:
        dataset: the examples.
        outputs: width of the network's last layer.
        dtype: number type of the computation.
        weights: what each example counts, of mean 1, (n,); None if all count alike.
        smoothing: the fraction of a class's target that all classes share [C9].
        mixing: the partner of each example and the example's own weight; None without mixing.
    """

    dataset: Dataset
    outputs: int
    dtype: str
    weights: Array | None = None
    smoothing: float = 0.0
    mixing: Mixing | None = None

    def inputs(self, rows: Rows) -> Array:
        """x, (batch, features): stored values times the scale."""
        return self.dataset.scaled_inputs(rows, self.dtype)

    @cached_property
    def _class_targets(self) -> Array:
        """The target row of each class: one-hot, or 0 and 1 for a single output."""
        if self.outputs == 1:
            return np.array([[0], [1]], dtype=self.dtype)
        return np.eye(self.outputs, dtype=self.dtype)

    def targets(self, rows: Rows) -> Array:
        """y, (batch, outputs), mixed and smoothed if the view is."""
        y = self._stored_targets(rows)
        if self.mixing is not None:
            partners, weights = self.mixing
            weight = weights[rows].astype(self.dtype)
            y = mix(y, self._stored_targets(partners[rows]), weight)
        return smooth_targets(y, self.smoothing) if self.smoothing else y

    def _stored_targets(self, rows: Rows) -> Array:
        stored = self.dataset.targets[rows]
        return self._class_targets[stored] if self.dataset.classifies else stored.astype(self.dtype)

    def shares(self, rows: Rows, batch: int) -> Array | float:
        """[C8] What each row counts in a batch of `batch` examples; see `batch_shares`."""
        weights = None if self.weights is None else self.weights[rows].astype(self.dtype)
        return batch_shares(weights, batch)

    def batch_part(
        self, rows: Array, batch: int, masks: tuple[Array | None, ...] = ()
    ) -> BatchPart:
        """Rows as a part of a batch of `batch` examples, with the dropout mask of each layer."""
        return BatchPart(self.inputs(rows), self.targets(rows), self.shares(rows, batch), masks)

    def count_correct(self, outputs: Array, rows: Rows) -> int:
        """The number of outputs that choose their row's class; 0 if targets are numbers."""
        if not self.dataset.classifies:
            return 0
        return int((predicted_classes(outputs) == self.dataset.targets[rows]).sum())


def normalised_weights(
    dataset: Dataset, class_weights: ClassWeights | None
) -> NDArray[np.float64] | None:
    """What each example counts: its own weight times its class's, scaled to mean 1.

    Args:
        dataset: the training set, without any part that is held out.
        class_weights: a weight for each class, "balanced" for n / (classes · examples of the
            class), or None.

    Returns: (n,), or None if all count alike.
    Raises: ShapeError if there are not as many class weights as classes, or all weights are 0.
    """
    if class_weights is None:
        weights = dataset.sample_weights
    else:
        if class_weights == BALANCED and dataset.classifies:
            class_weights = _balanced_weights(dataset)
        if not dataset.classifies or len(class_weights) != dataset.outputs:
            raise ShapeError(
                "train",
                expected=f"{dataset.outputs} class_weights, one for each class"
                if dataset.classifies
                else "no class_weights for targets that are numbers",
                got=BALANCED if class_weights == BALANCED else str(len(class_weights)),
                argument="class_weights",
                value=class_weights,
            )
        own = 1.0 if dataset.sample_weights is None else dataset.sample_weights
        weights = np.asarray(class_weights)[dataset.targets] * own
    if weights is None:
        return None
    if not weights.any():
        raise ShapeError(
            "train",
            expected="at least one example with a weight above 0",
            got="weights that are all 0",
            argument="class_weights",
            value=class_weights,
        )
    return np.asarray(weights / weights.mean())


def _balanced_weights(dataset: Dataset) -> tuple[float, ...]:
    """n / (classes · examples of the class) for each class that occurs, 0 for others."""
    counts = np.bincount(dataset.targets, minlength=dataset.outputs)
    occurring = int((counts > 0).sum())
    weights = np.where(counts > 0, len(dataset) / (occurring * np.maximum(counts, 1)), 0.0)
    return tuple(weights.tolist())
