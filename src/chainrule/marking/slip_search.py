"""The likely slip behind a wrong number: the simplest one that gives it as it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from chainrule.ledger.files import PrintedNumber
from chainrule.ledger.formulas import Expression
from chainrule.ledger.steps import Quantity
from chainrule.marking.claimed_numbers import ClaimedNumbers, ClaimedValue
from chainrule.marking.early_rounding import (
    MAX_INTERMEDIATE,
    Precision,
    allow_early_rounding,
    round_number,
)
from chainrule.marking.misreadings import find_misreading
from chainrule.marking.slips import Slip, SlipSite
from chainrule.marking.slips_anywhere import GENERAL_SLIPS
from chainrule.marking.slips_backward import ERROR_SLIPS, GRADIENT_SLIPS
from chainrule.marking.slips_forward import FORWARD_SLIPS
from chainrule.marking.slips_update import UPDATE_SLIPS

__all__ = ["CATALOGUE", "EARLY_ROUNDING", "FoundSlip", "search_slips"]

CATALOGUE: tuple[Slip, ...] = (
    *FORWARD_SLIPS,
    *ERROR_SLIPS,
    *GRADIENT_SLIPS,
    *UPDATE_SLIPS,
    *GENERAL_SLIPS,
)
"""Slips as data, the likeliest first; of two that fit, the earlier one is named."""

_COMMON = tuple(slip for slip in CATALOGUE if slip.is_common)
_OF_PROGRAMS = tuple(
    slip for slip in CATALOGUE if slip.name in ("biases held fixed", "new weights used")
)
"""Slips of whole programs, which are made everywhere at once, and together."""

EARLY_ROUNDING = "previous rounding"
_ROUNDED = "The numbers it is made of were rounded before, or cut off."

_MIN_DIGITS_OF_PAIRS = 4
_MAX_IN_PROGRAMS = 200
_MAX_ALTERNATIVES = 3


@dataclass(frozen=True)
class FoundSlip:
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
class _Search:
    numbers: ClaimedNumbers
    quantity: Quantity
    printed: PrintedNumber
    precision: Precision

    def site(self, quantity: Quantity, tree: Expression | None = None) -> SlipSite | None:
        """A place for slips: a number with its formula."""
        given = self.numbers.formula(quantity)
        if given is None:
            return None
        whole = self.numbers.choose_branches(given) if tree is None else tree
        return SlipSite(self.numbers.ledger, quantity, whole)

    def points(self, known: ClaimedValue) -> tuple[float, ...]:
        return tuple(v for v in (known.printed, known.meant) if self.printed.fits(v, v))

    def rounded(self, known: ClaimedValue) -> tuple[float, ...]:
        return tuple(v for v in (known.printed, known.meant) if self.printed.is_rounded(v, v))

    def ranged(self, known: ClaimedValue) -> tuple[float, ...]:
        if not self.printed.fits(known.low, known.high):
            return ()
        value = float(self.printed.value)
        return (min(max(value, known.low), known.high),)


def search_slips(
    numbers: ClaimedNumbers, quantity: Quantity, printed: PrintedNumber, precision: Precision
) -> FoundSlip | None:
    """The likely slip behind a wrong number; None if nothing in the catalogue gives it.

    Slips are tried in the number's own formula, then in what lies between it and the claims before
    it, once and wherever they can be made; then slips of the pen; then two slips together; then
    those of a program whose numbers the claims before may not show.

    Args:
        numbers: as they follow from the claims before it.
        quantity: located, one number.
        printed: what is claimed.
        precision: the digits that are left of numbers on the way.
    """
    task = _Search(numbers, quantity, printed, precision.for_number(printed))
    for stage in (
        _in_own_formula,
        _in_own_formula_rounded,
        _in_earlier_number,
        _repeated,
        _by_coarse_rounding,
        _by_misreading,
        _in_pairs,
        _of_programs,
        _of_programs_apart,
    ):
        found = stage(task)
        if found is not None:
            return found
    return None


_Fit = Callable[[ClaimedValue], tuple[float, ...]]


class _Trial(NamedTuple):
    """A slip, the formula it leads to, and what that comes to."""

    slip: Slip
    tree: Expression | None
    value: ClaimedValue


def _first_fit(
    task: _Search, tried: Sequence[_Trial], at: Quantity | None = None
) -> FoundSlip | None:
    """The first slip that fits, by the numbers themselves before what lies near them."""
    for fit in (task.rounded, task.points, task.ranged):
        found = _matching_slips(tried, fit)
        if found:
            slip, values = found[0]
            names = dict.fromkeys(s.name for s, _ in found[1:] if s.name != slip.name)
            return FoundSlip(slip.name, slip.sentence, values, tuple(names)[:_MAX_ALTERNATIVES], at)
    return None


def _matching_slips(tried: Sequence[_Trial], fit: _Fit) -> list[tuple[Slip, tuple[float, ...]]]:
    fits, seen = [], set()
    for slip, tree, known in tried:
        values = fit(known)
        if values and (tree is None or tree not in seen):  # the same formula by another name
            fits.append((slip, values))
            seen.add(tree)
    return fits


def _apply_all(site: SlipSite) -> Iterator[tuple[Slip, Expression]]:
    for slip in CATALOGUE:
        for tree in slip.formulas(site):
            yield slip, tree


def _in_own_formula(task: _Search) -> FoundSlip | None:
    """One slip in the number's own formula."""
    site = task.site(task.quantity)
    if site is None:
        return None
    tried = [_Trial(slip, tree, task.numbers.evaluate(tree)) for slip, tree in _apply_all(site)]
    return _first_fit(task, tried)


def _in_own_formula_rounded(task: _Search) -> FoundSlip | None:
    """One slip in its own formula, of numbers that were rounded on the way."""
    with allow_early_rounding(task.numbers, task.quantity, task.precision) as between:
        return _in_own_formula(task) if between else None


def _in_earlier_number(task: _Search) -> FoundSlip | None:
    """One slip in a number that is not claimed, the nearest first."""
    numbers = task.numbers
    between = numbers.unclaimed_inputs(task.quantity, MAX_INTERMEDIATE)
    for at in reversed(range(len(between))):
        site = task.site(between[at])
        tried = []
        for slip, tree in [] if site is None else _apply_all(site):
            with numbers.assume() as supposed:
                supposed[between[at]] = numbers.evaluate(tree)
                value = _evaluate_upwards(task, between[at + 1 :], supposed)
                tried.append(_Trial(slip, tree, value))
        found = _first_fit(task, tried, between[at])
        if found is not None:
            return found
    return None


def _evaluate_upwards(
    task: _Search, between: Sequence[Quantity], supposed: dict[Quantity, ClaimedValue]
) -> ClaimedValue:
    """The number itself, after what lies between has been worked out anew."""
    for one in between:
        supposed[one] = task.numbers.derive(one)
    return task.numbers.derive(task.quantity)


def _repeated(task: _Search) -> FoundSlip | None:
    """One slip wherever it can be made, from the claims before up to the number."""
    between = task.numbers.unclaimed_inputs(task.quantity, MAX_INTERMEDIATE)
    if not between:
        return None
    tried = [_Trial(slip, None, _apply_everywhere(task, between, slip.name)) for slip in _COMMON]
    return _first_fit(task, tried)


def _of_programs(task: _Search) -> FoundSlip | None:
    """The slips of a whole program, alone or together, from the claims before up to the number."""
    between = task.numbers.unclaimed_inputs(task.quantity, _MAX_IN_PROGRAMS)
    if not between or task.printed.digits < _MIN_DIGITS_OF_PAIRS:
        return None
    for count in range(1, len(_OF_PROGRAMS) + 1):
        for slips in combinations(_OF_PROGRAMS, count):
            names = [slip.name for slip in slips]
            values = task.rounded(_apply_everywhere(task, between, *names))
            if values:
                sentence = " ".join(slip.sentence for slip in slips)
                return FoundSlip(", and ".join(names), sentence, values)
    return None


def _of_programs_apart(task: _Search) -> FoundSlip | None:
    """The same in a computation that does not go on from the claims before."""
    apart = replace(task, numbers=ClaimedNumbers(task.numbers.ledger, lambda quantity: None))
    apart.numbers.prepare(task.quantity)
    return _of_programs(apart)


def _apply_everywhere(task: _Search, between: Sequence[Quantity], *names: str) -> ClaimedValue:
    numbers, slips = task.numbers, [slip for slip in CATALOGUE if slip.name in names]
    known = ClaimedValue.reference(0.0)
    with numbers.assume() as supposed:
        for one in (*between, task.quantity):
            site = task.site(one)
            trees = [t for s in slips for t in (s.formulas(site) if site else ())]
            known = numbers.evaluate(trees[0]) if trees else numbers.derive(one)
            supposed[one] = known
    return known


def _by_coarse_rounding(task: _Search) -> FoundSlip | None:
    """Rounding of what it is made of to fewer digits than it is printed in."""
    for digits in range(max(task.printed.digits, 2) - 1, 0, -1):
        known = _evaluate_rounded(task, digits)
        values = task.points(known)
        if values:
            return FoundSlip(EARLY_ROUNDING, _ROUNDED, values)
    return None


def _evaluate_rounded(task: _Search, digits: int) -> ClaimedValue:
    numbers, quantity = task.numbers, task.quantity
    with numbers.assume() as supposed:
        parts = (q for q in numbers.inputs(quantity) if numbers.formula(q) is not None)
        for part in list(parts):
            known = numbers.peek(part)
            one, other = round_number(known.meant, digits), round_number(known.meant, None, digits)
            supposed[part] = ClaimedValue(one, other, min(one, other), max(one, other))
        return numbers.derive(quantity)


def _by_misreading(task: _Search) -> FoundSlip | None:
    """Digits that were copied wrongly."""
    known = task.numbers.derive(task.quantity)
    for right in (known.printed, known.meant, task.numbers.reference(task.quantity)):
        found = find_misreading(task.printed, right)
        if found is not None:
            return FoundSlip(found.name, found.sentence, (float(task.printed.value),))
    return None


def _in_pairs(task: _Search) -> FoundSlip | None:
    """Two slips together in the number's own formula; asked only of numbers with many digits."""
    site = task.site(task.quantity)
    if site is None or task.printed.digits < _MIN_DIGITS_OF_PAIRS:
        return None
    for first in _COMMON:
        for tree in first.formulas(site):
            inner = SlipSite(site.ledger, site.quantity, tree)
            found = _second_slip(task, inner, first)
            if found is not None:
                return found
    return None


def _second_slip(task: _Search, site: SlipSite, first: Slip) -> FoundSlip | None:
    for slip in _COMMON:
        if slip.name == first.name:
            continue
        for tree in slip.formulas(site):
            values = [task.numbers.value(tree, of) for of in ("printed", "meant")]
            if any(task.printed.is_rounded(value, value) for value in values):
                both = f"{first.sentence} {slip.sentence}"
                return FoundSlip(f"{first.name}, and {slip.name}", both, tuple(values))
    return None
