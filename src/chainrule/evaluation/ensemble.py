"""Soft voting: the mean output of several networks, or of one network for several views.

It is reported separately, since it is not the accuracy of a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Augmentation, Dataset, augment
from chainrule.documents import Table
from chainrule.errors import InputError
from chainrule.evaluation.compatibility import match_dataset
from chainrule.evaluation.number_format import count_text, percent_text
from chainrule.evaluation.wilson import wilson_interval
from chainrule.limits import Limit
from chainrule.network import Network, predicted_classes

__all__ = ["Votes", "vote"]

Array = NDArray[Any]

_VIEWS = Limit(int, "distorted copies of each image", 0, 10_000)


@dataclass(frozen=True)
class Votes:
    """How often the class with the greatest mean output is correct.

    Args:
        examples: n, the number of examples.
        networks: number of networks.
        views: distorted copies of each example, in addition to the example itself.
        correct: examples classified correctly by the mean output.
        accuracy: their fraction.
        interval: the accuracy's Wilson 95 % interval.
        alone: the accuracy of each single network on the undistorted examples.
    """

    examples: int
    networks: int
    views: int
    correct: int
    accuracy: float
    interval: tuple[float, float]
    alone: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        lists = {"interval": list(self.interval), "alone": list(self.alone)}
        return {**vars(self), **lists}

    def table(self) -> Table:
        """Return the figures as a table."""
        low, high = (percent_text(end) for end in self.interval)
        rows = (
            ("networks", count_text(self.networks)),
            ("views of each example", count_text(1 + self.views)),
            ("accuracy together", f"{percent_text(self.accuracy)} ({low} to {high})"),
            ("each network alone", ", ".join(map(percent_text, self.alone))),
        )
        return Table("Together", (), rows, "This is not the accuracy of the run.")


def vote(
    networks: Sequence[Network],
    dataset: Dataset,
    *,
    views: int = 0,
    augmentation: Augmentation | None = None,
    seed: int = 0,
) -> Votes:
    """Evaluate the mean of several networks' outputs, or of one network's for several views.

    Args:
        networks: one or more, with the same outputs.
        dataset: examples with their classes.
        views: number of distorted copies of each example, in addition to the example itself.
        augmentation: the distortions; needed for views.
        seed: seed of the copies.

    Raises: InputError, ShapeError, DataError.
    """
    _VIEWS.check("vote", "views", views)
    if not networks:
        raise InputError("vote", expected="at least one network", got="none", argument="networks")
    if views and (augmentation is None or not augmentation.distorts):
        raise InputError(
            "vote",
            expected="distortions for the views",
            got="none",
            remedy="Set some, such as shift and rotation, or leave views out",
            argument="augmentation",
        )
    data = match_dataset(networks[0], dataset, "vote")
    if not data.classifies:
        raise InputError(
            "vote", expected="targets that are classes", got="numbers", argument="dataset"
        )
    outputs = [_outputs(network, data.inputs) for network in networks]
    alone = tuple(float((predicted_classes(a) == data.targets).mean()) for a in outputs)
    total = np.sum([a.astype(np.float64) for a in outputs], axis=0)
    for view in range(views):
        assert augmentation is not None, "checked above"
        copies = augment(data.inputs, data.shape, augmentation, seed=seed, epoch=view)
        for network in networks:
            total += _outputs(network, copies)
    total /= len(networks) * (1 + views)
    correct, n = int((predicted_classes(total) == data.targets).sum()), len(data)
    interval = wilson_interval(correct, n)
    return Votes(n, len(networks), views, correct, correct / n, interval, alone)


def _outputs(network: Network, inputs: NDArray[Any]) -> NDArray[Any]:
    """Return the outputs for inputs that are prepared, (rows, outputs)."""
    return np.concatenate([a for _, a in network.outputs(inputs)])
