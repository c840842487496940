"""Finding a learning rate: a short training in which the rate rises from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from chainrule.data import Dataset
from chainrule.engine import EpochSums, Position, Until
from chainrule.errors import DivergenceError, InputError
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training.setup import TrainingSetup, first_position, prepare_training

__all__ = ["RateCurve", "find_learning_rate", "smoothed"]

_MEMORY = 0.9
"""The fraction of the running mean of the costs that is kept in a step."""

_RUNAWAY = 4.0
"""The search ends when the smoothed cost is this many times its least value."""

_STEPS = Limit(int, "steps of the search", 10, 100_000)
_RATE = Limit(float, "a learning rate", 0, low_open=True)


@dataclass(frozen=True)
class RateCurve:
    """The cost of each step while the rate rises.

    Args:
        rates: learning rate of each step, rising.
        costs: cost of each step's batch before the step.
        smoothed: running means of the costs.
        lowest: the rate at which the smoothed cost is least; None if no step lowered it.
        diverged: whether the cost diverged before the last rate.
    """

    rates: tuple[float, ...]
    costs: tuple[float, ...]
    smoothed: tuple[float, ...]
    lowest: float | None
    diverged: bool

    @property
    def suggestion(self) -> float | None:
        """A rate to begin with: a third of `lowest`; None if the cost never fell.

        At the least cost the rate is about to be too high; a few times lower, a long training
        still makes long steps.
        """
        return None if self.lowest is None else self.lowest / 3

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule rate --json` prints."""
        return {**asdict(self), "suggestion": self.suggestion}


def find_learning_rate(
    network: Network,
    dataset: Dataset,
    recipe: Recipe,
    *,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 200,
    threads: int | None = None,
) -> RateCurve:
    """Train for some steps while the rate rises from `lowest` to `highest`, and note the costs.

    The network is not changed. The search ends early if the cost runs away.

    Args:
        network: the start.
        dataset: the training set.
        recipe: how; its learning_rate, schedule, epochs and averaging do not count.
        lowest: the first rate, above 0.
        highest: the last rate, above `lowest`.
        steps: their number, at least 10.
        threads: as in `train`.

    Returns: the RateCurve.
    Raises: InputError, ShapeError.
    """
    _STEPS.check("find_learning_rate", "steps", steps)
    for name, value in (("lowest", lowest), ("highest", highest)):
        _RATE.check("find_learning_rate", name, value)
    if lowest >= highest:
        raise InputError(
            "find_learning_rate",
            expected=f"a highest rate above the lowest, {lowest:g}",
            got=f"{highest:g}",
            argument="highest",
            value=highest,
        )
    setup = prepare_training(
        network,
        dataset,
        _rising_recipe(recipe, len(dataset), lowest, highest, steps),
        threads=threads,
    )
    rates, costs, diverged = _search(setup, steps)
    return _rate_curve(rates, costs, diverged)


def _rising_recipe(
    recipe: Recipe, examples: int, lowest: float, highest: float, steps: int
) -> Recipe:
    """The recipe with a rate that rises from the lowest to the highest in `steps` steps [S8]."""
    batches = -(-examples // min(examples, recipe.batch_size))
    epochs = -(-steps // batches)
    fraction = epochs * batches / max(1, steps - 1)
    return recipe.replaced(
        schedule="rise",
        learning_rate=lowest * (highest / lowest) ** fraction,
        final_factor=(lowest / highest) ** fraction,
        epochs=epochs,
        warmup_epochs=0.0,
        batch_growth=1.0,
        averaging="none",
        monitor=None,
        patience=None,
        validation_fraction=0.0,
    )


def _search(setup: TrainingSetup, steps: int) -> tuple[list[float], list[float], bool]:
    """The rate and the cost of each step, and whether the cost ran away."""
    position, rates, costs = first_position(setup), list[float](), list[float]()
    while len(costs) < steps:
        rate = setup.engine.learning_rate(position)
        try:
            after = setup.engine.advance(position, Until(batches=1))
        except DivergenceError:
            return rates, costs, True
        rates.append(rate)
        costs.append(_step_cost(position, after))
        if _runs_away(smoothed(costs)):
            return rates, costs, True
        position = _begin_next_epoch(setup, after)
    return rates, costs, False


def _step_cost(before: Position, after: Position) -> float:
    """The mean cost of the examples of one step."""
    examples = after.sums.examples - before.sums.examples
    return (after.sums.cost - before.sums.cost) / examples


def _begin_next_epoch(setup: TrainingSetup, position: Position) -> Position:
    """The position, moved to the start of the next epoch if this one has ended."""
    if position.batch < setup.engine.schedule.batches(position.epoch):
        return position
    return replace(position, epoch=position.epoch + 1, batch=0, sums=EpochSums())


def smoothed(costs: Sequence[float]) -> list[float]:
    """Running means of costs, without the bias of their start at 0.

    Example:
        >>> [round(mean, 6) for mean in smoothed([2.0, 2.0, 2.0])]
        [2.0, 2.0, 2.0]
    """
    mean, means = 0.0, []
    for count, cost in enumerate(costs, 1):
        mean = _MEMORY * mean + (1 - _MEMORY) * cost
        means.append(mean / (1 - _MEMORY**count))
    return means


def _runs_away(means: Sequence[float]) -> bool:
    return means[-1] > _RUNAWAY * min(means)


def _rate_curve(rates: Sequence[float], costs: Sequence[float], diverged: bool) -> RateCurve:
    means = smoothed(costs)
    least = min(range(len(means)), key=means.__getitem__, default=0)
    lowest = rates[least] if least else None
    return RateCurve(tuple(rates), tuple(costs), tuple(means), lowest, diverged)
