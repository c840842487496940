"""Penalties, clipping and update rules, on a segment of the flat parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.updates import UPDATES
from chainrule.kernels.compiling import kernel
from chainrule.kernels.panels import stride_of, weight_panel_start
from chainrule.kernels.records import (
    KernelLayout,
    StepHyperparameters,
    TrainingState,
    UpdateHyperparameters,
)

__all__ = [
    "UPDATE_CODES",
    "average_segment",
    "clip_factor",
    "has_penalties",
    "is_plain_sgd",
    "limit_panel",
    "penalise_segment",
    "step_segment",
]

Array = NDArray[Any]

UPDATE_CODES = {name: code for code, name in enumerate(UPDATES)}
"""Whole numbers for the names of the book: compiled code chooses by number."""

SGD = UPDATE_CODES["sgd"]
MOMENTUM = UPDATE_CODES["momentum"]
NESTEROV = UPDATE_CODES["nesterov"]
RMSPROP = UPDATE_CODES["rmsprop"]
ADAMW = UPDATE_CODES["adamw"]
LION = UPDATE_CODES["lion"]


@kernel
def has_penalties(hyper: StepHyperparameters) -> bool:
    """Whether the objective has a penalty."""
    return hyper.settings.l1 != 0.0 or hyper.settings.l2 != 0.0


@kernel
def is_plain_sgd(hyper: StepHyperparameters) -> bool:
    """Whether a step is only θ - η g, so that each term of g may go straight to θ."""
    return hyper.update == SGD and hyper.clip_norm == 0.0 and not has_penalties(hyper)


# -------------------------------------------------------------------------- penalties and clipping


@kernel
def _square_sum(g: Array) -> float:
    """[U7] The sum of squares, in float64."""
    total = 0.0
    for k in range(g.size):
        total += float(g[k]) * float(g[k])
    return total


@kernel
def _add_penalties(theta: Array, g: Array, is_weight: Array, l1: float, l2: float) -> float:
    """[O1] Add the penalties' gradient to g.

    Returns: P1 + P2.
    """
    absolute, square = 0.0, 0.0
    s1, s2 = theta.dtype.type(l1), theta.dtype.type(l2)
    zero, one = theta.dtype.type(0), theta.dtype.type(1)
    for k in range(theta.size):
        w = theta[k] * is_weight[k]
        absolute += abs(w)
        square += w * w
        sign = one if w > zero else (-one if w < zero else zero)  # 0 at the kink, as in P1
        g[k] += s2 * w + s1 * sign
    return l1 * absolute + 0.5 * l2 * square


@kernel
def penalise_segment(
    hyper: StepHyperparameters, theta: Array, gradient: Array, first: int, after: int
) -> tuple[float, float]:
    """[P1, P2, O1] Add the penalties' gradient to that of a segment.

    Returns: the penalty of the segment, and the sum of its gradient's squares.
    """
    g, penalty = gradient[first:after], 0.0
    if has_penalties(hyper):
        weights, is_weight = theta[first:after], hyper.is_weight[first:after]
        penalty = _add_penalties(weights, g, is_weight, hyper.settings.l1, hyper.settings.l2)
    return penalty, _square_sum(g)


@kernel
def clip_factor(hyper: StepHyperparameters, norm: float) -> float:
    """[U7] The factor that shortens a gradient to the greatest norm; 1 if it is short enough."""
    return hyper.clip_norm / norm if 0.0 < hyper.clip_norm < norm else 1.0


@kernel
def _scale(g: Array, factor: float) -> None:
    """[U7] g times the factor."""
    if factor != 1.0:  # seldom: most gradients are short enough, and are not touched
        by = g.dtype.type(factor)
        for k in range(g.size):
            g[k] *= by


# ------------------------------------------------------------------------------------ update rules


@kernel
def step_segment(
    hyper: StepHyperparameters,
    state: TrainingState,
    gradient: Array,
    first: int,
    after: int,
    rate: float,
    step: int,
    factor: float,
) -> None:
    """[U1-U8] Move a segment of the parameters by its gradient, and the update's state with it.

    Args:
        hyper: with the update rule.
        state: changed in place.
        gradient: of the objective, like the parameters; scaled in place.
        first: where the segment begins.
        after: where it ends.
        rate: learning rate.
        step: the step's number, from 1.
        factor: what the gradient is multiplied by before the step.
    """
    theta, g = state.theta[first:after], gradient[first:after]
    _scale(g, factor)
    # A rule has at most two slots; those with one take it twice, and those with none read neither.
    one = state.update_state[0][first:after]
    other = state.update_state[max(0, hyper.slots - 1)][first:after]
    settings, is_weight = hyper.settings, hyper.is_weight[first:after]
    code, of = hyper.update, theta.dtype.type
    eta = of(rate)
    if code == SGD:
        for k in range(theta.size):
            theta[k] -= eta * g[k]
    elif code in (MOMENTUM, NESTEROV):
        mu, v = of(settings.momentum), one
        ahead = of(1 if code == NESTEROV else 0)
        for k in range(theta.size):
            v[k] = mu * v[k] + g[k]
            theta[k] -= eta * (ahead * (g[k] + mu * v[k]) + (of(1) - ahead) * v[k])
    elif code == RMSPROP:
        rho, rest, q = of(settings.decay), of(1 - settings.decay), one
        epsilon = of(settings.epsilon)
        for k in range(theta.size):
            q[k] = rho * q[k] + rest * g[k] * g[k]
            theta[k] -= eta * g[k] / (np.sqrt(q[k]) + epsilon)
    elif code == LION:
        _lion(theta, g, one, is_weight, settings, rate)
    else:
        weight_decay = settings.weight_decay if code == ADAMW else 0.0
        _adam(theta, g, one, other, is_weight, settings, rate, step, weight_decay)


@kernel
def _lion(
    theta: Array, g: Array, m: Array, is_weight: Array, settings: UpdateHyperparameters, rate: float
) -> None:
    """[U8] A step of the rate's length in every direction."""
    of = theta.dtype.type
    beta1, rest1 = of(settings.beta1), of(1 - settings.beta1)
    beta2, rest2 = of(settings.beta2), of(1 - settings.beta2)
    eta, shrink = of(rate), of(rate * settings.weight_decay)
    for k in range(theta.size):
        c = beta1 * m[k] + rest1 * g[k]
        sign = of(1) if c > of(0) else (of(-1) if c < of(0) else c)  # NaN stays NaN
        m[k] = beta2 * m[k] + rest2 * g[k]
        theta[k] -= eta * sign + shrink * theta[k] * is_weight[k]


@kernel
def _adam(
    theta: Array,
    g: Array,
    m: Array,
    v: Array,
    is_weight: Array,
    settings: UpdateHyperparameters,
    rate: float,
    step: int,
    weight_decay: float,
) -> None:
    """[U5, U6] Adam, and AdamW's decay."""
    of = theta.dtype.type
    beta1, rest1 = of(settings.beta1), of(1 - settings.beta1)
    beta2, rest2 = of(settings.beta2), of(1 - settings.beta2)
    epsilon = of(settings.epsilon)
    # Both means are freed of their start at 0 by factors that are the same for all parameters.
    eta = of(rate / (1.0 - settings.beta1**step))
    correction = of(1.0 / (1.0 - settings.beta2**step))
    shrink = of(rate * weight_decay)
    for k in range(theta.size):
        m[k] = beta1 * m[k] + rest1 * g[k]
        v[k] = beta2 * v[k] + rest2 * g[k] * g[k]
        move = eta * m[k] / (np.sqrt(v[k] * correction) + epsilon)
        theta[k] -= move + shrink * theta[k] * is_weight[k]


# ----------------------------------------------------------------------------- what follows a step


@kernel
def average_segment(average: Array, theta: Array, weight: float) -> None:
    """[M1] Move the average towards theta."""
    by = average.dtype.type(weight)
    for k in range(theta.size):
        average[k] += by * (theta[k] - average[k])


@kernel
def limit_panel(
    layout: KernelLayout, theta: Array, layer: int, panel: int, max_norm: float
) -> None:
    """[U9] Shorten the weights of a panel's neurons to the greatest norm allowed."""
    inputs, stride = layout.widths[layer], stride_of(layout.widths[layer + 1])
    start = weight_panel_start(layout, layer, panel)
    for j in range(stride):
        total = 0.0
        for k in range(inputs):
            w = float(theta[start + k * stride + j])
            total += w * w
        norm = np.sqrt(total)
        if norm > max_norm:
            by = theta.dtype.type(max_norm / norm)
            for k in range(inputs):
                theta[start + k * stride + j] *= by
