"""Forward trace and backward sweep through all layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.equations.activations import Activation, activate, pull_back
from chainrule.equations.affine import affine, bias_gradient, input_gradient, weight_gradient
from chainrule.equations.arrays import Array
from chainrule.equations.costs import Cost, batch_cost
from chainrule.equations.dropout import dropped
from chainrule.equations.normalisation import (
    Normal,
    gain_gradient,
    normal_gradient,
    normalise,
    scaled,
)
from chainrule.equations.output_error import output_cost, output_error

__all__ = ["Layer", "Trace", "backward", "forward", "trace"]


@dataclass(frozen=True)
class Layer:
    """What one layer computes with: weights (fan_out, fan_in), biases (fan_out,) or None, φ.

    In training, a layer may also have the gains of batch normalisation, (fan_out,), which needs
    biases, and a dropout mask, (batch, fan_out).
    """

    W: Array
    b: Array | None
    activation: Activation
    gain: Array | None = None
    mask: Array | None = None


@dataclass(frozen=True)
class Trace:
    """Every number of one pass forward and back; index 0 of each tuple is layer 1.

    Args:
        x: inputs, (batch, features); the papers' a[0].
        y: targets, (batch, n).
        z: weighted sums of each layer, (batch, width); where it is normalised, what comes of them.
        a: activations of each layer, (batch, width); where it is masked, what the mask leaves.
        c: cost of each example, (batch,).
        cost: C, the sum of c by the examples' shares.
        delta: dC/dz of each layer, (batch, width), with the mean's share in it.
        dW: dC/dW of each layer, (fan_out, fan_in).
        db: dC/db of each layer, (fan_out,); None where a layer has no biases.
        dgain: dC/dγ of each layer, (fan_out,); None where a layer is not normalised.
        du: dC/du of each layer's own sums, (batch, width): `delta` where it is not normalised.
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
    dgain: tuple[Array | None, ...]
    du: tuple[Array, ...]


@dataclass(frozen=True)
class _Passed:
    """One layer's numbers on the way forward; `normal` is None where it is not normalised."""

    z: Array
    a: Array
    normal: Normal | None


def _passed(x: Array, layers: Sequence[Layer]) -> list[_Passed]:
    """[F3] All layers one after the other."""
    passed = []
    for layer in layers:
        normal = None
        if layer.gain is None:
            z = affine(x, layer.W, layer.b)
        else:
            assert layer.b is not None, "a normalised layer has biases"
            normal = normalise(affine(x, layer.W, None))
            z = scaled(normal, layer.gain, layer.b)
        a = activate(layer.activation, z)
        x = a if layer.mask is None else dropped(a, layer.mask)
        passed.append(_Passed(z, x, normal))
    return passed


def _before_normal(layer: Layer, normal: Normal | None, delta: Array) -> Array:
    """dC/du of a layer's own sums; dC/dz where it is not normalised."""
    if normal is None or layer.gain is None:
        return delta
    return normal_gradient(normal, layer.gain, delta)


def forward(x: Array, layers: Sequence[Layer]) -> tuple[list[Array], list[Array]]:
    """[F3] All layers one after the other.

        a[0] = x      z[l] = a[l-1] W[l]ᵀ + b[l]      a[l] = φ_l(z[l])

    Args:
        x: inputs, (batch, features).
        layers: from the first to the last.

    Returns:
        (z, a), a list of arrays each, one per layer.

    Source: matrix-based, eq. (2).
    """
    passed = _passed(x, layers)
    return [one.z for one in passed], [one.a for one in passed]


def backward(
    z: Sequence[Array],
    a: Sequence[Array],
    layers: Sequence[Layer],
    last: Array,
    normals: Sequence[Normal | None] | None = None,
) -> list[Array]:
    """[BP2] The errors of all layers, from the last one's down to the first.

        δ[l] = (δ[l+1] W[l+1]) ⊙ φ_l'(z[l])

    For a normalised layer l+1, dC/du [N4] stands in the place of δ[l+1]; a mask [R2] multiplies on
    the way back what it multiplied on the way forward.

    Args:
        z: weighted sums of each layer; what a normalised layer's activation gets.
        a: activations of each layer, masked.
        layers: from the first to the last.
        last: dC/dz of the last layer, (batch, n).
        normals: of the normalised layers, None for other layers; None if no layer is normalised.

    Returns:
        dC/dz of each layer, from the first to the last.

    Source: four-equations, section 2.2. investigation prints a recursion that multiplies two sums
    that belong under one, and takes w and z from one layer too low.
    """
    deltas, known = [last], normals or [None] * len(layers)
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741
        da = input_gradient(layers[l].W, _before_normal(layers[l], known[l], deltas[0]))
        below, out = layers[l - 1], a[l - 1]
        if below.mask is not None:
            da = dropped(da, below.mask)
            out = activate(below.activation, z[l - 1])
        deltas.insert(0, pull_back(below.activation, da, z[l - 1], out))
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
    passed = _passed(x, layers)
    z, a, normals = zip(*((one.z, one.a, one.normal) for one in passed), strict=True)
    last = layers[-1].activation
    c = output_cost(cost, last, z[-1], a[-1], y)
    error = output_error(cost, last, z[-1], a[-1], y) * shares
    delta = backward(z, a, layers, error, normals)
    du = [_before_normal(*of) for of in zip(layers, normals, delta, strict=True)]
    return Trace(
        x=x,
        y=y,
        z=z,
        a=a,
        c=c,
        cost=batch_cost(c, shares),
        delta=tuple(delta),
        dW=tuple(weight_gradient(i, d) for i, d in zip([x, *a[:-1]], du, strict=True)),
        db=tuple(
            None if layer.b is None else bias_gradient(d)
            for layer, d in zip(layers, delta, strict=True)
        ),
        dgain=tuple(
            None if normal is None else gain_gradient(normal, d)
            for normal, d in zip(normals, delta, strict=True)
        ),
        du=tuple(du),
    )
