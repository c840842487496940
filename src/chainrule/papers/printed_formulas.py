"""The formulas for errors and gradients that the five papers print, as data; none is corrected.

Each formula is also written as a function of a small network, so that it can be computed exactly as
it is printed and compared with the gradient of the cost (`chainrule.papers.formula_check`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.papers.small_networks import SmallNetwork

__all__ = ["FORMULAS", "PrintedFormula"]

Array = NDArray[Any]
Net = SmallNetwork


@dataclass(frozen=True, eq=False)
class PrintedFormula:
    """A formula as it stands in a paper.

    Args:
        paper: the paper's id.
        place: equation number or section.
        left: the left-hand side, in the paper's letters.
        right: the right-hand side, in the paper's letters.
        cost: the cost for which it is meant, by chainrule's name.
        network: the network on which it is computed, a name of SMALL_NETWORKS.
        value: computes the right-hand side exactly as printed.
        truth: what the left-hand side stands for: "W[3]", "b[2]", "z[1]" or "a[2]" for the
            gradient of the cost with respect to that array, or a function for anything else.
        remedy: the correct formula, or what is wrong, in words; empty if the formula holds.
    """

    paper: str
    place: str
    left: str
    right: str
    cost: str
    network: str
    value: Callable[[SmallNetwork], Array]
    truth: str | Callable[[SmallNetwork], Array]
    remedy: str = ""

    @property
    def text(self) -> str:
        """The formula as printed."""
        return f"{self.left} = {self.right}"


def _delta(n: Net, layer: int) -> Array:
    """∂C/∂z of a layer by the cost alone: what a paper calls δ, right by definition."""
    return n.numeric_gradient("z", layer)


def _output_delta(n: Net) -> Array:
    """f'(z^L) 2(a^L - y), the last three factors of a product."""
    return n.derivative(3) * 2 * n.residual()


def _one_wrong_layer(n: Net) -> Array:
    row = np.array([n.a(3)[0], *n.a(2)[1:]])
    return np.outer(_delta(n, 3), row)


def _da(n: Net, layer: int) -> Array:
    """∂C/∂a of a layer by the cost alone."""
    return n.numeric_gradient("a", layer)


def _bias_in_every_bracket(n: Net) -> Array:
    inner = sum(n.biases(1)[:-1])
    return n.weights(1) @ n.a(0) + inner + n.biases(1)


def _one_wrong_target(n: Net) -> Array:
    """2 σ'(z_i) a_k (a_i - y_i) with y_0 for y_1 at the start of the second row."""
    matrix = np.outer(2 * n.derivative(3) * n.residual(), n.a(2))
    matrix[1, 0] = 2 * n.derivative(3)[1] * n.a(2)[0] * (n.a(3)[1] - n.y[0, 0])
    return matrix


def _exp_over(n: Net) -> Array:
    e = np.exp(n.z(1))
    return np.asarray(e / (1 + e))


def _exp_thrice(n: Net) -> Array:
    e = np.exp(n.z(1))
    return np.asarray(e * (1 + e) * e / (1 + e) ** 2)


def _first_weight(n: Net) -> Array:
    """A paper's product of five for its weight w_1, as printed."""
    return np.asarray(-n.derivative(2) * n.weights(2)[0, 0] * n.derivative(1)[0] * n.a(0)[0])


_HALF = "half_squared_error"
_DROPPED = ", its z/∂a read as ∂z/∂a"
"""The paper drops a ∂, without which the formula stands for no number."""

_investigation = partial(PrintedFormula, "investigation", cost="squared_error", network="3-3-3-3")
_four_detector = partial(PrintedFormula, "four-detector", cost=_HALF, network="4-2-1")
_approximator = partial(PrintedFormula, "approximator", cost="squared_error", network="1-1-1-1")
_four_equations = partial(PrintedFormula, "four-equations", cost=_HALF, network="3-3-3-3")
_matrix_based = partial(PrintedFormula, "matrix-based", cost=_HALF, network="3-3-3-3")

FORMULAS: tuple[PrintedFormula, ...] = (
    _investigation(
        "feed forward",
        "z_i^l",
        "(w_i0 a_0 + b_0) + (w_i1 a_1 + b_1) + … + (w_in a_n + b_i)",
        value=_bias_in_every_bracket,
        truth=lambda n: n.z(1),
        remedy="one bias: Σ_k w_ik a_k + b_i",
    ),
    _investigation(
        "cost of a single training example",
        "∂C/∂a^L",
        "2(a^L - y), of C = Σ (a_i - y_i)² / n",
        cost="mean_squared_error",
        value=lambda n: 2 * n.residual(),
        truth="a[3]",
        remedy="(2/n)(a^L - y), or a cost without the n",
    ),
    _investigation(
        "one neuron in each layer",
        "∂C/∂w^L",
        "2σ'(z^L)(a^(L-1))2(a^L - y)",
        network="1-1-1-1",
        value=lambda n: np.outer(2 * n.derivative(3) * 2 * n.residual(), n.a(2)),
        truth="W[3]",
        remedy="one factor 2: 2σ'(z^L) a^(L-1) (a^L - y)",
    ),
    _investigation(
        "one neuron in each layer",
        "∂C/∂a^(L-j)",
        "w^(L-j) σ'(z^(L-j)) ∂C/∂a^(L-j+1)",
        network="1-1-1-1",
        value=lambda n: n.weights(1)[0] * n.derivative(1) * _da(n, 2),
        truth="a[1]",
        remedy="w and z of the layer above: w^(L-j+1) σ'(z^(L-j+1)) ∂C/∂a^(L-j+1)",
    ),
    _investigation(
        "matrix of gradients",
        "∂C/∂w^L",
        "[…; 2σ'(z_1) a_0 (a_1 - y_0) …; …]",
        value=_one_wrong_target,
        truth="W[3]",
        remedy="y_1 in the second row",
    ),
    _investigation(
        "summary",
        "∂C/∂w^L",
        "(2(a^L - y) σ'(z^L)) • T(a^(L-1))",
        value=lambda n: np.outer(2 * n.residual() * n.derivative(3), n.a(2)),
        truth="W[3]",
    ),
    _investigation(
        "summary",
        "∂C/∂b^L",
        "2σ'(z^L)(a^L - y)",
        value=lambda n: 2 * n.derivative(3) * n.residual(),
        truth="b[3]",
    ),
    _investigation(
        "summary",
        "∂C/∂w^(L-j)",
        "(σ'(z^(L-j)) ∂C/∂a^(L-j)) • T(a^(L-j-1))",
        value=lambda n: np.outer(n.derivative(1) * _da(n, 1), n.a(0)),
        truth="W[1]",
    ),
    _investigation(
        "summary",
        "∂C/∂b^(L-j)",
        "σ'(z^(L-j)) ∂C/∂a^(L-j)",
        value=lambda n: n.derivative(1) * _da(n, 1),
        truth="b[1]",
    ),
    _investigation(
        "summary",
        "∂C/∂a_k^(L-1)",
        "Σ_i w_ik^L σ'(z_i^L) 2(a_i^L - y_i)",
        value=lambda n: n.weights(3).T @ (n.derivative(3) * 2 * n.residual()),
        truth="a[2]",
    ),
    _investigation(
        "summary",
        "∂C/∂a_k^(L-j)",
        "Σ_i w_ik^(L-j) σ'(z_i^(L-j)) (Σ_i ∂C/∂a_i^(L-j+1))",
        value=lambda n: n.weights(1).T @ n.derivative(1) * _da(n, 2).sum(),
        truth="a[1]",
        remedy="one sum, and the layer above: Σ_i w_ik^(L-j+1) σ'(z_i^(L-j+1)) ∂C/∂a_i^(L-j+1)",
    ),
    _investigation(
        "summary, its layers put right",
        "∂C/∂a_k^(L-j)",
        "Σ_i w_ik^(L-j+1) σ'(z_i^(L-j+1)) (Σ_i ∂C/∂a_i^(L-j+1))",
        value=lambda n: n.weights(2).T @ n.derivative(2) * _da(n, 2).sum(),
        truth="a[1]",
        remedy="two sums for one: each neuron's share travels along every other's weight",
    ),
    _four_detector(
        "the network of the paper",
        "net^k",
        "w_9 net_h1 + w_10 net_h2",
        value=lambda n: n.weights(2) @ n.z(1),
        truth=lambda n: n.z(2),
        remedy="out for net, as further on: w_9 out_h1 + w_10 out_h2",
    ),
    _four_detector(
        "output",
        "∂J/∂out",
        "-2(½)(y - out)",
        value=lambda n: -(n.y[0] - n.a(2)),
        truth="a[2]",
    ),
    _four_detector(
        "output, next line",
        "∂J/∂out",
        "(y - out), printed with numbers as (1 - 0.64)",
        value=lambda n: n.y[0] - n.a(2),
        truth="a[2]",
        remedy="-(y - out); the line after it has the sign",
    ),
    _four_detector(
        "output, first line on σ'",
        "σ'(net)",
        "e^net / (1 + e^net)",
        value=_exp_over,
        truth=lambda n: n.derivative(1),
        remedy="that is σ(net); σ'(net) = e^net / (1 + e^net)²",
    ),
    _four_detector(
        "output, second line on σ'",
        "σ'(net)",
        "e^net (1 + e^net)(e^net) / (1 + e^net)²",
        value=_exp_thrice,
        truth=lambda n: n.derivative(1),
        remedy="(e^net (1 + e^net) - (e^net)²) / (1 + e^net)²",
    ),
    _four_detector(
        "output, last line on σ'",
        "σ'(net)",
        "σ(net)(1 - σ(net))",
        value=lambda n: n.a(1) * (1 - n.a(1)),
        truth=lambda n: np.exp(n.z(1)) / (1 + np.exp(n.z(1))) ** 2,
    ),
    _four_detector(
        "output",
        "∂J/∂w_9",
        "∂J/∂out · out(1 - out) · out_h1",
        value=lambda n: np.asarray(n.residual()[0] * n.derivative(2)[0] * n.a(1)[0]),
        truth=lambda n: n.numeric_gradient("W", 2)[0, 0],
    ),
    _four_detector(
        "hidden",
        "∂J/∂w_1",
        "(-1) σ'(net^k) w_9 out_h1(1 - out_h1) i_1",
        value=lambda n: _first_weight(n)[0],
        truth=lambda n: n.numeric_gradient("W", 1)[0, 0],
        remedy="∂J/∂ŷ = -(y - ŷ) for the -1",
    ),
    _four_detector(
        "hidden",
        "net_h1",
        "w_1 i_1 + w_3 i_2",
        value=lambda n: n.weights(1)[0, :2] @ n.a(0)[:2],
        truth=lambda n: n.z(1)[0],
        remedy="all four inputs: w_1 i_1 + w_3 i_2 + w_5 i_3 + w_7 i_4",
    ),
    _approximator(
        "calculating the gradient",
        "∂c/∂w^(1)",
        "a^(0) f(z^(1))(1 - f(z^(1))) 2(a^(1) - y)",
        value=lambda n: np.outer(n.derivative(3) * 2 * n.residual(), n.a(2)),
        truth="W[3]",
    ),
    _approximator(
        "calculating the gradient, next layer",
        "∂c/∂w^(1)",
        "∂z^(0)/∂w^(0) · ∂a^(0)/∂z^(0) · ∂z^(1)/∂a^(0) · ∂a^(1)/∂z^(1) · ∂c/∂a^(1)",
        value=lambda n: np.outer(n.derivative(2) * n.weights(3)[0] * _output_delta(n), n.a(1)),
        truth="W[3]",
        remedy="w^(0) on the left",
    ),
    _approximator(
        "calculating the gradient",
        "v^(n)",
        "∂a^(n)/∂z^(n) · ∂z^(n+1)/∂a^(n) · v^(n+1)",
        value=lambda n: n.derivative(1) * n.weights(2)[0] * _delta(n, 2),
        truth="z[1]",
    ),
    _approximator(
        "calculating the gradient",
        "∂c/∂w^(n)",
        "a^(n-1) f(z^(n))(1 - f(z^(n))) w^(n+1) v^(n+1)",
        value=lambda n: np.outer(n.derivative(1) * n.weights(2)[0] * _delta(n, 2), n.a(0)),
        truth="W[1]",
    ),
    _four_equations(
        "(16), (19)",
        "δ^L",
        "(a^L - y) ⊙ σ'(z^L)",
        value=lambda n: n.residual() * n.derivative(3),
        truth="z[3]",
    ),
    _four_equations(
        "(22)",
        "δ^l",
        "((w^(l+1))ᵀ δ^(l+1)) ⊙ σ'(z^l)",
        value=lambda n: (n.weights(2).T @ _delta(n, 2)) * n.derivative(1),
        truth="z[1]",
    ),
    _four_equations(
        "(24)",
        "δ^l",
        "((w^(l+1))ᵀ ∂C/∂z^l) ⊙ ∂a^l/∂z^l",
        value=lambda n: (n.weights(2).T @ _delta(n, 1)) * n.derivative(1),
        truth="z[1]",
        remedy="∂C/∂z^(l+1), as in (22)",
    ),
    _four_equations(
        f"(25){_DROPPED}",
        "δ^l",
        "([z_j^(l+1)/∂a_i^l] [∂C/∂z_j^l]) ⊙ ∂a^l/∂z^l",
        value=lambda n: (n.weights(2).T @ _delta(n, 1)) * n.derivative(1),
        truth="z[1]",
        remedy="∂z_j^(l+1)/∂a_i^l and ∂C/∂z_j^(l+1)",
    ),
    _four_equations(
        f"(26){_DROPPED}",
        "δ^l",
        "[∂C/∂z_j^l · z_j^(l+1)/∂a_i^l] ⊙ ∂a^l/∂z^l",
        value=lambda n: n.weights(2).T * _delta(n, 1) * n.derivative(1)[:, None],
        truth="z[1]",
        remedy="∂z_j^(l+1)/∂a_i^l and ∂C/∂z_j^(l+1), each row summed",
    ),
    _four_equations("(33)", "∇_b C", "δ^l", value=lambda n: _delta(n, 2), truth="b[2]"),
    _four_equations(
        "(34), (39)",
        "∂C/∂w^l",
        "δ^l (a^(l-1))ᵀ",
        value=lambda n: np.outer(_delta(n, 2), n.a(1)),
        truth="W[2]",
    ),
    _four_equations(
        "(40)",
        "∂C/∂w^l",
        "∂C/∂z^l [a_1^l … a_n^(l-1)]",
        value=_one_wrong_layer,
        truth="W[3]",
        remedy="a_1^(l-1), as in (41)",
    ),
    _matrix_based("(5)", "∂C/∂b^l", "δ^l", value=lambda n: _delta(n, 1), truth="b[1]"),
    _matrix_based(
        "(6)",
        "∂C/∂w_jk^l",
        "δ_j^l a_k^(l-1)",
        value=lambda n: np.outer(_delta(n, 1), n.a(0)),
        truth="W[1]",
    ),
    _matrix_based(
        "(7)",
        "δ_j^l",
        "Σ_k δ_k^(l+1) w_kj^(l+1) φ'(z_j^l)",
        value=lambda n: _delta(n, 2) @ n.weights(2) * n.derivative(1),
        truth="z[1]",
    ),
    _matrix_based(
        "(12), m = 1",
        "ΔW^l",
        "(1/m) (A^(l-1))ᵀ δ^l",
        value=lambda n: np.outer(n.a(1), _delta(n, 2)),
        truth="W[2]",
        remedy="(1/m) (δ^l)ᵀ A^(l-1), the shape of W^l",
    ),
    _matrix_based(
        "(13)",
        "δ^l",
        "(δ^(l+1) W^l) ⊙ φ'(Z^l)",
        value=lambda n: _delta(n, 2) @ n.weights(1) * n.derivative(1),
        truth="z[1]",
        remedy="W^(l+1), as in (7)",
    ),
)
"""The papers' closing formulas for errors and gradients, and every other one that is wrong.

Only four-equations and matrix-based number their equations.
"""
