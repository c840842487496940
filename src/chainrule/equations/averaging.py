"""Averages of the parameters over the steps of a training."""

from __future__ import annotations

from chainrule.equations.arrays import Array

__all__ = ["AVERAGES", "blend", "ema_weight", "swa_weight"]

AVERAGES = ("none", "ema", "swa")
"""No average; an exponential moving average over steps; the mean over the ends of epochs."""


def blend(average: Array, theta: Array, weight: float) -> Array:
    """[M1] One step of a running average: it moves towards the parameters.

        ā ← ā + s (θ - ā)

    Args:
        average: ā, (n,).
        theta: θ, the parameters after the step, (n,).
        weight: s, 0 to 1. 0 leaves the average unchanged, 1 replaces it by the parameters.

    Returns:
        The new average, (n,).

    Source: Polyak & Juditsky (1992) [polyak1992].
    """
    return average + average.dtype.type(weight) * (theta - average)


def ema_weight(steps: int, decay: float) -> float:
    """[M2] The weight of a step in the exponential moving average.

        s = 1 for the first averaged step, else 1 - d

    In a long run a step of age k has the weight (1 - d) dᵏ, so that about the last 1 / (1 - d)
    steps matter.

    Args:
        steps: averaged steps before this one.
        decay: d, the fraction of the average that each step keeps, 0 to below 1.

    Returns:
        s, above 0, at most 1.

    Source: Roberts (1959) [roberts1959]; Kingma & Ba (2015) [kingma2015], section 7.2, for the
    parameters of a network.
    """
    return 1.0 if steps == 0 else 1.0 - decay


def swa_weight(epochs: int) -> float:
    """[M3] The weight of the end of an epoch in the mean of all averaged epochs.

        s = 1 / (k + 1)

    Args:
        epochs: k, averaged epochs before this one.

    Returns:
        s, above 0, at most 1.

    Source: Izmailov et al. (2018) [izmailov2018], stochastic weight averaging.
    """
    return 1.0 / (epochs + 1)
