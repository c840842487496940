"""The space of a study: its parameters, their values, and when each applies."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

__all__ = [
    "Parameter",
    "as_sampled",
    "configuration_key",
    "grid_size",
    "make_grid",
    "read_parameters",
    "stored_value",
    "value_text",
]

MOST_VALUES = 100_000
"""The largest grid; a larger one is surely a mistake in the file."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter that varies.

    Args:
        name: a field of Recipe or Architecture, "layers", or "neurons_1", a hidden layer's width.
        choices: the values, if they are listed; else the parameter has a range.
        low: the least value of the range.
        high: its greatest value.
        whole: whether the range holds whole numbers only.
        log: whether the range is searched by its logarithm.
        step: the distance between the values of the range, or None for all values.
        points: how many values of the range a grid takes.
        when: names of other parameters with the values for which this one applies.
    """

    name: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    log: bool = False
    step: float | None = None
    points: int | None = None
    when: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    def applies(self, chosen: Mapping[str, Any]) -> bool:
        """Whether the parameter applies, given these values of other parameters."""
        return all(name in chosen and chosen[name] in values for name, values in self.when)

    @property
    def is_discrete(self) -> bool:
        """Whether the parameter has finitely many values."""
        return bool(self.choices) or self.whole or self.step is not None

    def ends(self) -> tuple[Any, ...]:
        """Return the values that decide whether all are allowed: each choice, or both ends."""
        return self.choices or (self.low, self.high)

    def values(self) -> tuple[Any, ...]:
        """Return the values that a grid takes.

        Example:
            >>> Parameter(name="learning_rate", low=0.01, high=1.0, log=True, points=3).values()
            (0.01, 0.1, 1.0)
        """
        if self.choices:
            return self.choices
        if self.points is None:
            step = self.step or 1
            return tuple(self._clean(self.low + i * step) for i in range(self.count))
        last = max(self.points - 1, 1)
        found = (self._clean(self._interpolate(i / last)) for i in range(self.points))
        return tuple(dict.fromkeys(found))  # whole numbers may coincide

    @property
    def count(self) -> int:
        """How many values a grid takes, at most."""
        if self.choices or self.points is not None:
            return len(self.choices) or int(self.points or 0)
        # The small addend keeps the last value where the division rounds down: 0.3 / 0.1.
        return math.floor((self.high - self.low) / (self.step or 1) + 1e-9) + 1

    def _interpolate(self, fraction: float) -> float:
        if self.log:
            return float(self.low * (self.high / self.low) ** fraction)
        return self.low + (self.high - self.low) * fraction

    def _clean(self, value: float) -> float:
        """Return the value without rounding noise in its last digits, within the range."""
        if self.whole:
            return round(value)
        return min(max(float(f"{value:.12g}"), self.low), self.high)

    def distribution(self) -> BaseDistribution:
        """Return the parameter as Optuna's distribution."""
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )

        if self.choices:
            return CategoricalDistribution([stored_value(value) for value in self.choices])
        if self.whole:
            step = 1 if self.log else int(self.step or 1)
            return IntDistribution(int(self.low), int(self.high), log=self.log, step=step)
        return FloatDistribution(self.low, self.high, log=self.log, step=self.step)

    def suggest(self, trial: Trial) -> Any:
        """Return the value that Optuna suggests, in Optuna's form."""
        if self.choices:
            return trial.suggest_categorical(self.name, [stored_value(v) for v in self.choices])
        if self.whole:
            step = 1 if self.log else int(self.step or 1)
            return trial.suggest_int(
                self.name, int(self.low), int(self.high), log=self.log, step=step
            )
        return trial.suggest_float(self.name, self.low, self.high, log=self.log, step=self.step)

    def read(self, stored: Any) -> Any:
        """Return the value that Optuna stores as `stored`."""
        return next((value for value in self.choices if stored_value(value) == stored), stored)


def stored_value(value: Any) -> Any:
    """Return a value in Optuna's form: lists, such as layers, become text."""
    return json.dumps(value) if isinstance(value, (list, tuple)) else value


def read_parameters(space: Sequence[Parameter], trial: FrozenTrial) -> dict[str, Any]:
    """Return the values of a stored trial's parameters by name.

    Values by which a study was extended stand beside Optuna's own: see `StoredParameters`.
    """
    stored = {**trial.params, **trial.user_attrs.get("parameters", {})}
    return {p.name: p.read(stored[p.name]) for p in space if p.name in stored}


def configuration_key(chosen: Mapping[str, Any]) -> str:
    """Return a text that two configurations share if their values are equal.

    >>> configuration_key({"l2": 0.1 + 0.2, "epochs": 3})
    '{"epochs": 3.0, "l2": 0.3}'
    """
    plain = {
        name: float(f"{value:.12g}")
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else value
        for name, value in chosen.items()
    }
    return json.dumps(plain, sort_keys=True)


def as_sampled(space: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Return the space without `points`, which only a grid looks at."""
    return tuple(replace(parameter, points=None) for parameter in space)


def grid_size(space: Sequence[Parameter]) -> int | None:
    """Return how many configurations a grid has, or None if they cannot be listed."""
    listed = all(parameter.is_discrete or parameter.points for parameter in space)
    if not listed or math.prod(parameter.count for parameter in space) > MOST_VALUES:
        return None
    return len(make_grid(space, "study"))


def value_text(value: Any) -> str:
    """Return one value of a parameter; lists, such as layers, with hyphens.

    >>> value_text([784, 30, 10]), value_text(0.5)
    ('784-30-10', '0.5')
    """
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return "-".join(map(str, value))
    return str(value)


def make_grid(space: Sequence[Parameter], where: str) -> list[dict[str, Any]]:
    """Return every combination of values; the first parameter changes slowest.

    Args:
        space: the parameters; each stands after those on which it depends.
        where: the place that error texts name.

    Raises: InputError if there are too many combinations.

    Example:
        >>> sizes = Parameter(name="batch_size", choices=(10, 20))
        >>> make_grid([sizes, Parameter(name="l2", choices=(0.0,))], "study")
        [{'batch_size': 10, 'l2': 0.0}, {'batch_size': 20, 'l2': 0.0}]
    """
    found: list[dict[str, Any]] = [{}]
    for parameter in space:
        values = parameter.values()
        if len(found) * len(values) > MOST_VALUES:
            raise InputError(
                where,
                expected=f"a grid of at most {MOST_VALUES:,} configurations",
                got="more",
                remedy="Use fewer values, or search = 'random'",
            )
        found = [
            {**chosen, **extra}
            for chosen in found
            for extra in (
                [{parameter.name: v} for v in values] if parameter.applies(chosen) else [{}]
            )
        ]
    return found
