"""A data set in the form that a reference engine computes with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.equations.costs import batch_shares, smooth_targets
from chainrule.equations.mixing import mix
from chainrule.errors import ShapeError
from chainrule.network import predicted_classes

__all__ = ["DatasetView", "normalised_weights"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class DatasetView:
    """Rows of a data set on demand; the stored bytes are never turned to floats as a whole.

    Args:
        dataset: the examples.
        outputs: width of the network's last layer.
        dtype: number type of the computation.
        weights: what each example counts, mean 1, (n,); None for all 1.
        smoothing: share of a class's target that all classes share.
        mixing: the partner of each example, (n,), and the example's own share, (n,); None without.
    """

    dataset: Dataset
    outputs: int
    dtype: str
    weights: Array | None = None
    smoothing: float = 0.0
    mixing: tuple[Array, Array] | None = None

    def inputs(self, rows: Array | slice) -> Array:
        """x, (batch, features): stored values times the scale."""
        x = self.dataset.inputs[rows].astype(self.dtype)
        if self.dataset.scale != 1.0:
            x *= self.dataset.scale
        return x

    @cached_property
    def _codes(self) -> Array:
        """The target row of each class: one-hot, or 0 and 1 for a single output."""
        if self.outputs == 1:
            return np.array([[0], [1]], dtype=self.dtype)
        return np.eye(self.outputs, dtype=self.dtype)

    def targets(self, rows: Array | slice) -> Array:
        """y, (batch, outputs), smoothed and mixed where they are to be."""
        y = self._own_targets(rows)
        if self.mixing is not None:
            partners, shares = self.mixing
            share = shares[rows].astype(self.dtype)
            y = mix(y, self._own_targets(partners[rows]), share)
        return smooth_targets(y, self.smoothing) if self.smoothing else y

    def _own_targets(self, rows: Array | slice) -> Array:
        chosen = self.dataset.targets[rows]
        return self._codes[chosen] if self.dataset.classifies else chosen.astype(self.dtype)

    def shares(self, rows: Array | slice, batch: int) -> Array | float:
        """[C8] What each of a batch's examples counts; see equations.costs.batch_shares."""
        chosen = None if self.weights is None else self.weights[rows].astype(self.dtype)
        return batch_shares(chosen, batch)

    def correct(self, outputs: Array, rows: Array | slice) -> int:
        """How many rows of outputs choose their example's class; 0 where targets are numbers."""
        if not self.dataset.classifies:
            return 0
        return int((predicted_classes(outputs) == self.dataset.targets[rows]).sum())


def normalised_weights(
    dataset: Dataset, class_weights: tuple[float, ...] | None
) -> NDArray[np.float64] | None:
    """What each example counts: its own weight times its class's, scaled to mean 1.

    Returns: (n,), or None where all count alike.
    Raises: ShapeError where there are not as many class weights as classes.
    """
    if class_weights is None:
        weights = dataset.sample_weights
    else:
        if not dataset.classifies or len(class_weights) != dataset.outputs:
            raise ShapeError(
                "train",
                expected=f"{dataset.outputs} class_weights, one a class"
                if dataset.classifies
                else "no class_weights where targets are numbers",
                got=str(len(class_weights)),
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
            expected="at least one example that counts",
            got="weights that are all 0",
            argument="class_weights",
            value=class_weights,
        )
    return np.asarray(weights / weights.mean())
