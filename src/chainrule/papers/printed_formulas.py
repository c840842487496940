"""Formulas printed without numbers, by investigation and four-detector; none is put right."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.papers.as_printed import Printed
from chainrule.papers.small_networks import SmallNetwork

__all__ = ["UNNUMBERED"]

Array = NDArray[Any]
Net = SmallNetwork


def _da(n: Net, layer: int) -> Array:
    """∂C/∂a of a layer by the cost alone."""
    return n.slopes_by("a", layer)


def _bias_in_every_bracket(n: Net) -> Array:
    inner = sum(n.biases(1)[:-1])
    return n.weights(1) @ n.a(0) + inner + n.biases(1)


def _one_wrong_target(n: Net) -> Array:
    """2 σ'(z_i) a_k (a_i - y_i) with y_0 for y_1 at the start of the second row."""
    matrix = np.outer(2 * n.slope(3) * n.miss(), n.a(2))
    matrix[1, 0] = 2 * n.slope(3)[1] * n.a(2)[0] * (n.a(3)[1] - n.y[0, 0])
    return matrix


def _exp_over(n: Net) -> Array:
    e = np.exp(n.z(1))
    return np.asarray(e / (1 + e))


def _exp_thrice(n: Net) -> Array:
    e = np.exp(n.z(1))
    return np.asarray(e * (1 + e) * e / (1 + e) ** 2)


def _first_weight(n: Net, first: Array | float) -> Array:
    """A paper's product of five for its weight w_1, all but the first factor as printed."""
    return np.asarray(first * n.slope(2) * n.weights(2)[0, 0] * n.slope(1)[0] * n.a(0)[0])


_inquiry = partial(Printed, "investigation", cost="squared_error")
_detector = partial(Printed, "four-detector", cost="half_squared_error", network="4-2-1")

UNNUMBERED: tuple[Printed, ...] = (
    _inquiry(
        "feed forward",
        "z_i^l",
        "(w_i0 a_0 + b_0) + (w_i1 a_1 + b_1) + … + (w_in a_n + b_i)",
        network="3-3-3-3",
        value=_bias_in_every_bracket,
        truth=lambda n: n.z(1),
        remedy="one bias: Σ_k w_ik a_k + b_i",
    ),
    Printed(
        "investigation",
        "cost of a single training example",
        "∂C/∂a^L",
        "2(a^L - y), of C = Σ (a_i - y_i)² / n",
        cost="mean_squared_error",
        network="3-3-3-3",
        value=lambda n: 2 * n.miss(),
        truth="a[3]",
        remedy="(2/n)(a^L - y), or a cost without the n",
    ),
    _inquiry(
        "one neuron in each layer",
        "∂C/∂w^L",
        "2σ'(z^L)(a^(L-1))2(a^L - y)",
        network="1-1-1-1",
        value=lambda n: np.outer(2 * n.slope(3) * 2 * n.miss(), n.a(2)),
        truth="W[3]",
        remedy="one factor 2: 2σ'(z^L) a^(L-1) (a^L - y)",
    ),
    _inquiry(
        "one neuron in each layer",
        "∂C/∂a^(L-j)",
        "w^(L-j) σ'(z^(L-j)) ∂C/∂a^(L-j+1)",
        network="1-1-1-1",
        value=lambda n: n.weights(1)[0] * n.slope(1) * _da(n, 2),
        truth="a[1]",
        remedy="w and z of the layer above: w^(L-j+1) σ'(z^(L-j+1)) ∂C/∂a^(L-j+1)",
    ),
    _inquiry(
        "matrix of gradients",
        "∂C/∂w^L",
        "[…; 2σ'(z_1) a_0 (a_1 - y_0) …; …]",
        network="3-3-3-3",
        value=_one_wrong_target,
        truth="W[3]",
        remedy="y_1 in the second row",
    ),
    _inquiry(
        "summary",
        "∂C/∂w^L",
        "(2(a^L - y) σ'(z^L)) • T(a^(L-1))",
        network="3-3-3-3",
        value=lambda n: np.outer(2 * n.miss() * n.slope(3), n.a(2)),
        truth="W[3]",
    ),
    _inquiry(
        "summary",
        "∂C/∂b^L",
        "2σ'(z^L)(a^L - y)",
        network="3-3-3-3",
        value=lambda n: 2 * n.slope(3) * n.miss(),
        truth="b[3]",
    ),
    _inquiry(
        "summary",
        "∂C/∂w^(L-j)",
        "(σ'(z^(L-j)) ∂C/∂a^(L-j)) • T(a^(L-j-1))",
        network="3-3-3-3",
        value=lambda n: np.outer(n.slope(1) * _da(n, 1), n.a(0)),
        truth="W[1]",
    ),
    _inquiry(
        "summary",
        "∂C/∂b^(L-j)",
        "σ'(z^(L-j)) ∂C/∂a^(L-j)",
        network="3-3-3-3",
        value=lambda n: n.slope(1) * _da(n, 1),
        truth="b[1]",
    ),
    _inquiry(
        "summary",
        "∂C/∂a_k^(L-1)",
        "Σ_i w_ik^L σ'(z_i^L) 2(a_i^L - y_i)",
        network="3-3-3-3",
        value=lambda n: n.weights(3).T @ (n.slope(3) * 2 * n.miss()),
        truth="a[2]",
    ),
    _inquiry(
        "summary",
        "∂C/∂a_k^(L-j)",
        "Σ_i w_ik^(L-j) σ'(z_i^(L-j)) (Σ_i ∂C/∂a_i^(L-j+1))",
        network="3-3-3-3",
        value=lambda n: n.weights(1).T @ n.slope(1) * _da(n, 2).sum(),
        truth="a[1]",
        remedy="one sum, and the layer above: Σ_i w_ik^(L-j+1) σ'(z_i^(L-j+1)) ∂C/∂a_i^(L-j+1)",
    ),
    _inquiry(
        "summary, its layers put right",
        "∂C/∂a_k^(L-j)",
        "Σ_i w_ik^(L-j+1) σ'(z_i^(L-j+1)) (Σ_i ∂C/∂a_i^(L-j+1))",
        network="3-3-3-3",
        value=lambda n: n.weights(2).T @ n.slope(2) * _da(n, 2).sum(),
        truth="a[1]",
        remedy="two sums for one: each neuron's share travels along every other's weight",
    ),
    _detector(
        "the network of the paper",
        "net^k",
        "w_9 net_h1 + w_10 net_h2",
        value=lambda n: n.weights(2) @ n.z(1),
        truth=lambda n: n.z(2),
        remedy="out for net, as further on: w_9 out_h1 + w_10 out_h2",
    ),
    _detector(
        "output",
        "∂J/∂out",
        "-2(½)(y - out)",
        value=lambda n: -(n.y[0] - n.a(2)),
        truth="a[2]",
    ),
    _detector(
        "output, next line",
        "∂J/∂out",
        "(y - out), printed with numbers as (1 - 0.64)",
        value=lambda n: n.y[0] - n.a(2),
        truth="a[2]",
        remedy="-(y - out); the line after it has the sign",
    ),
    _detector(
        "output, first line on σ'",
        "σ'(net)",
        "e^net / (1 + e^net)",
        value=_exp_over,
        truth=lambda n: n.slope(1),
        remedy="that is σ(net); σ'(net) = e^net / (1 + e^net)²",
    ),
    _detector(
        "output, second line on σ'",
        "σ'(net)",
        "e^net (1 + e^net)(e^net) / (1 + e^net)²",
        value=_exp_thrice,
        truth=lambda n: n.slope(1),
        remedy="(e^net (1 + e^net) - (e^net)²) / (1 + e^net)²",
    ),
    _detector(
        "output, last line on σ'",
        "σ'(net)",
        "σ(net)(1 - σ(net))",
        value=lambda n: n.a(1) * (1 - n.a(1)),
        truth=lambda n: np.exp(n.z(1)) / (1 + np.exp(n.z(1))) ** 2,
    ),
    _detector(
        "output",
        "∂J/∂w_9",
        "∂J/∂out · out(1 - out) · out_h1",
        value=lambda n: np.asarray(n.miss()[0] * n.slope(2)[0] * n.a(1)[0]),
        truth=lambda n: n.slopes_by("W", 2)[0, 0],
    ),
    _detector(
        "hidden",
        "∂J/∂w_1",
        "(-1) σ'(net^k) w_9 out_h1(1 - out_h1) i_1",
        value=lambda n: _first_weight(n, -1.0)[0],
        truth=lambda n: n.slopes_by("W", 1)[0, 0],
        remedy="∂J/∂ŷ = -(y - ŷ) for the -1",
    ),
)
"""Every formula for an error or a gradient in these two papers, and what leads to them."""
