"""What a fitted estimator shows of its network, under scikit-learn's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import EpochRecord, Position
from chainrule.network import Network

__all__ = ["FittedNetwork"]

Array = NDArray[Any]


class FittedNetwork:
    """Attributes that are worked out from the network and the position of its training."""

    network_: Network
    _position: Position

    @property
    def history_(self) -> Sequence[EpochRecord]:
        """A record for each epoch."""
        return self._position.history

    @property
    def n_iter_(self) -> int:
        """Epochs done."""
        return self._position.epoch

    @property
    def loss_curve_(self) -> list[float]:
        """The objective of each epoch: cost and penalty."""
        return [record.total_cost for record in self._position.history]

    @property
    def loss_(self) -> float:
        """The objective of the last epoch; NaN before the first."""
        return self.loss_curve_[-1] if self._position.history else float("nan")

    @property
    def best_loss_(self) -> float:
        """The least objective of an epoch."""
        return min(self.loss_curve_, default=float("nan"))

    @property
    def coefs_(self) -> list[Array]:
        """The weights of each layer as scikit-learn has them, (fan_in, fan_out)."""
        return [weights.T for weights in self.network_.weights]

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of each layer, (fan_out,); zeros where it has none."""
        widths = self.network_.architecture.layers[1:]
        pairs = zip(self.network_.biases, widths, strict=True)
        return [np.zeros(width) if biases is None else biases for biases, width in pairs]

    @property
    def n_layers_(self) -> int:
        """Layers, the inputs included."""
        return len(self.network_.architecture.layers)

    @property
    def n_outputs_(self) -> int:
        """Outputs of the network."""
        return self.network_.architecture.layers[-1]

    @property
    def out_activation_(self) -> str:
        """The activation of the last layer."""
        return self.network_.architecture.activations[-1]
