"""What the steps of a training depend on, as kernels take it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.dropout import silent_below
from chainrule.equations.updates import UPDATES
from chainrule.kernels import COST_CODES, HYPER, UPDATE_CODES, Course
from chainrule.recipe import Recipe

__all__ = ["step_hyperparameters"]

Array = NDArray[Any]


def step_hyperparameters(recipe: Recipe, is_weight: Array, silent: Sequence[float]) -> Course:
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
        np.array([silent_below(share) for share in silent], np.int64),
        np.array([1 / (1 - share) for share in silent]),
    )
