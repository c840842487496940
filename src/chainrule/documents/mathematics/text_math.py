"""Formulas as a line of plain text: a[1][0]·(1 - a[1][0])/2."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.documents.mathematics.formula_nodes import (
    Addition,
    Application,
    Fraction,
    Letter,
    Mathematics,
    Matrix,
    Spelled,
)
from chainrule.documents.mathematics.math_writer import (
    ADDING,
    MULTIPLYING,
    RAISING,
    WHOLE,
    MathWriter,
    Piece,
)

__all__ = ["SUBSCRIPTS", "SUPERSCRIPTS", "TIE", "MathText", "math_text"]

TIE = "\N{NO-BREAK SPACE}"
"""Stands for a space at which a line must not be broken."""

_FUNCTIONS = {"normal_cdf": "Φ", "normal_pdf": "Φ′", "sigmoid": "σ", "sqrt": "√"}
_TIGHT = ("/", ",")

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ˡᴸ⁺⁻ᵀ", "0123456789lL+-T", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₐ", "0123456789ijka", strict=True))
"""The raised and lowered characters of Unicode, each with the character that it stands for."""
_RAISED = {ord(plain): raised for raised, plain in SUPERSCRIPTS.items()}
_LOWERED = {ord(plain): low for low, plain in SUBSCRIPTS.items() if plain.isdigit()}


def math_text(formula: Mathematics) -> str:
    """A formula in plain text.

    Example:
        >>> from chainrule.documents.mathematics.formula_nodes import Addition, Numeral
        >>> half = Fraction(Numeral("1"), Addition((Numeral("1"), Numeral("1"))))
        >>> math_text(half)
        '1/(1 + 1)'
    """
    return MathText().write(formula).replace(TIE, " ")


class MathText(MathWriter):
    """Writes plain text in which ties keep together what must stand in one line."""

    def row(self, parts: Sequence[str]) -> str:
        """Parts one after the other."""
        return "".join(parts)

    def sign(self, sign: str, *, infix: bool = False) -> str:
        """An operator."""
        return sign

    def digits(self, text: str) -> str:
        """A number."""
        return text

    def words(self, text: str) -> str:
        """Words; "… 36 more …" stays together."""
        return text.replace(" ", TIE) if text.startswith("…") else text

    def function(self, name: str) -> str:
        """The name of a function."""
        return _FUNCTIONS.get(name, name)

    def letter(self, letter: Letter) -> str:
        """A letter with the layer raised and the indices lowered, as far as Unicode can."""
        if letter.by is not None:
            top = self.letter(Letter(letter.base, letter.below, letter.above, letter.words))
            return f"∂{top}/∂{self.letter(letter.by)}"
        text = letter.prefix + letter.base + ("\N{COMBINING CIRCUMFLEX ACCENT}" * letter.hat)
        text += letter.above if "[" in letter.above else letter.above.translate(_RAISED)
        text += letter.below.translate(_LOWERED)
        text = " ".join([*letter.words, text])
        return text if letter.of is None else f"{text}({self.letter(letter.of)})"

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction, in a line."""
        return f"{top}/{bottom}"

    def raised(self, base: str, exponent: str) -> str:
        """A power; squares have a sign of their own."""
        return base + ("²" if exponent == "2" else f"^{exponent}")

    def root(self, content: str) -> str:
        """A square root."""
        return f"√({content})"

    def fenced(self, content: str, fences: str, *, tall: bool) -> str:
        """Content between fences."""
        return fences[0] + content + fences[1]

    def matrix(self, matrix: Matrix) -> str:
        """The rows in brackets, a semicolon between them."""
        end = [self.words("…")] if matrix.cut_right else []
        rows = [TIE.join([*map(self.write, row), *end]) for row in matrix.rows]
        return f"[{'; '.join([*rows, '…'] if matrix.cut_below else rows)}]"

    def link(self, content: str, target: str) -> str:
        """The content: a line of text leads nowhere."""
        return content

    def anchor(self, content: str, name: str) -> str:
        """The content."""
        return content

    def piece(self, node: Mathematics) -> Piece:
        """A node; what is spelled in a way of its own binds as its text says."""
        match node:
            case Spelled(_, text):
                return _spelled(text)
            case Letter():
                return _spelled(self.letter(node))
        return super().piece(node)

    def numeral(self, text: str) -> Piece:
        """A number as it is written."""
        return _spelled(text)

    def multiplication(self, factors: Sequence[Mathematics]) -> Piece:
        """A product; fractions among its factors stand in brackets."""
        return Piece("·".join(self.bound(one, RAISING).text for one in factors), MULTIPLYING)

    def quotient(self, node: Fraction) -> Piece:
        """A fraction with brackets around what is more than a power."""
        top, bottom = (self.bound(one, RAISING).text for one in (node.top, node.bottom))
        return Piece(self.fraction(top, bottom), MULTIPLYING)

    def power(self, base: Mathematics, exponent: Mathematics) -> Piece:
        """A power; its exponent stands in a line and so in brackets."""
        raised = self.bound(exponent, WHOLE).text
        return Piece(self.raised(self.bound(base, WHOLE).text, raised), RAISING)

    def application(self, node: Application) -> Piece:
        """A function with its arguments in brackets."""
        if not node.arguments:
            return Piece(self.function(node.function))
        inner = ", ".join(self.bound(one).text for one in node.arguments)
        if node.function == "exp":
            return Piece(f"e^({inner})", RAISING)
        if node.function == "abs":
            return Piece(f"|{inner}|")
        return Piece(f"{self.function(node.function)}({inner})")

    def addition(self, node: Addition) -> Piece:
        """A sum with room around its signs, but for that of a first term."""
        text = ""
        for sign, term in self.terms(node):
            text += (f" {sign[0]} " if text else "".join(sign)) + term.text
        return Piece(text, ADDING)

    def side_by_side(self, parts: Sequence[Mathematics]) -> Piece:
        """The parts of a row with room between them, but for strokes and commas."""
        text = ""
        for part in parts:
            one = self.write(part)
            text += one if one in _TIGHT or not text or text.endswith("/") else f" {one}"
        return Piece(text)


def _spelled(text: str) -> Piece:
    """A text that binds as its signs say."""
    if text.startswith("-"):
        return Piece(text, ADDING)
    return Piece(text, MULTIPLYING if "/" in text else WHOLE)
