"""The proof of a worked example: every gradient of every step, by all available methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import plain_values
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Step
from chainrule.limits import Limit, check_record, limited
from chainrule.network import Slot
from chainrule.proofs.gradient_methods import METHODS, GradientMethod
from chainrule.proofs.kinks import Kink
from chainrule.proofs.objective import objective_lines, step_objective
from chainrule.proofs.verdicts import (
    Failure,
    MethodComparison,
    Verdict,
    gradient_rounding,
    merge_verdicts,
)
from chainrule.randomness import generator

__all__ = ["Proof", "ProofOptions", "prove", "prove_step", "sample_places"]

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class ProofOptions:
    """Options of a proof.

    Args:
        sample: numbers to check in each tensor; all of a smaller one.
        seed: seed of the random choice of these numbers.
        peers: whether to compare with JAX and PyTorch.

    Raises: InputError.
    """

    sample: int = limited(64, Limit(int, "numbers to check in each tensor", 1))
    seed: int = limited(0, Limit(int, "seed of the choice of these numbers", 0))
    peers: bool = True

    def __post_init__(self) -> None:
        check_record(self, "prove")

    @property
    def methods(self) -> tuple[GradientMethod, ...]:
        """Those that are asked."""
        return METHODS if self.peers else METHODS[:3]


@dataclass(frozen=True)
class Proof:
    """What came of a proof.

    Args:
        options: what was asked for.
        steps: how many steps were proved.
        objective: the first step's, as formulas.
        cost: J of the first step.
        verdicts: of each tensor and method.
        left_out: of each method that was not asked, why.
        kinks: those that were found, each with the step.
        failures: numbers that do not hold; none for a proof that holds.
        title: what is proved, if that is not the gradient by which a run learned.
    """

    options: ProofOptions
    steps: int
    objective: tuple[str, ...]
    cost: float
    verdicts: tuple[Verdict, ...]
    left_out: Mapping[str, str]
    kinks: tuple[tuple[int, Kink], ...]
    failures: tuple[Failure, ...]
    title: str = ""

    @property
    def holds(self) -> bool:
        """Whether every gradient that was looked at is right."""
        return not self.failures

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as `chainrule prove --json` prints them."""
        return {
            **({"of": self.title} if self.title else {}),
            "holds": self.holds,
            "steps": self.steps,
            "sample": self.options.sample,
            "seed": self.options.seed,
            "objective": list(self.objective),
            "cost": self.cost,
            "left_out": dict(self.left_out),
            "tensors": [plain_values(verdict) for verdict in self.verdicts],
            "kinks": [{"step": step, **asdict(kink)} for step, kink in self.kinks],
            "failures": [_failure_dict(failure) for failure in self.failures],
        }


def _failure_dict(failure: Failure) -> dict[str, Any]:
    """Return a failure as plain values; the reference's gradient has the name of the JSON."""
    return {"law" if name == "reference" else name: v for name, v in plain_values(failure).items()}


def prove(ledger: Ledger, options: ProofOptions | None = None) -> Proof:
    """Prove every gradient of a worked example, in all of its steps.

    Args:
        ledger: of a worked example that trains.
        options: how many numbers, and by what.

    Raises: InputError if nothing is trained; DivergenceError.
    """
    example = ledger.example
    if example.recipe is None:
        raise InputError(
            example.where,
            expected="a table [training] with a cost",
            got="none",
            why="Without a cost there is no gradient to check",
            argument="training",
        )
    chosen = options or ProofOptions()
    found = [prove_step(ledger.step(n), chosen) for n in range(1, example.steps + 1)]
    return _merge(found)


def prove_step(step: Step, options: ProofOptions) -> Proof:
    """Prove every gradient of one step: that of cost and penalty, before any clipping.

    Args:
        step: that trains; its gradient is what is proved.
        options: how many numbers, and by what.
    """
    objective, slots = step_objective(step), step.example.layout.slots
    g, theta = step.result.gradient, step.theta.astype(np.float64)
    chosen = [at for slot in slots for at in sample_places(slot, g, options.sample, options.seed)]
    slack = gradient_rounding(step)
    obstacles = {method.name: method.obstacle(objective) for method in options.methods}
    verdicts: list[Verdict] = []
    failures: list[Failure] = []
    kinks: dict[str, Kink] = {}
    for method in options.methods:
        if obstacles[method.name]:
            continue
        with np.errstate(all="ignore"):  # what is not finite fails below
            estimate = method.estimate(objective, theta, chosen)
        judge = MethodComparison(step, method, chosen, estimate, slack)
        verdicts += map(judge.verdict, slots)
        failures += [failure for slot in slots for failure in judge.failures(slot)]
        kinks |= {kink.address: kink for found in estimate.kinks.values() for kink in found}
    return Proof(
        options=options,
        steps=1,
        objective=tuple(objective_lines(objective)),
        cost=float(step.trace.cost) + step.result.penalty,
        verdicts=tuple(verdicts),
        left_out={name: reason for name, reason in obstacles.items() if reason},
        kinks=tuple((step.number, kink) for kink in kinks.values()),
        failures=tuple(failures),
    )


def _merge(found: Sequence[Proof]) -> Proof:
    """The proofs of several steps as one."""
    worst: dict[tuple[str, str], Verdict] = {}
    for verdict in (verdict for proof in found for verdict in proof.verdicts):
        key = verdict.tensor, verdict.method
        worst[key] = merge_verdicts(worst[key], verdict) if key in worst else verdict
    return Proof(
        options=found[0].options,
        steps=len(found),
        objective=found[0].objective,
        cost=found[0].cost,
        verdicts=tuple(worst.values()),
        left_out=found[0].left_out,
        kinks=tuple(kink for proof in found for kink in proof.kinks),
        failures=tuple(failure for proof in found for failure in proof.failures),
    )


def sample_places(slot: Slot, gradient: Array, most: int, seed: int) -> list[int]:
    """Where in the flat parameters the numbers of a tensor are that are proved.

    All of a small tensor. Of a large one half is drawn among the numbers whose gradient is not 0,
    for most of an image's edge has none, and the rest among all others.

    Args:
        slot: the tensor.
        gradient: to be proved, flat.
        most: how many are drawn.
        seed: of the random draw.

    Returns: ascending places.
    """
    every = np.arange(slot.start, slot.stop)
    if len(every) <= most:
        return [int(at) for at in every]
    lot = generator(seed, "proof", slot.start)
    moving = every[gradient[slot.start : slot.stop] != 0]
    first = lot.choice(moving, min(len(moving), (most + 1) // 2), replace=False)
    others = np.setdiff1d(every, first)
    rest = lot.choice(others, most - len(first), replace=False)
    return sorted(int(at) for at in (*first, *rest))
