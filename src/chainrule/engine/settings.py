"""The settings of a step, as the update rules take them."""

from __future__ import annotations

from chainrule.equations.updates import UpdateSettings
from chainrule.network.parameters import Layout
from chainrule.recipe import Recipe

__all__ = ["settings_of"]


def settings_of(recipe: Recipe, step: int, rate: float, layout: Layout) -> UpdateSettings:
    """The settings of one step.

    Args:
        recipe: of the training.
        step: steps done before, from 0.
        rate: learning rate of the step.
        layout: which parameters are weights.
    """
    return UpdateSettings(
        eta=rate,
        t=step + 1,
        mu=recipe.momentum,
        rho=recipe.decay,
        beta1=recipe.beta1,
        beta2=recipe.beta2,
        epsilon=recipe.epsilon,
        decay=recipe.weight_decay,
        is_weight=layout.is_weight,
    )
