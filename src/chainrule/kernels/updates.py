"""One step of an update rule over a stretch of the flat parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.codes import UPDATE_CODES
from chainrule.kernels.compiling import kernel
from chainrule.kernels.panels import step_of
from chainrule.kernels.records import Course, Plan

__all__ = [
    "HYPER",
    "add_penalties",
    "blend_stretch",
    "clip_factor",
    "has_penalties",
    "is_plain",
    "limit_panel",
    "shorten",
    "square_sum",
    "step_stretch",
]

Array = NDArray[Any]

SGD = UPDATE_CODES["sgd"]
MOMENTUM = UPDATE_CODES["momentum"]
NESTEROV = UPDATE_CODES["nesterov"]
RMSPROP = UPDATE_CODES["rmsprop"]
ADAMW = UPDATE_CODES["adamw"]
LION = UPDATE_CODES["lion"]

HYPER = ("momentum", "decay", "beta1", "beta2", "epsilon", "weight_decay", "l1", "l2")
"""The order of the settings in the array that kernels take."""


@kernel
def has_penalties(course: Course) -> bool:
    """Whether the objective has a penalty."""
    return course.hyper[6] != 0.0 or course.hyper[7] != 0.0


@kernel
def is_plain(course: Course) -> bool:
    """Whether a step is only θ - η g, which may go to θ term by term."""
    return course.update == SGD and course.clip == 0.0 and not has_penalties(course)


@kernel
def square_sum(g: Array) -> float:
    """[U7] The sum of squares, in float64."""
    total = 0.0
    for k in range(g.size):
        total += float(g[k]) * float(g[k])
    return total


@kernel
def clip_factor(course: Course, length: float) -> float:
    """[U7] What shortens a gradient of some length to the length allowed; 1 where it is allowed."""
    return course.clip / length if 0.0 < course.clip < length else 1.0


@kernel
def shorten(g: Array, factor: float) -> None:
    """[U7] g times the factor."""
    if factor != 1.0:
        by = g.dtype.type(factor)
        for k in range(g.size):
            g[k] *= by


@kernel
def add_penalties(theta: Array, g: Array, is_weight: Array, l1: float, l2: float) -> float:
    """[O1] Adds the penalties' gradient to g; gives P1 + P2."""
    absolute, square = 0.0, 0.0
    s1, s2 = theta.dtype.type(l1), theta.dtype.type(l2)
    zero, one = theta.dtype.type(0), theta.dtype.type(1)
    for k in range(theta.size):
        w = theta[k] * is_weight[k]
        absolute += abs(w)
        square += w * w
        sign = one if w > zero else (-one if w < zero else zero)
        g[k] += s2 * w + s1 * sign
    return l1 * absolute + 0.5 * l2 * square


@kernel
def step_stretch(
    code: int,
    theta: Array,
    g: Array,
    state: tuple[Array, Array],
    knobs: tuple[Array, float, int, Array],
) -> None:
    """[U1-U6, U8] Moves theta, and the state with it, by the gradient g.

    Args:
        code: of the update rule.
        theta: parameters, (n,), changed in place.
        g: gradient of the objective, (n,).
        state: the update's first and last slot, (n,) each, changed in place; not read without any.
        knobs: the settings in the order of HYPER, the rate, the step's number from 1, is_weight.
    """
    hyper, rate = knobs[0], knobs[1]
    of = theta.dtype.type
    eta = of(rate)
    if code == SGD:
        for k in range(theta.size):
            theta[k] -= eta * g[k]
    elif code in (MOMENTUM, NESTEROV):
        mu, v = of(hyper[0]), state[0]
        ahead = of(1 if code == NESTEROV else 0)
        for k in range(theta.size):
            v[k] = mu * v[k] + g[k]
            theta[k] -= eta * (ahead * (g[k] + mu * v[k]) + (of(1) - ahead) * v[k])
    elif code == RMSPROP:
        rho, rest, epsilon, q = of(hyper[1]), of(1 - hyper[1]), of(hyper[4]), state[0]
        for k in range(theta.size):
            q[k] = rho * q[k] + rest * g[k] * g[k]
            theta[k] -= eta * g[k] / (np.sqrt(q[k]) + epsilon)
    elif code == LION:
        _lion(theta, g, state[0], knobs)
    else:
        _adam(code, theta, g, state, knobs)


@kernel
def _lion(theta: Array, g: Array, m: Array, knobs: tuple[Array, float, int, Array]) -> None:
    """[U8] A step of the rate's length in every direction."""
    hyper, rate, _, is_weight = knobs
    of = theta.dtype.type
    beta1, rest1, beta2, rest2 = of(hyper[2]), of(1 - hyper[2]), of(hyper[3]), of(1 - hyper[3])
    eta, shrink = of(rate), of(rate * hyper[5])
    for k in range(theta.size):
        c = beta1 * m[k] + rest1 * g[k]
        sign = of(1) if c > of(0) else (of(-1) if c < of(0) else c)
        m[k] = beta2 * m[k] + rest2 * g[k]
        theta[k] -= eta * sign + shrink * theta[k] * is_weight[k]


@kernel
def blend_stretch(average: Array, theta: Array, share: float) -> None:
    """[M1] Moves the average towards theta."""
    by = average.dtype.type(share)
    for k in range(theta.size):
        average[k] += by * (theta[k] - average[k])


@kernel
def limit_panel(plan: Plan, theta: Array, layer: int, panel: int, longest: float) -> None:
    """[U9] Shortens the weights of a panel's neurons to the length allowed."""
    ins, width = plan.widths[layer], plan.widths[layer + 1]
    step = step_of(width)
    top = plan.tops[layer] + panel * ins * step
    for j in range(step):
        total = 0.0
        for k in range(ins):
            w = float(theta[top + k * step + j])
            total += w * w
        length = np.sqrt(total)
        if length > longest:
            by = theta.dtype.type(longest / length)
            for k in range(ins):
                theta[top + k * step + j] *= by


@kernel
def _adam(
    code: int,
    theta: Array,
    g: Array,
    state: tuple[Array, Array],
    knobs: tuple[Array, float, int, Array],
) -> None:
    """[U5, U6] Adam, and AdamW's decay."""
    hyper, rate, t, is_weight = knobs
    of = theta.dtype.type
    m, v = state[0], state[1]
    beta1, rest1, beta2, rest2 = of(hyper[2]), of(1 - hyper[2]), of(hyper[3]), of(1 - hyper[3])
    epsilon = of(hyper[4])
    eta = of(rate / (1.0 - hyper[2] ** t))
    correction = of(1.0 / (1.0 - hyper[3] ** t))
    shrink = of(rate * hyper[5]) if code == ADAMW else of(0)
    for k in range(theta.size):
        m[k] = beta1 * m[k] + rest1 * g[k]
        v[k] = beta2 * v[k] + rest2 * g[k] * g[k]
        step = eta * m[k] / (np.sqrt(v[k] * correction) + epsilon)
        theta[k] -= step + shrink * theta[k] * is_weight[k]
