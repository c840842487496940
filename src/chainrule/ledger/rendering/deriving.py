"""The derivative of one gradient by SymPy: its formula, and its value with 50 digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.equations.activations import LEAK, SELU_ALPHA, SELU_SCALE
from chainrule.errors import MissingLibraryError
from chainrule.ledger.entries import LedgerEntries, LedgerEntry
from chainrule.ledger.formulas import (
    Derivation,
    Leaf,
    Number,
    Symbol,
    Term,
    add,
    evaluate_precisely,
    from_sympy,
)
from chainrule.ledger.steps import Quantity, Step, quantity_value

__all__ = ["Deriver", "SymbolicGradient"]

AGREEMENT = 1e-12
"""How far SymPy's number and the ledger's may lie apart, relative to the number or to 1."""

_DIGITS = 50


@dataclass(frozen=True)
class SymbolicGradient:
    """A gradient derived by SymPy.

    Args:
        entry: the gradient; its formula is the derivative, its value the ledger's number.
        equation: id of the ledger's own equation.
        value: what the derivative comes to, worked out with 50 digits and more.
    """

    entry: LedgerEntry
    equation: str
    value: float

    @property
    def apart(self) -> float:
        """How far the ledger's number lies from it."""
        return abs(self.value - self.entry.value)

    @property
    def agrees(self) -> bool:
        """Whether the ledger's number is the same, but for rounding."""
        return self.apart <= AGREEMENT * max(1.0, abs(self.value))


class Deriver:
    """Derives gradients of one step; each symbol is a number of the ledger.

    Args:
        ledger: of a small network in training.
        step: of it.
    """

    def __init__(self, ledger: LedgerEntries, step: Step) -> None:
        self.ledger = ledger
        self.step = step
        # What each symbol stands for, by name; grows with the formulas.
        self.symbols = _settings(step)
        # Weighted sums with all digits, of the gradient that is being worked out.
        self.precise: dict[Quantity, Any] = {}

    def named(self, quantity: Quantity) -> Any:
        """The symbol of a number, which is real."""
        sympy, name = _sympy(), str(quantity)
        self.symbols[name] = Term(quantity, quantity_value(self.step, quantity))
        return sympy.Symbol(name, real=True)

    @property
    def derivation(self) -> Derivation:
        """The rules of derivation for this step."""
        return Derivation(self.step, self.named)

    def derive(self, quantity: Quantity) -> SymbolicGradient:
        """The derivative as a formula, its number, and that of the ledger."""
        _sympy()
        terms = self.derivation.gradient(quantity)
        tree = add([from_sympy(term, self.symbols) for term in terms])
        known = self.ledger.entry(quantity)
        entry = LedgerEntry(quantity, "", known.name, "symbolic", known.value, tree)
        return SymbolicGradient(entry, known.equation, self._number(entry))

    def _number(self, entry: LedgerEntry) -> float:
        """What it comes to; far from 0 the functions need more digits than the numbers have."""
        import mpmath

        assert entry.formula is not None
        farthest = max(float(abs(z).max()) for z in self.step.z)
        with mpmath.workdps(_DIGITS + min(1000, math.ceil(farthest))):
            self.precise.clear()
            try:
                return float(evaluate_precisely(entry.formula, self._leaf))
            except (ArithmeticError, ValueError):
                return math.nan

    def _leaf(self, leaf: Leaf) -> Any:
        import mpmath

        if isinstance(leaf, Term) and leaf.quantity.kind == "z":
            return self._weighted_sum(leaf.quantity)
        return mpmath.mpf(leaf.value)

    def _weighted_sum(self, quantity: Quantity) -> Any:
        """A weighted sum from inputs, weights and biases, by SymPy's functions."""
        if quantity in self.precise:
            return self.precise[quantity]
        layer, (j,) = quantity.layer or 1, quantity.index
        weights, bias = self.step.layers[layer - 1].W, self.step.layers[layer - 1].b
        total = sum(
            w * a for w, a in zip(map(float, weights[j]), self._inputs(quantity), strict=True)
        )
        self.precise[quantity] = total if bias is None else total + float(bias[j])
        return self.precise[quantity]

    def _inputs(self, quantity: Quantity) -> Sequence[Any]:
        import mpmath

        layer, row = (quantity.layer or 1) - 1, quantity.example
        width = self.ledger.example.architecture.layers[layer]
        kind = "z" if layer else "a"
        before = [Quantity(kind, layer, (k,), self.step.number, row) for k in range(width)]
        if not layer:
            return [mpmath.mpf(quantity_value(self.step, one)) for one in before]
        sums = list(map(self.named, before))
        values = (self.derivation.activation(layer, sums, k) for k in range(width))
        return [evaluate_precisely(from_sympy(value, self.symbols), self._leaf) for value in values]


def _settings(step: Step) -> dict[str, Leaf]:
    """What is not a quantity of the ledger."""
    recipe = step.recipe
    return {
        "leak": Number(LEAK),
        "selu_scale": Symbol("selu_scale", "s", SELU_SCALE, rational=False),
        "selu_alpha": Symbol("selu_alpha", "α", SELU_ALPHA, rational=False),
        "h": Symbol("h", "h", recipe.huber_threshold),
        "l1": Symbol("l1", "λ₁", recipe.l1),
        "l2": Symbol("l2", "λ₂", recipe.l2),
    }


def _sympy() -> Any:
    try:
        import sympy
    except ImportError:
        raise MissingLibraryError(
            "explain",
            expected="SymPy for --symbolic",
            got="no module of that name",
            remedy="Install it with `pip install sympy`",
            argument="symbolic",
        ) from None
    return sympy
