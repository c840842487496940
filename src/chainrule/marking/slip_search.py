"""The likely slip behind a wrong number: the simplest one that gives it as it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chainrule.ledger.files import PrintedNumber
from chainrule.ledger.formulas import Expression
from chainrule.ledger.steps import Quantity
from chainrule.marking.claimed_numbers import ClaimedNumbers, Known
from chainrule.marking.misreadings import misread
from chainrule.marking.rounding import MOST_PLACES, Kept, rounding_on_the_way, short
from chainrule.marking.slips import Site, Slip
from chainrule.marking.slips_anywhere import GENERAL_SLIPS
from chainrule.marking.slips_errors import ERROR_SLIPS
from chainrule.marking.slips_forward import FORWARD_SLIPS
from chainrule.marking.slips_gradients import GRADIENT_SLIPS
from chainrule.marking.slips_update import UPDATE_SLIPS

__all__ = ["CATALOGUE", "EARLY_ROUNDING", "Finding", "search"]

CATALOGUE: tuple[Slip, ...] = (
    *FORWARD_SLIPS,
    *ERROR_SLIPS,
    *GRADIENT_SLIPS,
    *UPDATE_SLIPS,
    *GENERAL_SLIPS,
)
"""Slips as data, the likeliest first; of two that fit, the earlier one is named."""

EARLY_ROUNDING = "previous rounding"
_ROUNDED = "The numbers it is made of were rounded before, or cut off."

_LEAST_DIGITS_OF_PAIRS = 4
_MOST_NAMED = 3


@dataclass(frozen=True)
class Finding:
    """The slips that give a printed number.

    Args:
        name: of the likeliest.
        sentence: what was done.
        values: what they give, before it is rounded.
        also: names of others as simple that give the number too.
        at: where it was made, if not in the number itself.
    """

    name: str
    sentence: str
    values: tuple[float, ...]
    also: tuple[str, ...] = ()
    at: Quantity | None = None


@dataclass(frozen=True)
class _Task:
    numbers: ClaimedNumbers
    quantity: Quantity
    printed: PrintedNumber
    kept: Kept

    def site(self, quantity: Quantity, tree: Expression | None = None) -> Site | None:
        """A place for slips: a number with its formula."""
        given = self.numbers.tree(quantity)
        if given is None:
            return None
        whole = self.numbers.decided(given, quantity) if tree is None else tree
        return Site(self.numbers.ledger, quantity, whole)

    def points(self, known: Known) -> tuple[float, ...]:
        return tuple(v for v in (known.printed, known.meant) if self.printed.fits(v, v))

    def rounded(self, known: Known) -> tuple[float, ...]:
        return tuple(v for v in (known.printed, known.meant) if self.printed.is_rounded(v, v))

    def ranged(self, known: Known) -> tuple[float, ...]:
        if not self.printed.fits(known.low, known.high):
            return ()
        value = float(self.printed.value)
        return (min(max(value, known.low), known.high),)


def search(
    numbers: ClaimedNumbers, quantity: Quantity, printed: PrintedNumber, kept: Kept
) -> Finding | None:
    """The likely slip behind a wrong number; None where nothing in the catalogue gives it.

    Slips are tried in the number's own formula, then in what lies between it and the claims before
    it, once and wherever they can be made; then slips of the pen; then two slips together.

    Args:
        numbers: as they follow from the claims before it.
        quantity: located, one number.
        printed: what is claimed.
        kept: the digits that are left of numbers on the way.
    """
    task = _Task(numbers, quantity, printed, kept.at(printed))
    for stage in (_own, _own_loosely, _before, _again_and_again, _coarsely, _of_the_pen, _pairs):
        found = stage(task)
        if found is not None:
            return found
    return None


_Fit = Callable[[Known], tuple[float, ...]]
_Tried = tuple[Slip, Expression | None, Known]
"""A slip, the formula it leads to, and what that comes to."""


def _first(task: _Task, tried: Sequence[_Tried], at: Quantity | None = None) -> Finding | None:
    """The first slip that fits, by the numbers themselves before what lies near them."""
    for fit in (task.rounded, task.points, task.ranged):
        found = _fitting(tried, fit)
        if found:
            slip, values = found[0]
            names = dict.fromkeys(s.name for s, _ in found[1:] if s.name != slip.name)
            return Finding(slip.name, slip.sentence, values, tuple(names)[:_MOST_NAMED], at)
    return None


def _fitting(tried: Sequence[_Tried], fit: _Fit) -> list[tuple[Slip, tuple[float, ...]]]:
    fits, seen = [], set()
    for slip, tree, known in tried:
        values = fit(known)
        if values and (tree is None or tree not in seen):  # the same formula by another name
            fits.append((slip, values))
            seen.add(tree)
    return fits


def _tried(site: Site) -> Iterator[tuple[Slip, Expression]]:
    for slip in CATALOGUE:
        for tree in slip.formulas(site):
            yield slip, tree


def _own(task: _Task) -> Finding | None:
    """One slip in the number's own formula."""
    site = task.site(task.quantity)
    if site is None:
        return None
    tried = [(slip, tree, task.numbers.worked_out(tree)) for slip, tree in _tried(site)]
    return _first(task, tried)


def _own_loosely(task: _Task) -> Finding | None:
    """One slip in its own formula, of numbers that were rounded on the way."""
    with rounding_on_the_way(task.numbers, task.quantity, task.kept) as between:
        return _own(task) if between else None


def _before(task: _Task) -> Finding | None:
    """One slip in a number that is not claimed, the nearest first."""
    numbers = task.numbers
    between = numbers.unclaimed(task.quantity, MOST_PLACES)
    for at in reversed(range(len(between))):
        site = task.site(between[at])
        tried = []
        for slip, tree in [] if site is None else _tried(site):
            with numbers.supposing() as supposed:
                supposed[between[at]] = numbers.worked_out(tree)
                tried.append((slip, tree, _worked_up(task, between[at + 1 :], supposed)))
        found = _first(task, tried, between[at])
        if found is not None:
            return found
    return None


def _worked_up(task: _Task, between: Sequence[Quantity], supposed: dict[Quantity, Known]) -> Known:
    """The number itself, after what lies between has been worked out anew."""
    for one in between:
        supposed[one] = task.numbers.follows(one)
    return task.numbers.follows(task.quantity)


def _again_and_again(task: _Task) -> Finding | None:
    """One slip wherever it can be made, from the claims before up to the number."""
    between = task.numbers.unclaimed(task.quantity, MOST_PLACES)
    if not between:
        return None
    common = [slip for slip in CATALOGUE if slip.is_common]
    tried = [(slip, None, _made_everywhere(task, between, slip.name)) for slip in common]
    return _first(task, tried)


def _made_everywhere(task: _Task, between: Sequence[Quantity], name: str) -> Known:
    numbers, slips = task.numbers, [slip for slip in CATALOGUE if slip.name == name]
    known = Known.law(0.0)
    with numbers.supposing() as supposed:
        for one in (*between, task.quantity):
            site = task.site(one)
            trees = [t for s in slips for t in (s.formulas(site) if site else ())]
            known = numbers.worked_out(trees[0]) if trees else numbers.follows(one)
            supposed[one] = known
    return known


def _coarsely(task: _Task) -> Finding | None:
    """Rounding of what it is made of to fewer digits than it is printed in."""
    for digits in range(max(task.printed.digits, 2) - 1, 0, -1):
        known = _made_of_short(task, digits)
        values = task.points(known)
        if values:
            return Finding(EARLY_ROUNDING, _ROUNDED, values)
    return None


def _made_of_short(task: _Task, digits: int) -> Known:
    numbers, quantity = task.numbers, task.quantity
    with numbers.supposing() as supposed:
        parts = (q for q in numbers.made_of(quantity) if numbers.tree(q) is not None)
        for part in list(parts):
            known = numbers.peek(part)
            one, other = short(known.meant, digits), short(known.meant, None, digits)
            supposed[part] = Known(one, other, min(one, other), max(one, other))
        return numbers.follows(quantity)


def _of_the_pen(task: _Task) -> Finding | None:
    """Digits that were copied wrongly."""
    known = task.numbers.follows(task.quantity)
    for right in (known.printed, known.meant, task.numbers.law(task.quantity)):
        found = misread(task.printed, right)
        if found is not None:
            return Finding(found.name, found.sentence, (float(task.printed.value),))
    return None


def _pairs(task: _Task) -> Finding | None:
    """Two slips together in the number's own formula; asked only of numbers with many digits."""
    site = task.site(task.quantity)
    if site is None or task.printed.digits < _LEAST_DIGITS_OF_PAIRS:
        return None
    for first in (slip for slip in CATALOGUE if slip.is_common):
        for tree in first.formulas(site):
            inner = Site(site.ledger, site.quantity, tree)
            found = _second(task, inner, first)
            if found is not None:
                return found
    return None


def _second(task: _Task, site: Site, first: Slip) -> Finding | None:
    for slip in CATALOGUE:
        if not slip.is_common or slip.name == first.name:
            continue
        for tree in slip.formulas(site):
            values = [task.numbers.value(tree, of) for of in ("printed", "meant")]
            if any(task.printed.is_rounded(value, value) for value in values):
                both = f"{first.sentence} {slip.sentence}"
                return Finding(f"{first.name}, and {slip.name}", both, tuple(values))
    return None
