"""Forward trace and backward sweep through all layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.equations.activations import Activation, activate, pull_back
from chainrule.equations.affine import affine, bias_gradient, input_gradient, weight_gradient
from chainrule.equations.arrays import Array
from chainrule.equations.costs import Cost, batch_cost
from chainrule.equations.output_error import output_cost, output_error

__all__ = ["Layer", "Trace", "backward", "forward", "trace"]


@dataclass(frozen=True)
class Layer:
    """What one layer computes with: weights (fan_out, fan_in), biases (fan_out,) or None, φ."""

    W: Array
    b: Array | None
    activation: Activation


@dataclass(frozen=True)
class Trace:
    """Every number of one pass forward and back; index 0 of each tuple is layer 1.

    Args:
        x: inputs, (batch, features); the papers' a[0].
        y: targets, (batch, n).
        z: weighted sums of each layer, (batch, width).
        a: activations of each layer, (batch, width).
        c: cost of each example, (batch,).
        cost: C, the sum of c by the examples' shares.
        delta: dC/dz of each layer, (batch, width), with the mean's share in it.
        dW: dC/dW of each layer, (fan_out, fan_in).
        db: dC/db of each layer, (fan_out,); None where a layer has no biases.
    """

    x: Array
    y: Array
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    c: Array
    cost: Array
    delta: tuple[Array, ...]
    dW: tuple[Array, ...]
    db: tuple[Array | None, ...]


def forward(x: Array, layers: Sequence[Layer]) -> tuple[list[Array], list[Array]]:
    """[F3] All layers one after the other.

        a[0] = x      z[l] = a[l-1] W[l]ᵀ + b[l]      a[l] = φ_l(z[l])

    Args:
        x: inputs, (batch, features).
        layers: from the first to the last.

    Returns:
        (z, a), a list of arrays each, one a layer.

    Source: matrix-based, eq. (2).
    """
    zs, activations = [], []
    for layer in layers:
        z = affine(x, layer.W, layer.b)
        x = activate(layer.activation, z)
        zs.append(z)
        activations.append(x)
    return zs, activations


def backward(
    z: Sequence[Array], a: Sequence[Array], layers: Sequence[Layer], last: Array
) -> list[Array]:
    """[BP2] The errors of all layers, from the last one's down to the first.

        δ[l] = (δ[l+1] W[l+1]) ⊙ φ_l'(z[l])

    Args:
        z: weighted sums of each layer.
        a: activations of each layer.
        layers: from the first to the last.
        last: dC/dz of the last layer, (batch, n).

    Returns:
        dC/dz of each layer, from the first to the last.

    Source: four-equations, section 2.2. investigation prints a recursion that multiplies two sums
    that belong under one, and takes w and z from one layer too low.
    """
    deltas = [last]
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741
        da = input_gradient(layers[l].W, deltas[0])
        deltas.insert(0, pull_back(layers[l - 1].activation, da, z[l - 1], a[l - 1]))
    return deltas


def trace(x: Array, y: Array, layers: Sequence[Layer], cost: Cost, shares: Array | float) -> Trace:
    """[BP] One batch forward and back: costs, errors and gradients.

    Args:
        x: inputs, (batch, features).
        y: targets, (batch, n).
        layers: from the first to the last.
        cost: the cost of one example.
        shares: what each example counts, `batch_shares`.

    Returns:
        The Trace, of which every number is one equation's.
    """
    z, a = forward(x, layers)
    last = layers[-1].activation
    c = output_cost(cost, last, z[-1], a[-1], y)
    delta = backward(z, a, layers, output_error(cost, last, z[-1], a[-1], y) * shares)
    inputs = [x, *a[:-1]]
    return Trace(
        x=x,
        y=y,
        z=tuple(z),
        a=tuple(a),
        c=c,
        cost=batch_cost(c, shares),
        delta=tuple(delta),
        dW=tuple(weight_gradient(i, d) for i, d in zip(inputs, delta, strict=True)),
        db=tuple(
            None if layer.b is None else bias_gradient(d)
            for layer, d in zip(layers, delta, strict=True)
        ),
    )
