"""The description of a study: data, network, recipe, space, seeds, metric, search and budget."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from chainrule.data import ReadOptions, dataset_names
from chainrule.errors import InputError, describe, unknown_name
from chainrule.limits import Limit, check_record, limited, limits_of
from chainrule.randomness import generator
from chainrule.recipe import Recipe
from chainrule.settings import NETWORK_NAMES
from chainrule.study.space import Parameter
from chainrule.study.space_reading import read_space
from chainrule.study.toml_source import StudySource, read_study_source

__all__ = [
    "METRICS",
    "REMOTE_EXECUTORS",
    "StudySettings",
    "StudySpec",
    "parse_study",
    "read_study",
]

METRICS = ("validation_accuracy", "validation_cost", "test_accuracy", "test_cost")
SEARCHES = ("auto", "grid", "random", "quasi_random", "tpe", "gp")
PRUNERS = ("none", "median", "hyperband")
EXECUTORS = ("local", "processes", "joblib", "dask", "ray")
REMOTE_EXECUTORS = ("dask", "ray")
_TABLES = ("data", "network", "recipe", "space", "budget", "run")
_BUDGET = ("trials", "epochs", "seconds")
_RUN = ("executor", "workers", "address")
_UNREAD = ("seed", "limit")
_DATA = (
    *("source", "examples", "test_examples"),
    *(field.name for field in fields(ReadOptions) if field.name not in _UNREAD),
)
_FRACTION = limits_of(Recipe)["validation_fraction"]
_SEED = limits_of(Recipe)["seed"]


@dataclass(frozen=True, kw_only=True)
class StudySettings:
    """How a study searches, and where it is computed.

    Raises: InputError, UnknownNameError.
    """

    metric: str = limited(
        "validation_accuracy",
        Limit(str, "metric to optimise", choices=lambda: METRICS),
    )
    validation_fraction: float = limited(0.1, _FRACTION)
    search: str = limited(
        "auto",
        Limit(
            str,
            "method of choosing configurations; auto is grid where the trials suffice for all "
            "values, otherwise tpe",
            choices=lambda: SEARCHES,
        ),
    )
    pruner: str = limited(
        "none", Limit(str, "method of stopping trials that lag behind", choices=lambda: PRUNERS)
    )
    seed: int = limited(0, Limit(int, "seed of all random choices of the study", 0, 2**63 - 1))
    trials: int | None = limited(
        None, Limit(int, "number of configurations to train", 1, 10_000_000, optional=True)
    )
    seconds: float | None = limited(
        None,
        Limit(
            float,
            "time after which no new trial is started",
            0,
            low_open=True,
            optional=True,
            unit="seconds",
        ),
    )
    executor: str = limited(
        "local", Limit(str, "what computes the trials", choices=lambda: EXECUTORS)
    )
    workers: int | None = limited(
        None, Limit(int, "number of trials computed at once", 1, 10_000, optional=True)
    )
    address: str | None = limited(
        None, Limit(str, "address of a Dask scheduler or a Ray cluster", optional=True)
    )

    def __post_init__(self) -> None:
        check_record(self, "study")

    @property
    def uses_test_set(self) -> bool:
        """Whether the test set chooses the best; its figures are then too good."""
        return self.metric.startswith("test_")

    @property
    def higher_is_better(self) -> bool:
        """Whether greater is better."""
        return self.metric.endswith("accuracy")


@dataclass(frozen=True, eq=False)
class StudySpec:
    """A study's description, checked.

    Args:
        name: the name under which a storage has it.
        source: the description; error texts name its lines.
        settings: search, budget and executor.
        space: the parameters that vary.
        seeds: the seeds of every configuration, or how many to derive for each.
        data: the source of the data, and how to read it.
        network: layers, activations and other fields of Architecture.
        recipe: fields of Recipe.
    """

    name: str
    source: StudySource
    settings: StudySettings
    space: tuple[Parameter, ...]
    seeds: tuple[int, ...] | int
    data: Mapping[str, Any]
    network: Mapping[str, Any]
    recipe: Mapping[str, Any]

    def seeds_for(self, configuration: int) -> tuple[int, ...]:
        """Return the seeds of a configuration, the same in every process."""
        if isinstance(self.seeds, tuple):
            return self.seeds
        draws = (
            generator(self.settings.seed, "trial", configuration, i) for i in range(self.seeds)
        )
        return tuple(int(draw.integers(2**32)) for draw in draws)

    def identity(self) -> dict[str, Any]:
        """Return what must not change when a study continues: all but budget and executor."""
        table: dict[str, Any] = copy.deepcopy(dict(self.source.table))
        budget = table.pop("budget", {})
        table.pop("run", None)
        table.pop("name", None)
        if "epochs" in budget:
            table["recipe"] = {**table.get("recipe", {}), "epochs": budget["epochs"]}
        return table

    def replaced(self, **tables: Any) -> StudySpec:
        """Return the study with other values for some keys or tables of its description.

        Raises: InputError, UnknownNameError.
        """
        table = {**self.source.table, **tables}
        return parse_study(replace(self.source, table=table), self.name)


def read_study(path: str | Path) -> StudySpec:
    """Read a study from a TOML file; without a name of its own it has the file's.

    Args:
        path: a path, or the name of a bundled study.

    Raises: FileError, DataError, InputError, UnknownNameError; all name the file.
    """
    return parse_study(read_study_source(path), Path(path).stem)


def parse_study(source: StudySource, name: str) -> StudySpec:
    """Return the study that a table describes.

    Args:
        source: the table, with the place that error texts name.
        name: the study's name unless the table has one.

    Raises: InputError, UnknownNameError.
    """
    table = source.table
    top = ("name", "metric", "validation_fraction", "search", "pruner", "seed", "seeds")
    for key in table:
        if key not in (*top, *_TABLES):
            raise unknown_name(source.where(key), "a key of a study", key, (*top, *_TABLES))
    settings = _settings(source)
    recipe = _table(source, "recipe", _recipe_names())
    if "epochs" in _table(source, "budget", _BUDGET):
        recipe["epochs"] = table["budget"]["epochs"]
    spec = StudySpec(
        name=_name(source, name),
        source=source,
        settings=settings,
        space=read_space(source, settings.search),
        seeds=_seeds(source),
        data=_data(source),
        network=_table(source, "network", NETWORK_NAMES),
        recipe=recipe,
    )
    _require_fit(spec)
    return spec


def _recipe_names() -> tuple[str, ...]:
    hidden = ("seed", "validation_fraction")
    return tuple(field.name for field in fields(Recipe) if field.name not in hidden)


def _table(source: StudySource, name: str, valid: tuple[str, ...]) -> dict[str, Any]:
    """Return one table of the description after checking its keys."""
    given = source.table.get(name, {})
    if not isinstance(given, Mapping):
        raise InputError(source.where(name), expected=f"a table [{name}]", got=describe(given))
    for key in given:
        if key not in valid:
            raise unknown_name(source.where(name, key), f"a key of [{name}]", key, valid)
    return dict(given)


def _settings(source: StudySource) -> StudySettings:
    places: dict[str, tuple[str, ...]] = {
        name: (name,) for name in ("metric", "validation_fraction", "search", "pruner", "seed")
    }
    places |= {name: ("budget", name) for name in ("trials", "seconds")}
    places |= {name: ("run", name) for name in _RUN}
    tables = {
        name: _table(source, name, valid) for name, valid in (("budget", _BUDGET), ("run", _RUN))
    }
    given: dict[str, Any] = {}
    for name, place in places.items():
        table = source.table if len(place) == 1 else tables[place[0]]
        if name in table:
            limit = limits_of(StudySettings)[name]
            given[name] = limit.check(source.where(*place), name, table[name])
    return StudySettings(**given)


def _name(source: StudySource, default: str) -> str:
    name = source.table.get("name", default)
    if isinstance(name, str) and name.strip() and "/" not in name and name.isprintable():
        return name
    raise InputError(
        source.where("name"), expected="name to be a string without /", got=describe(name)
    )


def _seeds(source: StudySource) -> tuple[int, ...] | int:
    given, where = source.table.get("seeds", 1), source.where("seeds")
    if isinstance(given, list) and given:
        seeds = tuple(_SEED.check(where, "seeds", seed) for seed in given)
        if None not in seeds and len(set(seeds)) == len(seeds):
            return seeds
    elif not isinstance(given, list):
        count: int = Limit(int, "seeds of each configuration", 1, 10_000).check(
            where, "seeds", given
        )
        return count
    raise InputError(
        where, expected="seeds to be a number, or a list of seeds", got=describe(given)
    )


def _data(source: StudySource) -> dict[str, Any]:
    table = source.table.get("data")
    data = {"source": table} if isinstance(table, str) else _table(source, "data", _DATA)
    if not isinstance(data.get("source"), str):
        raise InputError(
            source.where("data"),
            expected="data to name the training data",
            got=describe(data.get("source")) if "source" in data else "none",
            remedy='Write data = "mnist", or a table [data] with source',
        )
    if data["source"] not in dataset_names():
        data["source"] = source.locate(data["source"])
    for name in ("examples", "test_examples"):
        if name in data:
            limit = Limit(int, "number of examples, taken from the beginning", 1)
            data[name] = limit.check(source.where("data", name), name, data[name])
    return data


def _require_fit(spec: StudySpec) -> None:
    """Refuse settings that do not go together."""
    settings = spec.settings
    if settings.metric.startswith("validation_") and not settings.validation_fraction:
        raise InputError(
            spec.source.where("validation_fraction"),
            expected=f"validation_fraction above 0 for the metric {settings.metric}",
            got="0.0",
            remedy="Hold a part out, for example 0.1, or use another metric",
        )
    if settings.pruner != "none" and settings.uses_test_set:
        raise InputError(
            spec.source.where("pruner"),
            expected="a validation metric to go with a pruner",
            got=settings.metric,
            why="After each epoch the validation set is used, never the test set",
        )
    if settings.address is not None and settings.executor not in REMOTE_EXECUTORS:
        raise InputError(
            spec.source.where("run", "address"),
            expected="the executor dask or ray to go with an address",
            got=settings.executor,
        )
