"""Forward pass and back-propagation through all layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.equations.activations import Activation, activate, pull_back
from chainrule.equations.affine import affine, bias_gradient, input_gradient, weight_gradient
from chainrule.equations.arrays import Array
from chainrule.equations.costs import Cost, batch_cost
from chainrule.equations.dropout import apply_mask
from chainrule.equations.normalisation import (
    NormalisedBatch,
    gain_gradient,
    normalisation_gradient,
    normalise,
    scale_and_shift,
)
from chainrule.equations.output_error import output_cost, output_error

__all__ = ["Layer", "Trace", "backward", "forward", "trace"]


@dataclass(frozen=True)
class Layer:
    """The parameters and the activation function of one layer.

    Args:
        W: weights, (fan_out, fan_in).
        b: biases, (fan_out,), or None.
        activation: φ.
        gain: γ, (fan_out,), in training with batch normalisation, which needs biases; else None.
        mask: the dropout mask, (batch, fan_out), in training with dropout; else None.
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
        z: inputs of the activation of each layer, (batch, width): its weighted sums, after
            normalisation, gain and bias in a normalised layer.
        a: activations of each layer, (batch, width), after the mask in a masked layer.
        c: cost of each example, (batch,).
        cost: C, the sum of c weighted by the shares of the examples.
        delta: dC/dz of each layer, (batch, width); the shares are already in it.
        dW: dC/dW of each layer, (fan_out, fan_in).
        db: dC/db of each layer, (fan_out,), or None for a layer without biases.
        dgain: dC/dγ of each layer, (fan_out,), or None for a layer without normalisation.
        du: dC/du of the weighted sums of each layer before normalisation, (batch, width); equal to
            `delta` in a layer without normalisation.
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
class _LayerPass:
    """The numbers of one layer in the forward pass; `normalised` is None without normalisation."""

    z: Array
    a: Array
    normalised: NormalisedBatch | None


def _layer_passes(x: Array, layers: Sequence[Layer]) -> list[_LayerPass]:
    """[F3] The forward pass."""
    passes = []
    for layer in layers:
        normalised = None
        if layer.gain is None:
            z = affine(x, layer.W, layer.b)
        else:
            assert layer.b is not None, "a normalised layer has biases"
            normalised = normalise(affine(x, layer.W, None))
            z = scale_and_shift(normalised, layer.gain, layer.b)
        a = activate(layer.activation, z)
        x = a if layer.mask is None else apply_mask(a, layer.mask)
        passes.append(_LayerPass(z, x, normalised))
    return passes


def _error_of_sums(layer: Layer, normalised: NormalisedBatch | None, delta: Array) -> Array:
    """Return dC/du of the weighted sums; dC/dz in a layer without normalisation."""
    if normalised is None or layer.gain is None:
        return delta
    return normalisation_gradient(normalised, layer.gain, delta)


def forward(x: Array, layers: Sequence[Layer]) -> tuple[list[Array], list[Array]]:
    """[F3] The forward pass through all layers.

        a[0] = x      z[l] = a[l-1] W[l]ᵀ + b[l]      a[l] = φ_l(z[l])

    Args:
        x: inputs, (batch, features).
        layers: from the first to the last.

    Returns:
        (z, a), two lists with one array per layer.

    Source: matrix-based, eq. (2); Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    passes = _layer_passes(x, layers)
    return [one.z for one in passes], [one.a for one in passes]


def backward(
    z: Sequence[Array],
    a: Sequence[Array],
    layers: Sequence[Layer],
    last: Array,
    normalised: Sequence[NormalisedBatch | None] | None = None,
) -> list[Array]:
    """[BP2] The errors of all layers, from the last layer down to the first.

        δ[l] = (δ[l+1] W[l+1]) ⊙ φ_l'(z[l])

    If layer l+1 is normalised, dC/du [N4] takes the place of δ[l+1]. If layer l is masked, the
    errors of its activations are multiplied by the mask [R2], as the activations were.

    Args:
        z: inputs of the activation of each layer.
        a: activations of each layer, after the mask in a masked layer.
        layers: from the first to the last.
        last: dC/dz of the last layer, (batch, n).
        normalised: the result of `normalise` for each layer, None for a layer without
            normalisation; None if no layer is normalised.

    Returns:
        dC/dz of each layer, from the first to the last.

    Source: four-equations, section 2.2 (investigation prints a recursion that multiplies two sums
    instead of summing products, with w and z of the wrong layer); Rumelhart, Hinton & Williams
    (1986) [rumelhart1986].
    """
    deltas, known = [last], normalised or [None] * len(layers)
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741
        da = input_gradient(layers[l].W, _error_of_sums(layers[l], known[l], deltas[0]))
        below, out = layers[l - 1], a[l - 1]
        if below.mask is not None:
            da = apply_mask(da, below.mask)
            out = activate(below.activation, z[l - 1])  # softmax needs a before the mask
        deltas.insert(0, pull_back(below.activation, da, z[l - 1], out))
    return deltas


def trace(x: Array, y: Array, layers: Sequence[Layer], cost: Cost, shares: Array | float) -> Trace:
    """[BP] One batch forward and back: costs, errors and gradients of all layers.

    Args:
        x: inputs, (batch, features).
        y: targets, (batch, n).
        layers: from the first to the last.
        cost: the cost of one example.
        shares: the share of each example in the cost of the batch, from `batch_shares`.

    Returns:
        The trace; each of its numbers is the result of one equation.

    Source: investigation, "In summary"; four-equations, section 3; Rumelhart, Hinton & Williams
    (1986) [rumelhart1986].
    """
    passes = _layer_passes(x, layers)
    z, a, normalised = zip(*((one.z, one.a, one.normalised) for one in passes), strict=True)
    last = layers[-1].activation
    c = output_cost(cost, last, z[-1], a[-1], y)
    error = output_error(cost, last, z[-1], a[-1], y) * shares
    delta = backward(z, a, layers, error, normalised)
    du = [_error_of_sums(*numbers) for numbers in zip(layers, normalised, delta, strict=True)]
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
            None if statistics is None else gain_gradient(statistics, d)
            for statistics, d in zip(normalised, delta, strict=True)
        ),
        du=tuple(du),
    )
