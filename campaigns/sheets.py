"""Worksheets for a simulated student, as chainrule makes them, and manners of writing numbers."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.ledger.ledger import Ledger
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.sheet import Worksheet as PrintedSheet
from chainrule.worksheets.sheet import make_worksheet

Key = tuple[Any, ...]
"""Kind, example or None, layer or None, indices."""

LATER = "@2"
"""The end of the kinds of the second step."""

COSTS = {"squared_error": 2.0, "half_squared_error": 1.0, "mean_squared_error": 2.0}
"""Each cost with the factor of its gradient; the mean's is divided by the outputs too."""


@dataclass(frozen=True)
class Manner:
    """How a student writes numbers down and goes on from them.

    Args:
        digits: how many are kept.
        significant: whether significant digits count, or those after the point.
        cut: whether the others are cut off, not rounded.
        goes_on: from the "printed" numbers, the "full" ones, or "mixed".
        mark: what stands before the decimals.
    """

    digits: int
    significant: bool
    cut: bool
    goes_on: str
    mark: str = "."

    @classmethod
    def drawn(cls, chance: random.Random) -> Manner:
        """Any manner."""
        goes_on = chance.choice(("printed", "full", "mixed"))
        mark = "," if chance.random() < 0.25 else "."
        significant, cut = chance.random() < 0.5, chance.random() < 0.25
        return cls(chance.randint(2, 6), significant, cut, goes_on, mark)

    def otherwise(self, chance: random.Random) -> Manner:
        """Another manner with as many digits."""
        goes_on = chance.choice(("printed", "full", "mixed", "mixed"))
        return replace(self, cut=chance.random() < 0.5, goes_on=goes_on)

    def unit(self, value: float) -> int:
        """The place of the last digit that is kept: -3 for thousandths."""
        if not self.significant or abs(value) < 1e-12:
            return -self.digits
        digits = 15 if self.cut else self.digits - 1
        shown = f"{value:.{digits}e}"  # rounded, 0.0099996 becomes 0.0100
        return int(shown.partition("e")[2]) + 1 - self.digits

    def text(self, value: float) -> str:
        """The number as the student prints it."""
        place = self.unit(value)
        scaled = value / 10.0**place
        whole = int(scaled + math.copysign(1e-6, scaled)) if self.cut else round(scaled)
        return f"{whole * 10.0**place:.{max(0, -place)}f}"


@dataclass(frozen=True)
class Sheet:
    """An exercise as a student has it, and the worksheet that `chainrule worksheet` makes of it."""

    made: PrintedSheet
    layers: list[int]
    names: list[str]
    weights: list[list[list[float]]]
    biases: list[list[float]]
    cost: str
    rate: float
    examples: list[tuple[list[float], list[float]]]
    steps: int

    def text(self, claims: list[tuple[str, str]]) -> str:
        """The worksheet's own claims file, filled in; what is not claimed stays empty."""
        answers = dict(claims)
        missing = set(answers) - set(self.made.answers())
        if missing:
            raise ValueError(f"the worksheet does not ask for {sorted(missing)}")
        return self.made.claims_text(answers)


def random_sheet(chance: random.Random) -> Sheet:
    """A worksheet of a random plan and seed, with every number of the step left blank."""
    layers = tuple(chance.randint(1, 3) for _ in range(chance.randint(2, 4)))
    names = [chance.choice(["sigmoid", "sigmoid", "tanh", "relu"]) for _ in layers[2:]]
    names.append(chance.choice(["sigmoid", "sigmoid", "tanh", "identity"]))
    plan = ExercisePlan(
        layers=layers,
        activation=tuple(names),
        cost=chance.choice(list(COSTS)),
        learning_rate=chance.choice([None, 0.1, 0.2, 2.0]),
        examples=chance.randint(1, 2),
        steps=2 if chance.random() < 0.25 else 1,
    )
    example = generate_exercise(plan, chance.randrange(2**32))
    first = 1 if chance.random() < 0.25 else 0
    return sheet_by_hand(make_worksheet(Ledger(example.counted_from(first))))


def sheet_by_hand(made: PrintedSheet) -> Sheet:
    """What a student reads off a worksheet."""
    example = made.ledger.example
    assert example.recipe is not None, "a worksheet trains"
    working, rows = example.view, np.array(example.rows)
    inputs, targets = working.inputs(rows).tolist(), working.targets(rows).tolist()
    return Sheet(
        made=made,
        layers=list(example.architecture.layers),
        names=list(example.architecture.activations),
        weights=[W.tolist() for W in example.layout.weights(example.parameters)],
        biases=[b.tolist() for b in example.layout.biases(example.parameters) if b is not None],
        cost=example.recipe.cost,
        rate=example.recipe.learning_rate,
        examples=list(zip(inputs, targets, strict=True)),
        steps=example.steps,
    )


def address(key: Key, sheet: Sheet) -> str:
    """The address of a quantity in a worked file."""
    kind, example, layer, index = key
    first = sheet.made.ledger.example.conventions.indices
    text: str = "step[2]." if kind.endswith(LATER) else ""
    if example is not None and len(sheet.examples) > 1:
        text += f"example[{example + first}]."
    text += kind.removesuffix(LATER) + ("" if layer is None else f"[{layer}]")
    return text + (f"[{','.join(str(at + first) for at in index)}]" if index else "")
