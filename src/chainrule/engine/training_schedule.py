"""The schedule of a training: batch sizes, learning rates and averaging of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.plateau_counter import PlateauCounter
from chainrule.engine.position import Position
from chainrule.equations.averaging import ema_weight, swa_weight
from chainrule.equations.schedules import SCHEDULES, Clock, ScheduleSettings, warm_up
from chainrule.equations.updates import UPDATES
from chainrule.recipe import Recipe

__all__ = ["TrainingSchedule", "initial_state"]

_STEADY = ("constant", "step", "exponential", "plateau")
"""Schedules whose rate is constant within an epoch."""


def initial_state(recipe: Recipe, theta: NDArray[Any]) -> NDArray[Any]:
    """The state before the first step: the rows of the update, and one for the average if any."""
    slots = 0 if recipe.optimiser == "lbfgs" else len(UPDATES[recipe.optimiser].slots)
    state = np.zeros((slots, theta.size), theta.dtype)
    if recipe.averaging == "none":
        return state
    return np.concatenate((state, np.zeros((1, theta.size), theta.dtype)))


@dataclass(frozen=True)
class TrainingSchedule:
    """Batch sizes, learning rates and averaging by the place in a training.

    Args:
        recipe: of the training.
        examples: number of examples in the training set.
    """

    recipe: Recipe
    examples: int

    def size(self, epoch: int) -> int:
        """Examples in each batch of an epoch, from 0; lbfgs takes all of them at once."""
        recipe = self.recipe
        if recipe.optimiser == "lbfgs":
            return self.examples
        if recipe.batch_growth == 1:
            return min(self.examples, recipe.batch_size)
        return self._sizes[min(epoch // recipe.batch_growth_every, len(self._sizes) - 1)]

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        """The sizes of growing batches, up to the last epoch's or to one of all examples."""
        recipe, size = self.recipe, float(self.recipe.batch_size)
        sizes = [min(self.examples, int(size))]
        # Logarithms would round.
        for _ in range(max(0, recipe.epochs - 1) // recipe.batch_growth_every):
            if sizes[-1] == self.examples:
                break
            size = min(size * recipe.batch_growth, self.examples)
            sizes.append(min(self.examples, int(size)))
        return tuple(sizes)

    @cached_property
    def largest(self) -> int:
        """Examples of the largest batch."""
        return self.size(max(0, self.recipe.epochs - 1))

    def part(self, epoch: int) -> int:
        """Examples of a batch that go through the network at once in an epoch."""
        return -(-self.size(epoch) // self.recipe.accumulation)

    def batches(self, epoch: int) -> int:
        """Batches in an epoch, the last partial one included."""
        return -(-self.examples // self.size(epoch))

    def bounds(self, epoch: int, batch: int) -> tuple[int, int]:
        """The first place of a batch in the epoch's order, and the one after its last."""
        size = self.size(epoch)
        return batch * size, min((batch + 1) * size, self.examples)

    def parts(self, epoch: int, count: int) -> list[tuple[int, int]]:
        """The parts of a batch of `count` examples: first place and the place after the last."""
        size = self.part(epoch)
        return [(first, min(first + size, count)) for first in range(0, count, size)]

    @cached_property
    def steps(self) -> int:
        """Steps of the whole run, at least 1."""
        recipe = self.recipe
        if recipe.batch_growth == 1:
            return max(1, recipe.epochs * self.batches(0))
        return max(1, sum(self.batches(epoch) for epoch in range(recipe.epochs)))

    @property
    def is_steady(self) -> bool:
        """Whether the rate is constant within an epoch."""
        return self.recipe.schedule in _STEADY and self.recipe.warmup_epochs == 0

    def rates(self, position: Position, steps: Sequence[int]) -> list[float]:
        """The learning rates of steps of a position's epoch, counted from 0 in the whole run."""
        recipe = self.recipe
        rate, batches = SCHEDULES[recipe.schedule].rate, self.batches(position.epoch)
        begun, drops = position.step - position.batch, self._drops(position)
        course = ScheduleSettings(
            recipe.schedule_factor,
            recipe.schedule_every,
            recipe.final_factor,
            recipe.warmup_fraction,
            recipe.cycle_epochs,
            recipe.cycle_growth,
        )
        base, epoch, last = recipe.learning_rate, position.epoch, self.steps
        shares = [(step - begun) / batches for step in steps]
        found = [
            rate(base, Clock(epoch, step, last, drops, share), course)
            for step, share in zip(steps, shares, strict=True)
        ]
        if not recipe.warmup_epochs:
            return found
        ends = [epoch + share + 1 / batches for share in shares]
        return [
            warm_up(plain, end, recipe.warmup_epochs)
            for plain, end in zip(found, ends, strict=True)
        ]

    def ends_cycle(self, epochs: int) -> bool:
        """Whether a cycle of cosine_restarts ends after this number of epochs."""
        if self.recipe.schedule != "cosine_restarts":
            return False
        done, length = float(epochs), float(self.recipe.cycle_epochs)
        if self.recipe.cycle_growth == 1:
            return done % length == 0
        while done > length:
            done, length = done - length, length * self.recipe.cycle_growth
        return done == length

    def last_rate(self, position: Position) -> float:
        """The rate of the step that led to a position at an epoch's end."""
        before = replace(position, step=position.step - 1, batch=position.batch - 1)
        return self.rates(before, [before.step])[0]

    def _drops(self, position: Position) -> int:
        recipe = self.recipe
        return self._plateau.count(position.history) if recipe.schedule == "plateau" else 0

    @cached_property
    def _plateau(self) -> PlateauCounter:
        return PlateauCounter(self.recipe)

    @cached_property
    def _first_averaged(self) -> int:
        """The first step (ema), or the first epoch (swa), that counts in the average."""
        whole = self.steps if self.recipe.averaging == "ema" else self.recipe.epochs
        return int(self.recipe.averaging_start * whole)

    def average_weight(self, position: Position, step: int) -> float:
        """[M2, M3] The weight of a step of a position's epoch; 0 for none."""
        recipe, first = self.recipe, self._first_averaged
        if recipe.averaging == "ema":
            return ema_weight(step - first, recipe.averaging_decay) if step >= first else 0.0
        is_last = step - (position.step - position.batch) == self.batches(position.epoch) - 1
        if recipe.averaging == "none" or not is_last or position.epoch < first:
            return 0.0
        return swa_weight(position.epoch - first)

    def average_weights(self, position: Position, steps: range) -> NDArray[Any]:
        """The weights of several steps of a position's epoch, (steps,) float64."""
        if self.recipe.averaging == "none":
            return np.zeros(len(steps))
        return np.array([self.average_weight(position, step) for step in steps], np.float64)

    def has_average(self, position: Position) -> bool:
        """Whether the average has begun at a position."""
        done = {"ema": position.step, "swa": self._ends(position)}
        return done.get(self.recipe.averaging, 0) > self._first_averaged

    def _ends(self, position: Position) -> int:
        """Epochs whose last step is done."""
        return position.epoch + (position.batch == self.batches(position.epoch))
