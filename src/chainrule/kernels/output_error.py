"""The cost of one row and its error at the last layer, for every cost and output activation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.activations import exp_of, softplus_of
from chainrule.kernels.codes import COST_CODES
from chainrule.kernels.compiling import kernel, strict_kernel
from chainrule.kernels.rows import greatest_of, pull_back_row
from chainrule.kernels.scalars import SIGMOID, SOFTMAX, softplus
from chainrule.kernels.simd import LANES, load_wide, store_rounded, sum_of, where_positive, without

__all__ = ["row_cost_and_error"]

Array = NDArray[Any]
Rows = tuple[Array, Array, Array]

_FAR_LEFT = -3e38
"""Stands beyond the end of a row: e to it is 0, and 0 times it is 0, in float32 too."""

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
    for j in range(0, z.size, LANES):
        x, t = load_wide(z, j, _FAR_LEFT), load_wide(y, j, 0.0)
        log_term, small = softplus_of(where_positive(x, -1.0 * x, x))
        c += sum_of(x * (where_positive(x, 1.0, 0.0) - t) + log_term)
        store_rounded(delta, j, where_positive(x, (1.0 - t) - small, small - t))
    return c


@kernel
def _rest_of(z: Array, m: int) -> float:
    """[D3] Σ_{j≠m} e^(z_j - z_m)."""
    rest, highest = 0.0, np.float64(z[m])
    for j in range(0, z.size, LANES):
        e = exp_of(load_wide(z, j, -math.inf) - highest)
        rest += sum_of(without(e, m - j))
    return rest


@strict_kernel
def _less_log_softmax(log_rest: float, z: float, highest: float) -> float:
    """[D3] -ln a_j as it is written: log_rest + z_m, taken first, would swallow a tiny log_rest."""
    return log_rest - (z - highest)


@strict_kernel
def _excess_of_greatest(total: float, y: float, rest: float) -> float:
    """[D3] The error of the greatest, with 1 - a_m summed from the others, in this order."""
    return (total - y) - total * (rest / (1.0 + rest))


@kernel
def _softmax_excess(sums: tuple[float, float], m: int, row: Rows, delta: Array) -> None:
    """[D3] delta = total · softmax(z) - y; sums are the total and Σ_{j≠m} e^(z_j - z_m)."""
    total, rest = sums
    a, y = row[1], row[2]
    for j in range(a.size):
        delta[j] = total * a[j] - y[j]
    delta[m] = _excess_of_greatest(total, y[m], rest)


@kernel
def _categorical_with_softmax(row: Rows, delta: Array) -> float:
    """[D3] The exact pair of categorical cross-entropy and softmax."""
    z, y = row[0], row[2]
    m, total = greatest_of(z), 0.0
    for j in range(y.size):
        total += y[j]
    rest, highest = _rest_of(z, m), np.float64(z[m])
    _softmax_excess((total, rest), m, row, delta)
    c, log_rest = 0.0, math.log1p(rest)
    for j in range(z.size):
        c += y[j] * _less_log_softmax(log_rest, z[j], highest)
    return c


@kernel
def _categorical_with_sigmoid(z: Array, y: Array, delta: Array) -> float:
    """[D4] The exact pair of categorical cross-entropy and sigmoid."""
    c = 0.0
    for j in range(0, z.size, LANES):
        t = load_wide(y, j, 0.0)
        term, slope = softplus_of(-1.0 * load_wide(z, j, 0.0))
        c += sum_of(t * term)
        store_rounded(delta, j, -1.0 * t * slope)
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
def _binary_with_softmax(row: Rows, delta: Array) -> float:
    """[D5] The exact pair of binary cross-entropy and softmax."""
    z, a, y = row
    if z.size == 1:
        delta[0] = 0.0
        return 0.0 if y[0] == 1.0 else math.inf
    m = greatest_of(z)
    _softmax_excess((1.0, _rest_of(z, m)), m, row, delta)
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
    codes: tuple[int, int], h: float, row: Rows, delta: Array, share: float
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
        c = _categorical_with_softmax(row, delta)
    elif cost == CATEGORICAL and activation == SIGMOID:
        c = _categorical_with_sigmoid(z, y, delta)
    elif cost == BINARY and activation == SOFTMAX:
        c = _binary_with_softmax(row, delta)
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
