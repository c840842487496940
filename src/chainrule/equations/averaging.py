"""Averages of the parameters over the steps of a training."""

from __future__ import annotations

from chainrule.equations.arrays import Array

__all__ = ["AVERAGES", "blend", "ema_weight", "swa_weight"]

AVERAGES = ("none", "ema", "swa")
"""No average; the exponential one of every step; the plain one of the epochs' ends."""


def blend(average: Array, theta: Array, share: float) -> Array:
    """[M1] The average moves towards the parameters.

        ā ← ā + s (θ - ā)

    Args:
        average: ā, (n,).
        theta: parameters after the step, (n,).
        share: s, 0 to 1; 0 leaves the average, 1 begins it anew.

    Returns:
        The new average, (n,).
    """
    return average + average.dtype.type(share) * (theta - average)


def ema_weight(steps: int, decay: float) -> float:
    """[M2] The share of one step in the exponential moving average.

        s = 1 for the first step that counts, else 1 - d

    A step of age k then has the weight (1 - d) dᵏ; about 1 / (1 - d) steps count.

    Args:
        steps: steps that counted before this one.
        decay: d, the share of the average that is kept, 0 to below 1.

    Returns:
        s.
    """
    return 1.0 if steps == 0 else 1.0 - decay


def swa_weight(epochs: int) -> float:
    """[M3] The share of one epoch's end in the plain mean of all that count.

        s = 1 / (k + 1)

    Args:
        epochs: k, epochs that counted before.

    Returns:
        s.
    """
    return 1.0 / (epochs + 1)
