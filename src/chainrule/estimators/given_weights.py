"""Weights that a caller gives to begin with, in scikit-learn's orientation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import InputError, ShapeError, describe
from chainrule.network import Layout, Network

__all__ = ["check_given_weights", "given_weights"]


def check_given_weights(where: str, goes_on: bool, coefs: Any, intercepts: Any) -> None:
    """Refuse weights for a training that has its own, and biases without weights.

    Raises: InputError.
    """
    if goes_on:
        raise InputError(
            where,
            expected="no coef_init where warm_start goes on with the weights of the last fit",
            got="both",
            argument="coef_init",
        )
    if coefs is None:
        raise InputError(
            where,
            expected="coef_init to go with intercept_init",
            got=describe(intercepts),
            argument="coef_init",
        )


def given_weights(
    where: str, network: Network, coefs: Sequence[Any], intercepts: Sequence[Any] | None
) -> Network:
    """Return the network with other numbers.

    Args:
        where: for error texts.
        network: whose shapes they must have.
        coefs: (fan_in, fan_out) for each layer.
        intercepts: (fan_out,) for each layer; None for zeros.

    Raises: ShapeError, DataError.
    """
    flat = np.zeros_like(network.parameters)
    layout = Layout(network.architecture)
    weights, biases = layout.weights(flat), layout.biases(flat)
    _require_layers(where, "coef_init", coefs, len(weights))
    for layer, (target, given) in enumerate(zip(weights, coefs, strict=True), 1):
        _fill(where, "coef_init", layer, target.T, given)
    if intercepts is not None:
        _require_layers(where, "intercept_init", intercepts, len(biases))
        for layer, (bias, given) in enumerate(zip(biases, intercepts, strict=True), 1):
            if bias is None:
                raise InputError(
                    where,
                    expected="no intercept_init for layers without biases",
                    got=describe(given),
                    argument="intercept_init",
                )
            _fill(where, "intercept_init", layer, bias, given)
    return network.with_parameters(flat)


def _require_layers(where: str, argument: str, given: Sequence[Any], layers: int) -> None:
    if len(given) != layers:
        raise ShapeError(
            where,
            expected=f"{argument} with an array for each of {layers} layers",
            got=str(len(given)),
            argument=argument,
        )


def _fill(where: str, argument: str, layer: int, target: Any, given: Any) -> None:
    array = np.asarray(given)
    if array.shape != target.shape:
        raise ShapeError(
            where,
            expected=f"{argument} of shape {target.shape} for layer {layer}",
            got=str(array.shape),
            argument=argument,
            value=array.shape,
        )
    target[...] = array
