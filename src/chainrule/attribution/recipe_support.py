"""What a recipe does besides plain steps on plain batches, and which of it is not explained."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.data import Augmentation
from chainrule.engine import Position, augmentation_from_recipe
from chainrule.errors import InputError
from chainrule.limits import limits_of
from chainrule.recipe import Recipe

__all__ = ["augmentation_settings", "gradient_settings", "require_explainable", "step_recipe"]

_STEPWISE_SCHEDULES = ("constant", "step", "exponential", "cosine", "one_cycle")


def gradient_settings(recipe: Recipe) -> Iterator[str]:
    """The settings by which a training computes other gradients than of plain batches.

    >>> list(gradient_settings(Recipe(dropout=0.2, shift=1.0, label_smoothing=0.1)))
    ['dropout 0.2', 'label_smoothing 0.1', 'shift 1']
    """
    if recipe.normalisation != "none":
        yield f"normalisation {recipe.normalisation}"
    if recipe.dropout is not None:
        yield "dropout " + ", ".join(f"{share:g}" for share in recipe.dropout)
    if recipe.label_smoothing:
        yield f"label_smoothing {recipe.label_smoothing:g}"
    yield from augmentation_settings(recipe)
    if recipe.mixup:
        yield f"mixup {recipe.mixup:g}"


def augmentation_settings(recipe: Recipe) -> Iterator[str]:
    """The settings by which each epoch learns from other copies of the examples."""
    if augmentation_from_recipe(recipe).changes:
        for name, limit in limits_of(recipe).items():
            value = getattr(recipe, name)
            is_own = name not in ("elastic_smoothness", "mixup")
            if limit.group == "augmentation" and is_own and value:
                yield f"{name} {value:g}"


def require_explainable(recipe: Recipe) -> None:
    """Refuse a run whose steps cannot be explained term by term.

    Raises: InputError.
    """
    unsupported = []
    if recipe.clip_norm is not None and recipe.normalisation != "none":
        unsupported.append(f"clip_norm {recipe.clip_norm:g} beside normalisation")
    if recipe.optimiser == "lbfgs":
        unsupported.append("optimiser lbfgs")
    if unsupported:
        raise InputError(
            "inspect",
            expected="a run of plain steps, which are explained term by term",
            got=", ".join(unsupported) + " in its recipe",
            remedy="Inspect a neuron, a decision, influence or mislabels, which look at the "
            "network that came of it",
            argument="weight",
        )


def step_recipe(replay: RunReplay, step: RunStep, position: Position) -> Recipe:
    """A recipe by which one step of a run, taken by itself on plain layers, is the same.

    Where its rate follows from more than the number of the step, the rate is given. The parts of a
    batch add up to the same gradient; the average and the limit of lengths come after the step;
    examples are given as the epoch had them.

    Args:
        replay: of the run.
        step: that is explained.
        position: before it.
    """
    recipe = replay.setup.recipe
    plain = {"accumulation": 1, "averaging": "none", "snapshots": False}
    plain |= {**vars(Augmentation()), "normalisation": "none", "dropout": None, "max_norm": None}
    grows = recipe.batch_growth > 1
    if grows:
        plain |= {"batch_growth": 1.0, "batch_size": len(step.rows)}
    if grows or recipe.warmup_epochs or recipe.schedule not in _STEPWISE_SCHEDULES:
        rate = replay.setup.engine.learning_rate(position)
        plain |= {"schedule": "constant", "learning_rate": rate, "warmup_epochs": 0.0}
    return recipe.replaced(**plain)
