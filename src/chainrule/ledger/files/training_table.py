"""The table [training] of a worked file: the recipe of its steps."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES
from chainrule.errors import unknown_name
from chainrule.ledger.files.fields import Fields
from chainrule.ledger.files.toml_positions import TomlSource
from chainrule.ledger.steps import MAX_STEPS, unsupported_error
from chainrule.limits import Limit, limits_of
from chainrule.recipe import Recipe

__all__ = ["KEYS", "TrainingTable", "read_training"]

_OWN = {
    "steps": Limit(int, "number of steps to show", 1, MAX_STEPS),
    "steps_before": Limit(int, "number of steps before the first one shown", 0, 10**9),
    "biases": Limit(str, "whether the steps move the biases", choices=lambda: ("trained", "fixed")),
}
_OF_RECIPE = (
    *("cost", "huber_threshold", "l1", "l2", "optimiser", "learning_rate", "momentum", "decay"),
    *("beta1", "beta2", "epsilon", "weight_decay", "clip_norm", "schedule", "schedule_factor"),
    *("schedule_every", "final_factor", "warmup_fraction", "cycle_epochs", "cycle_growth"),
    *("warmup_epochs", "label_smoothing", "batch_size", "epochs"),
)
KEYS = (*_OF_RECIPE, *_OWN)
"""All that may stand in the table."""
_FIELDS = tuple(field.name for field in fields(Recipe))

_ONLY_WITH = {
    "momentum": ("optimiser", ("momentum", "nesterov")),
    "decay": ("optimiser", ("rmsprop",)),
    "beta1": ("optimiser", ("adam", "adamw", "lion")),
    "beta2": ("optimiser", ("adam", "adamw", "lion")),
    "epsilon": ("optimiser", ("rmsprop", "adam", "adamw")),
    "weight_decay": ("optimiser", ("adamw", "lion")),
    "huber_threshold": ("cost", ("huber",)),
    "schedule_factor": ("schedule", ("step", "exponential")),
    "schedule_every": ("schedule", ("step",)),
    "final_factor": ("schedule", ("cosine", "one_cycle", "cosine_restarts", "rise")),
    "warmup_fraction": ("schedule", ("one_cycle",)),
    "cycle_epochs": ("schedule", ("cosine_restarts",)),
    "cycle_growth": ("schedule", ("cosine_restarts",)),
}
"""Keys that change nothing without another: its name, and its values that use them."""


@dataclass(frozen=True)
class TrainingTable:
    """What the table says: the recipe, steps to show, steps done before them, biases that stay."""

    recipe: Recipe
    steps: int
    start: int
    fixes_biases: bool

    @property
    def slots(self) -> tuple[str, ...]:
        """What the update remembers."""
        return UPDATES[self.recipe.optimiser].slots


def read_training(source: TomlSource, values: Any, examples: int) -> TrainingTable:
    """The recipe that the table describes.

    Args:
        source: the file.
        values: of its table [training].
        examples: how many there are.

    Raises: InputError, UnknownNameError.
    """
    _check_given(source, values)
    table = Fields.at(source, ("training",), values, KEYS)
    table.given("cost", '"squared_error"')
    table.given("learning_rate", "1.0")
    limits = {**limits_of(Recipe), **_OWN}
    _check_choices(table)
    given = {name: table.limited(name, limits[name]) for name in table.values}
    chosen = {"optimiser": "sgd", "schedule": "constant", "batch_size": examples, **given}
    _check_use(table, chosen)
    steps, start = chosen.pop("steps", 1), chosen.pop("steps_before", 0)
    fixes_biases = chosen.pop("biases", "trained") == "fixed"
    batches = math.ceil(examples / chosen["batch_size"])
    chosen.setdefault("epochs", math.ceil((start + steps) / batches))
    return TrainingTable(Recipe(shuffle=False, seed=0, **chosen), steps, start, fixes_biases)


def _check_given(source: TomlSource, values: Any) -> None:
    """Refuse the settings of a recipe that have no place in a worked example."""
    for name in values if isinstance(values, dict) else ():
        if name in _FIELDS and name not in KEYS:
            raise unsupported_error(name, values[name], source.where("training", name))


def _check_choices(table: Fields) -> None:
    """A plateau's rate follows from the costs of epochs, and L-BFGS's step from several tries."""
    choices = {"schedule": [name for name in SCHEDULES if name != "plateau"]}
    choices["optimiser"] = list(UPDATES)
    for key, names in choices.items():
        if table.has(key) and table.values[key] not in names:
            where, name = table.where(key), table.values[key]
            raise unknown_name(where, f"a name for {key}", name, names, argument=key)


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
    if chosen["schedule"] == "rise" and not chosen.get("final_factor"):
        where = "final_factor" if table.has("final_factor") else "schedule"
        raise table.refusal(
            where,
            "a final_factor above 0 to go with the schedule rise",
            chosen.get("final_factor", 0.0),
            why="The rate rises from that fraction of learning_rate",
        )
