"""The dropout masks of a step, as the equations and as the kernels take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.dropout import dropout_mask
from chainrule.equations.hashing import derive_key, make_key
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["dropout_rates", "mask_keys", "step_masks"]


def dropout_rates(architecture: Architecture, recipe: Recipe) -> tuple[float, ...]:
    """The fraction of each layer's neurons that a step drops, (depth,); 0 for the last layer."""
    hidden = architecture.depth - 1
    given = recipe.dropout or (0.0,)
    rates = given * hidden if len(given) == 1 else given
    return (*rates, 0.0)


def step_masks(
    architecture: Architecture, recipe: Recipe, step: int, places: NDArray[np.int64]
) -> tuple[NDArray[Any] | None, ...]:
    """[R1] The mask of each layer, (rows, width), None for a layer without; empty without dropout.

    Args:
        architecture: of the network.
        recipe: with its seed.
        step: number of steps done before.
        places: the places of the rows in their batch, (rows,).
    """
    if recipe.dropout is None:
        return ()
    assert recipe.seed is not None, "Recipe.with_seed comes first"
    rates, dtype = dropout_rates(architecture, recipe), architecture.dtype
    return tuple(
        dropout_mask(make_key(recipe.seed, "dropout", step, layer), places, width, rate, dtype)
        if rate
        else None
        for layer, (width, rate) in enumerate(zip(architecture.layers[1:], rates, strict=True), 1)
    )


def mask_keys(seed: int, rates: Sequence[float], steps: range) -> NDArray[np.int64]:
    """[R1] The key of each step's mask in each layer, (steps, depth); 0 without dropout.

    Kernels compute the masks themselves from these keys.
    """
    depth = len(rates)
    if not any(rates):
        return np.zeros((len(steps), depth), np.int64)
    dropout, layers = make_key(seed, "dropout"), range(1, depth + 1)
    keys = [[derive_key(derive_key(dropout, step), layer) for layer in layers] for step in steps]
    return np.array(keys, np.int64).reshape(-1, depth)
