"""Equations of whole arrays set in a markup that has matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chainrule.ledger.rendering.arrays import ArrayLaw, Matrix, Operand, numbers_in
from chainrule.ledger.rendering.typeset import Markup
from chainrule.ledger.rendering.typesetting import Setting
from chainrule.ledger.steps import Quantity

__all__ = ["MatrixMarkup", "array_lines"]


class MatrixMarkup(Markup, Protocol):
    """A language for formulas with matrices."""

    def matrix(self, rows: Sequence[Sequence[str]], cut: tuple[bool, bool]) -> str:
        """A matrix of cells."""

    def cell(self, text: str) -> str:
        """What a matrix is made of."""


def array_lines(setting: Setting, law: ArrayLaw, markup: MatrixMarkup) -> tuple[str, list[str]]:
    """An equation: its left side, and what it is equal to, one after the other.

    Args:
        setting: of the ledger.
        law: the equation.
        markup: the setting's.
    """
    left, right = law.law.split(" = ")
    lines = [setting.law(right)]
    if law.formula:
        lines.append(_side_by_side(setting, law.formula, markup))
    return setting.law(left), [*lines, _operand(setting, law.result, markup)]


def _side_by_side(setting: Setting, parts: Sequence[Operand], markup: MatrixMarkup) -> str:
    return markup.row([_operand(setting, part, markup) for part in parts])


def _operand(setting: Setting, part: Operand, markup: MatrixMarkup) -> str:
    if isinstance(part, str):
        return markup.sign(part)
    if isinstance(part, Matrix):
        return _matrix(setting, part, markup)
    inner = markup.fenced(_side_by_side(setting, part.parts, markup), "()", tall=True)
    if part.by == 1:
        return inner
    return markup.row([inner, markup.sign("/"), markup.digits(str(part.by))])


def _matrix(setting: Setting, matrix: Matrix, markup: MatrixMarkup) -> str:
    def cell(quantity: Quantity, value: float) -> str:
        return markup.cell(setting.marked(quantity, setting.value(value)))

    return markup.matrix(numbers_in(setting.ledger, matrix, cell), (False, False))
