"""The numbers of one step of a run as a ledger, in float64."""

from __future__ import annotations

import math

import numpy as np

from chainrule.attribution.recipe_support import require_explainable, step_recipe
from chainrule.attribution.regularised_step import (
    inference_state,
    is_regularised,
    regularised_step,
)
from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.engine import Position
from chainrule.equations.updates import UPDATES
from chainrule.ledger import Ledger, LedgerEntry
from chainrule.ledger.formulas import evaluate
from chainrule.ledger.steps import WorkedExample

__all__ = ["formula_holds", "make_step_ledger"]

_ROUNDING = 1e-9


def make_step_ledger(replay: RunReplay, step: RunStep, position: Position) -> Ledger:
    """Return every number of a step, from the position of the run before it.

    Args:
        replay: of the run.
        step: that is looked into.
        position: before it.

    Raises: InputError for a recipe whose steps are not explained term by term; DivergenceError.
    """
    require_explainable(replay.setup.recipe)
    example = _example(replay, step, position)
    if not is_regularised(replay):
        return Ledger(example)
    return Ledger(example, regularised_step(replay, step, position, example))


def _example(replay: RunReplay, step: RunStep, position: Position) -> WorkedExample:
    """The step as a worked example in float64, with plain layers."""
    setup, recipe = replay.setup, step_recipe(replay, step, position)
    layout = setup.engine.layout
    state = position.state[: len(UPDATES[recipe.optimiser].slots)]  # an average is not part of it
    return WorkedExample.from_network(
        setup.network.with_parameters(layout.drop_gains(position.parameters)),
        replay.examples(step),
        recipe,
        rows=step.rows,
        state=inference_state(layout, state).astype(np.float64),
        start=step.number - 1,
        where=replay.path,
    )


def formula_holds(entry: LedgerEntry) -> bool:
    """Whether the formula of an entry gives its number.

    In a step with dropout, normalisation or mixing some numbers come about otherwise than on plain
    layers, for which the formulas are.
    """
    if entry.formula is None:
        return False
    found = float(evaluate(entry.formula))
    return math.isclose(found, entry.value, rel_tol=_ROUNDING, abs_tol=1e-300)
