"""Laws that are written as a line of text, such as "aˡ = σ(zˡ)", set in a markup."""

from __future__ import annotations

import re
from dataclasses import replace

from chainrule.ledger.rendering.letters import Letter
from chainrule.ledger.rendering.typeset import Markup

__all__ = ["typeset_law"]

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ˡᴸ⁺⁻ᵀ", "0123456789lL+-T", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₐ", "0123456789ijka", strict=True))
_FUNCTIONS = ("cos", "exp", "ln", "max", "sign")
_HAT = "\N{COMBINING CIRCUMFLEX ACCENT}"

_TOKENS = re.compile(
    rf"""(?P<letter>(?:d(?=[Wba]\b))?(?:[^\W\d_ΣΦ½{"".join(_RAISED)}{"".join(_LOWERED)}](?![a-zA-Z])|∇)′?{_HAT}?)
    |(?P<word>[a-zA-Z]{{2,}})
    |(?P<number>[0-9]+(?:\.[0-9]+)?|½)
    |(?P<lowered>_[a-z]|[{"".join(_LOWERED)}]+)
    |(?P<raised>[{"".join(_RAISED)}]+)
    |(?P<layer>(?<=\w)\[[^\]]*\])
    |(?P<derivative>∂(?P<top>\w)/∂)
    |(?P<sign><=|>=|\S)""",
    re.VERBOSE,
)


def typeset_law(text: str, markup: Markup) -> str:
    """A law in a markup.

    Args:
        text: of `section_equations`: letters with raised and lowered signs, layers in brackets.
        markup: the language.
    """
    return markup.row(_Law(markup).set(text))


class _Law:
    """The pieces of one law; a letter waits until all that belongs to it has come."""

    def __init__(self, markup: Markup) -> None:
        self._markup = markup
        self._parts: list[str] = []
        self._waiting: Letter | None = None
        self._top = ""
        self._rooted = False

    def set(self, text: str) -> list[str]:
        for token in _TOKENS.finditer(text):
            kind = token.lastgroup or "sign"
            getattr(self, f"_{kind}")(token[0])
        self._settle()
        return self._parts

    def _settle(self) -> None:
        """Set the letter that waits: nothing more belongs to it."""
        if self._waiting is None:
            return
        letter, self._waiting = self._waiting, None
        if self._top:
            letter, self._top = Letter(self._top, by=letter), ""
        text = self._markup.letter(letter)
        self._parts.append(self._markup.root(text) if self._rooted else text)
        self._rooted = False

    def _add(self, text: str) -> None:
        self._settle()
        self._parts.append(text)

    def _letter(self, text: str) -> None:
        self._settle()
        prefix = text[0] if text[1:2] in ("W", "b", "a") else ""
        base = text.removeprefix(prefix).removesuffix(_HAT)
        self._waiting = Letter(base, prefix=prefix, hat=text.endswith(_HAT))

    def _word(self, text: str) -> None:
        known = text in _FUNCTIONS
        self._add(self._markup.function(text) if known else self._markup.word(f" {text} "))

    def _number(self, text: str) -> None:
        digits = self._markup.digits
        self._add(self._markup.fraction(digits("1"), digits("2")) if text == "½" else digits(text))

    def _lowered(self, text: str) -> None:
        if self._waiting is not None:
            below = "".join(_LOWERED.get(sign, sign) for sign in text.removeprefix("_"))
            self._waiting = replace(self._waiting, below=self._waiting.below + below)

    def _raised(self, text: str) -> None:
        above = "".join(map(_RAISED.__getitem__, text))
        if self._waiting is not None:
            self._waiting = replace(self._waiting, above=self._waiting.above + above)
        else:  # of a bracket
            exponent = self._markup.letter(Letter(above))
            self._parts[-1] = self._markup.raised(self._parts[-1], exponent)

    def _layer(self, text: str) -> None:
        if self._waiting is not None:
            self._waiting = replace(self._waiting, above=text)

    def _derivative(self, text: str) -> None:
        self._settle()
        self._top = text[1]

    def _sign(self, text: str) -> None:
        if text == "√":
            self._settle()
            self._rooted = True
        else:
            self._add(self._markup.sign({"<=": "≤", ">=": "≥"}.get(text, text)))
