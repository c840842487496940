"""A short trial of a training: the same steps as the real one, measured at both ends."""

from __future__ import annotations

from typing import Any

from chainrule.data import Dataset, split
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.measuring import Measure
from chainrule.engine import Position, Until
from chainrule.errors import DataError, DivergenceError
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import (
    TrainingSetup,
    first_position,
    prepare_training,
    stop_reason,
    train_chunk,
)

__all__ = [
    "STEPS",
    "evidence_between",
    "probe_training",
]

STEPS = 400
"""How many steps a trial takes at most."""
_LEAST_STEPS = 20
_WORK = 1e11
"""Examples times parameters, by which the trial of a large network is shorter."""
_HELD_OUT = 0.2
_FEW = 20


def probe_training(
    network: Network,
    training: Dataset,
    recipe: Recipe,
    *,
    validation: Dataset | None = None,
    test: Dataset | None = None,
    steps: int | None = None,
) -> Evidence:
    """Train for a few steps, in memory, and measure before and after.

    The reference engine computes. Where the recipe validates on nothing, a fifth of the training
    set is held out of the trial, so that overfitting shows.

    Args:
        network: the initial network; it is not changed.
        training: the whole training set.
        recipe: the recipe of the training.
        validation: a validation set of its own.
        test: the test set; it is only searched for examples of the validation set.
        steps: the greatest number of steps; None for 400, or fewer for large networks.

    Raises: what `prepare_training` raises; InputError for the steps.
    """
    limit = Limit(int, "greatest number of steps of the trial", 1, optional=True)
    asked = limit.check("diagnose", "steps", steps)
    recipe = recipe.replaced(engine="reference").with_seed()
    held_out = validation
    if validation is None and not recipe.validation_fraction:
        training, held_out = _held_out(training)
    plan = prepare_training(network, training, recipe, held_out)
    most = _usual_steps(plan) if asked is None else asked
    first = first_position(plan)
    last, diverged = _trained(plan, first, most)
    more = {"validation": validation, "test": test, "diverged": diverged}
    return evidence_between(plan, first, last, **more)


def evidence_between(plan: TrainingSetup, first: Position, last: Position, **more: Any) -> Evidence:
    """The evidence of a training between two of its positions.

    What is judged at the end is the plain network that the position stands for: averaged where
    there is an average, and with the normalisation folded in.

    Args:
        plan: the training.
        first: before its first step.
        last: where it has come to.
        more: the other fields of Evidence.
    """
    measure = Measure(plan.network.architecture, plan.recipe, plan.training)
    return Evidence(
        architecture=plan.network.architecture,
        recipe=plan.recipe,
        training=plan.training,
        start=measure.snapshot(first),
        end=measure.snapshot(last, plain=plan.engine.inference_parameters(last)),
        history=last.history,
        steps=plan.engine.schedule.steps if plan.recipe.epochs else 0,
        complete=stop_reason(plan.recipe, last) is not None,
        **more,
    )


def _held_out(training: Dataset) -> tuple[Dataset, Dataset | None]:
    if len(training) < _FEW:
        return training, None
    try:
        return split(training, _HELD_OUT, 0, purpose="diagnosis")
    except DataError:  # one example a class: there is nothing to spare
        return training, None


def trial_steps(batch_size: int, parameters: int) -> int:
    """How many steps a trial takes where nobody says.

    >>> trial_steps(32, 25_450), trial_steps(256, 1_863_690), trial_steps(60_000, 1_863_690)
    (400, 209, 20)
    """
    return max(_LEAST_STEPS, min(STEPS, int(_WORK / (batch_size * parameters))))


def _usual_steps(plan: TrainingSetup) -> int:
    """How many steps a trial takes; those of lbfgs are many iterations each."""
    size, parameters = plan.engine.schedule.size(0), plan.network.parameters.size
    steps = trial_steps(size, parameters)
    searches = plan.recipe.optimiser == "lbfgs"
    return max(1, steps // plan.recipe.iterations) if searches else steps


def _trained(plan: TrainingSetup, position: Position, most: int) -> tuple[Position, str]:
    """The position after so many steps, and what stopped them before; empty for nothing."""
    while position.step < most and stop_reason(plan.recipe, position) is None:
        try:
            position, _ = train_chunk(plan, position, Until(batches=most - position.step))
        except DivergenceError as error:
            return error.position, str(error)
    return position, ""
