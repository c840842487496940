"""A step of a run with normalised layers, masks or mixed targets, by the law in float64."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.engine import Position, drop_gains, dropout_rates
from chainrule.equations.backpropagation import Trace
from chainrule.ledger.steps import Step, WorkedExample, step_from_trace
from chainrule.network import Layout
from chainrule.threads import one_blas_thread

__all__ = [
    "inference_state",
    "is_normalised",
    "is_regularised",
    "regularisation_lines",
    "regularised_step",
]

Array = NDArray[Any]


def is_regularised(course: RunReplay) -> bool:
    """Whether steps go through the network otherwise than predictions do."""
    recipe = course.plan.recipe
    return recipe.normalisation != "none" or recipe.dropout is not None or bool(recipe.mixup)


def is_normalised(course: RunReplay, layer: int) -> bool:
    """Whether a layer, from 1, has batch normalisation."""
    hidden = layer < course.plan.network.architecture.depth
    return hidden and course.plan.recipe.normalisation != "none"


def inference_state(layout: Layout, state: Array) -> Array:
    """The state of an update without the rows' numbers for gains, (slots, n)."""
    if not layout.gains:
        return state
    size = Layout(layout.architecture).size
    rows = [drop_gains(layout, row) for row in state]
    return np.array(rows, state.dtype).reshape(len(state), size)


def regularised_step(
    course: RunReplay, step: RunStep, position: Position, example: WorkedExample
) -> Step:
    """The step as the law takes it from where the run stood.

    Args:
        course: of the run.
        step: that is explained.
        position: before it.
        example: the same step of a plain training, for everything that follows the pass.

    Raises: DivergenceError where a number is not finite.
    """
    exact = replace(
        position,
        parameters=position.parameters.astype(np.float64),
        state=position.state.astype(np.float64),
    )
    with one_blas_thread(), np.errstate(all="ignore"):
        passes = course.reference.training_step(exact, np.array(step.rows)).passes
    assert example.state is not None
    return step_from_trace(example, 1, example.parameters, example.state, _join(passes))


def _join(passes: Sequence[Trace]) -> Trace:
    """The parts of a batch as one: rows one below the other, gradients added up."""
    if len(passes) == 1:
        return passes[0]

    def rows(name: str) -> tuple[Array, ...]:
        layers = zip(*(getattr(one, name) for one in passes), strict=True)
        return tuple(np.concatenate(several) for several in layers)

    def sums(name: str) -> tuple[Any, ...]:
        layers = zip(*(getattr(one, name) for one in passes), strict=True)
        return tuple(None if s[0] is None else np.sum(s, axis=0) for s in layers)

    arrays: dict[str, Any] = {
        **{name: np.concatenate([getattr(one, name) for one in passes]) for name in "xyc"},
        **{name: rows(name) for name in ("z", "a", "delta", "du")},
        **{name: sums(name) for name in ("dW", "db", "dgain")},
    }
    return Trace(cost=np.asarray(sum(float(one.cost) for one in passes)), **arrays)


def regularisation_lines(course: RunReplay, layer: int, input_: int) -> Iterator[str]:
    """What of the craft shows in the terms of one weight.

    Args:
        course: of the run.
        layer: the weight's, from 1.
        input_: the neuron below that it comes from, from 0.
    """
    recipe, architecture = course.plan.recipe, course.plan.network.architecture
    if is_normalised(course, layer):
        yield (
            f"Layer {layer} is normalised [N1]: du is the error of its sums before that, with what "
            "the batch's mean and deviation take back [N4]."
        )
    share = dropout_rates(architecture, recipe)[layer - 2] if layer > 1 else 0.0
    if share:
        silent = f"neuron {input_} of layer {layer - 1} with chance {share:g}"
        yield f"Dropout silenced {silent}; where it did not, it is {1 / (1 - share):.6g}-fold [R1]."
    if recipe.mixup:
        yield f"Examples and targets are mixed with those of others: mixup {recipe.mixup:g}."
