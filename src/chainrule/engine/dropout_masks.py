"""The dropout masks of a step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.dropout import dropout_mask
from chainrule.equations.hashing import make_key
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["dropout_rates", "step_masks"]


def dropout_rates(architecture: Architecture, recipe: Recipe) -> tuple[float, ...]:
    """The share of each layer's neurons that dropout silences, (depth,); 0 for the last."""
    hidden = architecture.depth - 1
    given = recipe.dropout or (0.0,)
    shares = given * hidden if len(given) == 1 else given
    return (*shares, 0.0)


def step_masks(
    architecture: Architecture, recipe: Recipe, step: int, places: NDArray[np.int64]
) -> list[NDArray[Any] | None]:
    """[R1] The mask of each layer, (rows, width); None for a layer without dropout.

    Args:
        architecture: of the network.
        recipe: with its seed.
        step: steps done before, from 0.
        places: of the rows in their batch, (rows,).
    """
    assert recipe.seed is not None, "Recipe.with_seed comes first"
    shares, dtype = dropout_rates(architecture, recipe), architecture.dtype
    return [
        dropout_mask(make_key(recipe.seed, "dropout", step, layer), places, width, share, dtype)
        if share
        else None
        for layer, (width, share) in enumerate(zip(architecture.layers[1:], shares, strict=True), 1)
    ]
