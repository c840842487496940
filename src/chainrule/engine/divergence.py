"""Where NaN or infinity first appeared in a step, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.position import Position
from chainrule.equations.output_error import FUSED
from chainrule.equations.step import TrainingStep
from chainrule.errors import DivergenceError
from chainrule.network import Layout
from chainrule.recipe import Recipe

__all__ = [
    "first_non_finite",
    "is_finite",
    "step_divergence",
    "validation_divergence",
]

Array = NDArray[Any]

_NO_LAYER = 0
"""The layer of a quantity that belongs to no single one."""


class NonFinite(NamedTuple):
    """A quantity that is NaN or infinite.

    Args:
        address: its name, such as "z[2]" or "the penalty".
        value: the first of its numbers that is not finite.
        layer: from 1; 0 for a quantity that belongs to no single layer.
    """

    address: str
    value: float
    layer: int


def is_finite(array: Array) -> bool:
    """Whether no element is NaN or infinite."""
    return bool(np.isfinite(array).all())


def _quantities(step: TrainingStep, layout: Layout) -> Iterator[tuple[str, Array, int]]:
    """The numbers of a step in the order in which they are computed, with address and layer."""
    trace, depth = step.shown_pass, len(step.shown_pass.z)
    for layer in range(1, depth + 1):
        yield f"z[{layer}]", trace.z[layer - 1], layer
        yield f"a[{layer}]", trace.a[layer - 1], layer
    yield "cost", np.append(trace.c, trace.cost), depth
    for layer in range(depth, 0, -1):
        yield f"delta[{layer}]", trace.delta[layer - 1], layer
        yield f"dW[{layer}]", trace.dW[layer - 1], layer
    yield "the penalty", np.array(step.penalty), _NO_LAYER
    for slot in layout.slots:
        yield f"the gradient of {slot.name}", slot.view(step.gradient), slot.layer
    yield "the gradient's norm", np.array(step.gradient_norm), _NO_LAYER
    rows = zip(step.settings.update.slots, step.update.state, strict=True)
    made = {f"{name.replace('_', ' ')} of": row for name, row in rows}
    for words, flat in {**made, "new": step.update.theta}.items():
        for slot in layout.slots:
            yield f"the {words} {slot.name}", slot.view(flat), slot.layer


def first_non_finite(step: TrainingStep, layout: Layout) -> NonFinite:
    """The first quantity of a step that is not finite.

    Args:
        step: at least one of its numbers is NaN or infinite.
        layout: the order of the tensors in the step's flat arrays.
    """
    found = [
        NonFinite(address, float(array[~np.isfinite(array)].flat[0]), layer)
        for address, array, layer in _quantities(step, layout)
        if not is_finite(array)
    ]
    return found[0]


def step_divergence(
    position: Position, recipe: Recipe, step: TrainingStep, layout: Layout
) -> DivergenceError:
    """The error for a step that must not be taken.

    Args:
        position: the one before the step; the error keeps it.
        recipe: for the remedy.
        step: at least one of its numbers is NaN or infinite.
        layout: the order of the tensors in the step's flat arrays.
    """
    address, value, layer = first_non_finite(step, layout)
    place = f" (layer {layer})" if layer else ""
    at = f"epoch {position.epoch + 1}, batch {position.batch + 1}"
    last = layout.architecture.activations[-1]
    is_of_cost = address in ("cost", f"delta[{len(step.shown_pass.z)}]")
    remedy = _remedy(recipe, last if is_of_cost else "")
    if is_of_cost:
        remedy = _target_remedy(recipe, step) or remedy
    why = "The step was not taken; the parameters before it are kept"
    return _error(position, recipe, f"{value} in {address}{place} at {at}", why, remedy)


def validation_divergence(
    position: Position, recipe: Recipe, cost: float, last: str
) -> DivergenceError:
    """The error for a validation cost that is not finite.

    Args:
        position: the one after the epoch's last batch; the error keeps it.
        recipe: for the remedy.
        cost: NaN or infinity.
        last: the output activation, for the remedy.
    """
    got = f"{cost} in the validation cost at the end of epoch {position.epoch + 1}"
    why = "The parameters stay unchanged"
    return _error(position, recipe, got, why, _remedy(recipe, last))


def _error(position: Position, recipe: Recipe, got: str, why: str, remedy: str) -> DivergenceError:
    error = DivergenceError(
        "train",
        expected="finite numbers",
        got=got,
        why=why,
        remedy=remedy,
        argument="learning_rate",
        value=recipe.learning_rate,
    )
    error.position = position
    return error


def _target_remedy(recipe: Recipe, step: TrainingStep) -> str:
    """What to do about targets whose squares overflow, whatever the learning rate; else ""."""
    targets = step.shown_pass.y
    most, largest = float(np.finfo(targets.dtype).max), float(np.abs(targets).max())
    if recipe.cost in _NEEDS or largest < math.sqrt(most):
        return ""
    return (
        f"The targets, of up to {largest:.3g}, are too large for their squares: "
        "set target_scaling to 'standard', or give them in a larger unit"
    )


_NEEDS = {
    "binary_cross_entropy": ("between 0 and 1", "sigmoid"),
    "categorical_cross_entropy": ("above 0", "softmax"),
}
"""Costs that are not finite for all outputs: what they need, and the activation that gives it."""


def _remedy(recipe: Recipe, last: str) -> str:
    """What to do; `last` is the output activation if its range may be the reason, else ""."""
    if last and recipe.cost in _NEEDS and (recipe.cost, last) not in FUSED:
        needed, fitting = _NEEDS[recipe.cost]
        return f"{recipe.cost} needs outputs {needed}: set output_activation to {fitting!r}"
    lower = f"Lower the learning rate, for example to {recipe.learning_rate / 10:g}"
    return lower if recipe.clip_norm else f"{lower}, or set clip_norm, for example to 1"
