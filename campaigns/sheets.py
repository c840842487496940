"""Exercises for a simulated student: random small networks, and manners of writing numbers down."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import Any

Key = tuple[Any, ...]
"""Kind, example or None, layer or None, indices."""

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
    """

    digits: int
    significant: bool
    cut: bool
    goes_on: str

    @classmethod
    def drawn(cls, chance: random.Random) -> Manner:
        """Any manner."""
        goes_on = chance.choice(("printed", "full", "mixed"))
        return cls(chance.randint(2, 6), chance.random() < 0.5, chance.random() < 0.25, goes_on)

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
    """An exercise: a network with its numbers, examples, and one step."""

    layers: list[int]
    names: list[str]
    weights: list[list[list[float]]]
    biases: list[list[float]]
    cost: str
    rate: float
    examples: list[tuple[list[float], list[float]]]

    def text(self, claims: list[tuple[str, str]]) -> str:
        """The exercise as a worked file, with claims."""
        lines = ["[network]", f"layers = {self.layers}", f"activations = {self.names!r}"]
        lines += [f"weights = {self.weights}", f"biases = {self.biases}", "[training]"]
        lines += [f'cost = "{self.cost}"', f"learning_rate = {self.rate}"]
        for inputs, targets in self.examples:
            lines += ["[[examples]]", f"inputs = {inputs}", f"targets = {targets}"]
        for quantity, printed in claims:
            lines += ["[[claims]]", f'quantity = "{quantity}"', f'printed = "{printed}"']
        return "\n".join(lines) + "\n"


def random_sheet(chance: random.Random) -> Sheet:
    """An exercise with numbers of one or two decimals."""

    def number(most: float) -> float:
        return round(chance.choice((-1, 1)) * chance.uniform(0.1, most), chance.randint(1, 2))

    layers = [chance.randint(1, 3) for _ in range(chance.randint(2, 4))]
    names = [chance.choice(["sigmoid", "sigmoid", "tanh", "relu"]) for _ in layers[2:]]
    names.append(chance.choice(["sigmoid", "sigmoid", "tanh", "identity"]))
    pairs = list(zip(layers[1:], layers, strict=False))
    return Sheet(
        layers=layers,
        names=names,
        weights=[[[number(1.5) for _ in range(k)] for _ in range(n)] for n, k in pairs],
        biases=[[number(1.0) for _ in range(n)] for n, _ in pairs],
        cost=chance.choice(list(COSTS)),
        rate=chance.choice([0.1, 0.2, 0.5, 2.0]),
        examples=[
            ([number(1.5) for _ in range(layers[0])], [number(1.0) for _ in range(layers[-1])])
            for _ in range(chance.randint(1, 2))
        ],
    )


def address(key: Key, sheet: Sheet) -> str:
    """The address of a quantity in a worked file."""
    kind, example, layer, index = key
    text = "" if example is None or len(sheet.examples) == 1 else f"example[{example}]."
    text += kind + ("" if layer is None else f"[{layer}]")
    return text + (f"[{','.join(map(str, index))}]" if index else "")
