"""Where NaN or infinity first appeared in a step, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.position import Position
from chainrule.equations.backpropagation import Trace
from chainrule.equations.output_error import FUSED
from chainrule.equations.step import TrainingStep
from chainrule.errors import DivergenceError
from chainrule.network import Layout
from chainrule.recipe import Recipe

__all__ = [
    "After",
    "diverged",
    "diverged_at",
    "first_fault",
    "first_non_finite",
    "is_finite",
    "validation_divergence",
]

Array = NDArray[Any]

_WHOLE = 0
"""The layer of a quantity that belongs to no single one."""


@dataclass(frozen=True, eq=False)
class After:
    """What a step computes after the pass back through the network.

    Args:
        layout: which part of the flat arrays is which tensor.
        penalty: the penalty.
        gradient: of the objective, before any clipping, (n,).
        length: of the gradient.
        state: the update's new state by the name of its rows, (n,) each.
        parameters: the new ones, (n,).
    """

    layout: Layout
    penalty: float
    gradient: Array
    length: float
    state: Mapping[str, Array]
    parameters: Array


def is_finite(array: Array) -> bool:
    """Whether no element is NaN or infinite."""
    return bool(np.isfinite(array).all())


def _in_order(trace: Trace, after: After) -> Iterator[tuple[str, Array, int]]:
    """The numbers of a step in the order in which they are computed, with their layer."""
    depth = len(trace.z)
    for layer in range(1, depth + 1):
        yield f"z[{layer}]", trace.z[layer - 1], layer
        yield f"a[{layer}]", trace.a[layer - 1], layer
    yield "cost", np.append(trace.c, trace.cost), depth
    for layer in range(depth, 0, -1):
        yield f"delta[{layer}]", trace.delta[layer - 1], layer
        yield f"dW[{layer}]", trace.dW[layer - 1], layer
    yield "the penalty", np.array(after.penalty), _WHOLE
    for slot in after.layout.slots:
        yield f"the gradient of {slot.name}", slot.view(after.gradient), slot.layer
    yield "the gradient's length", np.array(after.length), _WHOLE
    moments = {f"{name.replace('_', ' ')} of": row for name, row in after.state.items()}
    for words, array in {**moments, "new": after.parameters}.items():
        for slot in after.layout.slots:
            yield f"the {words} {slot.name}", slot.view(array), slot.layer


def first_fault(trace: Trace, after: After) -> tuple[str, float, int]:
    """The first quantity of a step that is not finite: its address, its value, its layer.

    The layer is 0 where the quantity belongs to none.
    """
    faults = [quantity for quantity in _in_order(trace, after) if not is_finite(quantity[1])]
    address, array, layer = faults[0]
    return address, float(array[~np.isfinite(array)].flat[0]), layer


def first_non_finite(step: TrainingStep, layout: Layout) -> tuple[str, float, int]:
    """The first quantity of a step that is not finite: its address, its value, its layer.

    Args:
        step: of which at least one number is NaN or infinite.
        layout: the order of the tensors in the step's flat arrays.

    Returns: the layer is 0 for a quantity that belongs to no single layer.
    """
    return first_fault(step.shown_pass, _after(step, layout))


def _after(step: TrainingStep, layout: Layout) -> After:
    state = dict(zip(step.settings.update.slots, step.update.state, strict=True))
    norms = (step.gradient, step.gradient_norm)
    return After(layout, step.penalty, *norms, state, step.update.theta)


def diverged_at(
    position: Position, recipe: Recipe, step: TrainingStep, layout: Layout
) -> DivergenceError:
    """The error for a step that must not be taken; `step` has a number that is not finite."""
    return diverged(position, recipe, step.shown_pass, _after(step, layout))


def diverged(position: Position, recipe: Recipe, trace: Trace, after: After) -> DivergenceError:
    """The error for a step that must not be taken.

    Args:
        position: the one before the step; the error keeps it.
        recipe: for the remedy.
        trace: the step's numbers up to the gradients.
        after: the others; one of all these numbers is not finite.
    """
    address, value, layer = first_fault(trace, after)
    place = f" (layer {layer})" if layer else ""
    at = f"epoch {position.epoch + 1}, batch {position.batch + 1}"
    last = after.layout.architecture.activations[-1]
    of_cost = address in ("cost", f"delta[{len(trace.z)}]")
    remedy = _remedy(recipe, last if of_cost else "")
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
    why = "The parameters are kept as they are"
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


_NEEDS = {
    "binary_cross_entropy": ("between 0 and 1", "sigmoid"),
    "categorical_cross_entropy": ("above 0", "softmax"),
}
"""Costs that are not finite for all outputs: what they need, and what gives it."""


def _remedy(recipe: Recipe, last: str) -> str:
    """What to do; `last` is the output activation where its range may be the reason."""
    if last and recipe.cost in _NEEDS and (recipe.cost, last) not in FUSED:
        needed, fitting = _NEEDS[recipe.cost]
        return f"{recipe.cost} needs outputs {needed}: set output_activation to {fitting!r}"
    lower = f"Lower the learning rate, say to {recipe.learning_rate / 10:g}"
    return lower if recipe.clip_norm else f"{lower}, or set clip_norm, say to 1"
