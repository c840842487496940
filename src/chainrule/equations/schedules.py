"""Schedules: how the learning rate changes during a run.

Each schedule is a pure function of the base rate η₀ and the clock, so that the rate of any step can
be computed without replaying the steps before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "SCHEDULES",
    "Clock",
    "PlateauState",
    "ScheduleSettings",
    "count_drops",
    "plateau_after",
    "warm_up",
]

ONE_CYCLE_START = 25.0
"""A one-cycle run starts at η₀ / 25, as in fastai and PyTorch; Smith (2018) leaves the ratio open."""


class Clock(NamedTuple):
    """The place of a step in the run. A tuple, because one is made for every step.

    Args:
        epoch: completed epochs, from 0.
        step: completed steps, from 0.
        steps: steps of the whole run, at least 1.
        drops: for plateau, how often the monitored cost has stopped improving (`count_drops`).
        fraction: the completed fraction of the current epoch, 0 to below 1.
    """

    epoch: int
    step: int
    steps: int
    drops: int = 0
    fraction: float = 0.0


@dataclass(frozen=True)
class ScheduleSettings:
    """The parameters of the schedules; each schedule reads those that it needs.

    Args:
        factor: γ, the factor of the rate at each drop, above 0, at most 1.
        every: k, epochs between drops, at least 1.
        final: f, the final rate as a fraction of η₀, 0 to 1.
        warmup: the fraction of the run in which the rate rises, between 0 and 1.
        cycle: k, epochs of the first cycle, at least 1.
        growth: g, the length of a cycle divided by that of the one before, at least 1.
    """

    factor: float = 0.5
    every: int = 10
    final: float = 0.0
    warmup: float = 0.3
    cycle: int = 10
    growth: float = 1.0


@dataclass(frozen=True)
class Schedule:
    """A schedule: its name, the id of its equation, its formula as text, its function."""

    name: str
    equation: str
    formula: str
    rate: Callable[[float, Clock, ScheduleSettings], float]


def constant(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S1] η = η₀.

    Source: all five papers; Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    return eta0


def step(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S2] η = η₀ γ^⌊epoch / k⌋.

    Source: Szegedy et al. (2016) [szegedy2016], section 8, with k = 2 and γ = 0.94.
    """
    return eta0 * settings.factor ** (clock.epoch // settings.every)


def exponential(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S3] η = η₀ γ^epoch.

    Source: Hinton et al. (2012) [hinton2012], with γ = 0.998.
    """
    return eta0 * settings.factor**clock.epoch


def _anneal(start: float, end: float, fraction: float) -> float:
    """Return the value at this fraction of the way from start to end along half a cosine."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * fraction))


def cosine(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S4] η = f η₀ + (1 - f) η₀ ½ (1 + cos(π step / steps)).

    Source: Loshchilov & Hutter (2017) [loshchilov2017], without restarts.
    """
    return _anneal(eta0, settings.final * eta0, clock.step / clock.steps)


def one_cycle(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S5] Up to η₀ in the warm-up, the fraction w of the run, then down; each along half a cosine.

        η = h(η₀/25, η₀, τ/w) for τ < w, else h(η₀, f η₀, (τ - w) / (1 - w))
        h(p, q, u) = q + (p - q) ½ (1 + cos(π u))      τ = step / steps

    Source: Smith (2018) [smith2018a], whose cycle is made of straight lines.
    """
    done, warmup = clock.step / clock.steps, settings.warmup
    if done < warmup:
        return _anneal(eta0 / ONE_CYCLE_START, eta0, done / warmup)
    return _anneal(eta0, settings.final * eta0, (done - warmup) / (1 - warmup))


def plateau(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S6] η = η₀ γ^drops, one drop each time the cost has stopped improving (`count_drops`).

    Source: Krizhevsky, Sutskever & Hinton (2012) [krizhevsky2012], section 5.
    """
    return eta0 * settings.factor**clock.drops


def cosine_restarts(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S7] [S4] repeated in cycles of k, k g, k g² … epochs, each from η₀ to f η₀.

        η = f η₀ + (1 - f) η₀ ½ (1 + cos(π τ_i))      τ_i = (e - k Σ_{n=0}^{i-1} gⁿ) / (k gⁱ)

    e are the epochs done, fractions included; i is the cycle, from 0.

    Source: Loshchilov & Hutter (2017) [loshchilov2017].
    """
    done, length = clock.epoch + clock.fraction, float(settings.cycle)
    if settings.growth == 1:
        done %= length  # the loop below would take one round for each cycle
    while done >= length:
        done, length = done - length, length * settings.growth
    return _anneal(eta0, settings.final * eta0, done / length)


def rise(eta0: float, clock: Clock, settings: ScheduleSettings) -> float:
    """[S8] η = η₀ f^(1 - t), t = step / steps: from f η₀, f above 0, up to η₀, to find a rate.

    Source: Smith (2017) [smith2017], whose rate rises along a straight line.
    """
    return eta0 * settings.final ** (1 - clock.step / clock.steps)


def warm_up(rate: float, epochs: float, warmup: float) -> float:
    """[S9] Linear warm-up.

        η ← η · min(1, e / w)

    Args:
        rate: η, the rate by the schedule, above 0.
        epochs: e, epochs done at the end of the step, fractions included.
        warmup: w, epochs in which the rate rises; 0 for no warm-up.

    Returns:
        The rate, above 0.

    Source: Goyal et al. (2017) [goyal2017].
    """
    return rate * min(1.0, epochs / warmup) if warmup > 0 else rate


def count_drops(
    costs: Sequence[float], patience: int, min_delta: float = 0.0, cooldown: int = 0
) -> int:
    """[S6] The number of times that a cost has not improved for `patience` epochs in a row.

    Args:
        costs: the cost after each epoch so far.
        patience: epochs without improvement that make a drop, at least 1.
        min_delta: the least decrease that counts as an improvement.
        cooldown: epochs after a drop that do not count as waiting.

    Returns:
        The number of drops; the waiting starts again after each.

    Example:
        >>> count_drops([5.0, 4.0, 4.0, 4.0, 3.0], patience=2)
        1
    """
    state = PlateauState()
    for cost in costs:
        state = plateau_after(state, cost, patience, min_delta, cooldown)
    return state.drops


class PlateauState(NamedTuple):
    """What of the costs so far decides when the next drop comes.

    Args:
        best: the cost that last counted as an improvement; infinite before the first.
        waited: epochs without improvement since then, or since the latest drop.
        drops: the number of drops.
        cooling: epochs that do not count as waiting yet.
    """

    best: float = math.inf
    waited: int = 0
    drops: int = 0
    cooling: int = 0


def plateau_after(
    state: PlateauState, cost: float, patience: int, min_delta: float = 0.0, cooldown: int = 0
) -> PlateauState:
    """[S6] The state after one more epoch: one turn of `count_drops`, with its arguments.

    Example:
        >>> plateau_after(PlateauState(best=4.0, waited=1), 4.0, patience=2)
        PlateauState(best=4.0, waited=0, drops=1, cooling=0)
    """
    best, waited, drops, cooling = state
    if cost < best - min_delta:
        best, waited = cost, 0
    elif cooling == 0:
        waited += 1
    cooling = max(0, cooling - 1)
    if waited == patience:
        return PlateauState(best, 0, drops + 1, cooldown)
    return PlateauState(best, waited, drops, cooling)


# fmt: off
_ALL = (
    Schedule("constant",    "S1", "η₀",                               constant),
    Schedule("step",        "S2", "η₀ γ^⌊epoch / k⌋",                 step),
    Schedule("exponential", "S3", "η₀ γ^epoch",                       exponential),
    Schedule("cosine",      "S4", "f η₀ + (1 - f) η₀ ½ (1 + cos(π t))", cosine),
    Schedule("one_cycle",   "S5", "η₀ (13 - 12 cos(π t / w)) / 25 if t < w, else f η₀ + (1 - f) η₀ ½ (1 + cos(π (t - w) / (1 - w)))", one_cycle),
    Schedule("plateau",     "S6", "η₀ γ^drops",                       plateau),
    Schedule("cosine_restarts", "S7", "f η₀ + (1 - f) η₀ ½ (1 + cos(π τ_i))", cosine_restarts),
    Schedule("rise",        "S8", "η₀ f^(1 - t)",                     rise),
)
# fmt: on

SCHEDULES = {schedule.name: schedule for schedule in _ALL}
"""The schedules by name."""
