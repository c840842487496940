"""A slip: one mistake that people make, as a change of the formula of a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chainrule.errors import ChainruleError
from chainrule.ledger import Ledger
from chainrule.ledger.formulas import Expression, Term, replace_parts
from chainrule.ledger.steps import KINDS, Quantity

__all__ = ["Slip", "SlipSite"]


@dataclass(frozen=True, eq=False)
class SlipSite:
    """Where a slip may have been made.

    Args:
        ledger: of the worked example.
        quantity: located, one number.
        tree: its formula.
    """

    ledger: Ledger
    quantity: Quantity
    tree: Expression

    @property
    def depth(self) -> int:
        """How many layers the network has."""
        return self.ledger.example.architecture.depth

    @property
    def activation(self) -> str:
        """The activation function of the quantity's layer; empty if it has none."""
        names = self.ledger.example.architecture.activations
        return names[self.quantity.layer - 1] if self.quantity.layer else ""

    def width(self, layer: int) -> int:
        """How many neurons a layer has; layer 0 are the inputs."""
        return self.ledger.example.architecture.layers[layer]

    def term(self, quantity: Quantity) -> Term | None:
        """A number of the worked example; None if it has no such number."""
        try:
            full = self.ledger.locate(quantity)
            return Term(full, float(self.ledger.value(full)))
        except ChainruleError:
            return None

    def of(self, kind: str, layer: int | None, *index: int) -> Term | None:
        """A number of the same step and, unless it belongs to the whole batch, example."""
        mine = self.quantity
        example = None if KINDS[kind].scope == "batch" else mine.example
        try:
            return self.term(Quantity(kind, layer, index, mine.step, example))
        except ChainruleError:
            return None

    def here(self, kind: str) -> Term | None:
        """The number of another kind in the same place."""
        return self.of(kind, self.quantity.layer, *self.quantity.index)

    def formula(self, quantity: Quantity) -> Expression | None:
        """The formula of another number."""
        term = self.term(quantity)
        form = None if term is None else self.ledger.form(term.quantity)
        return None if form is None else form.expression

    def replace_quantities(
        self, rule: Callable[[Quantity], Quantity | None]
    ) -> Iterable[Expression]:
        """The formula with other numbers in it.

        Args:
            rule: for the address of a number in it another one, or None to leave it.

        Returns: nothing if a number does not exist, or none is renamed.
        """
        missing = False

        def exchange(part: Expression) -> Expression | None:
            nonlocal missing
            try:
                other = rule(part.quantity) if isinstance(part, Term) else None
            except ChainruleError:  # an address that cannot be, such as z[0][0]
                missing = True
                return None
            found = None if other is None else self.term(other)
            missing = missing or (other is not None and found is None)
            return found

        new = replace_parts(self.tree, exchange)
        return () if missing or new == self.tree else (new,)


@dataclass(frozen=True)
class Slip:
    """One mistake that people make.

    Args:
        name: a few words.
        sentence: what was done, and what is right.
        change: the formulas that are used by those who make it; none where it cannot be made.
        kinds: of the quantities in which it is made; empty for all.
        is_common: whether it is often made together with another.
    """

    name: str
    sentence: str
    change: Callable[[SlipSite], Iterable[Expression]]
    kinds: tuple[str, ...] = ()
    is_common: bool = False

    def formulas(self, site: SlipSite) -> list[Expression]:
        """The formulas of those who make it there."""
        if self.kinds and site.quantity.kind not in self.kinds:
            return []
        return [tree for tree in self.change(site) if tree != site.tree]
