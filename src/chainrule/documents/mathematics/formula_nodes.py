"""Formulas as trees of typeset elements: letters, numbers, fractions, powers, matrices.

The trees say what stands where, not what a formula is worth. Brackets that follow from the rules of
arithmetic are not in them: each writer adds those that its own way of writing needs, so that 3/4 is
a fraction in MathML and (3/4) among the factors of a line of text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Addition",
    "Anchor",
    "Application",
    "Fenced",
    "Fraction",
    "Letter",
    "Link",
    "Mathematics",
    "Matrix",
    "Multiplication",
    "Negation",
    "Numeral",
    "Row",
    "Sign",
    "Spelled",
    "Superscript",
    "Words",
    "equation",
]


@dataclass(frozen=True)
class Letter:
    """A letter with what stands around it.

    Args:
        base: the sign itself, or a word.
        below: the subscript, such as "0,13".
        above: the superscript, such as "[2]".
        words: words of the superscript, such as "new".
        prefix: a letter in front, such as the d of dW.
        of: an argument in brackets behind it, such as the z of φ′(z).
        by: for a derivative, the letter by which it is taken.
        hat: whether it bears a hat.
    """

    base: str
    below: str = ""
    above: str = ""
    words: tuple[str, ...] = ()
    prefix: str = ""
    of: Letter | None = None
    by: Letter | None = None
    hat: bool = False


@dataclass(frozen=True)
class Numeral:
    """A number by its text, such as "-0.5", "3/4", "1.2e-05", "inf" or "nan"."""

    text: str


@dataclass(frozen=True)
class Sign:
    """An operator, a relation, a bracket, such as "+", "≤" or "("."""

    text: str


@dataclass(frozen=True)
class Words:
    """Upright words."""

    text: str


@dataclass(frozen=True)
class Row:
    """Parts side by side."""

    parts: tuple[Mathematics, ...]


@dataclass(frozen=True)
class Addition:
    """A sum of two or more terms; a `Negation` among them is subtracted.

    A line can be broken between its terms.
    """

    terms: tuple[Mathematics, ...]


@dataclass(frozen=True)
class Negation:
    """Minus `content`."""

    content: Mathematics


@dataclass(frozen=True)
class Multiplication:
    """A product of two or more factors."""

    factors: tuple[Mathematics, ...]


@dataclass(frozen=True)
class Fraction:
    """`top` over `bottom`."""

    top: Mathematics
    bottom: Mathematics


@dataclass(frozen=True)
class Superscript:
    """`base` with a raised `exponent`, as a power has."""

    base: Mathematics
    exponent: Mathematics


@dataclass(frozen=True)
class Application:
    """A function applied to its arguments, or the bare name of a function without any.

    Writers know the special forms of "exp", "expm1", "log1p", "sqrt" and "abs".
    """

    function: str
    arguments: tuple[Mathematics, ...] = ()


@dataclass(frozen=True)
class Fenced:
    """`content` in brackets that are as tall as it."""

    content: Mathematics


@dataclass(frozen=True)
class Matrix:
    """A matrix.

    Args:
        rows: the cells, row by row.
        cut_below: whether rows below are left out.
        cut_right: whether columns to the right are left out.
    """

    rows: tuple[tuple[Mathematics, ...], ...]
    cut_below: bool = False
    cut_right: bool = False


@dataclass(frozen=True)
class Spelled:
    """`content` that plain text spells in its own way, as `text`."""

    content: Mathematics
    text: str


@dataclass(frozen=True)
class Link:
    """Something that leads to another place.

    Args:
        content: a formula's part, or words of a paragraph.
        target: the name of an anchor of the same document, or an address on the web.
    """

    content: Mathematics | str
    target: str


@dataclass(frozen=True)
class Anchor:
    """A formula's part, most often a cell of a matrix, to which links lead by `name`."""

    content: Mathematics
    name: str


Mathematics: TypeAlias = (
    Letter
    | Numeral
    | Sign
    | Words
    | Row
    | Addition
    | Negation
    | Multiplication
    | Fraction
    | Superscript
    | Application
    | Fenced
    | Matrix
    | Spelled
    | Link
    | Anchor
)


def equation(left: Mathematics, *right: Mathematics) -> Row:
    """The formula `left` = `right` = …"""
    parts: list[Mathematics] = [left]
    for side in right:
        parts += [Sign("="), side]
    return Row(tuple(parts))
