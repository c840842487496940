"""Measures of the conditions that lie in the steps: rate, batch size, and how long to train."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chainrule.diagnosis.condition import Sight
from chainrule.diagnosis.curvature import UNLIMITED
from chainrule.diagnosis.data_checks import HOLD_OUT
from chainrule.diagnosis.evidence import Evidence, Snapshot
from chainrule.diagnosis.figure_format import figure_text
from chainrule.recipe import Recipe

__all__ = [
    "few_large_batches",
    "lacks_curvature",
    "lacks_validated_epochs",
    "overfitting",
    "rate_too_high",
    "rate_too_low",
    "short_run",
]

_LARGE_BATCH = 4
"""A batch of so many noise scales hardly gains from being larger."""
_FEWEST_EPOCHS = 5
_PATIENCE = 5
_RISE = 0.02
"""The least rise, as a share of the first validation cost."""
_USUAL = 0.001
"""The usual rate of updates that divide by the root of a mean square."""
_ENOUGH_UPDATES = 600


def lacks_curvature(evidence: Evidence) -> str:
    """Why the curvature was not measured."""
    if evidence.start.curvature is not None:
        return ""
    return UNLIMITED.get(evidence.recipe.optimiser, "the curvature at the start is not finite")


def _share(snapshot: Snapshot) -> float:
    """The learning rate by the greatest stable one."""
    return 0.0 if snapshot.curvature is None else snapshot.rate / snapshot.curvature.limit


def _told(snapshot: Snapshot, recipe: Recipe, when: str) -> str:
    assert snapshot.curvature is not None, "needs says so"
    curvature = snapshot.curvature
    kind = "preconditioned Hessian" if curvature.preconditioned else "Hessian"
    return (
        f"{when} the rate {figure_text(snapshot.rate)} is {figure_text(_share(snapshot))} times "
        f"the stability limit {figure_text(curvature.limit)} of {recipe.optimiser}, "
        f"as the {kind} has λ_max {figure_text(curvature.value)}"
    )


def _rate(rate: float) -> dict[str, Any]:
    """The setting, in one digit."""
    return {"learning_rate": float(f"{rate:.1g}")}


def rate_too_high(evidence: Evidence) -> Sight | None:
    """The rate by the stability limit, where it is farther above it: at the start or at the end."""
    start, end = evidence.start, evidence.end
    if evidence.diverged and end.rate > start.rate:
        start = replace(start, rate=end.rate)  # it rose until the weights were thrown away
    later = not evidence.diverged and _share(end) > _share(start)
    worst, when = (end, "at the end") if later else (start, "at the start")
    assert worst.curvature is not None, "needs says so"
    other = _USUAL if worst.curvature.preconditioned else worst.curvature.limit / 2
    lower = min(evidence.recipe.learning_rate / 4, other)
    return Sight(_share(worst), _told(worst, evidence.recipe, when), _rate(lower))


def rate_too_low(evidence: Evidence) -> Sight | None:
    """The rate by the stability limit at the start."""
    start = evidence.start
    assert start.curvature is not None, "needs says so"
    if evidence.diverged or start.rate < 0.99 * evidence.recipe.learning_rate:
        return None  # a run that warms up begins low on purpose
    higher = start.curvature.limit / 2
    if start.curvature.preconditioned:
        higher = min(higher, _USUAL)
    if higher <= evidence.recipe.learning_rate or higher == float("inf"):
        return None
    return Sight(_share(start), _told(start, evidence.recipe, "at the start"), _rate(higher))


def few_large_batches(evidence: Evidence) -> Sight | None:
    """The updates of the whole run, where batches are larger than the gradient's noise asks for."""
    size = min(evidence.recipe.batch_size, len(evidence.training))
    noise = evidence.end.noise_scale
    if size <= 32 or not size >= _LARGE_BATCH * noise or _searches(evidence):
        return None
    smaller = 2 ** max(4, min(6, round(noise).bit_length()))
    what = (
        f"the run has {evidence.steps} updates, with batches of {size} where the noise of the "
        f"gradient calls for about {round(noise)}"
    )
    return Sight(evidence.steps, what, {"batch_size": min(smaller, size // 2)})


def short_run(evidence: Evidence) -> Sight | None:
    """The updates of a run that came to its end."""
    if evidence.diverged or not evidence.complete or not evidence.steps or _searches(evidence):
        return None
    epochs = -(-_ENOUGH_UPDATES * evidence.recipe.epochs // evidence.steps)
    return Sight(evidence.steps, f"the run has {evidence.steps} updates in all", {"epochs": epochs})


def _searches(evidence: Evidence) -> bool:
    """Whether each step is many iterations on the whole training set."""
    return evidence.recipe.optimiser == "lbfgs"


def lacks_validated_epochs(evidence: Evidence) -> str:
    """What is missing to see a validation cost rise."""
    validated = [r for r in evidence.history if r.validation_cost is not None]
    if evidence.history and not validated:
        return "the run had no validation set"
    few = len(validated) < _FEWEST_EPOCHS
    return f"fewer than {_FEWEST_EPOCHS} epochs were seen" if few else ""


def overfitting(evidence: Evidence) -> Sight | None:
    """The last validation cost by the least one, where the training cost sank on."""
    recipe, history = evidence.recipe, evidence.history
    if (recipe.monitor or "").startswith("validation"):
        return None  # the best epoch's weights are restored
    costs = [r.validation_cost or 0.0 for r in history]
    least = costs.index(min(costs))
    rise = costs[-1] - costs[least]
    if history[-1].cost >= history[least].cost or rise <= _RISE * costs[0]:
        return None  # what goes up and down at the bottom is no overfitting
    if _is_unsure(evidence, least):
        return None
    ratio = costs[-1] / costs[least] if costs[least] else float("inf")
    what = (
        f"overfitting began after epoch {least + 1}: the validation cost rose from "
        f"{figure_text(costs[least])} to {figure_text(costs[-1])}, {figure_text(ratio)} times, "
        f"while the training cost fell from {figure_text(history[least].cost)} "
        f"to {figure_text(history[-1].cost)}"
    )
    own = recipe.validation_fraction > 0 or evidence.validation is not None
    watched = {"monitor": "validation_cost", "patience": _PATIENCE}
    return Sight(ratio, what, ({} if own else HOLD_OUT) | watched)


def _is_unsure(evidence: Evidence, least: int) -> bool:
    """Whether the validation cost may rise for what the targets teach, to be less sure.

    With smoothed or mixed targets a network gets the right answers right by less; it validates on
    sharp targets. That is no overfitting as long as it gets as many of them right.
    """
    recipe, last = evidence.recipe, evidence.history[-1].validation_accuracy
    best = evidence.history[least].validation_accuracy
    if not (recipe.label_smoothing or recipe.mixup) or last is None or best is None:
        return False
    return last >= best
