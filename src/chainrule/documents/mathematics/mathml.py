"""Formulas in MathML Core, the part of MathML that browsers draw by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from chainrule.documents.markup import Markup, element, joined_markup
from chainrule.documents.mathematics.formula_nodes import Anchor, Letter, Mathematics, Matrix
from chainrule.documents.mathematics.math_writer import MathWriter

__all__ = ["MathML", "math_element"]

_SIGNS = {"-": "−", "Σ": "∑"}
_FENCES = "()|⌊⌋"
_FUNCTIONS = {"normal_cdf": "Φ", "normal_pdf": "Φ′", "sigmoid": "σ"}


def math_element(content: str) -> Markup:
    """A formula by itself, of the markup that `MathML` writes."""
    return element("math", Markup(content), displaystyle="true")


class MathML(MathWriter):
    """Writes MathML; all that it returns is `Markup`.

    Args:
        place: called with the name of an anchor for the id to write, or None for none. Without it,
            links and anchors are left out.
    """

    def __init__(self, place: Callable[[str], str | None] | None = None) -> None:
        self._place = place

    def row(self, parts: Sequence[str]) -> str:
        """Parts side by side."""
        return parts[0] if len(parts) == 1 else element("mrow", parts)

    def sign(self, sign: str, *, infix: bool = False) -> str:
        """An operator."""
        return _sign(sign, infix=infix)

    def digits(self, text: str) -> str:
        """A number."""
        return element("mn", text)

    def words(self, text: str) -> str:
        """Upright words."""
        return element("mtext", text)

    def function(self, name: str) -> str:
        """The name of a function, with the invisible sign that applies it."""
        applied = element("mo", Markup("&#x2061;"))
        return joined_markup([element("mi", _FUNCTIONS.get(name, name)), applied])

    def letter(self, letter: Letter) -> str:
        """A letter."""
        return _letter(letter)

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction."""
        return element("mfrac", [top, bottom])

    def raised(self, base: str, exponent: str) -> str:
        """A power."""
        return element("msup", [base, exponent])

    def root(self, content: str) -> str:
        """A square root."""
        return element("msqrt", content)

    def fenced(self, content: str, fences: str, *, tall: bool) -> str:
        """Content between fences."""
        return _fenced(content, fences, tall=tall)

    def matrix(self, matrix: Matrix) -> str:
        """A matrix; an anchor in a cell becomes the cell's own."""
        lines = [list(map(self._cell, row)) for row in matrix.rows]
        if matrix.cut_right:
            lines = [[*line, _dots("⋯")] for line in lines]
        if matrix.cut_below:
            lines.append([_dots("⋮")] * len(matrix.rows[0]) + [_dots("⋱")] * matrix.cut_right)
        table = element("mtable", [element("mtr", line) for line in lines])
        return self.fenced(table, "()", tall=True)

    def _cell(self, content: Mathematics) -> Markup:
        place = None
        if isinstance(content, Anchor):
            place, content = self._placed(content.name), content.content
        return element("mtd", self.write(content), id=place)

    def link(self, content: str, target: str) -> str:
        """A part that leads to an anchor of the page, by the page's script."""
        return content if self._place is None else element("mrow", content, data_to=target)

    def anchor(self, content: str, name: str) -> str:
        """A part that links lead to."""
        return element("mrow", content, id=self._placed(name))

    def _placed(self, name: str) -> str | None:
        return None if self._place is None else self._place(name)


def _dots(sign: str) -> Markup:
    return element("mtd", element("mo", sign))


@cache
def _sign(sign: str, *, infix: bool) -> Markup:
    still = "false" if sign in _FENCES else None
    form = "infix" if infix else None
    return element("mo", _SIGNS.get(sign, sign), form=form, stretchy=still)


def _fenced(content: str, fences: str, *, tall: bool) -> Markup:
    stretchy = str(tall).lower()
    left = element("mo", fences[0], form="prefix", stretchy=stretchy)
    right = element("mo", fences[1], form="postfix", stretchy=stretchy)
    return element("mrow", [left, content, right])


@lru_cache(maxsize=1024)  # the letters of a page come up again and again
def _letter(letter: Letter) -> Markup:
    base = _base(letter)
    if letter.by is not None:
        partial = element("mo", "∂", form="prefix", rspace="0")
        bottom = element("mrow", [partial, _letter(letter.by)])
        base = element("mfrac", [element("mrow", [partial, base]), bottom])
    text = _with_scripts(base, letter)
    if letter.prefix:
        text = element("mrow", [element("mi", letter.prefix), text])
    if letter.of is None:
        return text
    return element("mrow", [text, _fenced(_letter(letter.of), "()", tall=False)])


def _base(letter: Letter) -> Markup:
    if letter.base == "‖g‖":
        bar = element("mo", "‖")
        return element("mrow", [bar, element("mi", "g"), bar])
    kind = "mi" if len(letter.base.removesuffix("′")) == 1 else "mtext"
    text = element(kind, letter.base)
    return element("mover", [text, element("mo", "^")], accent="true") if letter.hat else text


def _with_scripts(base: Markup, letter: Letter) -> Markup:
    """The base with its subscript and superscript."""
    above = " ".join(filter(None, (letter.above, ", ".join(letter.words))))
    low, high = element("mtext", letter.below), element("mtext", above)
    if letter.below and above:
        return element("msubsup", [base, low, high])
    if letter.below:
        return element("msub", [base, low])
    return element("msup", [base, high]) if above else base
