"""Faults of the numbers of an exercise: how hard they are to calculate with."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DivergenceError
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Step, WorkedExample

__all__ = ["IMPOSSIBLE", "count_faults"]

Array: TypeAlias = NDArray[Any]

IMPOSSIBLE = 10**6
"""The faults of an exercise that has a number that is not finite."""

_KINKED = ("relu", "leaky_relu", "step", "elu", "selu")
_OPEN = ("identity", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus")
"""Functions that do not saturate to the right."""
_FARTHEST = 2.5
_FARTHEST_OPEN = 4.0
_NEAREST = 0.1
_SMALLEST = 4e-3
_LARGEST = 100.0
_APART = 0.01
_LEAST_MISS = 0.05


def count_faults(example: WorkedExample) -> int:
    """How many numbers are unpleasant; 0 for a friendly exercise.

    Unpleasant are weighted sums where an activation saturates or near 0, neurons of a layer that
    say the same, layers in which most neurons are off, outputs that hit their targets, and errors
    and gradients that are tiny, vast or, where they need not be, 0.

    Args:
        example: the exercise.
    """
    ledger = Ledger(example)
    try:
        steps = [ledger.step(number) for number in range(1, example.steps + 1)]
    except DivergenceError:
        return IMPOSSIBLE
    return sum(_forward(step) + _backward(step) for step in steps)


def _forward(step: Step) -> int:
    found = 0
    for layer, (z, a) in enumerate(zip(step.z, step.a, strict=True), 1):
        name = step.activation(layer).name
        farthest = _FARTHEST_OPEN if name in _OPEN else _FARTHEST
        found += _count(np.abs(z) > farthest) + _count(np.abs(z) < _NEAREST)
        found += _alike(a) + _mostly_off(a)
    return found


def _count(where: Array) -> int:
    return int(np.count_nonzero(where))


def _alike(a: Array) -> int:
    """Neurons of a layer that say the same, but for those that are off."""
    ordered = np.sort(a, axis=1)
    near = np.diff(ordered, axis=1) < _APART
    return _count(near & (ordered[:, 1:] != 0))


def _mostly_off(a: Array) -> int:
    off = np.count_nonzero(a == 0, axis=1)
    return _count(2 * off > a.shape[1])


def _backward(step: Step) -> int:
    if step.training is None:
        return 0
    trace = step.trace
    found = _count(np.abs(trace.a[-1] - trace.y) < _LEAST_MISS)
    for layer, (delta, dW) in enumerate(zip(trace.delta, trace.dW, strict=True), 1):
        may_be_off = step.activation(layer).name in _KINKED
        found += _mostly_off(delta) if may_be_off else _count(delta == 0)
        for array in (delta, dW):
            sizes = np.abs(array[array != 0])
            found += _count(sizes < _SMALLEST) + _count(sizes > _LARGEST)
    return found
