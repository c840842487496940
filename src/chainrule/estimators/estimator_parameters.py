"""The parameters of estimators: names, defaults and limits are those of recipes and architectures.

scikit-learn reads an estimator's parameters from the signature of its ``__init__``. It is made here
from the fields of `Recipe` and `Architecture`, so that no default stands in two places; type
checkers read `DenseParameters`.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar

from chainrule.limits import limits_of
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["DEFAULTS", "DenseParameters", "with_parameters"]


class DenseParameters(TypedDict, total=False):
    """What type checkers know of the parameters; `DEFAULTS` has their defaults."""

    # fmt: off
    hidden: Sequence[int]
    activation: str | Sequence[str]
    output_activation: str | None
    biases: bool
    initialiser: str | None
    bias_initialiser: str
    initialiser_low: float
    initialiser_high: float
    initialiser_deviation: float
    dtype: str
    cost: str
    huber_threshold: float
    l1: float
    l2: float
    label_smoothing: float
    optimiser: str
    learning_rate: float
    momentum: float
    decay: float
    beta1: float
    beta2: float
    epsilon: float
    weight_decay: float
    iterations: int
    clip_norm: float | None
    dropout: float | Sequence[float] | None
    normalisation: str
    max_norm: float | None
    averaging: str
    averaging_decay: float
    averaging_start: float
    noise: float
    mixup: float
    schedule: str
    schedule_factor: float
    schedule_every: int
    schedule_patience: int
    final_factor: float
    warmup_fraction: float
    schedule_cooldown: int
    cycle_epochs: int
    cycle_growth: float
    warmup_epochs: float
    batch_size: int
    batch_growth: float
    batch_growth_every: int
    accumulation: int
    epochs: int
    shuffle: bool
    engine: str
    validation_fraction: float
    monitor: str | Callable[..., float] | None
    patience: int | None
    min_delta: float
    warm_start: bool
    random_state: Any
    threads: int | None
    # fmt: on


_NOT_OF_ARRAYS = (
    "class_weights",  # class_weight, as scikit-learn has it
    "seed",  # random_state
    "snapshots",  # files of a run
    *("shift", "rotation", "zoom", "shear", "elastic", "elastic_smoothness", "thickness", "cutout"),
    *("scaling", "target_scaling", "encoding", "imputation"),  # of tables
)
_OF_NETWORKS = (
    *("biases", "initialiser", "bias_initialiser"),
    *("initialiser_low", "initialiser_high", "initialiser_deviation"),
)
EPOCHS = 100
"""Estimators learn small tables more often than images, so they pass over them more often."""


def _defaults() -> dict[str, Any]:
    of_networks = {f.name: f.default for f in dataclasses.fields(Architecture)}
    of_recipes = {f.name: f.default for f in dataclasses.fields(Recipe)}
    return {
        "hidden": (128,),
        "activation": "relu",
        "output_activation": None,
        **{name: of_networks[name] for name in _OF_NETWORKS},
        "dtype": "auto",
        **{name: value for name, value in of_recipes.items() if name not in _NOT_OF_ARRAYS},
        "cost": "auto",
        "epochs": EPOCHS,
        "warm_start": False,
        "random_state": None,
        "threads": None,
    }


DEFAULTS: Mapping[str, Any] = _defaults()
"""Every parameter that both estimators have, with its default."""

_MEANINGS = {
    "hidden": "widths of the hidden layers",
    "activation": "one name for all hidden layers, or one for each of them",
    "output_activation": "of the last layer; None for the one that suits the cost",
    "dtype": "float32, float64, or auto for that of X",
    "cost": "cost of one example; auto for the one that suits the targets",
    "dropout": "fraction of the hidden neurons dropped in a step, one for all layers or each",
    "monitor": (
        "figure whose best weights are restored at the end: one of a recipe's monitors, or a "
        "scorer of scikit-learn or its name, which needs examples for validation"
    ),
    "warm_start": "whether `fit` goes on with `epochs` more passes from where it ended before",
    "random_state": "seed of all random numbers, or a generator of NumPy that gives it",
    "threads": "how many compute at once; None for all. It does not change the result",
}


def parameter_lines() -> list[str]:
    """Return a line of a docstring for each parameter: name, meaning, limit, default."""
    limits = {**limits_of(Architecture), **limits_of(Recipe)}
    lines = []
    for name, default in DEFAULTS.items():
        limit = None if name in _MEANINGS else limits[name]
        meaning = _MEANINGS[name] if limit is None else f"{limit.meaning}; {limit.constraint()}"
        lines.append(f"{name}: {meaning} (default {default!r}).")
    return lines


Kind = TypeVar("Kind", bound=type)


def with_parameters(kind: Kind) -> Kind:
    """Give an estimator's class its signature, and the list of parameters in its docstring.

    The parameters that its ``__init__`` names come first.
    """
    init = kind.__init__  # type: ignore[misc]
    named = [p for p in inspect.signature(init).parameters.values() if p.kind != p.VAR_KEYWORD]
    keyword = inspect.Parameter.KEYWORD_ONLY
    rest = [inspect.Parameter(n, keyword, default=value) for n, value in DEFAULTS.items()]
    init.__signature__ = inspect.Signature([*named, *rest])
    parameters = "".join(f"        {line}\n" for line in parameter_lines())
    kind.__doc__ = (kind.__doc__ or "").replace("        PARAMETERS\n", parameters)
    return kind
