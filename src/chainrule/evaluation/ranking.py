"""How well one output separates the examples of its class from all others: ROC and precision.

The figures are scikit-learn's; what each example adds to them, for their intervals, is worked out
here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RocCurve", "auc_influence", "precision_influence", "roc_points"]

Column = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RocCurve:
    """The corners of a ROC curve, from (0, 0) to (1, 1); every array is (points,), read-only.

    Args:
        false_positive_rate: fraction of the other examples whose output reaches the threshold.
        true_positive_rate: fraction of the class's examples whose output does.
        threshold: falling; infinite for the first point.
    """

    false_positive_rate: Column
    true_positive_rate: Column
    threshold: Column


def roc_points(positive: Truth, outputs: Column) -> RocCurve:
    """Return the ROC curve of one class against the rest.

    Args:
        positive: whether each example is of the class, (n,); both kinds occur.
        outputs: the class's output for each example, (n,).
    """
    from sklearn.metrics import roc_curve

    columns = roc_curve(positive, outputs)
    for column in columns:
        column.flags.writeable = False
    return RocCurve(*columns)


def auc_influence(positive: Truth, outputs: Column, area: float) -> Column:
    """Return ∂area/∂w_i of the area under a ROC curve, (n,), as in DeLong et al. (1988).

    Args:
        positive: as in `roc_points`.
        outputs: as in `roc_points`.
        area: the area.

    Example:
        >>> right, sure = np.array([True, True, False]), np.array([0.9, 0.3, 0.5])
        >>> auc_influence(right, sure, 0.5).tolist()
        [0.25, -0.25, 0.0]
    """
    own, others = np.sort(outputs[positive]), np.sort(outputs[~positive])
    beaten = _fraction_below(others, outputs)
    beats = 1 - _fraction_below(own, outputs)
    return np.where(positive, (beaten - area) / len(own), (beats - area) / len(others))


def _fraction_below(ordered: Column, values: Column) -> Column:
    """Return the fraction of ordered numbers below each value; equal ones count half."""
    sides = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray(sum(sides) / (2 * len(ordered)))


def precision_influence(positive: Truth, outputs: Column, average: float) -> Column:
    """Return ∂average/∂w_i of the average precision, (n,).

    The average precision is Σ_i w_i y_i p_i / Σ_i w_i y_i, where p_i is the precision at the output
    of example i: of all examples with an output at least as great, the fraction of the class.

    Args:
        positive: as in `roc_points`.
        outputs: as in `roc_points`.
        average: the average precision.
    """
    thresholds, place = np.unique(-outputs, return_inverse=True)  # the greatest output first
    reached = np.cumsum(np.bincount(place, minlength=len(thresholds)))
    own = np.bincount(place, weights=positive, minlength=len(thresholds))
    precision = np.cumsum(own) / reached
    # What an example adds to the precision at its own threshold and at all that are lower.
    gain = np.cumsum((own / reached)[::-1])[::-1]
    loss = np.cumsum((own * precision / reached)[::-1])[::-1]
    added = positive * (precision[place] - average + gain[place]) - loss[place]
    return np.asarray(added / positive.sum())
