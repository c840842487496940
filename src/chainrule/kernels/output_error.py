"""The cost of one row and its error at the last layer, for every cost and output activation."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.costs import COSTS
from chainrule.kernels.activations import (
    SIGMOID,
    SOFTMAX,
    argmax,
    pull_back_row,
    softplus,
    softplus_lanes,
)
from chainrule.kernels.compiling import kernel, strict_kernel
from chainrule.kernels.elementary import exp
from chainrule.kernels.simd import (
    LANES,
    load_float64,
    store_rounded,
    sum_lanes,
    where_positive,
    zero_lane,
)

__all__ = ["COST_CODES", "OutputRow", "row_cost_and_error"]

Array = NDArray[Any]

COST_CODES = {name: code for code, name in enumerate(COSTS)}
"""Whole numbers for the names of the book: compiled code chooses by number."""

SQUARED = COST_CODES["squared_error"]
MEAN_SQUARED = COST_CODES["mean_squared_error"]
HALF_SQUARED = COST_CODES["half_squared_error"]
BINARY = COST_CODES["binary_cross_entropy"]
CATEGORICAL = COST_CODES["categorical_cross_entropy"]
ABSOLUTE = COST_CODES["absolute_error"]
HUBER = COST_CODES["huber"]

_FAR_LEFT = -3e38
"""Stands beyond the end of a row: e to it is 0, and 0 times it is 0, in float32 too."""


class OutputRow(NamedTuple):
    """One example at the last layer; each field is (outputs,)."""

    z: Array
    a: Array
    y: Array  # the targets
    delta: Array  # takes dC/dz


@kernel
def _cost_term(
    cost: int, a: float, y: float, n: int, huber_threshold: float
) -> tuple[float, float]:
    """[C1-C7] One of n outputs' part of the cost, and its derivative by a."""
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
        if abs(d) <= huber_threshold:
            return 0.5 * d * d, d
        outside = huber_threshold * (abs(d) - 0.5 * huber_threshold)
        return outside, math.copysign(huber_threshold, d)
    # Cross-entropy. A term of weight 0 is left out: 0 · ln 0 would be NaN.
    c, gradient = 0.0, 0.0
    if y != 0.0:
        c -= y * np.log(a)
        gradient -= y / a
    if cost == BINARY and y != 1.0:
        c -= (1.0 - y) * np.log(1.0 - a)
        gradient += (1.0 - y) / (1.0 - a)
    return c, gradient


@kernel
def _binary_with_sigmoid(row: OutputRow) -> float:
    """[D2] The exact pair of binary cross-entropy and sigmoid."""
    c = 0.0
    for j in range(0, row.z.size, LANES):
        x, t = load_float64(row.z, j, _FAR_LEFT), load_float64(row.y, j, 0.0)
        log_term, small = softplus_lanes(where_positive(x, -1.0 * x, x))
        c += sum_lanes(x * (where_positive(x, 1.0, 0.0) - t) + log_term)
        store_rounded(row.delta, j, where_positive(x, (1.0 - t) - small, small - t))
    return c


@kernel
def _sum_of_others(z: Array, m: int) -> float:
    """[D3] rest = Σ_{j≠m} e^(z_j - z_m), with m the index of the greatest."""
    rest, highest = 0.0, np.float64(z[m])
    for j in range(0, z.size, LANES):
        e = exp(load_float64(z, j, -math.inf) - highest)
        rest += sum_lanes(zero_lane(e, m - j))
    return rest


@strict_kernel
def _negative_log_softmax(log_rest: float, z: float, highest: float) -> float:
    """[D3] -ln a_j, in this order: log_rest + z_m, taken first, would swallow a tiny log_rest."""
    return log_rest - (z - highest)


@strict_kernel
def _error_of_greatest(total: float, y: float, rest: float) -> float:
    """[D3] The error of the greatest, with 1 - a_m summed from the others, in this order."""
    return (total - y) - total * (rest / (1.0 + rest))


@kernel
def _softmax_error(row: OutputRow, total: float, m: int, rest: float) -> None:
    """[D3] delta = total · softmax(z) - y, with rest = Σ_{j≠m} e^(z_j - z_m)."""
    for j in range(row.a.size):
        row.delta[j] = total * row.a[j] - row.y[j]
    row.delta[m] = _error_of_greatest(total, row.y[m], rest)


@kernel
def _categorical_with_softmax(row: OutputRow) -> float:
    """[D3] The exact pair of categorical cross-entropy and softmax."""
    z, y = row.z, row.y
    m, total = argmax(z), 0.0
    for j in range(y.size):
        total += y[j]
    rest, highest = _sum_of_others(z, m), np.float64(z[m])
    _softmax_error(row, total, m, rest)
    c, log_rest = 0.0, math.log1p(rest)
    for j in range(z.size):
        c += y[j] * _negative_log_softmax(log_rest, z[j], highest)
    return c


@kernel
def _categorical_with_sigmoid(row: OutputRow) -> float:
    """[D4] The exact pair of categorical cross-entropy and sigmoid."""
    c = 0.0
    for j in range(0, row.z.size, LANES):
        t = load_float64(row.y, j, 0.0)
        term, slope = softplus_lanes(-1.0 * load_float64(row.z, j, 0.0))
        c += sum_lanes(t * term)
        store_rounded(row.delta, j, -1.0 * t * slope)
    return c


@kernel
def _log_sum_without(z: Array, k: int) -> float:
    """The logarithm of Σ_{j≠k} e^z_j."""
    highest = -math.inf
    for j in range(z.size):
        if j != k and not z[j] <= highest:  # so written, NaN is taken as well
            highest = float(z[j])
    total = 0.0
    for j in range(z.size):
        if j != k:
            total += math.exp(float(z[j]) - highest)
    return highest + math.log(total)


@kernel
def _binary_with_softmax(row: OutputRow) -> float:
    """[D5] The exact pair of binary cross-entropy and softmax."""
    z, a, y, delta = row.z, row.a, row.y, row.delta
    if z.size == 1:
        # A softmax of one output is always 1: right at no cost, or wrong without remedy.
        delta[0] = 0.0
        return 0.0 if y[0] == 1.0 else math.inf
    m = argmax(z)
    _softmax_error(row, 1.0, m, _sum_of_others(z, m))
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
    cost: int, activation: int, huber_threshold: float, row: OutputRow, weight: float
) -> float:
    """[D1, BP1] The cost c of one row; its error at the last layer, times the weight, is in delta.

    Four pairs of cost and activation have exact forms in z; all others go by way of a.

    Args:
        cost: code of the cost.
        activation: code of the output activation.
        huber_threshold: where Huber's cost becomes linear.
        row: with z, a and y; delta is set.
        weight: of the row in its batch [C8].
    """
    z, a, y, delta = row.z, row.a, row.y, row.delta
    if cost == BINARY and activation == SIGMOID:
        c = _binary_with_sigmoid(row)
    elif cost == CATEGORICAL and activation == SOFTMAX:
        c = _categorical_with_softmax(row)
    elif cost == CATEGORICAL and activation == SIGMOID:
        c = _categorical_with_sigmoid(row)
    elif cost == BINARY and activation == SOFTMAX:
        c = _binary_with_softmax(row)
    else:
        c = 0.0
        for j in range(z.size):
            output, target = np.float64(a[j]), np.float64(y[j])
            term, gradient = _cost_term(cost, output, target, z.size, huber_threshold)
            c += term
            delta[j] = gradient
        pull_back_row(activation, delta, z, a)
    for j in range(z.size):
        delta[j] = delta[j] * weight
    return c
