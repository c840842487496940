"""How configurations are found: planned beforehand, or sampled in view of the others."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from chainrule.errors import MissingLibraryError
from chainrule.randomness import generator
from chainrule.study.space import grid_of, written
from chainrule.study.spec import Spec

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

__all__ = [
    "TRIALS",
    "distributions_of",
    "kept_form",
    "planned",
    "planned_count",
    "pruner_of",
    "require_search",
    "sampled",
]

TRIALS = 50
"""Configurations of a study that does not say how many."""

_PLANNED = ("grid", "random", "quasi_random")
_SEEN = ("COMPLETE", "PRUNED", "RUNNING")
_NEEDED = {"quasi_random": "scipy", "gp": "torch"}


def require_search(spec: Spec) -> None:
    """Refuse a search whose library is not installed.

    Raises: MissingLibraryError.
    """
    name = _NEEDED.get(spec.settings.search)
    if name is not None and find_spec(name) is None:
        raise MissingLibraryError(
            spec.source.where("search"),
            expected=f"the library {name} for the search {spec.settings.search}",
            got="none",
            remedy=f"Install it by: pip install {name}",
        )


def planned_count(spec: Spec) -> int:
    """How many configurations a study has.

    Raises: InputError where a grid is too large.
    """
    if spec.settings.search != "grid":
        return spec.settings.trials or TRIALS
    size = len(grid_of(spec.space, spec.source.where("space")))
    return min(size, spec.settings.trials or size)


def planned(spec: Spec, count: int) -> Callable[[int], dict[str, Any]] | None:
    """What gives a configuration by its number, a function of the study alone.

    Args:
        spec: the study.
        count: how many configurations there are.

    Returns: None where configurations are sampled in view of the trials.
    Raises: InputError where a grid is too large.
    """
    search = spec.settings.search
    if search not in _PLANNED:
        return None
    if search == "random":
        return partial(_by_chance, spec)
    if search == "grid":
        return grid_of(spec.space, spec.source.where("space")).__getitem__
    return _in_sequence(spec, count).__getitem__


def _by_chance(spec: Spec, configuration: int) -> dict[str, Any]:
    """A configuration that a sampler draws without looking at anything."""
    sampler: Any = _sampler(spec, configuration)
    kept = {
        parameter.name: sampler.sample_independent(
            None, None, parameter.name, parameter.distribution()
        )
        for parameter in spec.space
    }
    return _existing(spec, kept)


def _in_sequence(spec: Spec, count: int) -> list[dict[str, Any]]:
    """Configurations as a sampler gives them that is asked for one after the other."""
    import optuna

    everything = {parameter.name: parameter.distribution() for parameter in spec.space}
    study = optuna.create_study(sampler=_sampler(spec, 0))
    found = []
    for _ in range(count + 1):
        trial = study.ask(everything)
        study.tell(trial, 0.0)
        found.append(trial.params)
    # The first one of a quasi-random sequence is drawn by chance.
    return [_existing(spec, kept) for kept in found[1:]]


def _existing(spec: Spec, kept: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration without the parameters whose conditions do not hold."""
    chosen: dict[str, Any] = {}
    for parameter in spec.space:
        if parameter.applies(chosen):
            chosen[parameter.name] = parameter.read(kept[parameter.name])
    return chosen


def sampled(spec: Spec, trials: Sequence[FrozenTrial], configuration: int) -> dict[str, Any]:
    """A configuration that a sampler chooses in view of the trials so far.

    The sampler sees copies of them: it may write to its study, which must not be the one that is
    kept, since a trial is written there in one piece.

    Args:
        spec: the study.
        trials: all of its trials.
        configuration: its number, from which the sampler's randomness is derived.
    """
    import optuna

    rising = optuna.study.StudyDirection.MAXIMIZE
    falling = optuna.study.StudyDirection.MINIMIZE
    study = optuna.create_study(
        direction=rising if spec.settings.rising else falling,
        sampler=_sampler(spec, configuration),
    )
    study.add_trials([_copied(t) for t in trials if t.state.name in _SEEN])
    trial = study.ask()
    chosen: dict[str, Any] = {}
    for parameter in spec.space:
        if parameter.applies(chosen):
            chosen[parameter.name] = parameter.read(parameter.suggested(trial))
    return chosen


def _copied(trial: FrozenTrial) -> FrozenTrial:
    """A trial with nothing but what a sampler looks at."""
    from optuna.trial import create_trial

    return create_trial(
        state=trial.state,
        values=trial.values,
        params=trial.params,
        distributions=trial.distributions,
        intermediate_values=trial.intermediate_values,
    )


def _sampler(spec: Spec, configuration: int) -> BaseSampler:
    from optuna import samplers

    search = spec.settings.search
    draw = generator(spec.settings.seed, "search", configuration)
    seed = int(draw.integers(2**32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of Optuna's samplers call themselves experimental
        if search == "random":
            return samplers.RandomSampler(seed=seed)
        if search == "quasi_random":
            return samplers.QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False)
        if search == "gp":
            return samplers.GPSampler(seed=seed)
        return samplers.TPESampler(seed=seed)


def pruner_of(spec: Spec) -> BasePruner | None:
    """What stops trials that lag behind; None where nothing does."""
    from optuna import pruners

    from chainrule.study.configuration import built

    if spec.settings.pruner == "none":
        return None
    if spec.settings.pruner == "median":
        return pruners.MedianPruner()
    _, recipe = built(spec, {})
    return pruners.HyperbandPruner(min_resource=1, max_resource=max(recipe.epochs, 1))


def kept_form(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Values of parameters as Optuna keeps them."""
    return {name: written(value) for name, value in chosen.items()}


def distributions_of(spec: Spec, chosen: Mapping[str, Any]) -> dict[str, BaseDistribution]:
    """Optuna's distributions of those parameters that a configuration has."""
    return {p.name: p.distribution() for p in spec.space if p.name in chosen}
