"""The cost of one row and its error at the last layer, for every cost and output activation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.codes import COST_CODES
from chainrule.kernels.compiling import kernel
from chainrule.kernels.rows import greatest_of, pull_back_row
from chainrule.kernels.scalars import SIGMOID, SOFTMAX, sigmoid, softplus

__all__ = ["row_cost_and_error"]

Array = NDArray[Any]

SQUARED = COST_CODES["squared_error"]
MEAN_SQUARED = COST_CODES["mean_squared_error"]
HALF_SQUARED = COST_CODES["half_squared_error"]
BINARY = COST_CODES["binary_cross_entropy"]
CATEGORICAL = COST_CODES["categorical_cross_entropy"]
ABSOLUTE = COST_CODES["absolute_error"]
HUBER = COST_CODES["huber"]


@kernel
def _plain_term(cost: int, a: float, y: float, n: int, h: float) -> tuple[float, float]:  # noqa: C901
    """[C1-C7] One output's part of the cost, and its derivative by a."""
    d = a - y
    if cost == SQUARED:
        return d * d, 2.0 * d
    if cost == MEAN_SQUARED:
        return d * d / n, 2.0 / n * d
    if cost == HALF_SQUARED:
        return 0.5 * d * d, d
    if cost == ABSOLUTE:
        return abs(d), (1.0 if d > 0.0 else (-1.0 if d < 0.0 else 0.0))
    if cost == HUBER:
        if abs(d) <= h:
            return 0.5 * d * d, d
        return h * (abs(d) - 0.5 * h), math.copysign(h, d)
    c, gradient = 0.0, 0.0
    if y != 0.0:
        c -= y * np.log(a)
        gradient -= y / a
    if cost == BINARY and y != 1.0:
        c -= (1.0 - y) * np.log(1.0 - a)
        gradient += (1.0 - y) / (1.0 - a)
    return c, gradient


@kernel
def _binary_with_sigmoid(z: Array, y: Array, delta: Array) -> float:
    """[D2] The exact pair of binary cross-entropy and sigmoid."""
    c = 0.0
    for j in range(z.size):
        x = float(z[j])
        right = 1.0 if x >= 0.0 else 0.0
        c += x * (right - y[j]) + math.log1p(math.exp(-abs(x)))
        small = sigmoid(-abs(x))
        delta[j] = (1.0 - y[j]) - small if right else small - y[j]
    return c


@kernel
def _softmax_excess(z: Array, y: Array, total: float, m: int, delta: Array) -> float:
    """[D3] delta = total · softmax(z) - y; gives Σ_{j≠m} e^(z_j - z_m)."""
    rest = 0.0
    for j in range(z.size):
        if j != m:
            rest += math.exp(float(z[j]) - float(z[m]))
    for j in range(z.size):
        if j != m:
            delta[j] = total * math.exp(float(z[j]) - float(z[m])) / (1.0 + rest) - y[j]
    delta[m] = (total - y[m]) - total * (rest / (1.0 + rest))
    return rest


@kernel
def _categorical_with_softmax(z: Array, y: Array, delta: Array) -> float:
    """[D3] The exact pair of categorical cross-entropy and softmax."""
    m, total = greatest_of(z), 0.0
    for j in range(z.size):
        total += y[j]
    log_rest = math.log1p(_softmax_excess(z, y, total, m, delta))
    c = 0.0
    for j in range(z.size):
        c += y[j] * (log_rest - (float(z[j]) - float(z[m])))
    return c


@kernel
def _categorical_with_sigmoid(z: Array, y: Array, delta: Array) -> float:
    """[D4] The exact pair of categorical cross-entropy and sigmoid."""
    c = 0.0
    for j in range(z.size):
        c += y[j] * softplus(-float(z[j]))
        delta[j] = -y[j] * sigmoid(-float(z[j]))
    return c


@kernel
def _log_sum_without(z: Array, k: int) -> float:
    """The logarithm of Σ_{j≠k} e^z_j."""
    highest = -math.inf
    for j in range(z.size):
        if j != k and not z[j] <= highest:
            highest = float(z[j])
    total = 0.0
    for j in range(z.size):
        if j != k:
            total += math.exp(float(z[j]) - highest)
    return highest + math.log(total)


@kernel
def _binary_with_softmax(z: Array, y: Array, a: Array, delta: Array) -> float:
    """[D5] The exact pair of binary cross-entropy and softmax."""
    if z.size == 1:
        delta[0] = 0.0
        return 0.0 if y[0] == 1.0 else math.inf
    _softmax_excess(z, y, 1.0, greatest_of(z), delta)
    c = 0.0
    for k in range(z.size):
        without = _log_sum_without(z, k)
        odds = float(z[k]) - without
        c += y[k] * softplus(-odds) + (1.0 - y[k]) * softplus(odds)
        for i in range(z.size):
            if i != k:
                p = math.exp(float(z[i]) - without)
                delta[i] += y[k] * a[i] - (1.0 - y[k]) * a[k] * p
    return c


@kernel
def row_cost_and_error(
    codes: tuple[int, int], h: float, row: tuple[Array, Array, Array], delta: Array, share: float
) -> float:
    """[D1, BP1] The cost of one row; its error at the last layer goes to delta, times the share.

    Args:
        codes: of the cost and of the output activation.
        h: Huber's threshold.
        row: z, a and y, (n,) each.
        delta: takes dC/dz, (n,).
        share: what the row counts in its batch [C8].

    Returns: the row's cost c.
    """
    cost, activation = codes
    z, a, y = row
    if cost == BINARY and activation == SIGMOID:
        c = _binary_with_sigmoid(z, y, delta)
    elif cost == CATEGORICAL and activation == SOFTMAX:
        c = _categorical_with_softmax(z, y, delta)
    elif cost == CATEGORICAL and activation == SIGMOID:
        c = _categorical_with_sigmoid(z, y, delta)
    elif cost == BINARY and activation == SOFTMAX:
        c = _binary_with_softmax(z, y, a, delta)
    else:
        c = 0.0
        for j in range(z.size):
            term, gradient = _plain_term(cost, np.float64(a[j]), np.float64(y[j]), z.size, h)
            c += term
            delta[j] = gradient
        pull_back_row(activation, delta, z, a)
    for j in range(z.size):
        delta[j] = delta[j] * share
    return c
