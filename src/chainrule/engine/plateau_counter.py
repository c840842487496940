"""The drops of a plateau schedule, counted as the history grows."""

from __future__ import annotations

from typing import NamedTuple

from chainrule.engine.history import History
from chainrule.equations.schedules import PlateauState, plateau_after
from chainrule.recipe import Recipe

__all__ = ["PlateauCounter"]


class _Counted(NamedTuple):
    """A history, and what was counted of it."""

    history: History
    state: PlateauState


class PlateauCounter:
    """Counts how often the monitored cost stopped improving [S6].

    It reads each record of a history that grows once, so that the time of an epoch does not depend
    on how many there were. The count depends on nothing but the history.

    Args:
        recipe: of the training, with its schedule_patience, min_delta and schedule_cooldown.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._waits = (recipe.schedule_patience, recipe.min_delta, recipe.schedule_cooldown)
        self._counted = _Counted(History(), PlateauState())

    def count(self, history: History) -> int:
        """The number of drops after the epochs of a history."""
        before, state = self._counted  # in one, since other threads may count
        if not history.continues(before):
            before, state = History(), PlateauState()
        for record in history[len(before) :]:
            cost = record.validation_cost
            cost = record.total_cost if cost is None else cost
            state = plateau_after(state, cost, *self._waits)
        self._counted = _Counted(history, state)
        return state.drops
