"""The learning rate of a step as a formula [S1] to [S5], [S7] to [S9]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chainrule.engine import TrainingSchedule
from chainrule.equations.schedules import ONE_CYCLE_START, SCHEDULES
from chainrule.ledger.formulas.builders import (
    HALF,
    ONE,
    QuantityForm,
    TermBuilder,
    multiply,
    subtract,
)
from chainrule.ledger.formulas.expression import (
    Call,
    Case,
    Expression,
    Number,
    Power,
    Quotient,
    Sum,
    Symbol,
)
from chainrule.recipe import Recipe

__all__ = ["rate_forms"]


def rate_forms(make: TermBuilder) -> list[QuantityForm]:
    """How the learning rate of a step is written.

    Args:
        make: of the rate.
    """
    example, recipe = make.step.example, make.step.recipe
    schedule = example.schedule
    here = _Here(make, recipe, schedule, example.start + make.quantity.step - 1)
    plain = _TREES[recipe.schedule](here)
    if not recipe.warmup_epochs:
        return [QuantityForm(SCHEDULES[recipe.schedule].equation, plain)]
    return [QuantityForm("S9", multiply(plain, Call("min", (ONE, here.warmed))))]


@dataclass(frozen=True, eq=False)
class _Here:
    """Where in a training a step stands, as symbols.

    Args:
        make: of the rate.
        recipe: of the training.
        schedule: of the training.
        done: steps before this one.
    """

    make: TermBuilder
    recipe: Recipe
    schedule: TrainingSchedule
    done: int

    @property
    def batches(self) -> int:
        return self.schedule.batches(0)

    @property
    def epoch(self) -> int:
        return self.done // self.batches

    @property
    def eta0(self) -> Symbol:
        return self.make.symbol("eta0", "η₀", self.recipe.learning_rate)

    @property
    def factor(self) -> Symbol:
        return self.make.symbol("factor", "γ", self.recipe.schedule_factor)

    @property
    def final(self) -> Symbol:
        return self.make.symbol("final", "f", self.recipe.final_factor)

    @property
    def end(self) -> Expression:
        """The last rate."""
        return multiply(self.final, self.eta0)

    @property
    def step(self) -> Symbol:
        return self.make.symbol("step", "s", self.done)

    @property
    def fraction(self) -> Expression:
        """What of the run is done."""
        return Quotient(self.step, self.make.symbol("steps", "S", self.schedule.steps))

    @property
    def epochs(self) -> Expression:
        """Epochs that are done, with their parts."""
        if self.batches == 1:
            return self.step
        return Quotient(self.step, self._batches)

    @property
    def _batches(self) -> Symbol:
        return self.make.symbol("batches", "N", self.batches)

    @property
    def warmed(self) -> Expression:
        """[S9] Epochs done at the step's end, as a fraction of those in which the rate rises."""
        letter = "w₂" if self.recipe.schedule == "one_cycle" else "w"  # which has a w of its own
        w = self.make.symbol("warmup_epochs", letter, self.recipe.warmup_epochs)
        bottom = w if self.batches == 1 else multiply(self._batches, w)
        return Quotient(Sum((self.step, ONE)), bottom)


def _half_cosine(start: Expression, end: Expression, fraction: Expression) -> Expression:
    """From start to end along half a cosine."""
    pi = Symbol("pi", "π", 3.141592653589793, rational=False)
    bow = multiply(HALF, Sum((ONE, Call("cos", (multiply(pi, fraction),)))))
    return Sum((end, multiply(subtract(start, end), bow)))


def _dropped(here: _Here, drops: int) -> Expression:
    return multiply(here.eta0, Power(here.factor, Number(float(drops))))


def _one_cycle(here: _Here) -> Expression:
    """[S5] Up in the warm-up fraction of the run, then down."""
    warmup = here.make.symbol("warmup", "w", here.recipe.warmup_fraction)
    if here.done / here.schedule.steps < here.recipe.warmup_fraction:
        first = Quotient(here.eta0, Number(ONE_CYCLE_START))
        rising = Quotient(here.fraction, warmup)
        return Case(_half_cosine(first, here.eta0, rising), here.fraction, "<", warmup)
    falling = Quotient(subtract(here.fraction, warmup), subtract(ONE, warmup))
    return Case(_half_cosine(here.eta0, here.end, falling), here.fraction, "≥", warmup)


def _restarting(here: _Here) -> Expression:
    """[S7] Half a cosine in each cycle, whose epochs before it are taken off."""
    recipe = here.recipe
    k = here.make.symbol("cycle", "k", recipe.cycle_epochs)
    g = here.make.symbol("growth", "g", recipe.cycle_growth)
    cycles, length = _cycles_before(here), k
    if not cycles:
        return _half_cosine(here.eta0, here.end, Quotient(here.epochs, k))
    count, before = Number(float(cycles)), multiply(Number(float(cycles)), k)
    whole: Expression = length
    if recipe.cycle_growth != 1:
        grown = g if cycles == 1 else Power(g, count)
        whole = multiply(k, grown)
        before = multiply(k, Quotient(subtract(grown, ONE), subtract(g, ONE))) if cycles > 1 else k
    return _half_cosine(here.eta0, here.end, Quotient(subtract(here.epochs, before), whole))


def _cycles_before(here: _Here) -> int:
    """Cycles that have ended, counted as the schedule counts them."""
    done = here.epoch + (here.done - here.epoch * here.batches) / here.batches
    length, cycles = float(here.recipe.cycle_epochs), 0
    if here.recipe.cycle_growth == 1:
        return int(done // length)
    while done >= length:
        done, length, cycles = done - length, length * here.recipe.cycle_growth, cycles + 1
    return cycles


def _rising(here: _Here) -> Expression:
    """[S8] Each step by the same factor more than the one before."""
    return multiply(here.eta0, Power(here.final, subtract(ONE, here.fraction)))


_TREES: dict[str, Callable[[_Here], Expression]] = {
    "constant": lambda here: here.eta0,
    "step": lambda here: _dropped(here, here.epoch // here.recipe.schedule_every),
    "exponential": lambda here: _dropped(here, here.epoch),
    "cosine": lambda here: _half_cosine(here.eta0, here.end, here.fraction),
    "one_cycle": _one_cycle,
    "cosine_restarts": _restarting,
    "rise": _rising,
}
"""By schedule; a plateau's rate follows from costs that a few steps do not have."""
