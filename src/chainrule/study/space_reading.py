"""Read the table [space] of a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.errors import InputError, UnknownNameError, describe, unknown_name
from chainrule.limits import Limit, limits_of
from chainrule.network import Architecture
from chainrule.recipe import Recipe
from chainrule.settings import NETWORK_NAMES, NEURONS
from chainrule.study.space import Parameter
from chainrule.study.toml_source import StudySource

__all__ = ["read_space"]

_FIXED = ("seed", "validation_fraction")
_KEYS = ("values", "low", "high", "log", "step", "points", "when")
_POINTS = Limit(int, "number of values that a grid takes from a range", 2, 10_000)


def read_space(source: StudySource, search: str) -> tuple[Parameter, ...]:
    """Return the parameters that a study varies.

    Args:
        source: the study's description.
        search: the kind of search; a grid needs lists, points or steps.

    Raises: InputError, UnknownNameError; each names the file and the line.
    """
    table = source.table.get("space", {})
    if not isinstance(table, Mapping) or not table:
        raise InputError(
            source.where("space"),
            expected="a table [space] with at least one parameter",
            got=describe(table) if table else "none",
            remedy="Add one, such as: learning_rate = { low = 0.01, high = 1.0, log = true }",
        )
    space: list[Parameter] = []
    for name, given in table.items():
        where = source.where("space", name)
        parameter = _parameter(where, name, given, space)
        if search == "grid":
            _require_grid(where, parameter)
        space.append(parameter)
    return tuple(space)


def _parameter(where: str, name: str, given: Any, before: Sequence[Parameter]) -> Parameter:
    kind = _kind(where, name)
    table = given if isinstance(given, Mapping) else {"values": given}
    for key in table:
        if key not in _KEYS:
            raise unknown_name(where, f"a key of {name}", key, _KEYS, argument=name)
    when = _conditions(where, name, table.get("when", {}), before)
    if "values" in table:
        return Parameter(name=name, choices=_choices(where, name, table), when=when)
    if kind not in (int, float):
        raise InputError(
            where, expected=f"{name} to be a list of values", got=describe(given), argument=name
        )
    return _range(where, name, table, when=when, kind=kind)


def _kind(where: str, name: str) -> type:
    """Return the type of a parameter's values; `list` for lists, such as layers."""
    if NEURONS.fullmatch(name):
        return int
    recipe = {k: limit for k, limit in limits_of(Recipe).items() if k not in _FIXED}
    limits = {**recipe, **limits_of(Architecture)}
    valid = (*recipe, "class_weights", *NETWORK_NAMES)
    if name not in valid:
        error = unknown_name(where, "a parameter", name, (*valid, "neurons_1"), argument=name)
        raise UnknownNameError(
            where,
            expected="a parameter of the network or the recipe",
            got=error.got,
            why=error.why,
            remedy="These are the settings of chainrule train, and neurons_1, neurons_2 …",
            argument=name,
            value=name,
        )
    return limits[name].kind if name in limits else list


def _choices(where: str, name: str, table: Mapping[str, Any]) -> tuple[Any, ...]:
    values = table["values"]
    others = sorted(set(table) - {"values", "when"})
    if others:
        raise InputError(
            where, expected=f"{name} to have values or a range", got=f"values and {others[0]}"
        )
    if not isinstance(values, list) or not values:
        raise InputError(
            where,
            expected=f"{name} to be a list of values that is not empty, or a range",
            got=describe(values),
            argument=name,
        )
    if any(values.count(value) > 1 for value in values):
        raise InputError(
            where, expected=f"each value of {name} once", got=describe(values), argument=name
        )
    return tuple(values)


def _range(where: str, name: str, table: Mapping[str, Any], *, when: Any, kind: type) -> Parameter:
    number = Limit(kind, f"an end of the range of {name}")
    ends = []
    for key in ("low", "high"):
        if key not in table:
            raise InputError(
                where, expected=f"a range of {name} with low and high", got=f"no {key}"
            )
        ends.append(number.check(where, key, table[key]))
    log = Limit(bool, "whether to sample the logarithm").check(
        where, "log", table.get("log", False)
    )
    low, high = ends
    if low >= high or (log and low <= 0):
        raise InputError(
            where,
            expected=f"low below high for {name}" + (", and above 0 with log" if log else ""),
            got=f"low {low:g} and high {high:g}",
            why="The range is empty" if low >= high else "",
            argument=name,
        )
    step = _step(where, table, kind)
    points = _POINTS.check(where, "points", table["points"]) if "points" in table else None
    if step is not None and (log or points is not None):
        raise InputError(where, expected=f"a step of {name} without log and points", got="both")
    return Parameter(
        name=name,
        low=low,
        high=high,
        whole=kind is int,
        log=log,
        step=step,
        points=points,
        when=when,
    )


def _step(where: str, table: Mapping[str, Any], kind: type) -> Any:
    if "step" not in table:
        return None
    limit = Limit(kind, "distance between the values", 0, low_open=True)
    return limit.check(where, "step", table["step"])


def _conditions(
    where: str, name: str, given: Any, before: Sequence[Parameter]
) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    if not isinstance(given, Mapping):
        raise InputError(
            where, expected=f"{name}.when to be a table of names and values", got=describe(given)
        )
    listed = {p.name: p.choices for p in before if p.choices}
    found = []
    for other, values in given.items():
        if other not in listed:
            kind = "a parameter with listed values, above it in [space]"
            raise unknown_name(where, kind, other, listed or ("none",), argument=name)
        wanted = tuple(values) if isinstance(values, list) else (values,)
        strange = [value for value in wanted if value not in listed[other]]
        if strange or not wanted:
            raise InputError(
                where,
                expected=f"values that {other} can have",
                got=describe(strange[0]) if strange else "none",
                why=f"{name} would never exist",
                argument=name,
            )
        found.append((other, wanted))
    return tuple(found)


def _require_grid(where: str, parameter: Parameter) -> None:
    if parameter.choices or parameter.points or parameter.step or parameter.whole:
        return
    raise InputError(
        where,
        expected=f"a list, a step or points for {parameter.name} in a grid",
        got=f"all numbers from {parameter.low:g} to {parameter.high:g}",
        remedy="Add points = 10, or search = 'random'",
        argument=parameter.name,
    )
