"""Verdicts on claims: each printed number against the reference value and the claims before it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from chainrule.errors import InputError
from chainrule.ledger import Ledger
from chainrule.ledger.files import NOISE, PrintedNumber, parse_printed, read_worked
from chainrule.ledger.steps import Claim, Quantity, RefusedClaim, quantity_shape
from chainrule.marking.claimed_numbers import ClaimedNumbers, ClaimedValue
from chainrule.marking.early_rounding import Precision, allow_early_rounding
from chainrule.marking.slip_search import EARLY_ROUNDING, FoundSlip, search_slips

__all__ = [
    "UNANSWERED",
    "VERDICTS",
    "Judgement",
    "MarkedClaims",
    "check_claims",
    "judge",
    "open_claims",
]

VERDICTS = {
    "exact": "is the number itself",
    "rounded": "is the number, rounded to the digits that are printed",
    "truncated": "is the number with its further digits cut off",
    "carried": "is not the number, but follows from what was printed before it",
    "wrong": "is not the number, and does not follow from what was printed before it",
}
"""What can be said of a printed number; all but the last earn a mark."""

UNANSWERED = "unanswered"
"""The verdict on a claim whose text is empty."""


@dataclass(frozen=True)
class Judgement:
    """What is to be said of one printed number.

    Args:
        quantity: its address.
        printed: as it is printed.
        exact: the reference value.
        verdict: of VERDICTS, or UNANSWERED.
        follows: what the numbers printed before lead to; the reference value if there are none.
        finding: the likely slip, or previous rounding; None if there is none.
        where: the place of its claim.
        remark: how a text was read that could be read in another way; else empty.

    Where the text makes δ of target minus output, `exact` and `follows` of a δ have its sign.
    """

    quantity: Quantity
    printed: str
    exact: float
    verdict: str
    follows: float
    finding: FoundSlip | None = None
    where: str = ""
    remark: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether there is a number that is wrong."""
        return self.verdict == "wrong"

    @property
    def is_answered(self) -> bool:
        """Whether there is a number at all."""
        return self.verdict != UNANSWERED

    def to_dict(self, indices: int = 0) -> dict[str, Any]:
        """Return plain values, as in `MarkedClaims.to_dict`.

        Args:
            indices: what the indices of addresses count from.
        """
        finding = self.finding
        slip_at = None if finding is None else finding.at
        record = {
            "quantity": str(self.quantity.counted_from(indices)),
            "printed": self.printed,
            "exact": self.exact,
            "verdict": self.verdict,
            "slip": None if finding is None else finding.name,
            "slip_at": None if slip_at is None else str(slip_at.counted_from(indices)),
            "follows": self.follows if math.isfinite(self.follows) else None,
        }
        return {**record, "remark": self.remark} if self.remark else record


@dataclass(frozen=True)
class MarkedClaims:
    """All claims of a worked example, judged.

    Args:
        judgements: one for each number claimed, in the order of the file.
        first_wrong: the first one that is wrong, with all that it is made of before it; None
            where nothing is wrong.
        refused: claims that cannot be read, in the order of the file; they earn no mark.
        indices: what the indices of addresses count from in texts.
    """

    judgements: tuple[Judgement, ...]
    first_wrong: Judgement | None
    refused: tuple[RefusedClaim, ...] = ()
    indices: int = 0

    def address(self, quantity: Quantity) -> str:
        """An address as the worked file has it."""
        return str(quantity.counted_from(self.indices))

    @property
    def marks(self) -> int:
        """One for each number that is right or carried."""
        return sum(one.is_answered and not one.is_wrong for one in self.judgements)

    @property
    def unanswered(self) -> int:
        """How many numbers have no answer."""
        return sum(not one.is_answered for one in self.judgements)

    @property
    def out_of(self) -> int:
        """One for each number claimed."""
        return len(self.judgements) + sum(one.count for one in self.refused)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule check --json` prints.

        Returns: "claims", with for each number "quantity", "printed" (empty if it is not answered),
            "exact" (the number itself), "verdict", "slip" (its name or None), "slip_at" (the
            address where it was made, if not in the number itself) and "follows" (what the numbers
            printed before lead to), and "remark" where a text could be read in another way;
            "first_wrong" (an address or None), "marks", "out_of"; and where claims cannot be read
            "refused", with "quantity", "printed" and "error" of each.
        """
        first = self.first_wrong
        record: dict[str, Any] = {
            "claims": [one.to_dict(self.indices) for one in self.judgements],
            "first_wrong": None if first is None else self.address(first.quantity),
            "marks": self.marks,
            "out_of": self.out_of,
        }
        if self.refused:
            record["refused"] = [
                {"quantity": one.address, "printed": one.printed, "error": str(one.error)}
                for one in self.refused
            ]
        return record


def check_claims(path: str | Path, *, indices: int | None = None) -> MarkedClaims:
    """Mark all claims of a worked file.

    Args:
        path: the file, or the name of a bundled one.
        indices: what the indices of addresses count from, 0 or 1: in the file, unless it says, and
            in the result. None for what the file says, else 0.

    Raises: FileError, DataError, InputError, DivergenceError.

    Example:
        >>> check_claims("four-detector").marks
        14
    """
    return judge(open_claims(path, indices=indices))


def open_claims(path: str | Path, *, indices: int | None = None) -> Ledger:
    """The ledger of a worked file with claims; arguments and errors of `check_claims`."""
    return Ledger(read_worked(path, indices=indices).counted_from(indices))


def judge(ledger: Ledger) -> MarkedClaims:
    """Judge all claims of a worked example.

    A number is compared with the reference value at the precision in which it is printed. One that
    is not right is worked out again from the numbers printed before it, through the same formulas:
    an error that is only carried forward costs nothing, nor does going on with rounded numbers. In
    an array each number counts by itself. A claim without a text is not answered: it earns no mark,
    and is not wrong either.

    Args:
        ledger: of the worked example.

    Raises: InputError if there are no claims, or a text is not a number; DivergenceError.

    Example:
        >>> from chainrule.ledger.files.worked_file import parse_worked
        >>> marked = judge(Ledger(parse_worked('''
        ... [network]
        ... layers = [1, 1]
        ... activations = "sigmoid"
        ... weights = [[[2.0]]]
        ... [[examples]]
        ... inputs = [0.5]
        ... [[claims]]
        ... quantity = "z[1][0]"
        ... printed = "1.0"
        ... [[claims]]
        ... quantity = "a[1][0]"
        ... printed = "0.27"
        ... ''')))
        >>> [one.verdict for one in marked.judgements], marked.first_wrong.finding.name
        (['exact', 'wrong'], 'sign of z')
        >>> marked.marks, marked.out_of
        (1, 2)
    """
    if not ledger.example.claims:
        raise InputError(
            ledger.example.where,
            expected="at least one claim to check",
            got="none",
            remedy='Add a table [[claims]] with quantity = "z[1][0]" and printed = "1.5"',
            argument="claims",
        )
    return _Marker(ledger).mark_all()


@dataclass(frozen=True)
class _ClaimedNumber:
    """One number claimed: its place among all, its address, and what is printed."""

    at: int
    quantity: Quantity
    printed: PrintedNumber
    where: str


class _Marker:
    """Goes through the claims; one that others are made of comes before them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.numbers = ClaimedNumbers(ledger, self._claimed, lambda one: one in self.waiting)
        self.found: dict[int, Judgement] = {}
        self.waiting: dict[Quantity, deque[_ClaimedNumber]] = {}
        self.count = 0
        for claim in ledger.example.claims:
            self._read(claim)
        every = [number.printed for several in self.waiting.values() for number in several]
        self.digits = Precision.from_printed(every) if every else Precision(1, 0)

    def _read(self, claim: Claim) -> None:
        count = math.prod(quantity_shape(self.ledger.example, self.ledger.locate(claim.quantity)))
        places = islice(self.ledger.elements(claim.quantity), count)
        if not claim.printed:
            for quantity in places:
                self.found[self.count] = self._unanswered(quantity, claim.where)
                self.count += 1
            return
        where = claim.where or self.ledger.example.where
        texts = parse_printed(claim.printed, count, where, claim.decimal_mark)
        for quantity, printed in zip(places, texts, strict=True):
            meant = printed if self._sign(quantity) > 0 else -printed
            number = _ClaimedNumber(self.count, quantity, meant, claim.where)
            self.count += 1
            self.waiting.setdefault(quantity, deque()).append(number)

    def _sign(self, quantity: Quantity) -> int:
        """-1 where the text has the opposite of what the ledger has."""
        return self.ledger.example.conventions.delta_sign if quantity.kind == "delta" else 1

    def _unanswered(self, quantity: Quantity, where: str) -> Judgement:
        reference = self._sign(quantity) * self.numbers.reference(quantity)
        return Judgement(quantity, "", reference, UNANSWERED, reference, where=where)

    def mark_all(self) -> MarkedClaims:
        order = sorted(
            (number for several in self.waiting.values() for number in several),
            key=lambda number: (number.quantity.step, number.at),
        )
        for number in order:
            if number.at not in self.found:
                self.numbers.prepare(number.quantity)
                self._judge_next(number.quantity)
        wrong = next((one for one in self.found.values() if one.is_wrong), None)
        return MarkedClaims(
            tuple(self.found[at] for at in sorted(self.found)),
            wrong,
            self.ledger.example.refused_claims,
            self.ledger.example.conventions.indices,
        )

    def _claimed(self, quantity: Quantity) -> ClaimedValue | None:
        """What the first claim about a number says; None if there is none."""
        return self._judge_next(quantity) if self.waiting.get(quantity) else None

    def _judge_next(self, quantity: Quantity) -> ClaimedValue:
        number = self.waiting[quantity].popleft()
        judgement, known = self._judge_number(number)
        self.found[number.at] = judgement
        self.numbers.set_claim(quantity, known)
        return known

    def _judge_number(self, number: _ClaimedNumber) -> tuple[Judgement, ClaimedValue]:
        quantity, printed = number.quantity, number.printed
        reference, follows = self.numbers.reference(quantity), self.numbers.derive(quantity)
        with allow_early_rounding(self.numbers, quantity, self.digits.for_number(printed)):
            near = self.numbers.derive(quantity)
        verdict, finding = self._verdict(quantity, printed), None
        if verdict == "truncated":
            verdict, finding = self._judge_truncated(printed, follows, reference)
        elif not verdict:
            verdict, finding = self._judge_deviation(quantity, printed, follows, near)
        sign = self._sign(quantity)
        judgement = Judgement(
            quantity=quantity,
            printed=printed.text,
            exact=sign * reference,
            verdict=verdict,
            follows=sign * self._derived_value(quantity, printed, verdict, near),
            finding=finding if sign > 0 else _turn(finding),
            where=number.where,
            remark=printed.remark,
        )
        return judgement, _claimed_value(printed, verdict, reference, near, finding)

    def _judge_truncated(
        self, printed: PrintedNumber, follows: ClaimedValue, reference: float
    ) -> tuple[str, FoundSlip | None]:
        """A number that is cut off may as well follow, rounded, from those before it."""
        if not printed.is_rounded(follows.low, follows.high):
            return "truncated", None
        if _is_close(follows.meant, reference):
            return "truncated", _BY_ROUNDING
        points = (follows.printed, follows.meant)
        is_carried = any(printed.is_rounded(point, point) for point in points)
        return "carried" if is_carried else "truncated", None

    def _derived_value(
        self, quantity: Quantity, printed: PrintedNumber, verdict: str, near: ClaimedValue
    ) -> float:
        """What to tell of the numbers before: what the printed one fits, if it fits anything."""
        if verdict != "carried":
            return near.printed
        fitting = [value for value in (near.printed, near.meant) if printed.fits(value, value)]
        if self._is_repeated(quantity, printed):
            fitting = [self.numbers.peek(quantity).printed]
        return (*fitting, min(max(float(printed.value), near.low), near.high))[0]

    def _verdict(self, quantity: Quantity, printed: PrintedNumber) -> str:
        """How a number is right; empty if it is not."""
        reference, exact = self.numbers.reference(quantity), self.ledger.exact_value(quantity)
        if exact is not None and exact == printed.value:
            return "exact"
        if printed.is_rounded(reference, reference):
            return "rounded"
        return "truncated" if printed.is_truncated(reference, reference) else ""

    def _judge_deviation(
        self, quantity: Quantity, printed: PrintedNumber, follows: ClaimedValue, near: ClaimedValue
    ) -> tuple[str, FoundSlip | None]:
        is_sound = _is_close(follows.meant, self.numbers.reference(quantity))
        rounding = _BY_ROUNDING if is_sound else None
        if self._is_repeated(quantity, printed):
            return "carried", None
        if printed.fits(follows.low, follows.high):
            return "carried", rounding
        if printed.unit and printed.fits(near.low, near.high):
            return "carried", _BY_ROUNDING
        return "wrong", search_slips(self.numbers, quantity, printed, self.digits)

    def _is_repeated(self, quantity: Quantity, printed: PrintedNumber) -> bool:
        """Whether the same number was printed before."""
        if not self.numbers.is_claimed(quantity):
            return False
        before = self.numbers.peek(quantity)
        return printed.fits(before.printed, before.printed)


_BY_ROUNDING = FoundSlip(
    EARLY_ROUNDING, "It follows from the numbers before it as they are rounded.", ()
)


def _turn(finding: FoundSlip | None) -> FoundSlip | None:
    """A finding about a δ in the words of a text that makes it of target minus output."""
    if finding is None or finding.name != "target minus output":
        return finding
    sentence = "The difference is a - y; it is y - a."
    return replace(finding, name="output minus target", sentence=sentence)


def _is_close(value: float, other: float) -> bool:
    return abs(value - other) <= 100 * NOISE * max(abs(value), abs(other))


def _claimed_value(
    printed: PrintedNumber,
    verdict: str,
    reference: float,
    follows: ClaimedValue,
    finding: FoundSlip | None,
) -> ClaimedValue:
    """What somebody who printed a number goes on with: the number as printed, or one behind it."""
    value = float(printed.value)
    if verdict == "wrong":
        behind = () if finding is None else finding.values
        if not behind:
            slack = float(printed.unit)
            return ClaimedValue(value, value, value - slack, value + slack)
        return ClaimedValue(value, behind[0], min(value, *behind), max(value, *behind))
    right = () if verdict == "carried" else (reference,)
    points = (*right, *(v for v in (follows.meant, follows.printed) if printed.fits(v, v)))
    ends = [min(max(end, printed.least), printed.most) for end in (follows.low, follows.high)]
    every = (value, *points, *(end for end in ends if math.isfinite(end)))
    return ClaimedValue(value, (*points, value)[0], min(every), max(every))
