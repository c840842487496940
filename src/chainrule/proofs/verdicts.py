"""Comparison of one method with the gradient of one step, number by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.affine import affine, bias_gradient, input_gradient, weight_gradient
from chainrule.ledger.steps import Step
from chainrule.network import Slot, flatten
from chainrule.proofs.gradient_methods import GradientEstimate, GradientMethod

__all__ = [
    "Failure",
    "MethodComparison",
    "Verdict",
    "gradient_rounding",
    "merge_verdicts",
]

Array = NDArray[Any]

_FLOOR = 1e-3
"""An error is relative to the derivative plus this fraction of the tensor's greatest one."""


@dataclass(frozen=True)
class Failure:
    """A number of the gradient that does not hold.

    Args:
        address: of the weight or bias, such as "W[1][0,2]".
        step: from 1.
        method: that says so.
        reference: the gradient that was to be proved.
        found: the method's.
        allowed: how far apart they may be.
    """

    address: str
    step: int
    method: str
    reference: float
    found: float
    allowed: float


@dataclass(frozen=True)
class Verdict:
    """What one method says of the gradient by one tensor, in one step or the worst of several.

    Args:
        tensor: its name, such as "W[1]".
        size: how many numbers it has.
        method: its name.
        checked: numbers compared.
        error: the greatest relative error; None if every number is beyond the method.
        address: of the number with that error.
        step: in which it was.
        unseen: numbers too small to be seen by the method, beside its own rounding.
        at_kinks: numbers that lie at a kink, and are not judged.
    """

    tensor: str
    size: int
    method: str
    checked: int
    error: float | None
    address: str
    step: int
    unseen: int = 0
    at_kinks: int = 0


@dataclass(frozen=True, eq=False)
class MethodComparison:
    """What a method found, held against the gradient of a step.

    Args:
        step: whose gradient is to be proved.
        method: that was asked.
        places: of the numbers in the flat parameters.
        estimate: what it found there.
        slack: what rounding may change in each number, flat.
    """

    step: Step
    method: GradientMethod
    places: Sequence[int]
    estimate: GradientEstimate
    slack: Array

    def verdict(self, slot: Slot) -> Verdict:
        """What the method says of one tensor."""
        found = list(self._numbers(slot))
        smooth = [one for one in found if not one.at_kink]
        seen = [one for one in smooth if one.is_seen]
        worst = max(seen, key=lambda one: one.error, default=None)
        return Verdict(
            tensor=slot.name,
            size=slot.stop - slot.start,
            method=self.method.name,
            checked=len(smooth),
            error=None if worst is None else worst.error,
            address="" if worst is None else parameter_address(slot, worst.at),
            step=self.step.number,
            unseen=len(smooth) - len(seen),
            at_kinks=len(found) - len(smooth),
        )

    def failures(self, slot: Slot) -> Iterator[Failure]:
        """The numbers of one tensor that do not hold."""
        for one in self._numbers(slot):
            if not one.at_kink and not one.gap <= one.allowed:
                place, name = parameter_address(slot, one.at), self.method.name
                yield Failure(place, self.step.number, name, one.reference, one.found, one.allowed)

    def _numbers(self, slot: Slot) -> Iterator[_Comparison]:
        g = self.step.result.gradient
        floor = _FLOOR * float(np.abs(slot.view(g)).max())
        rows = zip(self.places, self.estimate.values, self.estimate.uncertainties, strict=True)
        for at, found, uncertainty in rows:
            if slot.start <= at < slot.stop:
                yield _Comparison(
                    at=at,
                    reference=float(g[at]),
                    found=float(found),
                    scale=abs(float(found)) + floor,
                    beyond=float(self.slack[at]) + float(np.nan_to_num(uncertainty)),
                    tolerance=self.method.tolerance,
                    at_kink=at in self.estimate.kinks,
                )


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """One number of a gradient, by back-propagation and by a method."""

    at: int
    reference: float
    found: float
    scale: float
    beyond: float
    tolerance: float
    at_kink: bool

    @property
    def gap(self) -> float:
        return abs(self.reference - self.found)

    @property
    def error(self) -> float:
        return self.gap / self.scale if self.gap else 0.0

    @property
    def allowed(self) -> float:
        return self.tolerance * self.scale + self.beyond

    @property
    def is_seen(self) -> bool:
        """Whether the method can tell this number from its own rounding."""
        return self.beyond <= self.tolerance * self.scale or self.gap == 0


def parameter_address(slot: Slot, at: int) -> str:
    """The address of one number of a tensor by its place in the flat parameters."""
    index = np.unravel_index(at - slot.start, slot.shape)
    return f"{slot.name}[{','.join(str(int(i)) for i in index)}]"


def merge_verdicts(one: Verdict, other: Verdict) -> Verdict:
    """Of two verdicts on one tensor that with the greater error, with the counts of both."""
    first = -1.0 if one.error is None else one.error
    second = -1.0 if other.error is None else other.error
    return replace(
        other if second > first else one,
        checked=one.checked + other.checked,
        unseen=one.unseen + other.unseen,
        at_kinks=one.at_kinks + other.at_kinks,
    )


_UNITS = 16.0
"""Roundings of one product and sum that are allowed for."""


def gradient_rounding(step: Step) -> Array:
    """What rounding may change in each number of a step's gradient, flat.

    A derivative a (1 - a) is off by a rounding of 1 where a is nearly 1, and so is a - y; each
    weighted sum is off by its terms' roundings. This goes down through the layers as errors do, in
    absolute values, so that nothing cancels.
    """
    eps = _UNITS * float(np.finfo(np.float64).eps)
    trace, depth = step.trace, len(step.layers)
    inputs = [np.abs(trace.x), *map(np.abs, trace.a[:-1])]
    below = eps * (np.abs(trace.a[-1]) + np.abs(trace.y)) * step.shares[:, None]
    below = below + eps * np.abs(trace.delta[-1])
    weights: list[Array] = []
    biases: list[Array | None] = []
    for at in reversed(range(depth)):
        layer, delta = step.layers[at], np.abs(trace.delta[at])
        sums = affine(inputs[at], np.abs(layer.W), None if layer.b is None else np.abs(layer.b))
        error = below + eps * delta * (1 + sums)
        weights.insert(0, weight_gradient(inputs[at], error))
        biases.insert(0, None if layer.b is None else bias_gradient(error))
        # The derivative of the layer below is at most about 1, and off by a rounding of that.
        below = input_gradient(np.abs(layer.W), error + eps * delta)
    return flatten(weights, biases)
