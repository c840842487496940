"""Parts that typeset renderings say alike: headings, and matrices of given numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainrule.ledger.rendering.document import Section
from chainrule.ledger.rendering.given import Given
from chainrule.ledger.rendering.letters import letter_of
from chainrule.ledger.rendering.typesetting import Setting
from chainrule.ledger.steps import Quantity, quantity_value

__all__ = ["given_letter", "given_numbers", "heading_of"]


def heading_of(section: Section) -> str:
    """The heading of a section."""
    return section.name.capitalize()


def given_letter(setting: Setting, given: Given) -> str:
    """The letter of an array of given numbers."""
    letter = letter_of(given.numbers[0][0], setting.options.notation)
    if letter.by is None:
        letter = replace(letter, below="", of=None)
    return setting.markup.letter(letter)


def given_numbers(
    setting: Setting, given: Given, cell: Callable[[Quantity, str], str]
) -> list[list[str]]:
    """The numbers of an array, row by row.

    Args:
        setting: of the ledger.
        given: the array.
        cell: (address, number) -> the number with what belongs to it.
    """
    return [
        [
            cell(one, setting.value(quantity_value(setting.ledger.step(one.step), one)))
            for one in row
        ]
        for row in given.numbers
    ]
