"""Formulas printed by approximator, four-equations and matrix-based; none is put right."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.papers.as_printed import Printed
from chainrule.papers.small_networks import SmallNetwork

__all__ = ["NUMBERED"]

Array = NDArray[Any]
Net = SmallNetwork


def _delta(n: Net, layer: int) -> Array:
    """∂C/∂z of a layer by the cost alone: what a paper calls δ, right by definition."""
    return n.slopes_by("z", layer)


def _one_wrong_layer(n: Net) -> Array:
    row = np.array([n.a(3)[0], *n.a(2)[1:]])
    return np.outer(_delta(n, 3), row)


_approx = partial(Printed, "approximator", cost="squared_error", network="1-1-1-1")
_four = partial(Printed, "four-equations", cost="half_squared_error", network="3-3-3-3")
_matrix = partial(Printed, "matrix-based", cost="half_squared_error", network="3-3-3-3")

NUMBERED: tuple[Printed, ...] = (
    _approx(
        "calculating the gradient",
        "∂c/∂w^(1)",
        "a^(0) f(z^(1))(1 - f(z^(1))) 2(a^(1) - y)",
        value=lambda n: np.outer(n.slope(3) * 2 * n.miss(), n.a(2)),
        truth="W[3]",
    ),
    _approx(
        "calculating the gradient, next layer",
        "∂c/∂w^(1)",
        "∂z^(0)/∂w^(0) · ∂a^(0)/∂z^(0) · ∂z^(1)/∂a^(0) · ∂a^(1)/∂z^(1) · ∂c/∂a^(1)",
        value=lambda n: np.outer(n.slope(2) * n.weights(3)[0] * n.slope(3) * 2 * n.miss(), n.a(1)),
        truth="W[3]",
        remedy="w^(0) on the left",
    ),
    _approx(
        "calculating the gradient",
        "v^(n)",
        "∂a^(n)/∂z^(n) · ∂z^(n+1)/∂a^(n) · v^(n+1)",
        value=lambda n: n.slope(1) * n.weights(2)[0] * _delta(n, 2),
        truth="z[1]",
    ),
    _approx(
        "calculating the gradient",
        "∂c/∂w^(n)",
        "a^(n-1) f(z^(n))(1 - f(z^(n))) w^(n+1) v^(n+1)",
        value=lambda n: np.outer(n.slope(1) * n.weights(2)[0] * _delta(n, 2), n.a(0)),
        truth="W[1]",
    ),
    _four(
        "(16), (19)",
        "δ^L",
        "(a^L - y) ⊙ σ'(z^L)",
        value=lambda n: n.miss() * n.slope(3),
        truth="z[3]",
    ),
    _four(
        "(22)",
        "δ^l",
        "((w^(l+1))ᵀ δ^(l+1)) ⊙ σ'(z^l)",
        value=lambda n: (n.weights(2).T @ _delta(n, 2)) * n.slope(1),
        truth="z[1]",
    ),
    _four(
        "(24), (25)",
        "δ^l",
        "((w^(l+1))ᵀ ∂C/∂z^l) ⊙ ∂a^l/∂z^l",
        value=lambda n: (n.weights(2).T @ _delta(n, 1)) * n.slope(1),
        truth="z[1]",
        remedy="∂C/∂z^(l+1), as in (22)",
    ),
    _four(
        "(26)",
        "δ^l",
        "[∂C/∂z_j^l · ∂z_j^(l+1)/∂a_i^l] ⊙ ∂a^l/∂z^l",
        value=lambda n: n.weights(2).T * _delta(n, 1) * n.slope(1)[:, None],
        truth="z[1]",
        remedy="each row summed, with ∂C/∂z^(l+1)",
    ),
    _four("(33)", "∇_b C", "δ^l", value=lambda n: _delta(n, 2), truth="b[2]"),
    _four(
        "(34), (39)",
        "∂C/∂w^l",
        "δ^l (a^(l-1))ᵀ",
        value=lambda n: np.outer(_delta(n, 2), n.a(1)),
        truth="W[2]",
    ),
    _four(
        "(40)",
        "∂C/∂w^l",
        "∂C/∂z^l [a_1^l … a_n^(l-1)]",
        value=_one_wrong_layer,
        truth="W[3]",
        remedy="a_1^(l-1), as in (41)",
    ),
    _matrix("(5)", "∂C/∂b^l", "δ^l", value=lambda n: _delta(n, 1), truth="b[1]"),
    _matrix(
        "(6)",
        "∂C/∂w_jk^l",
        "δ_j^l a_k^(l-1)",
        value=lambda n: np.outer(_delta(n, 1), n.a(0)),
        truth="W[1]",
    ),
    _matrix(
        "(7)",
        "δ_j^l",
        "Σ_k δ_k^(l+1) w_kj^(l+1) φ'(z_j^l)",
        value=lambda n: _delta(n, 2) @ n.weights(2) * n.slope(1),
        truth="z[1]",
    ),
    _matrix(
        "(12), m = 1",
        "ΔW^l",
        "(1/m) (A^(l-1))ᵀ δ^l",
        value=lambda n: np.outer(n.a(1), _delta(n, 2)),
        truth="W[2]",
        remedy="(1/m) (δ^l)ᵀ A^(l-1), the shape of W^l",
    ),
    _matrix(
        "(13)",
        "δ^l",
        "(δ^(l+1) W^l) ⊙ φ'(Z^l)",
        value=lambda n: _delta(n, 2) @ n.weights(1) * n.slope(1),
        truth="z[1]",
        remedy="W^(l+1), as in (7)",
    ),
)
"""Every formula for an error or a gradient in these three papers; two number theirs."""
