"""The table [training] of a worked file: the recipe of its steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES
from chainrule.errors import unknown_name
from chainrule.limits import Limit, limits_of
from chainrule.recipe import Recipe
from chainrule.worked.example import MOST_STEPS
from chainrule.worked.fields import Fields
from chainrule.worked.source import Source

__all__ = ["KEYS", "Training", "read_training"]

_OWN = {
    "steps": Limit(int, "steps to show", 1, MOST_STEPS),
    "steps_before": Limit(int, "steps done before the first one shown", 0, 10**9),
}
_OF_RECIPE = (
    *("cost", "huber_threshold", "l1", "l2", "optimiser", "learning_rate", "momentum", "decay"),
    *("beta1", "beta2", "epsilon", "weight_decay", "clip_norm", "schedule", "schedule_factor"),
    *("schedule_every", "final_factor", "warmup_fraction", "batch_size", "epochs"),
)
KEYS = (*_OF_RECIPE, *_OWN)
"""All that may stand in the table."""

_ONLY_WITH = {
    "momentum": ("optimiser", ("momentum", "nesterov")),
    "decay": ("optimiser", ("rmsprop",)),
    "beta1": ("optimiser", ("adam", "adamw")),
    "beta2": ("optimiser", ("adam", "adamw")),
    "epsilon": ("optimiser", ("rmsprop", "adam", "adamw")),
    "weight_decay": ("optimiser", ("adamw",)),
    "huber_threshold": ("cost", ("huber",)),
    "schedule_factor": ("schedule", ("step", "exponential")),
    "schedule_every": ("schedule", ("step",)),
    "final_factor": ("schedule", ("cosine", "one_cycle")),
    "warmup_fraction": ("schedule", ("one_cycle",)),
}
"""Keys that change nothing without another: its name, and its values that use them."""


@dataclass(frozen=True)
class Training:
    """What the table says: the recipe, steps to show, and steps done before them."""

    recipe: Recipe
    steps: int
    start: int

    @property
    def slots(self) -> tuple[str, ...]:
        """What the update remembers."""
        return UPDATES[self.recipe.optimiser].slots


def read_training(source: Source, values: Any, examples: int) -> Training:
    """The recipe that the table describes.

    Args:
        source: the file.
        values: of its table [training].
        examples: how many there are.

    Raises: InputError, UnknownNameError.
    """
    table = Fields.at(source, ("training",), values, KEYS)
    table.given("cost", '"squared_error"')
    table.given("learning_rate", "1.0")
    limits = {**limits_of(Recipe), **_OWN}
    _check_schedule(table)
    given = {name: table.limited(name, limits[name]) for name in table.values}
    chosen = {"optimiser": "sgd", "schedule": "constant", "batch_size": examples, **given}
    _check_use(table, chosen)
    steps, start = chosen.pop("steps", 1), chosen.pop("steps_before", 0)
    batches = math.ceil(examples / chosen["batch_size"])
    chosen.setdefault("epochs", math.ceil((start + steps) / batches))
    return Training(Recipe(shuffle=False, seed=0, **chosen), steps, start)


def _check_schedule(table: Fields) -> None:
    """A plateau's rate follows from the costs of epochs, which a few steps do not have."""
    names = [name for name in SCHEDULES if name != "plateau"]
    if table.has("schedule") and table.values["schedule"] not in names:
        where = table.where("schedule")
        name = table.values["schedule"]
        raise unknown_name(where, "a name for schedule", name, names, argument="schedule")


def _check_use(table: Fields, chosen: dict[str, Any]) -> None:
    """Refuse a setting that nothing uses: something else was meant."""
    for name, (other, fitting) in _ONLY_WITH.items():
        if table.has(name) and chosen[other] not in fitting:
            raise table.refusal(
                name,
                f"{other} to be {' or '.join(fitting)} where {name} is given",
                chosen[other],
                why=f"Nothing else uses {name}",
                remedy=f"Write {other} = {fitting[0]!r}, or leave {name} out",
            )
