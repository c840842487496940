"""Formulas in MathML, the part of it that browsers draw by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from chainrule.ledger.rendering.letters import Letter

__all__ = ["MathML", "math"]

_SIGNS = {"-": "−", "Σ": "∑"}
_FENCES = "()|⌊⌋"
_FUNCTIONS = {"normal_cdf": "Φ", "normal_pdf": "Φ′", "sigmoid": "σ"}


def math(content: str) -> str:
    """A formula of its own."""
    return f'<math displaystyle="true">{content}</math>'


class MathML:
    """MathML for formulas."""

    def row(self, parts: Sequence[str]) -> str:
        """Parts side by side."""
        return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"

    def sign(self, sign: str) -> str:
        """An operator."""
        still = ' stretchy="false"' if sign in _FENCES else ""
        return f"<mo{still}>{escape(_SIGNS.get(sign, sign))}</mo>"

    def digits(self, text: str) -> str:
        """A number."""
        return f"<mn>{escape(text)}</mn>"

    def word(self, text: str) -> str:
        """Upright words."""
        return f"<mtext>{escape(text)}</mtext>"

    def function(self, name: str) -> str:
        """The name of a function."""
        return f"<mi>{_FUNCTIONS.get(name, name)}</mi><mo>&#x2061;</mo>"

    def letter(self, letter: Letter) -> str:
        """A letter."""
        base = _base(letter)
        if letter.by is not None:
            partial = '<mo form="prefix" rspace="0">∂</mo>'
            by = self.letter(letter.by)
            top, bottom = f"<mrow>{partial}{base}</mrow>", f"<mrow>{partial}{by}</mrow>"
            base = self.fraction(top, bottom)
        text = _placed(base, letter)
        if letter.prefix:
            text = f"<mrow><mi>{letter.prefix}</mi>{text}</mrow>"
        if letter.of is None:
            return text
        return f"<mrow>{text}{self.fenced(self.letter(letter.of), '()', tall=False)}</mrow>"

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction."""
        return f"<mfrac>{top}{bottom}</mfrac>"

    def raised(self, foot: str, exponent: str) -> str:
        """A power."""
        return f"<msup>{foot}{exponent}</msup>"

    def root(self, of: str) -> str:
        """A square root."""
        return f"<msqrt>{of}</msqrt>"

    def fenced(self, of: str, fences: str, *, tall: bool) -> str:
        """Between fences."""
        stretched = str(tall).lower()
        left = f'<mo form="prefix" stretchy="{stretched}">{fences[0]}</mo>'
        right = f'<mo form="postfix" stretchy="{stretched}">{fences[1]}</mo>'
        return f"<mrow>{left}{of}{right}</mrow>"

    def cell(self, text: str) -> str:
        """What a matrix is made of."""
        return f"<mtd>{text}</mtd>"

    def matrix(self, rows: Sequence[Sequence[str]], cut: tuple[bool, bool]) -> str:
        """A matrix of cells; dots stand for what is cut off below and to the right."""
        lines = [[*row, _dots("⋯")] if cut[1] else list(row) for row in rows]
        if cut[0]:
            lines.append([_dots("⋮")] * len(rows[0]) + [_dots("⋱")] * cut[1])
        body = "".join(f"<mtr>{''.join(line)}</mtr>" for line in lines)
        return self.fenced(f"<mtable>{body}</mtable>", "()", tall=True)


def _dots(sign: str) -> str:
    return f"<mtd><mo>{sign}</mo></mtd>"


def _base(letter: Letter) -> str:
    if letter.base == "‖g‖":
        return "<mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow>"
    kind = "mi" if len(letter.base.removesuffix("′")) == 1 else "mtext"
    text = f"<{kind}>{escape(letter.base)}</{kind}>"
    return f'<mover accent="true">{text}<mo>^</mo></mover>' if letter.hat else text


def _placed(base: str, letter: Letter) -> str:
    """The base with what is lowered and raised."""
    above = " ".join(filter(None, (letter.above, ", ".join(letter.words))))
    low, high = f"<mtext>{escape(letter.below)}</mtext>", f"<mtext>{escape(above)}</mtext>"
    if letter.below and above:
        return f"<msubsup>{base}{low}{high}</msubsup>"
    if letter.below:
        return f"<msub>{base}{low}</msub>"
    return f"<msup>{base}{high}</msup>" if above else base
