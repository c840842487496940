from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.curvature import Curvature
from chainrule.diagnosis.diagnosis import diagnose_evidence
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.probe import probe_training
from chainrule.diagnosis.step_checks import (
    few_large_batches,
    overfitting,
    rate_too_high,
    rate_too_low,
    short_run,
)
from chainrule.engine.history import EpochRecord

RANDOM = np.random.default_rng(4)
DATA = cr.Dataset(RANDOM.normal(size=(100, 3)), np.arange(100) % 2)


def _probed(**recipe) -> Evidence:
    network = cr.Network.create([3, 4, 2], "tanh", seed=1)
    return probe_training(
        network, DATA, cr.Recipe(**{"epochs": 2, "batch_size": 10, "seed": 1, **recipe})
    )


@pytest.mark.parametrize(
    ("optimiser", "reason"),
    [
        (
            "lion",
            "the size of the steps of lion does not depend on the gradient, nor on curvature",
        ),
        ("lbfgs", "a line search chooses the length of each step of lbfgs"),
    ],
)
def test_rates_that_curvature_does_not_limit_are_not_judged(optimiser, reason) -> None:
    told = diagnose_evidence(_probed(optimiser=optimiser)).unjudged
    assert (told["rate_too_high"], told["rate_too_low"]) == (reason, reason)


def test_a_start_that_is_not_finite_has_no_curvature() -> None:
    found = _probed()
    blind = replace(found, start=replace(found.start, curvature=None))
    assert (
        diagnose_evidence(blind).unjudged["rate_too_high"]
        == "the curvature at the start is not finite"
    )


def test_steps_of_lbfgs_are_not_counted_as_updates() -> None:
    found = _probed(optimiser="lbfgs", iterations=3)
    assert (found.steps, found.end.step, found.complete) == (2, 2, True)
    assert short_run(found) is None
    assert few_large_batches(found) is None


def test_updates_are_counted_by_the_timetable() -> None:
    found = _probed(batch_growth=2.0, batch_growth_every=1, epochs=3)  # 80 by 10, by 20, by 40
    assert (found.steps, found.end.step) == (8 + 4 + 2, 14)
    assert short_run(found).figure == 14
    assert _probed(epochs=0).steps == 0


def test_a_rate_that_warms_up_is_not_too_low() -> None:
    slow = {"optimiser": "sgd", "learning_rate": 1e-6}
    assert rate_too_low(_probed(**slow)).figure < 1e-3
    assert rate_too_low(_probed(**slow, warmup_epochs=1.5)) is None
    assert rate_too_low(_probed(**slow, schedule="rise", final_factor=0.1)) is None


def test_the_rate_at_which_a_rising_schedule_diverged_counts() -> None:
    found = _probed()
    start = replace(found.start, rate=0.1, curvature=Curvature(4.0, 0.5, False))
    end = replace(found.end, rate=2.0)
    risen = replace(found, start=start, end=end, diverged="It diverged.")
    assert rate_too_high(risen).figure == 4
    assert rate_too_high(replace(risen, end=replace(end, rate=0.1))).figure == pytest.approx(0.2)


def _record(epoch: int, cost: float, validation: float, accuracy: float | None) -> EpochRecord:
    figures = (cost, 0.0, cost, 0.1, 1.0, "", {}, 0.9)
    return EpochRecord(epoch, *figures, validation_cost=validation, validation_accuracy=accuracy)


def _validated(*accuracies: float | None, **recipe) -> Evidence:
    """Of a run whose validation cost rose from 0.2 to 0.4."""
    costs = zip((0.5, 0.4, 0.3), (0.3, 0.2, 0.4), accuracies, strict=True)
    history = tuple(_record(epoch, *figures) for epoch, figures in enumerate(costs, 1))
    found = _probed()
    return replace(found, history=history, recipe=found.recipe.replaced(**recipe))


SURE, UNSURE = (0.9, 0.95, 0.9), (0.9, 0.95, 0.95)


@pytest.mark.parametrize(
    ("accuracies", "recipe", "told"),
    [
        (UNSURE, {}, True),
        (UNSURE, {"label_smoothing": 0.1}, False),
        (UNSURE, {"mixup": 0.2}, False),
        (SURE, {"label_smoothing": 0.1}, True),
        (SURE, {"dropout": 0.5, "shift": 1.0}, True),
        ((None, None, None), {"mixup": 0.2}, True),
    ],
)
def test_being_less_sure_is_no_overfitting(accuracies, recipe, told) -> None:
    sight = overfitting(_validated(*accuracies, **recipe))
    assert (sight is not None) == told
    assert sight is None or sight.figure == pytest.approx(2)
