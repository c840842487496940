"""The space of a study: what varies, over what, and when."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution

__all__ = ["MOST_VALUES", "Parameter", "grid_of", "written"]

MOST_VALUES = 100_000
"""The largest grid; more could not be trained."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One thing that varies.

    Args:
        name: a field of Recipe or Architecture, "layers", or "neurons_1", a hidden layer's width.
        choices: the values, where they are listed.
        low: the least value of a range.
        high: its greatest value.
        whole: whether a range holds whole numbers only.
        log: whether a range is searched by its logarithm.
        step: the distance of the values in a range; None for all.
        points: how many values of a range a grid takes.
        when: names of other parameters with the values for which this one exists.
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
        """Whether it exists beside these values of other parameters."""
        return all(name in chosen and chosen[name] in values for name, values in self.when)

    def ends(self) -> tuple[Any, ...]:
        """The values that decide whether all are allowed: each choice, or a range's two ends."""
        return self.choices or (self.low, self.high)

    def values(self) -> tuple[Any, ...]:
        """The values that a grid takes.

        Example:
            >>> Parameter(name="learning_rate", low=0.01, high=1.0, log=True, points=3).values()
            (0.01, 0.1, 1.0)
        """
        if self.choices:
            return self.choices
        if self.points is None:
            step = self.step or 1
            count = math.floor((self.high - self.low) / step + 1e-9) + 1
            return tuple(self._at(self.low + i * step) for i in range(count))
        last = max(self.points - 1, 1)
        found = (self._at(self._between(i / last)) for i in range(self.points))
        return tuple(dict.fromkeys(found))

    def _between(self, share: float) -> float:
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + (self.high - self.low) * share

    def _at(self, value: float) -> float:
        """The value without the last digits' noise, within the range."""
        if self.whole:
            return round(value)
        return min(max(float(f"{value:.12g}"), self.low), self.high)

    def distribution(self) -> BaseDistribution:
        """The same for Optuna."""
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )

        if self.choices:
            return CategoricalDistribution([written(value) for value in self.choices])
        if self.whole:
            step = 1 if self.log else int(self.step or 1)
            return IntDistribution(int(self.low), int(self.high), log=self.log, step=step)
        return FloatDistribution(self.low, self.high, log=self.log, step=self.step)

    def suggested(self, trial: Trial) -> Any:
        """The value that Optuna suggests, as it keeps it."""
        if self.choices:
            return trial.suggest_categorical(self.name, [written(v) for v in self.choices])
        if self.whole:
            step = 1 if self.log else int(self.step or 1)
            return trial.suggest_int(
                self.name, int(self.low), int(self.high), log=self.log, step=step
            )
        return trial.suggest_float(self.name, self.low, self.high, log=self.log, step=self.step)

    def read(self, kept: Any) -> Any:
        """The value that Optuna keeps as `kept`."""
        return next((value for value in self.choices if written(value) == kept), kept)


def written(value: Any) -> Any:
    """A value as Optuna keeps it: lists, such as layers, as text."""
    return json.dumps(value) if isinstance(value, (list, tuple)) else value


def grid_of(space: Sequence[Parameter], where: str) -> list[dict[str, Any]]:
    """Every combination, the first parameter changing slowest.

    Args:
        space: what varies; a parameter stands after those on which it depends.
        where: who asks, for the error text.

    Raises: InputError where there are too many.

    Example:
        >>> sizes = Parameter(name="batch_size", choices=(10, 20))
        >>> grid_of([sizes, Parameter(name="l2", choices=(0.0,))], "study")
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
                remedy="Take fewer values, or search = 'random'",
            )
        found = [
            {**chosen, **extra}
            for chosen in found
            for extra in (
                [{parameter.name: v} for v in values] if parameter.applies(chosen) else [{}]
            )
        ]
    return found
