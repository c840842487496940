"""Slips in any formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from chainrule.ledger.formulas import (
    HALF,
    ONE,
    TWO,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    add,
    is_leaf,
    leaves,
    parts,
    replace_one_part,
    replace_parts,
    square,
)
from chainrule.ledger.steps import Quantity
from chainrule.marking.slip_changes import (
    MAX_TERMS,
    Change,
    flip_one_sign,
    is_term_of,
    leave_out_factor,
    leave_out_term,
    rewrite,
    rewrite_one,
    unsquare,
)
from chainrule.marking.slips import Slip, SlipSite

__all__ = ["GENERAL_SLIPS"]

_NEIGHBOURS = 8


def _holds(tree: Expression, number: Number) -> bool:
    return any(leaf == number for leaf in leaves(tree))


def _whole(site: SlipSite, change: Callable[[Expression], Expression]) -> Iterator[Expression]:
    """A change of the whole, or, where something is taken off an old value, of what is taken."""
    tree = site.tree
    if not site.quantity.kind.endswith("_new") or not isinstance(tree, Sum):
        yield change(tree)
        return

    def rule(part: Expression) -> Expression | None:
        return Negative(change(part.of)) if isinstance(part, Negative) else None

    yield replace_parts(tree, rule)


def _two_as_one(part: Expression) -> Expression | None:
    return ONE if part == TWO else part if isinstance(part, Power) else None


def _twice(site: SlipSite) -> Iterator[Expression]:
    if not _holds(site.tree, HALF):
        yield from _whole(site, lambda tree: Product((TWO, tree)))


def _counts(site: SlipSite) -> list[Number]:
    """How many outputs and how many examples there are."""
    example = site.ledger.example
    counts = {site.width(site.depth), len(example.batch(site.quantity.step))}
    return [Number(float(n)) for n in sorted(counts) if n > 1]


_MEANS = ("cost", "da", "delta", "dW", "db", "g", "W_new", "b_new")


def _not_averaged(site: SlipSite) -> Iterator[Expression]:
    """The sum over the examples of a batch in place of their mean."""
    count = len(site.ledger.example.batch(site.quantity.step))
    is_part = site.quantity.kind == "cost" and site.quantity.example is not None
    if count > 1 and not is_part:
        yield Product((Number(float(count)), site.tree))


def _part_added(site: SlipSite) -> Iterator[Expression]:
    """A total with one of its parts once more, within the mean or after it."""
    if site.quantity.kind == "da" and site.quantity.layer == site.depth:
        return
    tree = site.tree
    inner = parts(tree) if isinstance(tree, (Product, Quotient, Negative)) else ()
    total = next((part for part in (tree, *inner) if isinstance(part, Sum)), None)
    for term in () if total is None or len(total.terms) > MAX_TERMS else total.terms:
        more = Sum((*total.terms, term))  # type: ignore[union-attr]
        yield replace_parts(tree, lambda part, more=more: more if part == total else None)  # type: ignore[misc]
        if total is not tree:
            yield Sum((tree, term))


def _divided(site: SlipSite) -> Iterator[Expression]:
    for n in _counts(site):
        yield from _whole(site, lambda tree, n=n: Quotient(tree, n))  # type: ignore[misc]


def _multiplied(site: SlipSite) -> Iterator[Expression]:
    for n in _counts(site):
        yield from _whole(site, lambda tree, n=n: Product((n, tree)))  # type: ignore[misc]


def _quotient(*, turned: bool) -> Change:
    def rule(part: Expression) -> Iterator[Expression]:
        if isinstance(part, Quotient):
            yield Quotient(part.bottom, part.top) if turned else part.top

    return rewrite_one(rule)


def _other_indices(site: SlipSite, quantity: Quantity) -> Iterator[Quantity]:
    """The same kind of number in the same row or column."""
    if quantity.layer is None:
        sizes: tuple[int, ...] = (site.width(site.depth),)
    else:
        sizes = (site.width(quantity.layer), site.width(quantity.layer - 1))
    for place, (at, size) in enumerate(zip(quantity.index, sizes, strict=False)):
        for other in range(min(size, _NEIGHBOURS)):
            if other != at:
                yield quantity.at(*quantity.index[:place], other, *quantity.index[place + 1 :])


def _of_another_neuron(site: SlipSite) -> Iterator[Expression]:
    for other in _other_indices(site, site.quantity):
        found = site.formula(other)
        if found is not None:
            yield found


def _number_of_another(site: SlipSite) -> Iterator[Expression]:
    def rule(part: Expression) -> Iterator[Expression]:
        if is_leaf(part) and is_term_of(part, *_INDEXED):
            for other in _other_indices(site, part.quantity):  # type: ignore[union-attr]
                term = site.term(other)
                if term is not None:
                    yield term

    yield from replace_one_part(site.tree, rule)


_INDEXED = ("a", "z", "t", "y", "W", "b", "delta", "da", "slope", "dW", "db")


def _of_another_example(site: SlipSite) -> Iterator[Expression]:
    mine = site.quantity
    if mine.example is None:
        return
    for row in site.ledger.example.batch(mine.step)[:_NEIGHBOURS]:
        found = site.formula(replace(mine, example=row)) if row != mine.example else None
        if found is not None:
            yield found


def _of_the_step_before(site: SlipSite) -> Iterator[Expression]:
    if site.quantity.step > 1:
        found = site.term(replace(site.quantity, step=site.quantity.step - 1))
        if found is not None:
            yield found


def _squared_once(site: SlipSite) -> Iterable[Expression]:
    """The square of the sum in place of the sum of the squares."""

    def rule(part: Expression) -> Expression | None:
        if isinstance(part, Sum) and all(isinstance(term, Power) for term in part.terms):
            inner = [parts(term)[0] for term in part.terms]
            return square(add(inner))
        return None

    return (replace_parts(site.tree, rule),)


GENERAL_SLIPS = (
    Slip(
        "1/m left out",
        "It is not divided by the number of examples: their sum stands for their mean.",
        _not_averaged,
        ("cost", "da", "delta", "dW", "db"),
        is_common=True,
    ),
    Slip(
        "factor 2 left out",
        "A factor 2 of the formula is left out.",
        rewrite(_two_as_one),
        is_common=True,
    ),
    Slip(
        "factor ½ left out",
        "The factor ½ of the formula is left out.",
        leave_out_factor(test=lambda part: part == HALF),
        is_common=True,
    ),
    Slip("factor 2 too many", "It is twice as large as it should be.", _twice, is_common=True),
    Slip(
        "factor ½ too many",
        "It is half as large as it should be.",
        lambda site: _whole(site, lambda tree: Product((HALF, tree))),
        is_common=True,
    ),
    Slip(
        "sign lost",
        "The sign is the opposite of what it should be.",
        lambda site: (Negative(site.tree),),
        is_common=True,
    ),
    Slip(
        "1/n",
        "It is divided by the number of outputs or examples once too often.",
        _divided,
        _MEANS,
        is_common=True,
    ),
    Slip(
        "1/n",
        "It is not divided by the number of outputs or examples: a sum stands for the mean.",
        _multiplied,
        _MEANS,
        is_common=True,
    ),
    Slip(
        "added instead of subtracted",
        "A term is added that should be subtracted.",
        flip_one_sign(is_subtracted=True),
        is_common=True,
    ),
    Slip(
        "subtracted instead of added",
        "A term is subtracted that should be added.",
        flip_one_sign(is_subtracted=False),
    ),
    Slip(
        "term left out",
        "A term of the sum is left out.",
        leave_out_term(test=lambda part: True),
        is_common=True,
    ),
    Slip(
        "part added to the total",
        "A part of the sum is added to the total once more.",
        _part_added,
        ("cost", "total_cost", "da", "dW", "db"),
    ),
    Slip(
        "factor left out",
        "A factor of the product is left out.",
        leave_out_factor(test=lambda part: True),
    ),
    Slip("square left out", "A number is not squared.", unsquare),
    Slip("not divided", "A number is not divided by its divisor.", _quotient(turned=False)),
    Slip("quotient turned round", "The quotient is upside down.", _quotient(turned=True)),
    Slip(
        "number of another neuron",
        "It is worked out for another neuron or input.",
        _of_another_neuron,
    ),
    Slip(
        "number of another neuron",
        "One number in it belongs to another neuron or input.",
        _number_of_another,
    ),
    Slip(
        "sum squared",
        "The sum of the differences is squared; each difference is squared.",
        _squared_once,
        ("cost", "c"),
    ),
    Slip("another example", "It is worked out for another example.", _of_another_example),
    Slip("step before", "It is the number of the step before.", _of_the_step_before),
    Slip("taken as 0", "It is taken as 0.", lambda site: (Number(0.0),)),
)
"""In any formula; those that are made most often first."""
