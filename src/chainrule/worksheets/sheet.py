"""A worksheet: an exercise, the numbers that are left blank, and their answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import groupby
from typing import NamedTuple

from chainrule.errors import InputError
from chainrule.ledger import NOTATIONS, Ledger, section_of
from chainrule.ledger.files import WrittenClaim, format_worked
from chainrule.ledger.formulas import number_text
from chainrule.ledger.steps import Conventions, Quantity, describe_quantity
from chainrule.limits import Limit, check_record, limited
from chainrule.worksheets.blanks import Pattern, choose_blanks, exercise_quantities

__all__ = ["SheetOptions", "SheetPart", "Worksheet", "answer_text", "make_worksheet"]

MAX_BLANKS = 400
"""More are too much work by hand."""
_SPARE = 2
_sheet = partial(Limit, group="sheet")


_NOTATION = _sheet(str, "how quantities are written", choices=lambda: NOTATIONS)


@dataclass(frozen=True, kw_only=True)
class SheetOptions:
    """How a worksheet is laid out.

    Args:
        digits: significant digits that are asked for.
        notation: one of `quantity_text.NOTATIONS`.
        hints: whether the formulas are printed.
        given: whether numbers between the blanks are printed.

    Raises: InputError, UnknownNameError.
    """

    digits: int = limited(4, _sheet(int, "significant digits to round to", 2, 10))
    notation: str = limited("row", _NOTATION)
    hints: bool = limited(False, _sheet(bool, "the formulas on the sheet"))
    given: bool = limited(True, _sheet(bool, "whether to print the numbers between the blanks"))

    def __post_init__(self) -> None:
        check_record(self, "worksheet")


class SheetPart(NamedTuple):
    """What stands together on a sheet.

    Args:
        step: of the training.
        section: of the step.
        example: that its numbers are of; None for the batch, or for an only example.
        numbers: in order.
    """

    step: int
    section: str
    example: int | None
    numbers: tuple[Quantity, ...]


@dataclass(frozen=True, eq=False)
class Worksheet:
    """A worksheet.

    Args:
        label: tells it from others, such as "42-07"; may be empty.
        ledger: of the exercise.
        blanks: the numbers left blank, in order.
        numbers: the blanks, with the numbers between them that are printed.
        options: how it is laid out.
    """

    label: str
    ledger: Ledger
    blanks: tuple[Quantity, ...]
    numbers: tuple[Quantity, ...]
    options: SheetOptions

    @property
    def title(self) -> str:
        """Of the exercise."""
        return self.ledger.example.title or "Worksheet"

    def is_blank(self, quantity: Quantity) -> bool:
        """Whether a number is left blank."""
        return quantity in self._blank

    @cached_property
    def _blank(self) -> frozenset[Quantity]:
        return frozenset(self.blanks)

    def answer(self, quantity: Quantity) -> str:
        """The answer: the number in the digits asked for."""
        return answer_text(float(self.ledger.value(quantity)), self.options.digits)

    def printed(self, quantity: Quantity) -> str:
        """A number between the blanks; its two digits more keep the answers after it right."""
        return number_text(float(self.ledger.value(quantity)), self.options.digits + _SPARE)

    def answers(self) -> dict[str, str]:
        """The answer to each blank by its address, in order."""
        return {self.ledger.address_text(blank): self.answer(blank) for blank in self.blanks}

    def parts(self) -> Iterator[SheetPart]:
        """The numbers, grouped by step, section and example."""

        def place(one: Quantity) -> tuple[int, str, int]:
            return one.step, section_of(one), -1 if one.example is None else one.example

        for (step, section, example), group in groupby(self.numbers, key=place):
            yield SheetPart(step, section, None if example < 0 else example, tuple(group))

    def claims_text(self, answers: dict[str, str] | None = None) -> str:
        """The worked file in which the student's numbers are filled in, for `chainrule check`.

        Args:
            answers: by address; what is left out has the empty text, which is not answered.
        """
        given, example = answers or {}, self.ledger.example
        # A sheet shows δ as ∂C/∂z, whatever the text does that the example is from.
        counted = Conventions(indices=example.conventions.indices)
        addresses = {one: self.ledger.address_text(one) for one in self.blanks}
        claims = (
            WrittenClaim(address, given.get(address, ""), describe_quantity(example, one))
            for one, address in addresses.items()
        )
        return format_worked(replace(example, conventions=counted), claims, self._head())

    def _head(self) -> list[str]:
        sheet = f"Worksheet {self.label}".rstrip()
        return [
            f"{sheet}: write your numbers between the quotation marks at the end of this file,",
            f'such as printed = "0.5", to {self.options.digits} significant digits. Then run',
            "chainrule check on it.",
        ]


def answer_text(value: float, digits: int) -> str:
    """A number rounded to significant digits; one that is exact with fewer has no zeros added.

    Args:
        value: the number.
        digits: how many.

    Example:
        >>> answer_text(0.30000412, 4), answer_text(0.3, 4), answer_text(123.4, 3)
        ('0.3000', '0.3', '123')
    """
    short = number_text(value, digits)
    if math.isclose(float(short), value, rel_tol=1e-12):
        return short
    return f"{value:#.{digits}g}".rstrip(".")


def make_worksheet(
    ledger: Ledger,
    patterns: Sequence[Pattern] = (),
    options: SheetOptions | None = None,
    label: str = "",
) -> Worksheet:
    """The worksheet of an exercise.

    Args:
        ledger: of the exercise.
        patterns: of the numbers to be left blank; none for all.
        options: how it is laid out; None for the defaults.
        label: tells it from others.

    Raises: InputError if nothing fits a pattern, or more is asked than anybody would work out;
        DivergenceError if a number is not finite.
    """
    chosen = options or SheetOptions()
    asked = exercise_quantities(ledger)
    blanks = choose_blanks(asked, patterns)
    if len(blanks) > MAX_BLANKS:
        raise InputError(
            "worksheet",
            expected=f"at most {MAX_BLANKS} blanks",
            got=str(len(blanks)),
            why="More are too much work by hand",
            remedy="Choose fewer with --blank, or a smaller network",
            argument="blank",
        )
    numbers = asked[: asked.index(blanks[-1]) + 1] if chosen.given else blanks
    return Worksheet(label, ledger, blanks, numbers, chosen)
