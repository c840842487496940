"""A short trial of a training: the same steps as the real one, measured at both ends."""

from __future__ import annotations

from chainrule.data import Dataset, prepare_dataset, split
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.network_measures import NetworkMeasures
from chainrule.engine import Position, Until
from chainrule.errors import DataError, DivergenceError
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import (
    PatienceCounter,
    TrainingSetup,
    first_position,
    prepare_training,
    stop_reason,
    train_chunk,
)

__all__ = ["evidence_between", "probe_training"]

_MOST_STEPS = 400
"""Steps of a trial unless the caller sets them."""
_LEAST_STEPS = 20
_WORK = 1e11
"""Examples times parameters of a trial; large networks take fewer steps."""
_HELD_OUT = 0.2
_FEWEST_EXAMPLES = 20
"""With fewer examples, none are held out of the trial."""


def probe_training(
    network: Network,
    training: Dataset,
    recipe: Recipe,
    *,
    validation: Dataset | None = None,
    test: Dataset | None = None,
    steps: int | None = None,
) -> Evidence:
    """Train for a few steps, in memory, and measure the network before and after.

    The reference engine computes. If the recipe has no validation set, a fifth of the training set
    is held out of the trial, so that overfitting shows.

    Args:
        network: the initial network; it is not changed.
        training: the whole training set.
        recipe: the recipe to try.
        validation: a separate validation set.
        test: the test set; it is only searched for examples of the validation set.
        steps: the largest number of steps; None takes 400, or fewer for large networks.

    Raises: what `prepare_training` raises; InputError for the steps.
    """
    limit = Limit(int, "greatest number of steps of the trial", 1, optional=True)
    steps = limit.check("diagnose", "steps", steps)
    recipe = recipe.replaced(engine="reference").with_seed()
    held_out = validation
    if validation is None and not recipe.validation_fraction:
        training, held_out = _hold_out(training)
    setup = prepare_training(network, training, recipe, held_out)
    first = first_position(setup)
    last, diverged = _train(setup, first, _default_steps(setup) if steps is None else steps)
    return evidence_between(setup, first, last, validation=validation, test=test, diverged=diverged)


def evidence_between(
    setup: TrainingSetup,
    first: Position,
    last: Position,
    *,
    validation: Dataset | None = None,
    test: Dataset | None = None,
    diverged: str = "",
) -> Evidence:
    """Return the evidence of a training between two of its positions.

    Cost and skill at the end are those of the network that prediction would use: with averaged
    weights, if the recipe averages them, and with the normalisation folded in.

    Args:
        setup: the training.
        first: before its first step.
        last: its latest position.
        validation: as in `Evidence`.
        test: as in `Evidence`.
        diverged: as in `Evidence`.
    """
    steps = setup.network.preprocessing
    test = None if test is None else prepare_dataset(test, steps)
    validation = None if validation is None else prepare_dataset(validation, steps)
    measures = NetworkMeasures(setup.network.architecture, setup.recipe, setup.training)
    return Evidence(
        architecture=setup.network.architecture,
        recipe=setup.recipe,
        training=setup.training,
        test=test,
        validation=validation,
        start=measures.snapshot(first),
        end=measures.snapshot(last, inference=setup.engine.inference_parameters(last)),
        history=last.history,
        steps=setup.engine.schedule.steps if setup.recipe.epochs else 0,
        diverged=diverged,
        complete=stop_reason(setup.recipe, last) is not None,
    )


def _hold_out(training: Dataset) -> tuple[Dataset, Dataset | None]:
    if len(training) < _FEWEST_EXAMPLES:
        return training, None
    try:
        return split(training, _HELD_OUT, 0, purpose="diagnosis")
    except DataError:  # classes with a single example have none to spare
        return training, None


def _trial_steps(batch_size: int, parameters: int) -> int:
    """Return the number of steps of a trial unless the caller sets it.

    >>> _trial_steps(32, 25_450), _trial_steps(256, 1_863_690), _trial_steps(60_000, 1_863_690)
    (400, 209, 20)
    """
    return max(_LEAST_STEPS, min(_MOST_STEPS, int(_WORK / (batch_size * parameters))))


def _default_steps(setup: TrainingSetup) -> int:
    """Return the number of steps; a step of lbfgs is many iterations."""
    size, parameters = setup.engine.schedule.size(0), setup.network.parameters.size
    steps = _trial_steps(size, parameters)
    if setup.recipe.optimiser == "lbfgs":
        return max(1, steps // setup.recipe.iterations)
    return steps


def _train(setup: TrainingSetup, position: Position, most: int) -> tuple[Position, str]:
    """Return the position after at most `most` steps, and the error if the run diverged."""
    counter = PatienceCounter(setup.recipe)
    while position.step < most and stop_reason(setup.recipe, position, counter) is None:
        try:
            position, _ = train_chunk(setup, position, Until(batches=most - position.step))
        except DivergenceError as error:
            return error.position, str(error)
    return position, ""
