"""The latest step in which something happened to a weight: one with a term that is not 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.attribution.inspection import WHERE
from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.attribution.step_ledger import make_step_ledger
from chainrule.engine import Position
from chainrule.ledger.steps import Quantity

__all__ = ["ActiveStep", "latest_active_step"]

_MOST_STEPS = 40
"""Steps whose gradient is computed before the search is given up: a neuron may be dead for good."""
_MOST_PASSED = 2000
"""Steps that are passed over at most because the input is 0 in all examples of their batches."""


@dataclass(frozen=True)
class ActiveStep:
    """The step that is shown, and how it was chosen.

    Args:
        step: the latest with a gradient that is not 0; the last one if none was found.
        passed: steps after it in which every term is 0.
        looked_at: steps looked at in vain; 0 if one was found.
        position: of the run before the step, if it has been computed.
    """

    step: RunStep
    passed: int = 0
    looked_at: int = 0
    position: Position | None = None

    def sentences(self) -> Iterator[str]:
        """How the step was chosen in words, unless it is simply the last."""
        if self.passed:
            steps = "the step" if self.passed == 1 else f"the {self.passed} steps"
            yield f"It is the latest in which a term is not 0; so it is in {steps} after it."
        if self.looked_at:
            yield f"In each of the last {self.looked_at} steps every term is 0."


def latest_active_step(replay: RunReplay, gradient: Quantity) -> ActiveStep:
    """Return the latest step of a run whose gradient of a weight or bias is not 0.

    Args:
        replay: of the run.
        gradient: of the weight or bias.

    Raises: as `make_step_ledger` and `RunReplay.position_before`.
    """
    last = replay.step(replay.steps_done)
    before = replay.position_before(last)
    if _is_active(replay, last, gradient, before):
        return ActiveStep(last, position=before)
    earlier = _candidates(replay, gradient, last.number - 1)
    found = None
    position = replay.position_before(earlier[0]) if earlier else None
    for step in earlier:  # one way through the run, from the earliest on
        position = replay.position_at(step.number - 1, position)
        if _is_active(replay, step, gradient, position):
            found = ActiveStep(step, passed=last.number - step.number, position=position)
    if found is not None:
        return found
    first = earlier[0].number if earlier else last.number
    return ActiveStep(last, looked_at=last.number - first + 1, position=before)


def _is_active(replay: RunReplay, step: RunStep, gradient: Quantity, position: Position) -> bool:
    ledger = make_step_ledger(replay, step, position)
    return bool(ledger.value(ledger.locate(gradient, WHERE)))


def _candidates(replay: RunReplay, gradient: Quantity, last: int) -> list[RunStep]:
    """The latest steps that may be active, in their order."""
    found: list[RunStep] = []
    for number in range(last, max(replay.first_step - 1, last - _MOST_PASSED), -1):
        step = replay.step(number)
        if _has_input(replay, step, gradient):
            found.append(step)
        if len(found) == _MOST_STEPS:
            break
    return found[::-1]


def _has_input(replay: RunReplay, step: RunStep, gradient: Quantity) -> bool:
    """Whether an example of the batch has the weight's input; deeper layers are not looked at."""
    is_input = gradient.layer == 1 and len(gradient.index) == 2
    if not is_input or replay.setup.recipe.mixup:
        return True
    inputs = replay.examples(step).inputs
    return bool(inputs[list(step.rows), gradient.index[1]].any())
