"""Formulas and words in LaTeX, with nothing but amsmath."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from chainrule.documents.mathematics.formula_nodes import Letter, Matrix
from chainrule.documents.mathematics.math_writer import MathWriter
from chainrule.documents.mathematics.text_math import SUBSCRIPTS, SUPERSCRIPTS

__all__ = ["MathLatex", "escape_latex"]

_SIGNS = {
    "·": r"\cdot",
    "≥": r"\geq",
    "≤": r"\leq",
    "⊙": r"\odot",
    "←": r"\leftarrow",
    "Σ": r"\sum",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
}
_LETTERS = {
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "Δ": r"\Delta",
    "ε": r"\varepsilon",
    "η": r"\eta",
    "θ": r"\theta",
    "λ": r"\lambda",
    "μ": r"\mu",
    "π": r"\pi",
    "ρ": r"\rho",
    "σ": r"\sigma",
    "φ": r"\varphi",
    "Φ": r"\Phi",
    "ℓ": r"\ell",
    "∂": r"\partial",
    "∇": r"\nabla",
    "‖g‖": r"\lVert g\rVert",
}
_FUNCTIONS = {
    "normal_cdf": r"\Phi",
    "normal_pdf": r"\Phi'",
    "sigmoid": r"\sigma",
    "erf": r"\operatorname{erf}",
    "sign": r"\operatorname{sign}",
}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\dots{}",
    "×": r"$\times$",
    "±": r"$\pm$",
    "−": "$-$",
    "½": r"$\frac{1}{2}$",
    "√": r"$\surd$",
    "′": "$'$",
    "•": r"$\bullet$",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "∞": r"$\infty$",
    **dict.fromkeys("\N{NO-BREAK SPACE}\t\n\r", " "),
    **{sign: "\\" + sign for sign in "{}#$%&_"},
    **{sign: f"${name}$" for sign, name in (_LETTERS | _SIGNS).items() if len(sign) == 1},
    **{raised: f"$^{{{plain}}}$" for raised, plain in SUPERSCRIPTS.items()},
    **{lowered: f"$_{{{plain}}}$" for lowered, plain in SUBSCRIPTS.items()},
}
_LONG = 160
"""Between fences that grow by themselves lines cannot be broken; longer texts have large ones."""
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '"',
    "\u030a": "r",
    "\u030c": "v",
    "\u0327": "c",
}


def escape_latex(text: str) -> str:
    """Words as LaTeX prints them, whatever signs are in them.

    Args:
        text: any. Characters that the fonts of plain LaTeX lack are named by their numbers.

    >>> print(escape_latex("50 % of é_1"))
    50 \\% of \\'{e}\\_1
    """
    return "".join(map(_sign, text))


def _sign(sign: str) -> str:
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if " " <= sign <= "~":
        return sign
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        return f"\\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return f"[U+{ord(sign):04X}]"


class MathLatex(MathWriter):
    """Writes LaTeX. No backslash stands before a punctuation mark, as Markdown asks for."""

    def row(self, parts: Sequence[str]) -> str:
        """Parts side by side."""
        return " ".join(parts)

    def sign(self, sign: str, *, infix: bool = False) -> str:
        """An operator."""
        return _SIGNS.get(sign, sign)

    def digits(self, text: str) -> str:
        """A number."""
        return text

    def words(self, text: str) -> str:
        """Upright words."""
        if text.startswith("…"):
            return rf"\dots \text{{{text.strip('…')}}} \dots"
        return r"\infty" if text == "∞" else rf"\text{{{escape_latex(text)}}}"

    def function(self, name: str) -> str:
        """The name of a function."""
        return _FUNCTIONS.get(name, f"\\{name}")

    def letter(self, letter: Letter) -> str:
        """A letter; what is lowered comes first, so that Markdown sees no emphasis."""
        base = _base(letter.base)
        if letter.hat:
            base = rf"\hat{{{base}}}"
        text = letter.prefix + base + (f"_{{{letter.below}}}" if letter.below else "")
        if letter.by is not None:
            text = rf"\frac{{\partial {text}}}{{\partial {self.letter(letter.by)}}}"
        above = letter.above + (rf"\text{{ {', '.join(letter.words)}}}" if letter.words else "")
        if above and letter.by is not None:
            text = f"{{{text}}}"
        text += f"^{{{above.strip()}}}" if above else ""
        return text if letter.of is None else f"{text}({self.letter(letter.of)})"

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction."""
        return rf"\frac{{{top}}}{{{bottom}}}"

    def raised(self, base: str, exponent: str) -> str:
        """A power."""
        return f"{base}^{{{exponent}}}"

    def root(self, content: str) -> str:
        """A square root."""
        return rf"\sqrt{{{content}}}"

    def fenced(self, content: str, fences: str, *, tall: bool) -> str:
        """Content between fences."""
        left, right = (r"\lvert ", r"\rvert") if fences == "||" else (fences[0], fences[1])
        if not tall:
            return f"{left}{content}{right}"
        if len(content) > _LONG:
            return rf"\biggl{left}{content}\biggr{right}"
        return rf"\left{left}{content}\right{right}"

    def matrix(self, matrix: Matrix) -> str:
        """A matrix; dots stand for what is cut off below and to the right."""
        end = [r"\cdots"] * matrix.cut_right
        lines = [[*map(self.write, row), *end] for row in matrix.rows]
        if matrix.cut_below:
            lines.append([r"\vdots"] * len(matrix.rows[0]) + [r"\ddots"] * matrix.cut_right)
        body = r" \\ ".join(" & ".join(line) for line in lines)
        return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"

    def link(self, content: str, target: str) -> str:
        """The content: paper leads nowhere."""
        return content

    def anchor(self, content: str, name: str) -> str:
        """The content."""
        return content


def _base(base: str) -> str:
    prime = "'" if base.endswith("′") else ""
    base = base.removesuffix("′")
    if base in _LETTERS:
        return _LETTERS[base] + prime
    return base + prime if len(base) == 1 else rf"\text{{{base}}}"
