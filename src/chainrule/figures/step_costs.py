"""The cost of a worked example step by step, for one learning rate or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DivergenceError, InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import (
    SERIES,
    epoch_markers,
    needs_log_scale,
    set_integer_ticks,
    set_log_scale,
)
from chainrule.ledger import Ledger

__all__ = ["StepCosts", "draw_step_costs", "step_costs_data"]


@dataclass(frozen=True, eq=False)
class StepCosts:
    """The cost before each step at one learning rate.

    Args:
        rate: the recipe's learning rate.
        costs: of the batch of each step, before its update, (steps,); fewer where a step was
            not finite.
        diverged: whether that happened.
    """

    rate: float
    costs: NDArray[np.float64]
    diverged: bool


def step_costs_data(
    ledger: Ledger, rates: Sequence[float] = (), *, steps: int | None = None
) -> tuple[StepCosts, ...]:
    """Train a worked example at several learning rates.

    Args:
        ledger: of a worked example that trains.
        rates: above 0; the file's own by default.
        steps: how many; None for those of the file.

    Raises: InputError for an example that does not train, and for a rate or a number of steps that
        is out of range.
    """
    example = ledger.example
    if example.recipe is None:
        raise InputError(
            example.where, expected="a worked example with [training]", got="one without"
        )
    found = []
    for rate in rates or (example.recipe.learning_rate,):
        recipe = replace(example.recipe, learning_rate=rate)
        course = Ledger(replace(example, recipe=recipe, steps=steps or example.steps))
        costs = list(_costs(course))
        found.append(StepCosts(rate, np.array(costs), len(costs) < course.example.steps))
    return tuple(found)


def _costs(ledger: Ledger) -> Iterator[float]:
    """The cost before each step, up to the first that is not finite."""
    for number in range(1, ledger.example.steps + 1):
        try:
            yield float(ledger.value(f"step[{number}].cost"))
        except DivergenceError:
            return


@figure_function
def draw_step_costs(data: Sequence[StepCosts], *, ax: Place | None = None) -> Place:
    """Draw a curve of the cost over the steps for each learning rate.

    Args:
        data: `step_costs_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = "\n".join(
        f"Rate {one.rate:g}: "
        + (
            f"{one.costs[-1]:.4g} before step {len(one.costs)}."
            if one.costs.size
            else "not finite."
        )
        for one in data
    )
    axes = open_axes(
        ax, (5.2, 3.9 + 0.23 * len(data)), FigureHeading("The cost, step by step", note)
    )
    for number, one in enumerate(data):
        steps = np.arange(1, len(one.costs) + 1)
        label = f"learning rate {one.rate:g}" + ", then not finite" * one.diverged
        colour = SERIES[number % len(SERIES)]
        axes.plot(steps, one.costs, color=colour, label=label, **epoch_markers(len(steps), 3.5))
    if needs_log_scale(np.concatenate([one.costs for one in data])):
        set_log_scale(axes)
    set_integer_ticks(axes.xaxis)
    axes.set_xlabel("step")
    axes.set_ylabel("cost C before the step")
    axes.legend(loc="best")
    return axes
