"""Search methods: configurations planned beforehand, or sampled from the trials so far."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from chainrule.errors import MissingLibraryError
from chainrule.randomness import generator
from chainrule.study.configuration import build_configuration
from chainrule.study.space import make_grid, stored_value
from chainrule.study.spec import StudySpec

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

__all__ = [
    "count_configurations",
    "make_distributions",
    "make_pruner",
    "plan_configurations",
    "require_search",
    "sample_configuration",
    "stored_values",
]

DEFAULT_TRIALS = 50
"""Number of configurations of a study that does not set it."""

_PLANNED = ("grid", "random", "quasi_random")
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


def count_configurations(spec: StudySpec) -> int:
    """Return how many configurations a study has.

    Raises: InputError if a grid is too large.
    """
    if spec.settings.search != "grid":
        return spec.settings.trials or DEFAULT_TRIALS
    size = len(make_grid(spec.space, spec.source.where("space")))
    return min(size, spec.settings.trials or size)


def plan_configurations(spec: StudySpec, count: int) -> Callable[[int], dict[str, Any]] | None:
    """Return a function from a configuration's number to its values, or None for a sampler.

    The function depends on the study alone, so that a killed study resumes with exactly the
    configurations that are missing.

    Args:
        spec: the study.
        count: number of configurations.

    Raises: InputError if a grid is too large.
    """
    search = spec.settings.search
    if search not in _PLANNED:
        return None
    if search == "random":
        return partial(_draw_random, spec)
    if search == "grid":
        return make_grid(spec.space, spec.source.where("space")).__getitem__
    return _quasi_random_sequence(spec, count).__getitem__


def _draw_random(spec: StudySpec, configuration: int) -> dict[str, Any]:
    sampler: Any = _make_sampler(spec, configuration)
    drawn = {
        parameter.name: sampler.sample_independent(
            None, None, parameter.name, parameter.distribution()
        )
        for parameter in spec.space
    }
    return _applicable(spec, drawn)


def _quasi_random_sequence(spec: StudySpec, count: int) -> list[dict[str, Any]]:
    import optuna

    everything = {parameter.name: parameter.distribution() for parameter in spec.space}
    study = optuna.create_study(sampler=_make_sampler(spec, 0))
    found = []
    for _ in range(count + 1):
        trial = study.ask(everything)
        study.tell(trial, 0.0)
        found.append(trial.params)
    # Optuna's sampler draws its first configuration at random, before its sequence begins.
    return [_applicable(spec, drawn) for drawn in found[1:]]


def _applicable(spec: StudySpec, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without the parameters whose conditions do not hold."""
    chosen: dict[str, Any] = {}
    for parameter in spec.space:
        if parameter.applies(chosen):
            chosen[parameter.name] = parameter.read(drawn[parameter.name])
    return chosen


def sample_configuration(
    spec: StudySpec, trials: Sequence[FrozenTrial], configuration: int
) -> dict[str, Any]:
    """Return a configuration that a sampler chooses given the trials so far.

    The sampler sees copies of the trials, since it may write to its study; in the storage each
    trial is written in one piece.

    Args:
        spec: the study.
        trials: all trials of the study.
        configuration: its number, from which the sampler's randomness is derived.
    """
    import optuna

    study = optuna.create_study(
        direction="maximize" if spec.settings.higher_is_better else "minimize",
        sampler=_make_sampler(spec, configuration),
    )
    study.add_trials([_copy_trial(t) for t in trials if t.state.name in _SEEN])
    trial = study.ask()
    chosen: dict[str, Any] = {}
    for parameter in spec.space:
        if parameter.applies(chosen):
            chosen[parameter.name] = parameter.read(parameter.suggest(trial))
    return chosen


def _copy_trial(trial: FrozenTrial) -> FrozenTrial:
    """Return a trial with only what a sampler looks at."""
    from optuna.trial import create_trial

    return create_trial(
        state=trial.state,
        values=trial.values,
        params=trial.params,
        distributions=trial.distributions,
        intermediate_values=trial.intermediate_values,
    )


def _make_sampler(spec: StudySpec, configuration: int) -> BaseSampler:
    from optuna import samplers

    search = spec.settings.search
    draw = generator(spec.settings.seed, "search", configuration)
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


def make_distributions(spec: StudySpec, chosen: Mapping[str, Any]) -> dict[str, BaseDistribution]:
    """Return Optuna's distributions of the parameters that a configuration has."""
    return {p.name: p.distribution() for p in spec.space if p.name in chosen}
