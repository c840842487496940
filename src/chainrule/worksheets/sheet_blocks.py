"""How the numbers of a worksheet are put under headings; the same for every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from chainrule.worksheets.worksheet import SheetPart, Worksheet

__all__ = ["SheetBlock", "marks_text", "part_heading", "sheet_blocks"]

_TITLES = {
    "forward": "Forward pass",
    "cost": "Cost",
    "errors": "Errors, from the last layer back",
    "gradients": "Gradients",
    "update": "New weights and biases",
}
_PAIRS = ("forward", "cost")


@dataclass(frozen=True)
class SheetBlock:
    """A section of a step.

    Args:
        step: from 1.
        section: of `order.SECTIONS`.
        heading: in words.
        marks: how many numbers are left blank.
        parts: in order.
    """

    step: int
    section: str
    heading: str
    marks: int
    parts: tuple[SheetPart, ...]

    @property
    def columns(self) -> int:
        """How many numbers stand side by side: z with a, or the factors of δ with δ."""
        return 2 if self.section in _PAIRS else 3


def sheet_blocks(sheet: Worksheet) -> Iterator[SheetBlock]:
    """The sections of a worksheet, in order."""
    for (step, section), group in groupby(sheet.parts(), key=lambda part: part[:2]):
        parts = tuple(group)
        marks = sum(sheet.is_blank(one) for part in parts for one in part.numbers)
        title = _TITLES[section]
        if sheet.ledger.example.recipe is None:
            title = "Forward pass"
        elif sheet.ledger.example.steps > 1:
            title = f"Step {step}: {title[0].lower()}{title[1:]}"
        yield SheetBlock(step, section, title, marks, parts)


def part_heading(sheet: Worksheet, part: SheetPart) -> str:
    """The heading of what belongs to one example; empty where there is only one."""
    if not sheet.ledger.example.has_many or part.section in ("gradients", "update"):
        return ""
    return "The batch" if part.example is None else f"Example {part.example}"


def marks_text(count: int) -> str:
    """What a number of blanks is worth."""
    return f"{count} mark{'s' * (count != 1)}"
