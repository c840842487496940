"""What decides the steps of a training, as kernels take it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.dropout import dropout_threshold
from chainrule.equations.hashing import derive_key, make_key
from chainrule.equations.updates import UPDATES
from chainrule.kernels.codes import COST_CODES, UPDATE_CODES
from chainrule.kernels.records import Course
from chainrule.kernels.steps import HYPER
from chainrule.recipe import Recipe

__all__ = ["made_course", "mask_keys"]

Array = NDArray[Any]


def made_course(recipe: Recipe, is_weight: Array, silent: Sequence[float]) -> Course:
    """The recipe as kernels take it.

    Args:
        recipe: what decides.
        is_weight: like the table: 1 for a weight.
        silent: the share of each layer's neurons that dropout silences, (depth,).
    """
    return Course(
        COST_CODES[recipe.cost],
        recipe.huber_threshold,
        UPDATE_CODES[recipe.optimiser],
        np.array([getattr(recipe, name) for name in HYPER], dtype=np.float64),
        recipe.clip_norm or 0.0,
        is_weight,
        len(UPDATES[recipe.optimiser].slots),
        recipe.max_norm or 0.0,
        recipe.label_smoothing,
        np.array([dropout_threshold(share) for share in silent], np.int64),
        np.array([1 / (1 - share) for share in silent]),
    )


def mask_keys(seed: int, silent: Sequence[float], steps: range) -> Array:
    """[R1] The key of each step's mask in each layer, (steps, depth); 0 without dropout."""
    depth = len(silent)
    if not any(silent):
        return np.zeros((len(steps), depth), np.int64)
    of, layers = make_key(seed, "dropout"), range(1, depth + 1)
    keys = [[derive_key(derive_key(of, step), layer) for layer in layers] for step in steps]
    return np.array(keys, np.int64).reshape(-1, depth)
