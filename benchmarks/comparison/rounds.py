"""Measurements in turn, so that whatever disturbs the machine disturbs all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from comparison.processes import PeerError

__all__ = ["Spread", "Turns", "measure_in_turn", "ratio", "spread"]


@dataclass(frozen=True)
class Spread:
    """What repeats of one measurement gave."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Turns:
    """What all rounds gave.

    Args:
        taken: a number a round, by name.
        failed: why there is none, by name.
    """

    taken: dict[str, list[float]]
    failed: dict[str, str]


def measure_in_turn(rounds: int, actions: Mapping[str, Callable[[int], float]]) -> Turns:
    """Call all actions once a round; one that fails is left out from then on.

    Every round begins with another of them, so that none always follows the same.

    Args:
        rounds: how many.
        actions: each gets the round's number, from 0, and gives a measurement.
    """
    taken: dict[str, list[float]] = {name: [] for name in actions}
    failed: dict[str, str] = {}
    names = list(actions)
    for number in range(rounds):
        first = number % max(1, len(names))
        for name in names[first:] + names[:first]:
            if name in failed:
                continue
            try:
                taken[name].append(actions[name](number))
            except PeerError as reason:
                failed[name] = str(reason)
    return Turns({n: t for n, t in taken.items() if n not in failed}, failed)


def spread(values: list[float], factor: float = 1.0) -> Spread:
    """Median, least and greatest of values times a factor.

    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.0, high=3.0)
    """
    return Spread(factor * statistics.median(values), factor * min(values), factor * max(values))


def ratio(above: list[float], below: list[float]) -> float:
    """The median of the rounds' ratios: what was common to a round cancels.

    >>> ratio([2.0, 8.0, 3.0], [1.0, 2.0, 3.0])
    2.0
    """
    return statistics.median(a / b for a, b in zip(above, below, strict=True))
