"""The configurations of a study: how many there are, and those that no result decides.

Grid, random and quasi-random configurations are functions of the study and of their numbers alone,
so that a killed study resumes with exactly the ones that are missing. Numbers keep their meaning
when the space is extended: what an earlier space planned comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from chainrule.randomness import generator
from chainrule.study.search import MOST_DRAWS, first_unseen, make_sampler
from chainrule.study.space import (
    Parameter,
    as_sampled,
    configuration_key,
    grid_size,
    make_grid,
)
from chainrule.study.spec import StudySpec

__all__ = [
    "SpaceStage",
    "choose_search",
    "count_configurations",
    "plan_configurations",
]

DEFAULT_TRIALS = 50
"""Number of configurations of a study that does not set it."""

Plan: TypeAlias = Callable[[int], dict[str, Any]]
Draw: TypeAlias = Callable[[tuple[Parameter, ...], int, int], dict[str, Any]]


@dataclass(frozen=True)
class SpaceStage:
    """A space that a study had before it was extended.

    Args:
        space: its parameters.
        configurations: how many the study had with it.
    """

    space: tuple[Parameter, ...]
    configurations: int


def choose_search(spec: StudySpec) -> str:
    """Return the search of a study; for "auto", grid if its trials suffice for all values."""
    if spec.settings.search != "auto":
        return spec.settings.search
    size = grid_size(spec.space)
    fits = size is not None and size <= (spec.settings.trials or DEFAULT_TRIALS)
    return "grid" if fits else "tpe"


def count_configurations(spec: StudySpec, earlier: Sequence[SpaceStage] = ()) -> int:
    """Return how many configurations a study has: never more than its space.

    Args:
        spec: the study.
        earlier: its spaces before it was extended.

    Raises: InputError if a grid is too large.
    """
    trials, search = spec.settings.trials, choose_search(spec)
    if search == "grid":
        size = len(_grid(spec, earlier))
        return min(size, trials or size)
    trials = trials or DEFAULT_TRIALS
    return min(trials, grid_size(as_sampled(spec.space)) or trials)


def plan_configurations(
    spec: StudySpec, count: int, earlier: Sequence[SpaceStage] = ()
) -> Plan | None:
    """Return a function from a configuration's number to its values, or None for a sampler.

    Args:
        spec: the study, whose search is known.
        count: number of configurations.
        earlier: its spaces before it was extended.

    Raises: InputError if a grid is too large.
    """
    search = spec.settings.search
    if search == "grid":
        return _grid(spec, earlier).__getitem__
    if search == "random":
        return _DistinctDraws(spec, partial(_draw_random, spec), earlier)
    if search == "quasi_random":
        return _DistinctDraws(spec, _QuasiRandomDraw(spec, count), earlier)
    return None


def _grid(spec: StudySpec, earlier: Sequence[SpaceStage]) -> list[dict[str, Any]]:
    """Every combination of values of the earlier spaces, then of the space."""
    where = spec.source.where("space")
    found: dict[str, dict[str, Any]] = {}
    for space in (*(stage.space for stage in earlier), spec.space):
        for chosen in make_grid(space, where):
            found.setdefault(configuration_key(chosen), chosen)
    return list(found.values())


class _DistinctDraws:
    """Draws of configurations by their numbers; one that repeats an earlier one is drawn again.

    Args:
        spec: the study.
        draw: (space, number, attempt) -> configuration; an attempt above 0 replaces a repeat.
        earlier: the study's spaces before it was extended.
    """

    def __init__(self, spec: StudySpec, draw: Draw, earlier: Sequence[SpaceStage]) -> None:
        self._spec, self._draw, self._earlier = spec, draw, earlier
        self._found: list[dict[str, Any]] = []
        self._seen: set[str] = set()

    def __call__(self, number: int) -> dict[str, Any]:
        while len(self._found) <= number:
            self._found.append(self._next(len(self._found)))
            self._seen.add(configuration_key(self._found[-1]))
        return self._found[number]

    def _next(self, number: int) -> dict[str, Any]:
        spaces = (stage.space for stage in self._earlier if number < stage.configurations)
        space = next(spaces, self._spec.space)
        draws = (self._draw(space, number, attempt) for attempt in range(MOST_DRAWS))
        chance = generator(self._spec.settings.seed, "unseen", number)
        return first_unseen(space, draws, self._seen, chance)


def _draw_random(
    spec: StudySpec, space: Sequence[Parameter], number: int, attempt: int
) -> dict[str, Any]:
    sampler: Any = make_sampler(spec, number, attempt)
    drawn = {
        parameter.name: sampler.sample_independent(
            None, None, parameter.name, parameter.distribution()
        )
        for parameter in space
    }
    return _applicable(space, drawn)


class _QuasiRandomDraw:
    """Draws of a low-discrepancy sequence; what replaces a repeat is random.

    Args:
        spec: the study.
        count: number of configurations.
    """

    def __init__(self, spec: StudySpec, count: int) -> None:
        self._spec, self._count = spec, count
        self._sequences: dict[tuple[Parameter, ...], list[dict[str, Any]]] = {}

    def __call__(self, space: tuple[Parameter, ...], number: int, attempt: int) -> dict[str, Any]:
        if attempt:
            return _draw_random(self._spec.replaced(search="random"), space, number, attempt)
        if space not in self._sequences:
            self._sequences[space] = self._sequence(space)
        return self._sequences[space][number]

    def _sequence(self, space: Sequence[Parameter]) -> list[dict[str, Any]]:
        import optuna

        everything = {parameter.name: parameter.distribution() for parameter in space}
        study = optuna.create_study(sampler=make_sampler(self._spec, 0))
        found = []
        for _ in range(self._count + 1):
            trial = study.ask(everything)
            study.tell(trial, 0.0)
            found.append(trial.params)
        # Optuna's sampler draws its first configuration at random, before its sequence begins.
        return [_applicable(space, drawn) for drawn in found[1:]]


def _applicable(space: Sequence[Parameter], drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without the parameters whose conditions do not hold."""
    chosen: dict[str, Any] = {}
    for parameter in space:
        if parameter.applies(chosen):
            chosen[parameter.name] = parameter.read(drawn[parameter.name])
    return chosen
