"""What a step of a training depends on, as the equations take it; kernels: step_hyperparameters."""

from __future__ import annotations

from chainrule.equations.costs import get_cost
from chainrule.equations.step import StepSettings
from chainrule.equations.updates import UPDATES, UpdateSettings
from chainrule.network import Layout
from chainrule.recipe import Recipe

__all__ = ["step_settings"]


def step_settings(
    recipe: Recipe, layout: Layout, step: int, rate: float, average_weight: float = 0.0
) -> StepSettings:
    """What one step depends on.

    Args:
        recipe: of the training.
        layout: which parameters are weights.
        step: steps done before, from 0.
        rate: learning rate of the step.
        average_weight: how far the average moves towards the new parameters [M1].
    """
    return StepSettings(
        cost=get_cost(recipe.cost, recipe.huber_threshold),
        update=UPDATES[recipe.optimiser],
        update_settings=UpdateSettings(
            eta=rate,
            t=step + 1,
            mu=recipe.momentum,
            rho=recipe.decay,
            beta1=recipe.beta1,
            beta2=recipe.beta2,
            epsilon=recipe.epsilon,
            decay=recipe.weight_decay,
            is_weight=layout.is_weight,
        ),
        l1=recipe.l1,
        l2=recipe.l2,
        clip_norm=recipe.clip_norm,
        max_norm=recipe.max_norm,
        average_weight=average_weight,
    )
