"""Formulas read from a line of text, such as "aˡ = σ(zˡ)" or "dW[l] = δ[l]ᵀ a[l-1]"."""

from __future__ import annotations

import re
from dataclasses import replace

from chainrule.documents.mathematics.formula_nodes import (
    Application,
    Fraction,
    Letter,
    Mathematics,
    Numeral,
    Row,
    Sign,
    Spelled,
    Superscript,
    Words,
)
from chainrule.documents.mathematics.text_math import SUBSCRIPTS, SUPERSCRIPTS

__all__ = ["parse_formula"]

_FUNCTIONS = ("cos", "exp", "ln", "max", "sign")
_HAT = "\N{COMBINING CIRCUMFLEX ACCENT}"

_TOKENS = re.compile(
    rf"""(?P<letter>(?:d(?=[Wba]\b))?(?:[^\W\d_ΣΦ½{"".join(SUPERSCRIPTS)}{"".join(SUBSCRIPTS)}](?![a-zA-Z])|∇)′?{_HAT}?)
    |(?P<word>[a-zA-Z]{{2,}})
    |(?P<number>[0-9]+(?:\.[0-9]+)?|½)
    |(?P<lowered>_[a-z]|[{"".join(SUBSCRIPTS)}]+)
    |(?P<raised>[{"".join(SUPERSCRIPTS)}]+)
    |(?P<layer>(?<=\w)\[[^\]]*\])
    |(?P<derivative>∂(?P<top>\w)/∂)
    |(?P<sign><=|>=|\S)""",
    re.VERBOSE,
)


def parse_formula(text: str) -> Mathematics:
    """The formula that a line of text writes; plain text spells it as the line does.

    Args:
        text: letters with raised and lowered characters, such as "zˡ", "β₂" or "a_i"; layers in
            brackets, such as "W[l]"; words; signs. A derivative "∂C/∂a[L]" becomes a fraction, "√"
            covers the letter after it, "½" is a fraction.

    Example:
        >>> from chainrule.documents.mathematics.latex_math import MathLatex
        >>> MathLatex().write(parse_formula("zˡ = wˡ aˡ⁻¹ + bˡ"))
        'z^{l} = w^{l} a^{l-1} + b^{l}'
    """
    parts = _Reader().read(text)
    return Spelled(parts[0] if len(parts) == 1 else Row(tuple(parts)), text)


class _Reader:
    """Reads one formula; a letter waits until all that belongs to it has come."""

    def __init__(self) -> None:
        self._parts: list[Mathematics] = []
        self._waiting: Letter | None = None
        self._top = ""
        self._is_rooted = False

    def read(self, text: str) -> list[Mathematics]:
        for token in _TOKENS.finditer(text):
            kind = token.lastgroup or "sign"
            getattr(self, f"_{kind}")(token[0])
        self._finish_letter()
        return self._parts

    def _finish_letter(self) -> None:
        """Add the letter that waits: nothing more belongs to it."""
        if self._waiting is None:
            return
        letter, self._waiting = self._waiting, None
        if self._top:
            letter, self._top = Letter(self._top, by=letter), ""
        self._parts.append(Application("sqrt", (letter,)) if self._is_rooted else letter)
        self._is_rooted = False

    def _add(self, part: Mathematics) -> None:
        self._finish_letter()
        self._parts.append(part)

    def _letter(self, text: str) -> None:
        self._finish_letter()
        prefix = text[0] if text[1:2] in ("W", "b", "a") else ""
        base = text.removeprefix(prefix).removesuffix(_HAT)
        self._waiting = Letter(base, prefix=prefix, hat=text.endswith(_HAT))

    def _word(self, text: str) -> None:
        self._add(Application(text) if text in _FUNCTIONS else Words(f" {text} "))

    def _number(self, text: str) -> None:
        self._add(Fraction(Numeral("1"), Numeral("2")) if text == "½" else Numeral(text))

    def _lowered(self, text: str) -> None:
        if self._waiting is not None:
            below = "".join(SUBSCRIPTS.get(sign, sign) for sign in text.removeprefix("_"))
            self._waiting = replace(self._waiting, below=self._waiting.below + below)

    def _raised(self, text: str) -> None:
        above = "".join(map(SUPERSCRIPTS.__getitem__, text))
        if self._waiting is not None:
            self._waiting = replace(self._waiting, above=self._waiting.above + above)
        elif self._parts:  # the exponent of a bracket
            self._parts[-1] = Superscript(self._parts[-1], Letter(above))

    def _layer(self, text: str) -> None:
        if self._waiting is not None:
            self._waiting = replace(self._waiting, above=text)

    def _derivative(self, text: str) -> None:
        self._finish_letter()
        self._top = text[1]

    def _sign(self, text: str) -> None:
        if text == "√":
            self._finish_letter()
            self._is_rooted = True
        else:
            self._add(Sign({"<=": "≤", ">=": "≥"}.get(text, text)))
