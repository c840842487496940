"""Search methods: samplers that look at the trials so far, pruners, and what a storage gets."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import MissingLibraryError
from chainrule.randomness import generator
from chainrule.study.configuration import build_configuration
from chainrule.study.space import (
    Parameter,
    as_sampled,
    configuration_key,
    grid_size,
    make_grid,
    read_parameters,
    stored_value,
)
from chainrule.study.spec import StudySpec

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

__all__ = [
    "MOST_DRAWS",
    "StoredParameters",
    "first_unseen",
    "make_pruner",
    "make_sampler",
    "require_search",
    "sample_configuration",
    "store_parameters",
]

MOST_DRAWS = 8
"""Draws of a configuration before one is taken from the list of those that are left."""

_SEEN = ("COMPLETE", "PRUNED", "RUNNING")
_NEEDED = {"quasi_random": "scipy", "gp": "torch"}


def require_search(spec: StudySpec) -> None:
    """Check that the library of a study's search is installed.

    Raises: MissingLibraryError.
    """
    name = _NEEDED.get(spec.settings.search)
    if name is not None and find_spec(name) is None:
        raise MissingLibraryError(
            spec.source.where("search"),
            expected=f"the library {name} for the search {spec.settings.search}",
            got="none",
            remedy=f"Install it with: pip install {name}",
        )


def sample_configuration(
    spec: StudySpec, trials: Sequence[FrozenTrial], configuration: int, seen: Collection[str]
) -> dict[str, Any]:
    """Return a configuration that a sampler chooses given the trials so far.

    The sampler sees copies of the trials, since it may write to its study; in the storage each
    trial is written in one piece.

    Args:
        spec: the study.
        trials: all trials of the study.
        configuration: its number, from which the sampler's randomness is derived.
        seen: keys of the configurations that were chosen before; see `first_unseen`.
    """
    import optuna

    study = optuna.create_study(
        direction="maximize" if spec.settings.higher_is_better else "minimize",
        sampler=make_sampler(spec, configuration),
    )
    distributions = {p.name: p.distribution() for p in spec.space}
    copies = (_copy_trial(spec, t, distributions) for t in trials if t.state.name in _SEEN)
    study.add_trials(copies)
    draws = (_ask(spec.space, study) for _ in range(MOST_DRAWS))
    chance = generator(spec.settings.seed, "unseen", configuration)
    return first_unseen(spec.space, draws, seen, chance)


def _ask(space: Sequence[Parameter], study: Study) -> dict[str, Any]:
    trial = study.ask()
    chosen: dict[str, Any] = {}
    for parameter in space:
        if parameter.applies(chosen):
            chosen[parameter.name] = parameter.read(parameter.suggest(trial))
    return chosen


def _copy_trial(
    spec: StudySpec, trial: FrozenTrial, distributions: Mapping[str, BaseDistribution]
) -> FrozenTrial:
    """Return a trial with only what a sampler looks at, in the space as it is now."""
    from optuna.trial import create_trial

    params = stored_values(read_parameters(spec.space, trial))
    return create_trial(
        state=trial.state,
        values=trial.values,
        params=params,
        distributions={name: distributions[name] for name in params},
        intermediate_values=trial.intermediate_values,
    )


def first_unseen(
    space: Sequence[Parameter],
    draws: Iterable[dict[str, Any]],
    seen: Collection[str],
    chance: np.random.Generator,
) -> dict[str, Any]:
    """Return a configuration that was not chosen before, so that none is computed twice.

    Args:
        space: the parameters.
        draws: configurations in the order in which they are drawn, at least one.
        seen: keys of the configurations that were chosen before.
        chance: decides among those that are left if every draw was chosen before.

    Returns: the first draw that is new; otherwise one of those that are left; the last draw only
        if nothing is left.
    """
    chosen: dict[str, Any] = {}
    for chosen in draws:
        if configuration_key(chosen) not in seen:
            return chosen
    listed = as_sampled(space)
    grid = [] if grid_size(listed) is None else make_grid(listed, "study")
    left = [one for one in grid if configuration_key(one) not in seen]
    return left[int(chance.integers(len(left)))] if left else chosen


def make_sampler(spec: StudySpec, configuration: int, attempt: int = 0) -> BaseSampler:
    """Return the sampler of a study.

    Args:
        spec: the study.
        configuration: the number of a configuration, from which the randomness is derived.
        attempt: above 0 for another draw in the place of one that repeated another.
    """
    from optuna import samplers

    search = spec.settings.search
    draw = generator(spec.settings.seed, "search", configuration, attempt)
    seed = int(draw.integers(2**32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna marks some samplers as experimental
        if search == "random":
            return samplers.RandomSampler(seed=seed)
        if search == "quasi_random":
            return samplers.QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False)
        if search == "gp":
            return samplers.GPSampler(seed=seed)
        return samplers.TPESampler(seed=seed)


def make_pruner(spec: StudySpec) -> BasePruner | None:
    """Return the pruner of a study, or None if trials are not stopped early."""
    from optuna import pruners

    if spec.settings.pruner == "none":
        return None
    if spec.settings.pruner == "median":
        return pruners.MedianPruner()
    _, recipe = build_configuration(spec, {})
    return pruners.HyperbandPruner(min_resource=1, max_resource=max(recipe.epochs, 1))


def stored_values(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of parameters as Optuna stores them."""
    return {name: stored_value(value) for name, value in chosen.items()}


@dataclass(frozen=True)
class StoredParameters:
    """A configuration as a storage takes it.

    Optuna's databases keep the list of a parameter as it was in the first trial. Values by which a
    study was extended are therefore attributes of their trial.

    Args:
        values: values of the parameters, in Optuna's form.
        distributions: the distribution of each.
        others: values that the first list of their parameter does not have.
    """

    values: Mapping[str, Any]
    distributions: Mapping[str, BaseDistribution]
    others: Mapping[str, Any]


def store_parameters(
    space: Sequence[Parameter], first: Sequence[Parameter], chosen: Mapping[str, Any]
) -> StoredParameters:
    """Return a configuration as a storage takes it.

    Args:
        space: the parameters.
        first: those with which the study began.
        chosen: the configuration.
    """
    began = {parameter.name: parameter for parameter in first}
    others = {
        name: stored_value(value)
        for name, value in chosen.items()
        if began[name].choices and value not in began[name].choices
    }
    kept = [p for p in space if p.name in chosen and p.name not in others]
    distributions = {p.name: (began[p.name] if p.choices else p).distribution() for p in kept}
    values = stored_values({p.name: chosen[p.name] for p in kept})
    return StoredParameters(values, distributions, others)
