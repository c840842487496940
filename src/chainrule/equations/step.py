"""One training step: from the parameters before a batch to the parameters after it.

The step is written here and nowhere else. The reference engine takes its steps by it, and the ledger,
the proofs and the attribution read their numbers from its record. The compiled kernels restate it for
speed, and tests compare the two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from chainrule.equations.arrays import Array, flatten
from chainrule.equations.averaging import blend
from chainrule.equations.backpropagation import Layer, Trace, trace
from chainrule.equations.costs import Cost
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.updates import (
    Update,
    UpdateResult,
    UpdateSettings,
    clip_norm,
    gradient_norm,
    limit_row_norms,
)

__all__ = ["BatchPart", "StepSettings", "TrainingStep", "step_from_passes", "training_step"]


@dataclass(frozen=True)
class BatchPart:
    """The rows of a batch that go through the network at once; most batches have one part.

    Args:
        x: inputs, (rows, features).
        y: targets, (rows, outputs).
        shares: what each example counts in the cost of the whole batch [C8], (rows, 1) or a number.
        masks: the dropout mask of each layer [R1], (rows, width), or None for a layer without one;
            empty for a network without dropout.
    """

    x: Array
    y: Array
    shares: Array | float
    masks: tuple[Array | None, ...] = ()

    def trace(self, layers: Sequence[Layer], cost: Cost) -> Trace:
        """[BP] The part forward and back through layers without masks."""
        if self.masks:
            masked = zip(layers, self.masks, strict=True)
            layers = [replace(layer, mask=mask) for layer, mask in masked]
        return trace(self.x, self.y, layers, cost, self.shares)


@dataclass(frozen=True)
class StepSettings:
    """What a step depends on besides the parameters and the batch.

    Args:
        cost: the cost of one example.
        update: the rule that turns a gradient into new parameters.
        update_settings: learning rate, number of the step and constants of the rule.
        l1: strength of the penalty [P1], at least 0.
        l2: strength of the penalty [P2], at least 0.
        clip_norm: the greatest norm of the gradient [U7], above 0; None for no limit.
        max_norm: the greatest norm of the weights of one neuron [U9], above 0; None for no limit.
        average_weight: how far the average moves towards the new parameters [M1], 0 to 1.
    """

    cost: Cost
    update: Update
    update_settings: UpdateSettings
    l1: float = 0.0
    l2: float = 0.0
    clip_norm: float | None = None
    max_norm: float | None = None
    average_weight: float = 0.0


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """Every number of one training step.

    Args:
        settings: what the step depended on.
        passes: each part of the batch forward and back.
        penalty: P1 + P2 before the step [O1].
        gradient: of the objective, before clipping, (n,).
        gradient_norm: ‖g‖ of that gradient [U7].
        clipped_gradient: the gradient that the update took, (n,); the same array as `gradient`
            where nothing was clipped.
        update: what the update rule made, with its terms; before [U9].
        parameters: θ after the step, (n,).
        state: the update's state after the step and, where there is an average, the average as a
            last row, (rows, n).
    """

    settings: StepSettings
    passes: tuple[Trace, ...]
    penalty: float
    gradient: Array
    gradient_norm: float
    clipped_gradient: Array
    update: UpdateResult
    parameters: Array
    state: Array

    @property
    def cost(self) -> float:
        """The cost of the batch before the step: the data term of the objective."""
        return sum(float(one.cost) for one in self.passes)

    @property
    def is_clipped(self) -> bool:
        """Whether the gradient was longer than allowed."""
        limit = self.settings.clip_norm
        return limit is not None and self.gradient_norm > limit

    @property
    def is_finite(self) -> bool:
        """Whether every number of the step is finite; NaN or infinity would show in one of these."""
        arrays = (self.update.state, self.update.theta)
        return (
            math.isfinite(self.penalty)
            and math.isfinite(self.gradient_norm)
            and all(bool(np.isfinite(array).all()) for array in arrays)
            and all(_is_finite_pass(one) for one in self.passes)
        )

    @property
    def shown_pass(self) -> Trace:
        """The first pass that is not finite, or the first one if all are finite."""
        return next((one for one in self.passes if not _is_finite_pass(one)), self.passes[0])


def training_step(
    theta: Array,
    state: Array,
    layers: Sequence[Layer],
    parts: Sequence[BatchPart],
    settings: StepSettings,
) -> TrainingStep:
    """[T1] One training step: a batch forward and back, and the parameters after it.

        g = Σ_parts (dW, db, dγ) + d(P₁ + P₂)/dθ       each part by [BP], the penalty by [O1]
        g ← g · min(1, c / ‖g‖)                        [U7], if there is a limit c
        θ ← update(θ, g, state)                        one of [U1] to [U6], [U8]
        W_j ← W_j · min(1, m / ‖W_j‖)                  [U9], if there is a limit m
        ā ← ā + s (θ - ā)                              [M1], if there is an average

    Source: four-equations, section 3; matrix-based, section 2.1; Robbins & Monro (1951) [robbins1951],
    for steps along the gradient of a sample.

    Args:
        theta: parameters, (n,), in the order W, b, γ of each layer.
        state: the update's rows and, if there is an average, the average as a last row, (rows, n).
        layers: from the first to the last, with the arrays of `theta` and without masks.
        parts: the batch, at least one part.
        settings: what the step depends on besides.

    Returns:
        The TrainingStep. Nothing is checked: see `TrainingStep.is_finite`.

    Example:
        >>> from chainrule.equations.activations import ACTIVATIONS
        >>> from chainrule.equations.costs import COSTS
        >>> from chainrule.equations.updates import UPDATES
        >>> theta = np.array([3.0, 1.0])
        >>> layer = Layer(theta[:1].reshape(1, 1), theta[1:], ACTIVATIONS["identity"])
        >>> batch = BatchPart(x=np.array([[2.0]]), y=np.array([[5.0]]), shares=1.0)
        >>> settings = StepSettings(COSTS["half_squared_error"], UPDATES["sgd"], UpdateSettings(0.1))
        >>> made = training_step(theta, np.zeros((0, 2)), [layer], [batch], settings)
        >>> made.cost, made.gradient.tolist(), made.parameters.round(3).tolist()
        (2.0, [4.0, 2.0], [2.6, 0.8])
    """
    passes = [part.trace(layers, settings.cost) for part in parts]
    return step_from_passes(theta, state, layers, passes, settings)


def step_from_passes(
    theta: Array,
    state: Array,
    layers: Sequence[Layer],
    passes: Sequence[Trace],
    settings: StepSettings,
) -> TrainingStep:
    """[T1] What follows the passes of a step; `training_step` without [BP].

    Args:
        theta: as in `training_step`.
        state: as in `training_step`.
        layers: as in `training_step`.
        passes: each part of the batch forward and back.
        settings: as in `training_step`.

    Returns:
        The TrainingStep.
    """
    is_weight = settings.update_settings.is_weight
    gradient = reduce(np.add, [flatten(one.dW, one.db, one.dgain) for one in passes])
    gradient = gradient + penalty_gradient(theta, is_weight, settings.l1, settings.l2)
    clipped, norm = gradient, gradient_norm(gradient)
    if settings.clip_norm is not None:
        clipped, norm = clip_norm(gradient, settings.clip_norm)
    slots = len(settings.update.slots)
    update = settings.update.advance(theta, clipped, state[:slots], settings.update_settings)
    parameters = update.theta
    if settings.max_norm is not None:
        parameters = _limit_weights(parameters, layers, settings.max_norm)
    average = state[slots:]
    if settings.average_weight and len(average):
        average = blend(average, parameters, settings.average_weight)
    return TrainingStep(
        settings=settings,
        passes=tuple(passes),
        penalty=float(penalty(theta, is_weight, settings.l1, settings.l2)),
        gradient=gradient,
        gradient_norm=norm,
        clipped_gradient=clipped,
        update=update,
        parameters=parameters,
        state=np.concatenate((update.state, average)),
    )


def _limit_weights(theta: Array, layers: Sequence[Layer], longest: float) -> Array:
    """[U9] The parameters with no neuron's weights longer than allowed."""
    limited, start = [], 0
    for layer in layers:
        stop = start + layer.W.size
        W = theta[start:stop].reshape(layer.W.shape)
        others = sum(array.size for array in (layer.b, layer.gain) if array is not None)
        limited += [limit_row_norms(W, longest).reshape(-1), theta[stop : stop + others]]
        start = stop + others
    return np.concatenate(limited)


def _is_finite_pass(one: Trace) -> bool:
    """Whether the cost and all weighted sums of a pass are finite."""
    return math.isfinite(one.cost) and all(bool(np.isfinite(z).all()) for z in one.z)
