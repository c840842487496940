"""One step of a worked example, with every array that the reference equations compute in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import first_non_finite, is_finite, step_settings
from chainrule.equations.activations import Activation
from chainrule.equations.affine import input_gradient
from chainrule.equations.backpropagation import Layer, Trace, forward
from chainrule.equations.costs import Cost
from chainrule.equations.output_error import output_cost
from chainrule.equations.step import BatchPart, TrainingStep, step_from_passes, training_step
from chainrule.errors import DivergenceError
from chainrule.ledger.steps.worked_example import WorkedExample
from chainrule.network import network_layers
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = ["Step", "compute_step"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Step:
    """One step: the arrays of the forward pass and, in training, the training step.

    Args:
        example: the worked example.
        number: of the step, from 1.
        layers: weights, biases and activations before the step.
        theta: the same parameters, flat.
        state: of the update before the step, (slots, n).
        x: inputs, (batch, features).
        z: weighted sums of each layer, (batch, width).
        a: activations of each layer, (batch, width).
        training: the training step; None for a forward pass alone.
    """

    example: WorkedExample
    number: int
    layers: tuple[Layer, ...]
    theta: Array
    state: Array
    x: Array
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    training: TrainingStep | None

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The examples of its batch."""
        return self.example.batch(self.number)

    @property
    def result(self) -> TrainingStep:
        """The training step; only for examples that train, which `locate` has checked."""
        assert self.training is not None, "addressing.locate comes first"
        return self.training

    @property
    def recipe(self) -> Recipe:
        """The recipe of the training; only for examples that train."""
        assert self.example.recipe is not None, "addressing.locate comes first"
        return self.example.recipe

    @property
    def trace(self) -> Trace:
        """The batch forward and back; only for examples that train."""
        return self.result.passes[0]

    @property
    def cost(self) -> Cost:
        """The cost of one example; only for examples that train."""
        return self.result.settings.cost

    @property
    def is_penalised(self) -> bool:
        """Whether the objective has a penalty."""
        return bool(self.recipe.l1 or self.recipe.l2)

    @cached_property
    def shares(self) -> Array:
        """The weight of each example in the batch's cost [C8], (batch,)."""
        shares = self.example.view.shares(np.array(self.rows), len(self.rows))
        return np.broadcast_to(np.asarray(shares).reshape(-1), (len(self.rows),))

    def activation(self, layer: int) -> Activation:
        """The activation function of a layer, from 1."""
        return self.layers[layer - 1].activation

    @cached_property
    def derivatives(self) -> tuple[Array | None, ...]:
        """φ'(z) of each layer, (batch, width); None for softmax, which has none of its own."""
        pairs = zip(self.layers, self.z, strict=True)
        found = [(layer.activation.derivative, z) for layer, z in pairs]
        return tuple(None if derivative is None else derivative(z) for derivative, z in found)

    @cached_property
    def activation_gradients(self) -> tuple[Array, ...]:
        """∂C/∂a of each layer, (batch, width): from the cost [BP1], else from the layer above."""
        with np.errstate(all="ignore"):  # the gradient of a fused pair may be infinite
            last = self.cost.gradient(self.a[-1], self.trace.y) * self.shares[:, None]
            above = zip(self.layers[1:], self.trace.delta[1:], strict=True)
            return (*(input_gradient(layer.W, delta) for layer, delta in above), last)

    @cached_property
    def dx(self) -> Array:
        """∂C/∂x of the network's inputs [BP2a], (batch, features)."""
        return input_gradient(self.layers[0].W, self.trace.delta[0])

    @cached_property
    def output_costs(self) -> Array:
        """What each output adds to the cost of its example, (batch, outputs)."""
        columns = [self._output_cost(at) for at in range(self.a[-1].shape[1])]
        costs = np.stack(columns, axis=1)
        return costs / len(columns) if self.cost.name == "mean_squared_error" else costs

    def _output_cost(self, at: int) -> Array:
        """The cost of one output by itself, (batch,)."""
        z, a, y = self.z[-1], self.a[-1], self.trace.y
        activation, place = self.layers[-1].activation, slice(at, at + 1)
        with np.errstate(all="ignore"):
            if self.cost.name == "categorical_cross_entropy":  # linear in the targets
                alone = np.where(np.arange(y.shape[1]) == at, y, 0)
                return output_cost(self.cost, activation, z, a, alone)
            if activation.name == "softmax":  # whose exact forms need the whole row
                return self.cost.value(a[:, place], y[:, place])
            return output_cost(self.cost, activation, z[:, place], a[:, place], y[:, place])


def compute_step(
    example: WorkedExample, number: int, theta: Array, state: Array, trace: Trace | None = None
) -> Step:
    """Compute one step by the reference equations.

    Args:
        example: the worked example.
        number: of the step, from 1.
        theta: parameters before it, flat.
        state: of the update before it, (slots, n).
        trace: the batch forward and back if it was computed elsewhere, as in a run with dropout;
            None computes the example's own batch.

    Raises: DivergenceError if a number of the step is not finite.
    """
    layers, training = tuple(network_layers(example.architecture, theta)), None
    rows = np.array(example.batch(number))
    with one_blas_thread(), np.errstate(all="ignore"):  # an overflow is reported below
        x = example.view.inputs(rows)
        if example.recipe is None:
            z, a = map(tuple, forward(x, layers))
        else:
            rate = example.learning_rate(number)
            done = example.start + number - 1
            settings = step_settings(example.recipe, example.layout, done, rate)
            if trace is None:
                part = BatchPart(
                    x, example.view.targets(rows), example.view.shares(rows, len(rows))
                )
                training = training_step(theta, state, layers, [part], settings)
            else:
                training = step_from_passes(theta, state, layers, [trace], settings)
            if example.fixes_biases:
                training = _hold_biases(training, theta, state, layers)
            x, z, a = training.passes[0].x, training.passes[0].z, training.passes[0].a
    step = Step(example, number, layers, theta, state, x, z, a, training)
    _require_finite(step)
    return step


def _hold_biases(
    training: TrainingStep, theta: Array, state: Array, layers: tuple[Layer, ...]
) -> TrainingStep:
    """The same step with biases that do not move: for the update their gradients are 0."""
    (trace,) = training.passes
    still = tuple(None if one is None else np.zeros_like(one) for one in trace.db)
    held = step_from_passes(theta, state, layers, [replace(trace, db=still)], training.settings)
    return replace(held, passes=(trace,))


def _require_finite(step: Step) -> None:
    """Refuse a step that the engine would not take, or a forward pass that overflows."""
    found: tuple[str, float] | None = None
    if step.training is None:
        found = _first_fault_forward(step)
    elif not step.training.is_finite:
        found = first_non_finite(step.training, step.example.layout)[:2]
    if found is not None:
        raise DivergenceError(
            step.example.where,
            expected="finite numbers",
            got=f"{found[1]} in {found[0]} of step {step.number}",
            why="The step was not taken",
            remedy="Use smaller weights, inputs or learning_rate"
            if found[0] != "cost"
            else "Use outputs for which the cost is finite",
            argument="steps",
            value=step.number,
        )


def _first_fault_forward(step: Step) -> tuple[str, float] | None:
    """The first array of the forward pass that is not finite, with a value of it."""
    for layer, arrays in enumerate(zip(step.z, step.a, strict=True), 1):
        for kind, array in zip("za", arrays, strict=True):
            if not is_finite(array):
                return f"{kind}[{layer}]", float(array[~np.isfinite(array)].flat[0])
    return None
