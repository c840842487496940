"""Where NaN or infinity first appeared in a step, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.position import Position
from chainrule.equations.backpropagation import Trace
from chainrule.equations.costs import COSTS
from chainrule.errors import DivergenceError
from chainrule.recipe import Recipe

__all__ = ["diverged", "first_fault", "is_finite"]

Array = NDArray[Any]


def is_finite(array: Array) -> bool:
    """Whether no element is NaN or infinite."""
    return bool(np.isfinite(array).all())


def _in_order(trace: Trace) -> Iterator[tuple[str, Array, int]]:
    """The numbers of a step in the order in which they are computed, with their layer."""
    depth = len(trace.z)
    for layer in range(1, depth + 1):
        yield f"z[{layer}]", trace.z[layer - 1], layer
        yield f"a[{layer}]", trace.a[layer - 1], layer
    yield "cost", trace.c, depth
    for layer in range(depth, 0, -1):
        yield f"delta[{layer}]", trace.delta[layer - 1], layer
        yield f"dW[{layer}]", trace.dW[layer - 1], layer


def first_fault(trace: Trace) -> tuple[str, float, int] | None:
    """The first quantity of a step that is not finite: its address, its value, its layer."""
    for address, array, layer in _in_order(trace):
        if not is_finite(array):
            return address, float(array[~np.isfinite(array)].flat[0]), layer
    return None


def diverged(position: Position, recipe: Recipe, trace: Trace) -> DivergenceError:
    """The error for a step that must not be taken.

    Args:
        position: the one before the step; the error keeps it.
        recipe: for the remedy.
        trace: the step's numbers.
    """
    address, value, layer = first_fault(trace) or ("the new parameters", np.nan, 0)
    place = f" (layer {layer})" if layer else ""
    error = DivergenceError(
        "train",
        expected="finite numbers",
        got=f"{value} in {address}{place} at {_place_in_run(position)}",
        why="The step was not taken; the parameters before it are kept",
        remedy=_remedy(recipe, address, trace),
        argument="learning_rate",
        value=recipe.learning_rate,
    )
    error.position = position
    return error


def _place_in_run(position: Position) -> str:
    return f"epoch {position.epoch + 1}, batch {position.batch + 1}"


def _remedy(recipe: Recipe, address: str, trace: Trace) -> str:
    cost, outputs = COSTS[recipe.cost], trace.a[-1]
    outside = (outputs < cost.low) | (outputs > cost.high)
    at_the_edge = (outputs == cost.low) | (outputs == cost.high)
    if address in ("cost", f"delta[{len(trace.z)}]") and (outside | at_the_edge).any():
        fitting = "sigmoid" if recipe.cost == "binary_cross_entropy" else "softmax"
        return f"{recipe.cost} needs outputs above 0: set output_activation to {fitting!r}"
    lower = f"Lower the learning rate, say to {recipe.learning_rate / 10:g}"
    return lower if recipe.clip_norm else f"{lower}, or set clip_norm, say to 1"
