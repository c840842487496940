"""Measures of the conditions that concern the steps: learning rate, batch size, duration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chainrule.diagnosis.condition import Observation, figure_text
from chainrule.diagnosis.curvature import NO_STABILITY_LIMIT
from chainrule.diagnosis.data_checks import HOLD_OUT
from chainrule.diagnosis.evidence import Evidence, Snapshot
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
"""Noise scales beyond which a larger batch hardly lowers the noise (McCandlish et al. 2018)."""
_SMALL_BATCH = 32
"""Batches up to this size are usual, whatever the noise."""
_FEWEST_EPOCHS = 5
"""Validated epochs that a rise of the validation cost takes to show."""
_PATIENCE = 5
_RISE = 0.02
"""The least rise that counts, as a fraction of the first validation cost."""
_USUAL_RATE = 0.001
"""The usual learning rate of updates that divide by the root of a mean square."""
_ENOUGH_UPDATES = 600
"""Updates that `short_run` proposes: twice its threshold."""


def lacks_curvature(evidence: Evidence) -> str:
    """Return why the curvature was not measured."""
    if evidence.start.curvature is not None:
        return ""
    return NO_STABILITY_LIMIT.get(
        evidence.recipe.optimiser, "the curvature at the start is not finite"
    )


def _rate_ratio(snapshot: Snapshot) -> float:
    """Return the learning rate divided by the greatest stable one."""
    return 0.0 if snapshot.curvature is None else snapshot.rate / snapshot.curvature.limit


def _describe_rate(snapshot: Snapshot, recipe: Recipe, when: str) -> str:
    assert snapshot.curvature is not None, "checked by lacks_curvature"
    curvature = snapshot.curvature
    kind = "preconditioned Hessian" if curvature.preconditioned else "Hessian"
    return (
        f"{when} the rate {figure_text(snapshot.rate)} is {figure_text(_rate_ratio(snapshot))} "
        f"times the stability limit {figure_text(curvature.limit)} of {recipe.optimiser}, "
        f"as the {kind} has λ_max {figure_text(curvature.value)}"
    )


def _set_rate(rate: float) -> dict[str, Any]:
    """Return the setting of a learning rate, in one digit."""
    return {"learning_rate": float(f"{rate:.1g}")}


def rate_too_high(evidence: Evidence) -> Observation | None:
    """Measure the rate divided by its stability limit, at the start or the end."""
    start, end = evidence.start, evidence.end
    if evidence.diverged and end.rate > start.rate:
        start = replace(start, rate=end.rate)  # it rose until the run diverged
    later = not evidence.diverged and _rate_ratio(end) > _rate_ratio(start)
    worst, when = (end, "at the end") if later else (start, "at the start")
    assert worst.curvature is not None, "checked by lacks_curvature"
    other = _USUAL_RATE if worst.curvature.preconditioned else worst.curvature.limit / 2
    lower = min(evidence.recipe.learning_rate / 4, other)
    return Observation(
        _rate_ratio(worst), _describe_rate(worst, evidence.recipe, when), _set_rate(lower)
    )


def rate_too_low(evidence: Evidence) -> Observation | None:
    """Measure the rate divided by its stability limit at the start."""
    start = evidence.start
    assert start.curvature is not None, "checked by lacks_curvature"
    if evidence.diverged or start.rate < 0.99 * evidence.recipe.learning_rate:
        return None  # a warm-up begins low on purpose
    higher = start.curvature.limit / 2
    if start.curvature.preconditioned:
        higher = min(higher, _USUAL_RATE)
    if higher <= evidence.recipe.learning_rate or higher == float("inf"):
        return None
    return Observation(
        _rate_ratio(start),
        _describe_rate(start, evidence.recipe, "at the start"),
        _set_rate(higher),
    )


def few_large_batches(evidence: Evidence) -> Observation | None:
    """Measure the updates of the whole run, if batches are larger than the noise requires."""
    size = min(evidence.recipe.batch_size, len(evidence.training))
    noise = evidence.end.noise_scale
    if size <= _SMALL_BATCH or not size >= _LARGE_BATCH * noise or _searches(evidence):
        return None
    # A power of two near the noise scale, from 16 to 64.
    smaller = 2 ** max(4, min(6, round(noise).bit_length()))
    what = (
        f"the run has {evidence.steps} updates, with batches of {size} where the noise of the "
        f"gradient calls for about {round(noise)}"
    )
    return Observation(evidence.steps, what, {"batch_size": min(smaller, size // 2)})


def short_run(evidence: Evidence) -> Observation | None:
    """Measure the updates of a run that was completed."""
    if evidence.diverged or not evidence.complete or not evidence.steps or _searches(evidence):
        return None
    epochs = -(-_ENOUGH_UPDATES * evidence.recipe.epochs // evidence.steps)
    return Observation(
        evidence.steps, f"the run has {evidence.steps} updates in all", {"epochs": epochs}
    )


def _searches(evidence: Evidence) -> bool:
    """Whether each step is many iterations on the whole training set."""
    return evidence.recipe.optimiser == "lbfgs"


def lacks_validated_epochs(evidence: Evidence) -> str:
    """Return what is missing to see a validation cost rise."""
    # The latest alone, since a training under way asks after every epoch.
    latest = evidence.history[-_FEWEST_EPOCHS:]
    validated = [r for r in latest if r.validation_cost is not None]
    if latest and not validated:
        return "the run had no validation set"
    few = len(validated) < _FEWEST_EPOCHS
    return f"fewer than {_FEWEST_EPOCHS} epochs were seen" if few else ""


def overfitting(evidence: Evidence) -> Observation | None:
    """Measure the last validation cost divided by the least, if the training cost kept falling."""
    recipe, history = evidence.recipe, evidence.history
    if (recipe.monitor or "").startswith("validation"):
        return None  # the best epoch's weights are restored
    least = evidence.least_place
    first, lowest, last = (history[at].validation_cost or 0.0 for at in (0, least, -1))
    rise = last - lowest
    if history[-1].cost >= history[least].cost or rise <= _RISE * first:
        return None  # a fluctuation near the minimum is not overfitting
    if _is_only_less_sure(evidence, least):
        return None
    ratio = last / lowest if lowest else float("inf")
    what = (
        f"overfitting began after epoch {least + 1}: the validation cost rose from "
        f"{figure_text(lowest)} to {figure_text(last)}, {figure_text(ratio)} times, "
        f"while the training cost fell from {figure_text(history[least].cost)} "
        f"to {figure_text(history[-1].cost)}"
    )
    own = recipe.validation_fraction > 0 or evidence.validation is not None
    stopping = {"monitor": "validation_cost", "patience": _PATIENCE}
    return Observation(ratio, what, ({} if own else HOLD_OUT) | stopping)


def _is_only_less_sure(evidence: Evidence, least: int) -> bool:
    """Whether the validation cost rises only because the targets teach smaller confidence.

    With smoothed or mixed targets a network learns smaller outputs for the true class, and the
    validation set has sharp targets. That is not overfitting while the accuracy does not fall.
    """
    recipe, last = evidence.recipe, evidence.history[-1].validation_accuracy
    best = evidence.history[least].validation_accuracy
    if not (recipe.label_smoothing or recipe.mixup) or last is None or best is None:
        return False
    return last >= best
