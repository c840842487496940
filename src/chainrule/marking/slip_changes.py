"""Changes of formulas that several slips share, as functions of the place where one is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from chainrule.ledger.formulas import (
    Expression,
    Negative,
    Power,
    Product,
    Sum,
    Term,
    multiply,
    parts,
    remove_one_part,
    replace_one_part,
    replace_parts,
)
from chainrule.ledger.steps import Quantity
from chainrule.marking.slips import SlipSite

__all__ = [
    "MAX_TERMS",
    "Change",
    "flip_one_sign",
    "is_term_of",
    "leave_out_factor",
    "leave_out_factors",
    "leave_out_term",
    "rewrite",
    "rewrite_one",
    "swap_kind",
    "transpose",
    "unsquare",
]

Change: TypeAlias = Callable[[SlipSite], Iterable[Expression]]
Test: TypeAlias = Callable[[Expression], bool]

MAX_TERMS = 16
"""Of a longer sum no single terms are changed."""


def is_term_of(part: Expression, *kinds: str) -> bool:
    """Whether a part is a number of one of these kinds, or minus it."""
    while isinstance(part, Negative):
        part = part.of
    return isinstance(part, Term) and part.quantity.kind in kinds


def rewrite(rule: Callable[[Expression], Expression | None]) -> Change:
    """Each part of the formula for which the rule gives another is replaced."""
    return lambda site: (replace_parts(site.tree, rule),)


def rewrite_one(rule: Callable[[Expression], Iterable[Expression]]) -> Change:
    """One part of the formula is replaced by one of those that the rule gives for it."""
    return lambda site: replace_one_part(site.tree, rule)


def leave_out_term(*kinds: str, test: Test | None = None) -> Change:
    """One term of a sum is left out: a number of these kinds, or one that passes the test."""
    return lambda site: remove_one_part(site.tree, Sum, test or (lambda p: is_term_of(p, *kinds)))


def leave_out_factor(*kinds: str, test: Test | None = None) -> Change:
    """One factor of a product is left out: a number of these kinds, or one that passes the test."""
    return lambda site: remove_one_part(
        site.tree, Product, test or (lambda p: is_term_of(p, *kinds))
    )


def leave_out_factors(*kinds: str) -> Change:
    """All factors of these kinds are left out."""

    def rule(part: Expression) -> Expression | None:
        if not isinstance(part, Product) or not any(is_term_of(one, *kinds) for one in parts(part)):
            return None
        return multiply(*(one for one in parts(part) if not is_term_of(one, *kinds)))

    return rewrite(rule)


def swap_kind(old: str, new: str, **place: int) -> Change:
    """Numbers of another kind stand in the same places.

    Args:
        old: the kind of those to be exchanged.
        new: the kind that they get.
        **place: other fields of the addresses.
    """

    def rule(quantity: Quantity) -> Quantity | None:
        return replace(quantity, kind=new, **place) if quantity.kind == old else None  # type: ignore[arg-type]

    return lambda site: site.replace_quantities(rule)


def transpose(*kinds: str) -> Change:
    """Numbers of these kinds are those of the transposed places."""

    def rule(quantity: Quantity) -> Quantity | None:
        moves = quantity.kind in kinds and len(quantity.index) == 2
        return quantity.at(*reversed(quantity.index)) if moves else None

    return lambda site: site.replace_quantities(rule)


def flip_one_sign(*, is_subtracted: bool) -> Change:
    """One term's sign is turned: of a term that is subtracted, or of one that is added."""

    def rule(whole: Expression) -> Iterator[Expression]:
        if not isinstance(whole, Sum) or len(whole.terms) > MAX_TERMS:
            return
        for at, term in enumerate(whole.terms):
            if isinstance(term, Negative) == is_subtracted:
                new = term.of if isinstance(term, Negative) else Negative(term)
                yield Sum((*whole.terms[:at], new, *whole.terms[at + 1 :]))

    return rewrite_one(rule)


unsquare = rewrite(lambda part: part.base if isinstance(part, Power) else None)
"""Each square is its base."""
