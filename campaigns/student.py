"""A student who works through a small network by hand, correctly or with one slip.

Nothing here comes from chainrule: the numbers are worked out in plain Python, one at a time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sheets import COSTS, LATER, Key, Manner, Sheet

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "identity": lambda z: z,
}
FROM_A: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
}
LAST_OUT = ("da", "delta", "dW", "db")
SLIPS: dict[str, tuple[str, ...]] = {
    "sign of z": ("a",),
    "activation left out": ("a", "dW"),
    "another activation function": ("a",),
    "bias left out": ("z",),
    "bias subtracted": ("z",),
    "inputs left out": ("z",),
    "transposed index": ("z", "da", "dW", "W_new"),
    "input used for activation": ("z", "dW"),
    "weighted sum used for activation": ("z", "dW"),
    "weights left out": ("z", "da"),
    "biases held fixed": ("z@2",),
    "old weights used": ("z@2",),
    "not squared": ("cost",),
    "doubled, not squared": ("cost",),
    "sum squared": ("cost",),
    "factor 2 left out": ("da",),
    "factor ½ left out": ("cost",),
    "factor 2 too many": ("cost", *LAST_OUT, "W_new"),
    "factor ½ too many": ("cost", *LAST_OUT, "W_new"),
    "1/n": ("cost", "da"),
    "1/m left out": ("cost", *LAST_OUT),
    "part added to the total": ("cost", "da", "dW", "db"),
    "product of two sums": ("da", "dW"),
    "derivative left out": ("delta", "dW", "db"),
    "derivative at the wrong argument": ("slope", "delta"),
    "derivative taken as 1": ("slope",),
    "derivative once too often": ("delta",),
    "activation used for its derivative": ("slope", "delta"),
    "a - y for a in the derivative": ("slope", "delta"),
    "1 - a for the derivative": ("slope", "delta"),
    "target minus output": ("da",),
    "target left out": ("da",),
    "output left out": ("da",),
    "new weights used": ("da",),
    "not summed": ("da",),
    "error left out": ("dW",),
    "only one example": ("dW", "db"),
    "multiplied by an input": ("db",),
    "sign lost": ("z", "dW", "db"),
    "rate left out": ("W_new", "b_new"),
    "added instead of subtracted": ("slope", "da", "W_new", "b_new"),
    "not updated": ("W_new", "b_new"),
    "old value left out": ("W_new", "b_new"),
    "previous rounding": ("z", "delta", "dW"),
}
"""Slips with the quantities in which the student can make them."""


@dataclass
class Student:
    """Works through a sheet.

    Args:
        sheet: the exercise.
        manner: of writing and going on.
        chance: decides where the manner is mixed.
        slip: the quantity in which a slip is made, and its name.
    """

    sheet: Sheet
    manner: Manner
    chance: random.Random
    slip: tuple[Key, str] | None = None
    values: dict[Key, float] = field(default_factory=dict)
    texts: dict[Key, str] = field(default_factory=dict)
    order: list[Key] = field(default_factory=list)
    slipped: dict[str, float] = field(default_factory=dict)
    trying: str = ""
    coarse: bool = False

    def work(self) -> bool:
        """Work out everything; whether the slip could be made."""
        depth, rows = len(self.sheet.names), range(len(self.sheet.examples))
        for row in rows:
            self._forward(row)
        if len(rows) > 1:
            for row in rows:
                self._write(("cost", row, None, ()), self._cost)
        self._write(("cost", None if len(rows) > 1 else 0, None, ()), self._batch_cost)
        for layer in range(depth, 0, -1):
            for row in rows:
                self._errors(row, layer)
            self._gradients(layer)
        if self.sheet.steps > 1:
            for row in rows:
                self._forward(row, LATER)
        return self.slip is None or self.slip[1] in self.slipped

    def _forward(self, row: int, step: str = "") -> None:
        for layer in range(1, len(self.sheet.names) + 1):
            for j in range(self.sheet.layers[layer]):
                self._write((f"z{step}", row, layer, (j,)), self._z)
                self._write((f"a{step}", row, layer, (j,)), self._a)

    def _errors(self, row: int, layer: int) -> None:
        ways = {"da": self._da, "slope": self._slope, "delta": self._delta}
        for j in range(self.sheet.layers[layer]):
            for kind, way in ways.items():
                self._write((kind, row, layer, (j,)), way)

    def _gradients(self, layer: int) -> None:
        """The gradients of a layer and its new weights, before the layer below is gone on to."""
        for j in range(self.sheet.layers[layer]):
            for k in range(self.sheet.layers[layer - 1]):
                self._write(("dW", None, layer, (j, k)), self._dw)
                self._write(("W_new", None, layer, (j, k)), self._new)
            self._write(("db", None, layer, (j,)), self._db)
            self._write(("b_new", None, layer, (j,)), self._new)

    def _write(self, key: Key, way: Callable[[Key], float]) -> None:
        value = way(key)
        if self.slip is not None and self.slip[0] == key:
            self._try_slips(key, way)
            value = self.slipped.get(self.slip[1], value)
        self.values[key], self.texts[key] = value, self.manner.text(value)
        self.order.append(key)

    def _try_slips(self, key: Key, way: Callable[[Key], float]) -> None:
        """What each slip would give there."""
        state = self.chance.getstate()
        right = way(key)
        for name in SLIPS:
            self.chance.setstate(state)
            self.trying = name
            try:
                self.coarse = name == "previous rounding"
                value = way(key)
            except (KeyError, IndexError, OverflowError):
                value = right
            if value != right and key[0] in SLIPS[name]:
                self.slipped[name] = value
            self.trying, self.coarse = "", False

    def same_as_planted(self, key: Key) -> set[str]:
        """The names of the slips that give the same number as the planted one."""
        mine = self.slipped[self.slip[1]] if self.slip else math.nan
        return {n for n, v in self.slipped.items() if math.isclose(v, mine, rel_tol=1e-9)}

    def unit(self, key: Key) -> float:
        """One in the last digit of what was printed."""
        return 10.0 ** self.manner.unit(self.values[key])

    def use(self, kind: str, row: int | None, layer: int | None, *index: int) -> float:
        """A number that was worked out before, as the manner has it, or one that is given."""
        if kind == "W":
            return self.sheet.weights[layer - 1][index[0]][index[1]]  # type: ignore[operator]
        if kind == "b":
            return self.sheet.biases[layer - 1][index[0]]  # type: ignore[operator]
        if kind in (f"W{LATER}", f"b{LATER}"):
            kind = f"{kind[0]}_new"
        if kind in ("a", f"a{LATER}") and layer == 0:
            return self.sheet.examples[row or 0][0][index[0]]
        key = (kind, row, layer, index)
        full, printed = self.values[key], float(self.texts[key])
        if self.coarse and self.manner.digits > 3:
            return float(replace(self.manner, digits=1, significant=True, cut=False).text(full))
        if self.manner.goes_on == "mixed":
            return self.chance.choice((full, printed))
        return full if self.manner.goes_on == "full" else printed

    def _scaled(self, value: float) -> float:
        """The slips that any formula can have."""
        outputs, rows = self.sheet.layers[-1], len(self.sheet.examples)
        factors = {"factor 2 too many": 2.0, "factor ½ too many": 0.5, "sign lost": -1.0}
        factors["1/m left out"] = float(rows)
        if self.trying == "1/n" and outputs * rows > 1:
            return value / (outputs if outputs > 1 else rows)
        return value * factors.get(self.trying, 1.0)

    def _z(self, key: Key) -> float:
        kind, row, layer, (j,) = key
        step = LATER if kind.endswith(LATER) else ""
        old_weights = "" if self.trying == "old weights used" else step
        old_biases = "" if self.trying in ("old weights used", "biases held fixed") else step
        total, width = 0.0, self.sheet.layers[layer - 1]
        if self.trying == "inputs left out" and width == 1:
            raise KeyError(key)
        for k in range(width // 2 if self.trying == "inputs left out" else width):
            place = (k, j) if self.trying == "transposed index" else (j, k)
            w = self.use(f"W{old_weights}", None, layer, *place)
            w = 1.0 if self.trying == "weights left out" else w
            total += w * self._input(row, layer, k, step)
        bias = self.use(f"b{old_biases}", None, layer, j)
        factor = {"bias left out": 0.0, "bias subtracted": -1.0}.get(self.trying, 1.0)
        return self._scaled(total + factor * bias)

    def _input(self, row: int, layer: int, k: int, step: str = "") -> float:
        """An activation of the layer before, or what a slip takes for it."""
        if self.trying == "input used for activation":
            return self.use("a", row, 0, k)
        if self.trying == "weighted sum used for activation":
            return self.use(f"z{step}", row, layer - 1, k)
        return self.use(f"a{step}", row, layer - 1, k)

    def _a(self, key: Key) -> float:
        kind, row, layer, index = key
        z, name = self.use(f"z{kind[1:]}", row, layer, *index), self.sheet.names[layer - 1]
        if self.trying == "sign of z":
            z = -z
        if self.trying == "activation left out":
            return z
        if self.trying == "another activation function":
            name = "tanh" if name == "sigmoid" else "sigmoid"
        return FUNCTIONS[name](z)

    def _cost(self, key: Key) -> float:
        row = key[1] or 0
        targets, depth = self.sheet.examples[row][1], len(self.sheet.names)
        misses = [self.use("a", row, depth, i) - y for i, y in enumerate(targets)]
        parts = {
            "not squared": misses,
            "doubled, not squared": [2 * miss for miss in misses],
            "sum squared": [sum(misses) ** 2],
        }.get(self.trying, [miss**2 for miss in misses])
        if self.trying == "1/m left out":
            raise KeyError(key)
        total = self._total(parts)
        share = {"half_squared_error": 0.5, "mean_squared_error": 1 / len(targets)}
        if self.trying == "factor ½ left out" and self.sheet.cost == "half_squared_error":
            return total
        return self._scaled(total * share.get(self.sheet.cost, 1.0))

    def _total(self, parts: list[float]) -> float:
        """Their sum, or with the first of them once more."""
        return sum(parts) + (parts[0] if self.trying == "part added to the total" else 0.0)

    def _batch_cost(self, key: Key) -> float:
        rows = len(self.sheet.examples)
        if rows == 1:
            return self._cost(key)
        if "squared" in self.trying:
            raise KeyError(key)
        total = self._total([self.use("cost", row, None) for row in range(rows)])
        return self._scaled(total / rows)

    def _da(self, key: Key) -> float:
        _, row, layer, (j,) = key
        if layer == len(self.sheet.names):
            if self.trying == "part added to the total":
                raise KeyError(key)
            return self._scaled(self._miss(row, j))
        after = range(self.sheet.layers[layer + 1])
        errors = [self.use("delta", row, layer + 1, i) for i in after]
        weights = [self._weight_back(layer + 1, i, j) for i in after]
        if self.trying == "product of two sums":
            return sum(errors) * sum(weights)
        parts = [error * w for error, w in zip(errors, weights, strict=True)]
        return self._scaled(self._total(parts[:1] if self.trying == "not summed" else parts))

    def _miss(self, row: int, j: int) -> float:
        """The gradient of the cost by an output."""
        y, a = self.sheet.examples[row][1][j], self.use("a", row, len(self.sheet.names), j)
        miss = {
            "target minus output": y - a,
            "added instead of subtracted": a + y,
            "target left out": a,
            "output left out": -y,
        }.get(self.trying, a - y)
        n = len(self.sheet.examples[row][1]) if self.sheet.cost == "mean_squared_error" else 1
        factor = 1.0 if self.trying == "factor 2 left out" else COSTS[self.sheet.cost]
        return factor * miss / n / len(self.sheet.examples)

    def _weight_back(self, layer: int, i: int, j: int) -> float:
        if self.trying == "weights left out":
            return 1.0
        if self.trying == "new weights used":
            return self.use("W_new", None, layer, i, j)
        return self.use(
            "W", None, layer, *((j, i) if self.trying == "transposed index" else (i, j))
        )

    def _slope(self, key: Key) -> float:
        _, row, layer, (j,) = key
        name = self.sheet.names[layer - 1]
        z, a = self.use("z", row, layer, j), self.use("a", row, layer, j)
        if self.trying == "activation used for its derivative":
            return a
        if self.trying == "derivative taken as 1":
            return 1.0
        if self.trying == "1 - a for the derivative":
            return 1 - a
        if self.trying == "a - y for a in the derivative":
            if layer < len(self.sheet.names) or name not in FROM_A:
                raise KeyError(key)
            return FROM_A[name](a - self.sheet.examples[row][1][j])
        if name not in FROM_A:
            return 1.0 if name == "identity" or z > 0 else 0.0
        if self.trying == "derivative at the wrong argument":
            return FROM_A[name](z)
        if self.trying == "added instead of subtracted":
            return a * (1 + a) if name == "sigmoid" else 1 + a * a
        return FROM_A[name](a)

    def _delta(self, key: Key) -> float:
        _, row, layer, (j,) = key
        slope = 1.0
        if "slope" in SLIPS.get(self.trying, ()):
            slope = self._slope(key)
        elif self.trying != "derivative left out":
            slope = self.use("slope", row, layer, j)
        if self.trying == "derivative once too often":
            slope *= slope
        return self._scaled(self.use("da", row, layer, j) * slope)

    def _dw(self, key: Key) -> float:
        _, _, layer, (j, k) = key
        if self.trying == "transposed index":
            j, k = k, j
        kind = "da" if self.trying == "derivative left out" else "delta"
        rows = range(len(self.sheet.examples))
        errors = [self.use(kind, row, layer, j) for row in rows]
        inputs = [self._input(row, layer, k) for row in rows]
        if self.trying == "product of two sums":
            return sum(errors) * sum(inputs)
        alone = {"activation left out": errors, "error left out": inputs}.get(self.trying)
        parts = alone or [error * a for error, a in zip(errors, inputs, strict=True)]
        return self._scaled(self._total(parts[:1] if self.trying == "only one example" else parts))

    def _db(self, key: Key) -> float:
        _, _, layer, (j,) = key
        kind = "da" if self.trying == "derivative left out" else "delta"
        rows = range(len(self.sheet.examples))
        parts = [self.use(kind, row, layer, j) for row in rows]
        if self.trying == "multiplied by an input":
            parts = [
                part * self._input(row, layer, 0) for part, row in zip(parts, rows, strict=True)
            ]
        return self._scaled(self._total(parts[:1] if self.trying == "only one example" else parts))

    def _new(self, key: Key) -> float:
        kind, _, layer, index = key
        old = self.use(kind[0], None, layer, *index)
        if self.trying == "not updated":
            return old
        if self.trying == "transposed index":
            index = index[::-1]
        step = self._scaled(self.use(f"d{kind[0]}", None, layer, *index))
        step *= 1.0 if self.trying == "rate left out" else self.sheet.rate
        if self.trying == "old value left out":
            return -step
        return old + step if self.trying == "added instead of subtracted" else old - step
