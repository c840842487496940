"""The settings of a recipe that something uses, with the letters that formulas have for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainrule.recipe import Recipe

__all__ = ["UsedSetting", "list_used_settings"]

_BY_CHOICE: dict[str, dict[str, tuple[str, ...]]] = {
    "cost": {"huber": ("huber_threshold",)},
    "optimiser": {
        "momentum": ("momentum",),
        "nesterov": ("momentum",),
        "rmsprop": ("decay", "epsilon"),
        "adam": ("beta1", "beta2", "epsilon"),
        "adamw": ("beta1", "beta2", "epsilon", "weight_decay"),
        "lion": ("beta1", "beta2", "weight_decay"),
    },
    "schedule": {
        "step": ("schedule_factor", "schedule_every"),
        "exponential": ("schedule_factor",),
        "cosine": ("final_factor",),
        "one_cycle": ("final_factor", "warmup_fraction"),
        "cosine_restarts": ("final_factor", "cycle_epochs", "cycle_growth"),
        "rise": ("final_factor",),
    },
}
_LETTERS = {
    "huber_threshold": "h",
    "l1": "λ₁",
    "l2": "λ₂",
    "momentum": "μ",
    "decay": "ρ",
    "beta1": "β₁",
    "beta2": "β₂",
    "epsilon": "ε",
    "weight_decay": "λ",
    "schedule_factor": "γ",
    "schedule_every": "k",
    "final_factor": "f",
    "cycle_epochs": "k",
    "cycle_growth": "g",
    "label_smoothing": "s",
}


@dataclass(frozen=True)
class UsedSetting:
    """A setting: its name as files have it, its letter or "", and its value."""

    name: str
    letter: str
    value: Any


def list_used_settings(recipe: Recipe) -> tuple[UsedSetting, ...]:
    """What a recipe has besides cost, optimiser, schedule and learning rate.

    Args:
        recipe: of a worked example.

    Example:
        >>> found = list_used_settings(Recipe(cost="squared_error", optimiser="momentum", l2=0.1))
        >>> [(one.name, one.letter, one.value) for one in found]
        [('l2', 'λ₂', 0.1), ('momentum', 'μ', 0.9)]
    """
    names = [name for name in ("l1", "l2") if getattr(recipe, name)]
    for choice, by_name in _BY_CHOICE.items():
        names += by_name.get(getattr(recipe, choice), ())
    if recipe.clip_norm is not None:
        names.append("clip_norm")
    names += [name for name in ("label_smoothing", "warmup_epochs") if getattr(recipe, name)]
    return tuple(UsedSetting(name, _LETTERS.get(name, ""), getattr(recipe, name)) for name in names)
