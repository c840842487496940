"""A slip: one mistake that people make, as a change of the formula of a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from chainrule.errors import ChainruleError
from chainrule.ledger import Ledger
from chainrule.ledger.formulas import (
    Expression,
    Negative,
    Sum,
    Term,
    replace_one_part,
    replace_parts,
)
from chainrule.ledger.steps import Quantity

__all__ = ["Slip", "SlipSite", "flip_one_sign", "is_term_of"]


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
        """A number of the same step and example."""
        mine = self.quantity
        try:
            return self.term(Quantity(kind, layer, index, mine.step, mine.example))
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

    def replace_kind(self, old: str, new: str, **place: int) -> Iterable[Expression]:
        """The formula with numbers of another kind.

        Args:
            old: the kind of those to be exchanged.
            new: the kind that they get.
            **place: other fields of the addresses.
        """
        return self.replace_quantities(
            lambda q: replace(q, kind=new, **place) if q.kind == old else None  # type: ignore[arg-type]
        )


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


def is_term_of(part: Expression, *kinds: str) -> bool:
    """Whether a part is a number of one of these kinds, or minus it."""
    while isinstance(part, Negative):
        part = part.of
    return isinstance(part, Term) and part.quantity.kind in kinds


def flip_one_sign(tree: Expression, *, is_subtracted: bool) -> Iterator[Expression]:
    """The formulas with one term's sign turned.

    Args:
        tree: the formula.
        is_subtracted: whether the term is one that is subtracted.
    """

    def rule(whole: Expression) -> Iterator[Expression]:
        if not isinstance(whole, Sum) or len(whole.terms) > 16:
            return
        for at, term in enumerate(whole.terms):
            if isinstance(term, Negative) == is_subtracted:
                new = term.of if isinstance(term, Negative) else Negative(term)
                yield Sum((*whole.terms[:at], new, *whole.terms[at + 1 :]))

    yield from replace_one_part(tree, rule)
