"""Numbers that follow from earlier claims by the same formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from chainrule.ledger import Ledger
from chainrule.ledger.formulas import (
    FLOATS,
    Arithmetic,
    Expression,
    Leaf,
    Term,
    add,
    choose_branches,
    conditions,
    evaluate,
    leaves,
    replace_parts,
)
from chainrule.ledger.steps import Quantity

__all__ = ["ClaimedNumbers", "ClaimedValue", "evaluate_with"]

_MAX_GROUPS = 256
_OTHER_END = {"low": "high", "high": "low"}


class ClaimedValue(NamedTuple):
    """The range of values that a number may have for the person who made the claims.

    Args:
        printed: worked out from the printed numbers.
        meant: worked out from the numbers behind them, with all their digits.
        low: the least that it can be, where some numbers were taken as printed and others not.
        high: the most.
        is_reference: whether it rests on no claim.
    """

    printed: float
    meant: float
    low: float
    high: float
    is_reference: bool = False

    @classmethod
    def reference(cls, value: float) -> ClaimedValue:
        """A number that no claim stands behind."""
        return cls(value, value, value, value, is_reference=True)

    @property
    def middle(self) -> float:
        """The number half-way between the least and the most."""
        return (self.low + self.high) / 2


def evaluate_with(expression: Expression, leaf: Callable[[Quantity], float]) -> float:
    """What a formula comes to with other numbers; not a number where it has no value.

    Args:
        expression: the formula.
        leaf: the number of an address.
    """

    def number(one: Leaf) -> float:
        return leaf(one.quantity) if isinstance(one, Term) else one.value

    try:
        found = evaluate(expression, Arithmetic(number, FLOATS.call, FLOATS.total))
        return float(found) if isinstance(found, (int, float)) else math.nan
    except (ArithmeticError, ValueError):
        return math.nan


class ClaimedNumbers:
    """Numbers as they follow from claims.

    Args:
        ledger: of the worked example.
        claimed: called with a number's address once all that it is made of is known; gives what
            its claim says, or None if nothing is claimed.
        has_claim: whether a number has a claim, known or to come.
    """

    def __init__(
        self,
        ledger: Ledger,
        claimed: Callable[[Quantity], ClaimedValue | None],
        has_claim: Callable[[Quantity], bool] = lambda quantity: False,
    ) -> None:
        self.ledger = ledger
        self._claimed, self._has_claim = claimed, has_claim
        self._known: dict[Quantity, ClaimedValue] = {}
        self._trees: dict[Quantity, Expression | None] = {}
        self._inputs: dict[Quantity, list[Quantity]] = {}
        self._users: dict[Quantity, list[Quantity]] = {}
        self._is_claimed: set[Quantity] = set()
        self._assumed: dict[Quantity, ClaimedValue] = {}

    def prepare(self, quantity: Quantity) -> None:
        """Resolve the inputs of a number, but not the number itself."""
        for part in self.inputs(quantity):
            self._resolve(part)

    def _resolve(self, quantity: Quantity) -> None:
        # With a stack of its own: formulas lead from number to number through layers and steps.
        waiting = [quantity]
        while waiting:
            top = waiting[-1]
            missing = [q for q in self.inputs(top) if q not in self._known]
            if top in self._known or not missing:
                waiting.pop()
                self._add(top)
            else:
                waiting += missing

    def _add(self, quantity: Quantity) -> None:
        if quantity in self._known:
            return
        claimed = self._claimed(quantity)
        if claimed is not None:
            self.set_claim(quantity, claimed)
            return
        self._known[quantity] = self.derive(quantity)
        for part in self.inputs(quantity):
            self._users.setdefault(part, []).append(quantity)

    def set_claim(self, quantity: Quantity, claimed: ClaimedValue) -> None:
        """Set a number to what a claim says, from here on."""
        stale = self._users.pop(quantity, []) if quantity in self._known else []
        self._known[quantity] = claimed
        self._is_claimed.add(quantity)
        while stale:
            user = stale.pop()
            if user not in self._is_claimed and self._known.pop(user, None) is not None:
                stale += self._users.pop(user, [])

    def is_claimed(self, quantity: Quantity) -> bool:
        """Whether a number is known from a claim."""
        return quantity in self._is_claimed

    def reference(self, quantity: Quantity) -> float:
        """The reference value."""
        return float(self.ledger.value(quantity))

    def peek(self, quantity: Quantity) -> ClaimedValue:
        """A number that need not be resolved yet; the reference value if it is not."""
        found = self._assumed.get(quantity) or self._known.get(quantity)
        return found or ClaimedValue.reference(self.reference(quantity))

    @contextmanager
    def assume(self) -> Iterator[dict[Quantity, ClaimedValue]]:
        """A place for numbers to be supposed in place of the known ones, for a while."""
        self._assumed = {}
        try:
            yield self._assumed
        finally:
            self._assumed = {}

    def unclaimed_inputs(self, quantity: Quantity, most: int) -> list[Quantity]:
        """What lies between a number and the claims before it, each after what it is made of.

        Args:
            quantity: located, one number.
            most: how many at most, the nearest ones.
        """
        found: dict[Quantity, None] = {}
        level = [quantity]
        while level and len(found) < most:
            parts = dict.fromkeys(part for one in level for part in self.inputs(one))
            level = [q for q in parts if not self.is_claimed(q) and self.inputs(q)]
            level = level[: most - len(found)]
            for one in level:
                found.pop(one, None)
                found[one] = None
        return list(found)[::-1]

    def formula(self, quantity: Quantity) -> Expression | None:
        """The formula of a number; None if it is given."""
        if quantity not in self._trees:
            form = self.ledger.form(quantity)
            tree = None if form is None else self._by_outputs(quantity) or form.expression
            # Written out, so that the terms of long sums are made once.
            written = None if tree is None else replace_parts(tree, lambda part: None)
            self._trees[quantity] = written
        return self._trees[quantity]

    def _by_outputs(self, quantity: Quantity) -> Expression | None:
        """The cost of one example as a sum over its outputs, where one of them has a claim."""
        example = self.ledger.example
        is_one = quantity.example is not None or not example.has_many
        if quantity.kind != "cost" or not is_one:
            return None
        array = replace(quantity, kind="c")
        terms = [array.at(i) for i in range(example.architecture.layers[-1])]
        if not any(map(self._has_claim, terms)):
            return None
        return add([Term(term, self.reference(term)) for term in terms])

    def inputs(self, quantity: Quantity) -> list[Quantity]:
        """The numbers in the formula of a number, and those that decide its branches."""
        if quantity not in self._inputs:
            self._inputs[quantity] = self._find_inputs(quantity)
        return self._inputs[quantity]

    def _find_inputs(self, quantity: Quantity) -> list[Quantity]:
        tree = self.formula(quantity)
        if tree is None:
            return []
        whole = [tree, *(side for case in conditions(tree) for side in (case.left, case.right))]
        terms = (leaf for part in whole for leaf in leaves(part) if isinstance(leaf, Term))
        return list(dict.fromkeys(term.quantity for term in terms))

    def derive(self, quantity: Quantity) -> ClaimedValue:
        """What a number is by its formula, whatever is claimed of itself."""
        tree, made_of = self.formula(quantity), self.inputs(quantity)
        if tree is None or all(self.peek(part).is_reference for part in made_of):
            return ClaimedValue.reference(self.reference(quantity))
        return self.evaluate(self.choose_branches(tree))

    def choose_branches(self, tree: Expression) -> Expression:
        """A formula with the branches that hold for the printed numbers."""
        return choose_branches(tree, lambda part: self.value(part, "printed"))

    def value(self, tree: Expression, of: str) -> float:
        """What a formula comes to with the numbers "printed", "meant" or in the "middle"."""
        return evaluate_with(tree, lambda quantity: float(getattr(self.peek(quantity), of)))

    def evaluate(self, tree: Expression) -> ClaimedValue:
        """What a formula comes to, and how far it may lie from there.

        Args:
            tree: a formula of numbers that are known.
        """
        points = self.value(tree, "printed"), self.value(tree, "meant")
        every = [value for value in (*points, *self._extremes(tree)) if math.isfinite(value)]
        if not every:
            return ClaimedValue(math.nan, math.nan, math.nan, math.nan)
        return ClaimedValue(*points, min(every), max(every))

    def _extremes(self, tree: Expression) -> list[float]:
        """How far a formula goes as its numbers go from their least to their most.

        Each number is moved by itself first; then all of them, each the way it was seen to lead.
        """
        known = {t.quantity: self.peek(t.quantity) for t in leaves(tree) if isinstance(t, Term)}
        wide = [quantity for quantity, one in known.items() if one.low < one.high]
        if not wide:
            return []
        size = max(1, -(-len(wide) // _MAX_GROUPS))  # of a very long sum several at once

        def moved(ends: dict[Quantity, str]) -> float:
            return evaluate_with(tree, lambda q: float(getattr(known[q], ends.get(q, "middle"))))

        middle, radius = moved({}), 0.0
        rising: dict[Quantity, str] = {}
        for at in range(0, len(wide), size):
            group = wide[at : at + size]
            change = moved(dict.fromkeys(group, "high")) - moved(dict.fromkeys(group, "low"))
            radius += abs(change) / 2
            rising |= dict.fromkeys(group, "high" if change > 0 else "low")
        falling = {quantity: _OTHER_END[end] for quantity, end in rising.items()}
        return [middle - radius, middle + radius, moved(rising), moved(falling)]
