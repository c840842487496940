"""The derivative by one weight or bias, by every method that can find it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.ledger.steps import Quantity, Step
from chainrule.network import Slot
from chainrule.proofs.gradient_methods import GradientMethod
from chainrule.proofs.gradient_proof import ProofOptions
from chainrule.proofs.objective import step_objective
from chainrule.proofs.verdicts import MethodComparison, gradient_rounding

__all__ = ["PlaceProof", "prove_place"]


@dataclass(frozen=True)
class PlaceProof:
    """What one method says of one derivative.

    Args:
        method: its name.
        found: the derivative that it found; None if it was not asked.
        holds: whether that is the step's, but for rounding; None if it cannot tell.
        reason: why it was not asked, or cannot tell; empty otherwise.
    """

    method: str
    found: float | None
    holds: bool | None
    reason: str = ""


def prove_place(
    step: Step, gradient: Quantity, options: ProofOptions | None = None
) -> tuple[PlaceProof, ...]:
    """Return what each method without back-propagation says of one derivative.

    Args:
        step: that trains.
        gradient: the address of the derivative, "dW" or "db" of one number, located.
        options: the methods; None for all.

    Example:
        >>> from chainrule.ledger import Ledger, read_worked
        >>> step = Ledger(read_worked("two-layers")).step(1)
        >>> [one.holds for one in prove_place(step, Quantity("dW", 1, (0, 0)))][:3]
        [True, True, True]
    """
    letter = gradient.kind.removeprefix("d")
    name = f"{letter}[{gradient.layer}]"
    slot = next(one for one in step.example.layout.slots if one.name == name)
    at = slot.start + int(np.ravel_multi_index(gradient.index, slot.shape))
    methods = (options or ProofOptions()).methods
    return tuple(_prove_by_each(step, slot, at, methods))


def _prove_by_each(
    step: Step, slot: Slot, at: int, methods: Sequence[GradientMethod]
) -> Iterator[PlaceProof]:
    objective, slack = step_objective(step), gradient_rounding(step)
    theta = step.theta.astype(np.float64)
    for method in methods:
        reason = method.obstacle(objective)
        if reason:
            yield PlaceProof(method.name, None, None, reason)
            continue
        with np.errstate(all="ignore"):  # what is not finite does not hold
            estimate = method.estimate(objective, theta, [at])
        comparison = MethodComparison(step, method, [at], estimate, slack)
        found = float(estimate.values[0])
        if at in estimate.kinks:
            yield PlaceProof(method.name, found, None, "at a kink of an activation function")
            continue
        yield PlaceProof(method.name, found, not any(comparison.failures(slot)))
