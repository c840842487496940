"""What several networks say together, or one network of several views of an image.

That is reported apart: it is never the accuracy of a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Augmentation, Dataset, augment
from chainrule.errors import InputError
from chainrule.evaluation.compatibility import matched
from chainrule.evaluation.wilson import wilson_interval
from chainrule.limits import Limit
from chainrule.network import Network, predicted_classes

__all__ = ["Votes", "vote"]

Array = NDArray[Any]

_VIEWS = Limit(int, "distorted copies of each image", 0, 10_000)


@dataclass(frozen=True)
class Votes:
    """How often the mean of several outputs is right.

    Args:
        examples: n, how many there were.
        networks: how many answered.
        views: distorted copies of each example that each saw, besides the example itself.
        correct: examples answered rightly by the mean.
        accuracy: their share.
        interval: the accuracy's Wilson 95 % interval.
        alone: each network's own accuracy on the examples as they are.
    """

    examples: int
    networks: int
    views: int
    correct: int
    accuracy: float
    interval: tuple[float, float]
    alone: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain values."""
        lists = {"interval": list(self.interval), "alone": list(self.alone)}
        return {**vars(self), **lists}


def vote(
    networks: Sequence[Network],
    dataset: Dataset,
    *,
    views: int = 0,
    augmentation: Augmentation | None = None,
    seed: int = 0,
) -> Votes:
    """Judge the mean of several networks' outputs, or of a network's outputs for several views.

    Args:
        networks: one or more, with the same outputs.
        dataset: examples with their classes.
        views: how many distorted copies of each example count besides the example itself.
        augmentation: how they are distorted; needed for views.
        seed: fixes the copies.

    Raises: InputError, ShapeError, DataError.
    """
    _VIEWS.check("vote", "views", views)
    if not networks:
        raise InputError("vote", expected="at least one network", got="none", argument="networks")
    if views and (augmentation is None or not augmentation.distorts):
        raise InputError(
            "vote",
            expected="distortions to make views by",
            got="none",
            remedy="Name some, such as shift and rotation, or leave views out",
            argument="augmentation",
        )
    data = matched(networks[0], dataset, "vote")
    if not data.classifies:
        raise InputError(
            "vote", expected="targets that are classes", got="numbers", argument="dataset"
        )
    plain = [network.predict(data.inputs) for network in networks]
    alone = tuple(float((predicted_classes(a) == data.targets).mean()) for a in plain)
    total = np.sum([a.astype(np.float64) for a in plain], axis=0)
    for view in range(views):
        assert augmentation is not None, "views were refused without"
        copies = augment(data.inputs, data.shape, augmentation, seed=seed, epoch=view)
        for network in networks:
            total += network.predict(copies)
    total /= len(networks) * (1 + views)
    correct, n = int((predicted_classes(total) == data.targets).sum()), len(data)
    interval = wilson_interval(correct, n)
    return Votes(n, len(networks), views, correct, correct / n, interval, alone)
