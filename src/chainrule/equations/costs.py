"""Costs of one example: a cost and its gradient are one record.

Every cost takes outputs a and targets y of shape (batch, n), float or complex. Its `value` returns
the cost of each example, (batch,), and its `gradient` returns dc/da, (batch, n). `batch_cost` makes
one number of a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from chainrule.equations.arrays import Array, nonnegative

__all__ = [
    "COSTS",
    "Cost",
    "Pair",
    "batch_cost",
    "batch_shares",
    "get_cost",
    "huber_cost",
    "smooth_targets",
]

Pair = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Cost:
    """A cost with its derivative.

    Args:
        name: its name in recipes and files.
        equation: its id in docs/derivation/.
        formula: what it computes for one example, as text.
        value: (a, y) -> c, (batch,).
        gradient: (a, y) -> dc/da, (batch, n).
        low: the least output for which it is defined.
        high: the greatest output for which it is defined.
    """

    name: str
    equation: str
    formula: str
    value: Pair
    gradient: Pair
    low: float = -np.inf
    high: float = np.inf


def squared_error(a: Array, y: Array) -> Array:
    """[C1] c = Σ_i (a_i - y_i)².

    Source: investigation, whose gradients 2 (a - y) belong to this cost; approximator; Gauss (1809)
    [gauss1809], least squares.
    """
    return np.square(a - y).sum(axis=-1)


def squared_error_gradient(a: Array, y: Array) -> Array:
    """[C1] dc/da_i = 2 (a_i - y_i)."""
    return 2 * (a - y)


def mean_squared_error(a: Array, y: Array) -> Array:
    """[C2] c = (1/n) Σ_i (a_i - y_i)², the mean over the n outputs.

    Source: investigation, its cost as printed; four-detector; Widrow & Hoff (1960) [widrow1960].
    """
    return np.square(a - y).mean(axis=-1)


def mean_squared_error_gradient(a: Array, y: Array) -> Array:
    """[C2] dc/da_i = (2/n) (a_i - y_i)."""
    return 2 / a.shape[-1] * (a - y)


def half_squared_error(a: Array, y: Array) -> Array:
    """[C3] c = ½ Σ_i (a_i - y_i)².

    Source: four-equations; four-detector, its J; Rumelhart, Hinton & Williams (1986)
    [rumelhart1986].
    """
    return 0.5 * np.square(a - y).sum(axis=-1)


def half_squared_error_gradient(a: Array, y: Array) -> Array:
    """[C3] dc/da_i = a_i - y_i."""
    return a - y


def _times_log(y: Array, a: Array) -> Array:
    """Return y ln a; 0 where y is 0, whatever a is."""
    counted = y != 0
    with np.errstate(divide="ignore"):  # ln 0 is -inf: the cost is infinite
        return np.where(counted, y * np.log(np.where(counted, a, 1)), 0)


def _over(y: Array, a: Array) -> Array:
    """Return y / a; 0 where y is 0, whatever a is."""
    counted = y != 0
    with np.errstate(divide="ignore"):  # y / 0 is infinite, like the cost
        return np.where(counted, y / np.where(counted, a, 1), 0)


def binary_cross_entropy(a: Array, y: Array) -> Array:
    """[C4] c = -Σ_i (y_i ln a_i + (1 - y_i) ln(1 - a_i)).

    Each output is the probability of a class of its own; 0 ln 0 counts as 0.

    Source: Cox (1958) [cox1958], the negative log-likelihood of logistic regression.
    """
    return -(_times_log(y, a) + _times_log(1 - y, 1 - a)).sum(axis=-1)


def binary_cross_entropy_gradient(a: Array, y: Array) -> Array:
    """[C4] dc/da_i = (1 - y_i)/(1 - a_i) - y_i/a_i."""
    return _over(1 - y, 1 - a) - _over(y, a)


def categorical_cross_entropy(a: Array, y: Array) -> Array:
    """[C5] c = -Σ_i y_i ln a_i.

    The outputs are the probabilities of n classes of which one is right; 0 ln 0 counts as 0.

    Source: Bridle (1990) [bridle1990].
    """
    return -_times_log(y, a).sum(axis=-1)


def categorical_cross_entropy_gradient(a: Array, y: Array) -> Array:
    """[C5] dc/da_i = -y_i/a_i."""
    return -_over(y, a)


def absolute_error(a: Array, y: Array) -> Array:
    """[C6] c = Σ_i |a_i - y_i|.

    Source: Laplace (1774) [laplace1774], whose estimate of least absolute error is the median.
    """
    d = a - y
    return np.where(nonnegative(d), d, -d).sum(axis=-1)


def absolute_error_gradient(a: Array, y: Array) -> Array:
    """[C6] dc/da_i = sign(a_i - y_i); 0 at the kink, by convention."""
    return np.sign(np.real(a - y)).astype(a.dtype)


def huber(a: Array, y: Array, h: float = 1.0) -> Array:
    """[C7] The Huber cost: a square near the target, a line farther away.

        c = Σ_i q(a_i - y_i)      q(d) = ½ d² for |d| ≤ h, else h (|d| - ½ h)

    Args:
        a: outputs, (batch, n).
        y: targets, (batch, n).
        h: the threshold between square and line, above 0.

    Source: Huber (1964) [huber1964].
    """
    d = a - y
    size = np.where(nonnegative(d), d, -d)
    near = np.real(size) <= h
    return np.where(near, 0.5 * np.square(d), h * (size - 0.5 * h)).sum(axis=-1)


def huber_gradient(a: Array, y: Array, h: float = 1.0) -> Array:
    """[C7] dc/da_i = max(-h, min(d_i, h)), with d_i = a_i - y_i."""
    d = a - y
    near = np.abs(np.real(d)) <= h
    return np.where(near, d, h * np.sign(np.real(d)))


def batch_shares(sample_weights: Array | None, batch: int) -> Array | float:
    """[C8] The share of each example in the cost of a batch.

        s_i = w_i / B

    The weights have mean 1 over the training set, so that the expected gradient of a random batch
    is the gradient over the whole set. Dividing by the weights of the batch would not have this
    property.

    Args:
        sample_weights: w, (batch,), mean 1 over the training set; None if all weights are 1.
        batch: B, the number of examples in the batch.

    Returns:
        s, (batch, 1), or one number if all shares are equal.

    Source: own, because libraries divide by the sum of the weights in the batch; the property is the
    one that Robbins & Monro (1951) [robbins1951] ask of a noisy gradient.
    """
    if sample_weights is None:
        return 1.0 / batch
    return sample_weights[:, None] / batch


def batch_cost(c: Array, shares: Array | float) -> Array:
    """[C8] The cost of a batch: the sum of the costs of its examples, weighted by their shares.

        C = Σ_i s_i c_i

    Args:
        c: costs of the examples, (batch,).
        shares: s, from `batch_shares`.

    Returns:
        C, a number of the type of c.

    Source: four-equations, eq. (12); investigation, the "full cost function".
    """
    return (c[:, None] * shares).sum()


def smooth_targets(y: Array, smoothing: float) -> Array:
    """[C9] Label smoothing: targets that give every class a little of the probability.

        y' = (1 - s) y + s / n

    Args:
        y: one-hot targets, (batch, n), n at least 2.
        smoothing: s, 0 to below 1.

    Returns:
        y', (batch, n), whose rows still sum to 1.

    Source: Szegedy et al. (2016) [szegedy2016], section 7.
    """
    kept, spread = y.dtype.type(1 - smoothing), y.dtype.type(smoothing / y.shape[-1])
    return kept * y + spread


def huber_cost(threshold: float) -> Cost:
    """Return the Huber cost [C7] with this threshold, above 0."""
    formula = "Σ of ½d² where |d| <= h, else h(|d| - ½h)"
    value, gradient = partial(huber, h=threshold), partial(huber_gradient, h=threshold)
    return Cost("huber", "C7", formula, value, gradient)


# fmt: off
_ALL = (
    Cost("squared_error",             "C1", "Σ (a_i - y_i)²",       squared_error,             squared_error_gradient),
    Cost("mean_squared_error",        "C2", "(1/n) Σ (a_i - y_i)²", mean_squared_error,        mean_squared_error_gradient),
    Cost("half_squared_error",        "C3", "½ Σ (a_i - y_i)²",     half_squared_error,        half_squared_error_gradient),
    Cost("binary_cross_entropy",      "C4", "-Σ (y_i ln a_i + (1 - y_i) ln(1 - a_i))", binary_cross_entropy, binary_cross_entropy_gradient, 0, 1),
    Cost("categorical_cross_entropy", "C5", "-Σ y_i ln a_i",        categorical_cross_entropy, categorical_cross_entropy_gradient, 0),
    Cost("absolute_error",            "C6", "Σ |a_i - y_i|",        absolute_error,            absolute_error_gradient),
    huber_cost(1.0),
)
# fmt: on

COSTS = {cost.name: cost for cost in _ALL}
"""The costs by name; the Huber cost with threshold 1."""


def get_cost(name: str, huber_threshold: float = 1.0) -> Cost:
    """Return the cost of this name, a key of COSTS; the Huber cost with the given threshold."""
    return huber_cost(huber_threshold) if name == "huber" else COSTS[name]
