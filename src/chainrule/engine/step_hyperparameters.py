"""The hyperparameters of a step, as kernels take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.dropout import dropout_threshold
from chainrule.equations.updates import UPDATES
from chainrule.kernels import COST_CODES, UPDATE_CODES, StepHyperparameters, UpdateHyperparameters
from chainrule.recipe import Recipe

__all__ = ["step_hyperparameters"]

Array = NDArray[Any]


def step_hyperparameters(
    recipe: Recipe, is_weight: Array, dropout: Sequence[float]
) -> StepHyperparameters:
    """The recipe as kernels take it.

    Args:
        recipe: of the training.
        is_weight: 1 for a weight and 0 for any other number, packed like the parameters.
        dropout: the fraction of each layer's neurons that dropout drops, (depth,).
    """
    return StepHyperparameters(
        cost=COST_CODES[recipe.cost],
        huber_threshold=float(recipe.huber_threshold),
        update=UPDATE_CODES[recipe.optimiser],
        settings=UpdateHyperparameters(
            momentum=float(recipe.momentum),
            decay=float(recipe.decay),
            beta1=float(recipe.beta1),
            beta2=float(recipe.beta2),
            epsilon=float(recipe.epsilon),
            weight_decay=float(recipe.weight_decay),
            l1=float(recipe.l1),
            l2=float(recipe.l2),
        ),
        clip_norm=float(recipe.clip_norm or 0.0),
        is_weight=is_weight,
        slots=len(UPDATES[recipe.optimiser].slots),
        max_norm=float(recipe.max_norm or 0.0),
        label_smoothing=float(recipe.label_smoothing),
        dropout_thresholds=np.array([dropout_threshold(rate) for rate in dropout], np.int64),
        dropout_scales=np.array([1 / (1 - rate) for rate in dropout]),
    )
