"""A step of a run with normalisation, dropout or mixed targets, recomputed in float64."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.engine import Position, dropout_rates
from chainrule.equations.backpropagation import Trace
from chainrule.ledger.steps import Step, WorkedExample, compute_step
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


def is_regularised(replay: RunReplay) -> bool:
    """Whether steps go through the network otherwise than predictions do."""
    recipe = replay.setup.recipe
    return recipe.normalisation != "none" or recipe.dropout is not None or bool(recipe.mixup)


def is_normalised(replay: RunReplay, layer: int) -> bool:
    """Whether a layer, from 1, has batch normalisation."""
    hidden = layer < replay.setup.network.architecture.depth
    return hidden and replay.setup.recipe.normalisation != "none"


def inference_state(layout: Layout, state: Array) -> Array:
    """The state of an update without the rows' numbers for gains, (slots, n)."""
    if not layout.gains:
        return state
    size = Layout(layout.architecture).size
    rows = [layout.drop_gains(row) for row in state]
    return np.array(rows, state.dtype).reshape(len(state), size)


def regularised_step(
    replay: RunReplay, step: RunStep, position: Position, example: WorkedExample
) -> Step:
    """The step by the reference equations, from the position of the run.

    Args:
        replay: of the run.
        step: that is explained.
        position: before it.
        example: the same step of a plain training, for everything that follows the pass.

    Raises: DivergenceError if a number is not finite.
    """
    exact = replace(
        position,
        parameters=position.parameters.astype(np.float64),
        state=position.state.astype(np.float64),
    )
    with one_blas_thread(), np.errstate(all="ignore"):
        passes = replay.reference.training_step(exact, np.array(step.rows)).passes
    assert example.state is not None
    return compute_step(example, 1, example.parameters, example.state, _join(passes))


def _join(passes: Sequence[Trace]) -> Trace:
    """The parts of a batch as one pass: rows below each other, gradients added up.

    The gradients of gains are left out, since the layers of the example have none.
    """
    return Trace(
        x=np.concatenate([one.x for one in passes]),
        y=np.concatenate([one.y for one in passes]),
        z=_stack([one.z for one in passes]),
        a=_stack([one.a for one in passes]),
        c=np.concatenate([one.c for one in passes]),
        cost=np.asarray(sum(float(one.cost) for one in passes)),
        delta=_stack([one.delta for one in passes]),
        du=_stack([one.du for one in passes]),
        dW=_add([one.dW for one in passes]),
        db=_add([one.db for one in passes]),
        dgain=(None,) * len(passes[0].z),
    )


def _stack(parts: Sequence[tuple[Array, ...]]) -> tuple[Array, ...]:
    return tuple(np.concatenate(layer) for layer in zip(*parts, strict=True))


def _add(parts: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    layers = zip(*parts, strict=True)
    return tuple(None if layer[0] is None else np.sum(layer, axis=0) for layer in layers)


def regularisation_lines(replay: RunReplay, layer: int, input_: int) -> Iterator[str]:
    """Describe the regularisation and augmentation that affect the terms of one weight.

    Args:
        replay: of the run.
        layer: the weight's, from 1.
        input_: the neuron below that it comes from, from 0.
    """
    recipe, architecture = replay.setup.recipe, replay.setup.network.architecture
    if is_normalised(replay, layer):
        yield (
            f"Layer {layer} is normalised [N1]: du is the error of its sums before normalisation, "
            "including the part that goes through the batch's mean and deviation [N4]."
        )
    share = dropout_rates(architecture, recipe)[layer - 2] if layer > 1 else 0.0
    if share:
        neuron, factor = f"neuron {input_} of layer {layer - 1}", f"{1 / (1 - share):.6g}"
        yield (
            f"With probability {share:g} dropout sets {neuron} to 0; otherwise it multiplies it "
            f"by {factor} [R1]."
        )
    if recipe.mixup:
        yield (
            f"Examples and targets are mixed with those of other examples: mixup {recipe.mixup:g}."
        )
