"""One step of a worked example: every array that the law makes in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.divergence import After, first_fault, is_finite
from chainrule.engine.position import Position
from chainrule.equations.activations import Activation
from chainrule.equations.backpropagation import Layer, Trace, forward, trace
from chainrule.equations.costs import Cost, get_cost
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.updates import (
    UPDATES,
    UpdateResult,
    UpdateSettings,
    clip_norm,
    gradient_norm,
)
from chainrule.errors import DivergenceError
from chainrule.network.network import layers_of
from chainrule.network.parameters import flatten
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread
from chainrule.worked.steps.example import WorkedExample

__all__ = ["Back", "Step", "computed", "followed"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Back:
    """What follows the pass forward.

    Args:
        recipe: of the training.
        cost: c.
        trace: of the batch.
        shares: what each example counts [C8], (batch,).
        penalty: the penalty [O1].
        gradient: of cost and penalty, flat.
        length: of the gradient [U7].
        used: the gradient that the update takes: shortened where it was too long, flat.
        settings: of the update in this step, with the learning rate.
        stepped: new parameters, new state, and the terms of the update.
    """

    recipe: Recipe
    cost: Cost
    trace: Trace
    shares: Array
    penalty: float
    gradient: Array
    length: float
    used: Array
    settings: UpdateSettings
    stepped: UpdateResult

    @property
    def is_clipped(self) -> bool:
        """Whether the gradient was too long."""
        return self.recipe.clip_norm is not None and self.length > self.recipe.clip_norm

    @property
    def is_penalised(self) -> bool:
        """Whether there is a penalty."""
        return bool(self.recipe.l1 or self.recipe.l2)


@dataclass(frozen=True, eq=False)
class Step:
    """One step: the arrays of the pass forward and, where there is training, of what follows.

    Args:
        example: the worked example.
        number: of the step, from 1.
        rows: the examples of its batch.
        layers: weights, biases and activations before the step.
        theta: the same parameters, flat.
        state: of the update before the step, (slots, n).
        x: inputs, (batch, features).
        z: weighted sums of each layer, (batch, width).
        a: activations of each layer, (batch, width).
        back: None for the pass forward alone.
        memo: arrays that were asked for, by kind and layer.
    """

    example: WorkedExample
    number: int
    rows: tuple[int, ...]
    layers: tuple[Layer, ...]
    theta: Array
    state: Array
    x: Array
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    back: Back | None
    memo: dict[tuple[str, int], Array] = field(default_factory=dict, repr=False)

    @property
    def trained(self) -> Back:
        """What follows the pass forward; only asked of examples that have it."""
        assert self.back is not None, "addressing.located comes first"
        return self.back

    def activation(self, layer: int) -> Activation:
        """The activation function of a layer, from 1."""
        return self.layers[layer - 1].activation


def computed(example: WorkedExample, number: int, theta: Array, state: Array) -> Step:
    """One step by the law.

    Args:
        example: the worked example.
        number: of the step, from 1.
        theta: parameters before it, flat.
        state: of the update before it, (slots, n).

    Raises: DivergenceError where a number of the step is not finite.
    """
    if example.recipe is not None:
        with one_blas_thread(), np.errstate(all="ignore"):  # what overflows is told in words
            pass_ = _trace(example, example.recipe, number, theta)
        return followed(example, number, theta, state, pass_)
    rows, layers = example.batch(number), tuple(layers_of(example.architecture, theta))
    with one_blas_thread(), np.errstate(all="ignore"):
        x, z, a = _forward(example, rows, layers)
    step = Step(example, number, rows, layers, theta, state, x, z, a, None)
    _require_finite(step)
    return step


def followed(example: WorkedExample, number: int, theta: Array, state: Array, pass_: Trace) -> Step:
    """One step from its pass forward and back, which may be another than the example's own.

    Args:
        example: the worked example.
        number: of the step, from 1.
        theta: parameters before it, flat.
        state: of the update before it, (slots, n).
        pass_: of its batch.

    Raises: DivergenceError where a number of the step is not finite.
    """
    layers = tuple(layers_of(example.architecture, theta))
    with np.errstate(all="ignore"):
        back = _back(example, number, theta, state, pass_)
    arrays = (theta, state, pass_.x, pass_.z, pass_.a, back)
    step = Step(example, number, example.batch(number), layers, *arrays)
    _require_finite(step)
    return step


def _forward(
    example: WorkedExample, rows: tuple[int, ...], layers: tuple[Layer, ...]
) -> tuple[Array, tuple[Array, ...], tuple[Array, ...]]:
    x = example.working.inputs(np.array(rows))
    zs, activations = forward(x, layers)
    return x, tuple(zs), tuple(activations)


def _trace(example: WorkedExample, recipe: Recipe, number: int, theta: Array) -> Trace:
    """The batch of a step forward and back."""
    rows, working = np.array(example.batch(number)), example.working
    cost, layers = _cost(recipe), layers_of(example.architecture, theta)
    shares = working.shares(rows, len(rows))
    return trace(working.inputs(rows), working.targets(rows), layers, cost, shares)


def _cost(recipe: Recipe) -> Cost:
    return get_cost(recipe.cost, recipe.huber_threshold)


def _back(example: WorkedExample, number: int, theta: Array, state: Array, pass_: Trace) -> Back:
    """What follows a pass: penalty, length, update."""
    recipe, rows = example.recipe, np.array(example.batch(number))
    assert recipe is not None
    shares = example.working.shares(rows, len(rows))
    strengths = (example.layout.is_weight, recipe.l1, recipe.l2)
    g = flatten(pass_.dW, pass_.db) + penalty_gradient(theta, *strengths)
    used, length = g, gradient_norm(g)
    if recipe.clip_norm is not None:
        used, length = clip_norm(g, recipe.clip_norm)
    settings = _settings(example, recipe, number)
    return Back(
        recipe=recipe,
        cost=_cost(recipe),
        trace=pass_,
        shares=np.broadcast_to(np.asarray(shares).reshape(-1), rows.shape),
        penalty=float(penalty(theta, *strengths)),
        gradient=g,
        length=length,
        used=used,
        settings=settings,
        stepped=UPDATES[recipe.optimiser].advance(theta, used, state, settings),
    )


def _settings(example: WorkedExample, recipe: Recipe, number: int) -> UpdateSettings:
    return UpdateSettings(
        eta=_learning_rate(example, number),
        t=example.start + number,
        mu=recipe.momentum,
        rho=recipe.decay,
        beta1=recipe.beta1,
        beta2=recipe.beta2,
        epsilon=recipe.epsilon,
        decay=recipe.weight_decay,
        is_weight=example.layout.is_weight,
    )


def _learning_rate(example: WorkedExample, number: int) -> float:
    """The rate of a step, by the schedule of the run."""
    engine, done = example.engine, example.start + number - 1
    assert engine is not None
    assert example.state is not None
    epoch, batch = divmod(done, engine.timetable.batches(0))
    return engine.learning_rate(
        Position(example.parameters, example.state, epoch=epoch, batch=batch, step=done)
    )


def _require_finite(step: Step) -> None:
    """Refuse a step that the engine would not take, or a pass forward that overflows."""
    found = None
    if step.back is None:
        found = _first_fault_forward(step)
    elif not _is_sound(step, step.back):
        found = first_fault(step.back.trace, _after(step, step.back))[:2]
    if found is not None:
        raise DivergenceError(
            step.example.where,
            expected="finite numbers",
            got=f"{found[1]} in {found[0]} of step {step.number}",
            why="No step is taken from there",
            remedy="Use smaller weights, inputs or learning_rate"
            if found[0] != "cost"
            else "Use outputs for which the cost is finite",
            argument="steps",
            value=step.number,
        )


def _first_fault_forward(step: Step) -> tuple[str, float] | None:
    """The first array of the pass forward that is not finite, with a value of it."""
    for layer, arrays in enumerate(zip(step.z, step.a, strict=True), 1):
        for kind, array in zip("za", arrays, strict=True):
            if not is_finite(array):
                return f"{kind}[{layer}]", float(array[~np.isfinite(array)].flat[0])
    return None


def _is_sound(step: Step, back: Back) -> bool:
    numbers = np.isfinite((float(back.trace.cost), back.penalty, back.length)).all()
    arrays = (*back.trace.z, back.stepped.state, back.stepped.theta)
    return bool(numbers) and all(map(is_finite, arrays))


def _after(step: Step, back: Back) -> After:
    state = dict(zip(step.example.slots, back.stepped.state, strict=True))
    layout, theta = step.example.layout, back.stepped.theta
    return After(layout, back.penalty, back.gradient, back.length, state, theta)
