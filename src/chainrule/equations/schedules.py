"""Schedules: how the learning rate changes in the course of a run.

Each is a pure function of the base rate η₀ and the clock, so the rate at any place of a run can be
computed without replaying it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["SCHEDULES", "Clock", "Schedule", "ScheduleSettings", "count_drops", "warm_up"]

ONE_CYCLE_START = 25.0
"""A one-cycle run starts at η₀ / 25."""


class Clock(NamedTuple):
    """Where in the run a step stands. A tuple, since one is made for every step.

    Args:
        epoch: epochs ended so far, from 0.
        step: steps done so far, from 0.
        steps: steps of the whole run, at least 1.
        drops: how often the monitored cost has stood still, for plateau.
        fraction: the part of the epoch that is done, 0 to below 1.
    """

    epoch: int
    step: int
    steps: int
    drops: int = 0
    fraction: float = 0.0


@dataclass(frozen=True)
class ScheduleSettings:
    """What shapes a schedule.

    Args:
        factor: γ, the rate's factor at each drop, above 0, at most 1.
        every: k, epochs between drops, at least 1.
        final: the last rate as a share of η₀, 0 to 1.
        warmup: the share of the run in which the rate rises, between 0 and 1.
        cycle: epochs of the first cycle, at least 1.
        growth: what each cycle is longer by than the one before, at least 1.
    """

    factor: float = 0.5
    every: int = 10
    final: float = 0.0
    warmup: float = 0.3
    cycle: int = 10
    growth: float = 1.0


@dataclass(frozen=True)
class Schedule:
    """A schedule: its name, its equation's id, its formula to be read, its function."""

    name: str
    equation: str
    formula: str
    rate: Callable[[float, Clock, ScheduleSettings], float]


def constant(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S1] η = η₀."""
    return eta0


def step(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S2] η = η₀ γ^⌊epoch / k⌋."""
    return eta0 * course.factor ** (clock.epoch // course.every)


def exponential(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S3] η = η₀ γ^epoch."""
    return eta0 * course.factor**clock.epoch


def _between(start: float, end: float, share: float) -> float:
    """From start to end along half a cosine."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))


def cosine(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S4] η = f η₀ + (1 - f) η₀ ½ (1 + cos(π step / steps)), f the final share."""
    return _between(eta0, course.final * eta0, clock.step / clock.steps)


def one_cycle(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S5] Up from η₀/25 to η₀ in the warm-up share of the run, then down to f η₀, by half cosines."""
    share = clock.step / clock.steps
    if share < course.warmup:
        return _between(eta0 / ONE_CYCLE_START, eta0, share / course.warmup)
    return _between(eta0, course.final * eta0, (share - course.warmup) / (1 - course.warmup))


def plateau(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S6] η = η₀ γ^drops, a drop for each time the cost has stood still; see `count_drops`."""
    return eta0 * course.factor**clock.drops


def cosine_restarts(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S7] [S4] again and again: in cycles of k, k g, k g² … epochs, each from η₀ to f η₀."""
    done, length = clock.epoch + clock.fraction, float(course.cycle)
    if course.growth == 1:
        done %= length
    while done >= length:
        done, length = done - length, length * course.growth
    return _between(eta0, course.final * eta0, done / length)


def rise(eta0: float, clock: Clock, course: ScheduleSettings) -> float:
    """[S8] η = η₀ f^(1 - t), t = step / steps: from f η₀ up to η₀, to find a rate; f above 0."""
    return eta0 * course.final ** (1 - clock.step / clock.steps)


def warm_up(rate: float, epochs: float, warmup: float) -> float:
    """[S9] A rate on its way up from 0: η · min(1, e / w).

    Args:
        rate: η by the schedule, above 0.
        epochs: e, epochs done at the end of the step, parts included.
        warmup: w, epochs in which the rate rises; 0 for none.
    """
    return rate * min(1.0, epochs / warmup) if warmup > 0 else rate


def count_drops(
    costs: Sequence[float], patience: int, min_delta: float = 0.0, cooldown: int = 0
) -> int:
    """[S6] How often a cost has not sunk for `patience` epochs on end.

    Args:
        costs: the cost after each epoch so far.
        patience: epochs to wait, at least 1.
        min_delta: the least sinking that counts.
        cooldown: epochs after a drop that are not waited for.

    Returns:
        The number of drops; the wait starts anew after each.

    Example:
        >>> count_drops([5.0, 4.0, 4.0, 4.0, 3.0], patience=2)
        1
    """
    best, waited, drops, cooling = math.inf, 0, 0, 0
    for cost in costs:
        if cost < best - min_delta:
            best, waited = cost, 0
        elif cooling == 0:
            waited += 1
        cooling = max(0, cooling - 1)
        if waited == patience:
            drops, waited, cooling = drops + 1, 0, cooldown
    return drops


# fmt: off
_ALL = (
    Schedule("constant",    "S1", "η₀",                               constant),
    Schedule("step",        "S2", "η₀ γ^⌊epoch / k⌋",                 step),
    Schedule("exponential", "S3", "η₀ γ^epoch",                       exponential),
    Schedule("cosine",      "S4", "f η₀ + (1 - f) η₀ ½ (1 + cos πt)", cosine),
    Schedule("one_cycle",   "S5", "up to η₀, then down to f η₀",      one_cycle),
    Schedule("plateau",     "S6", "η₀ γ^drops",                       plateau),
    Schedule("cosine_restarts", "S7", "S4 in cycles of k, k g, k g² … epochs", cosine_restarts),
    Schedule("rise",        "S8", "η₀ f^(1 - t)",                     rise),
)
# fmt: on

SCHEDULES = {schedule.name: schedule for schedule in _ALL}
"""Every schedule by name."""
