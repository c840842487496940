"""Formulas as people write them, in Python's notation: x^2 - 2x + 1.5 becomes x**2 - 2*x + 1.5.

A power may be written with ^ or with raised digits, and the sign of a product may be left out. What
can be read in two ways, such as 1/2x, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword

from chainrule.descent.python_expression import MAX_LENGTH, formula_error
from chainrule.errors import InputError

__all__ = ["to_python"]

_SIGNS = {
    "·": "*",
    "⋅": "*",
    "×": "*",
    "÷": "/",
    "−": "-",
    "π": " pi ",
    "√": "sqrt",
    "σ": "sigmoid",
}
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NUMBER = (
    r"0[xX][0-9a-fA-F]+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?:[jJ](?!\w))?"
)
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<sign>\*\*|//|\S)"
)
_QUOTIENTS = ("/", "//")
_USUAL = frozenset("xyz")


@dataclass(frozen=True)
class _Token:
    """A number, raised digits, a name, a function or a sign, from `start` to `stop` of the text."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def begins_factor(self) -> bool:
        return self.kind in ("number", "name", "function") or self.text == "("

    @property
    def ends_factor(self) -> bool:
        return self.kind not in ("sign", "function") or self.text == ")"

    @property
    def python(self) -> str:
        if self.kind == "raised":
            return f"**({self.text.translate(_LOWERED)})"
        return "**" if self.text == "^" else self.text


def to_python(text: str, where: str, functions: Collection[str]) -> str:
    """The formula in Python's notation; other texts are left as they are.

    Args:
        text: as it was typed.
        where: who asks, for error texts.
        functions: names of what may be called.

    Raises: InputError for what can be read in two ways.

    Example:
        >>> to_python("x^2 - 2x + 1.5", "f", ()), to_python("3(x + 1) sin(y)²", "f", ["sin"])
        ('x**2 - 2*x + 1.5', '3*(x + 1)* sin(y)**(2)')
    """
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        return text  # which parse_expression refuses
    plain = text.strip()
    for sign, meant in _SIGNS.items():
        plain = plain.replace(sign, meant)
    return _Reading(where, text, plain, tuple(_tokens(plain, functions))).rewrite()


def _tokens(text: str, functions: Collection[str]) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind = "sign" if iskeyword(found[0]) else str(found.lastgroup)
        kind = "function" if found[0] in functions else kind
        yield _Token(kind, found[0], found.start(), found.end())


@dataclass(frozen=True)
class _Reading:
    """Puts the signs of products where they are left out."""

    where: str
    typed: str
    text: str
    tokens: Sequence[_Token]

    def rewrite(self) -> str:
        places = {at for at in range(1, len(self.tokens)) if self._is_product(at)}
        self._require_single_letters(_USUAL if places else frozenset())
        for at in sorted(places):
            self._require_one_reading(at)
        stops = [0, *(one.stop for one in self.tokens)]
        return "".join(
            "*" * (at in places) + self.text[stops[at] : one.start] + one.python
            for at, one in enumerate(self.tokens)
        )

    def _is_product(self, at: int) -> bool:
        """Whether a sign is left out before this token."""
        left, right = self.tokens[at - 1 : at + 1]
        is_power = right.text == "^" or right.kind == "raised"
        if left.kind == "function" and right.text != "(" and (right.begins_factor or is_power):
            written = f"{left.text}(…)" + "^…" * is_power
            raise self._refusal(left.start, right.stop, written, "")
        if not (left.ends_factor and right.begins_factor) or right.kind == left.kind == "number":
            return False
        if left.kind == "name":
            is_call = right.text == "(" and not self._is_variable(left.text)
            return not is_call and right.kind != "number"
        return True

    def _is_variable(self, name: str) -> bool:
        """Whether a name stands somewhere without brackets behind it."""
        behind = [one.text for one in self.tokens[1:]] + [""]
        return any(
            one.text == name and after != "("
            for one, after in zip(self.tokens, behind, strict=True)
        )

    def _require_single_letters(self, usual: frozenset[str]) -> None:
        """Refuse a name that may be a product of variables."""
        names = {one.text for one in self.tokens if one.kind == "name"}
        letters = usual | {name for name in names if len(name) == 1}
        for one in self.tokens:
            is_word = one.kind == "name" and len(one.text) > 1
            if is_word and set(one.text) <= letters:
                product = "*".join(one.text)
                raise self._refusal(one.start, one.stop, product, "or another name for a variable")

    def _require_one_reading(self, at: int) -> None:
        """Refuse a product without a sign behind / or ^, which may or may not reach over it."""
        start = self._factor_start(at - 1)
        signs = [one.text for one in self.tokens[:start]]
        while signs and signs[-1] in "+-":
            signs.pop()
        in_brackets = self.tokens[start].text == "("
        if signs and signs[-1] in (_QUOTIENTS if in_brackets else (*_QUOTIENTS, "^", "**")):
            left = self.text[self.tokens[start].start : self.tokens[at - 1].stop]
            right = self.tokens[at].text + ("…)" if self.tokens[at].text == "(" else "")
            first = self.tokens[len(signs) - 1].start
            other = f"{signs[-1]}({left}*{right})"
            raise self._refusal(
                first, self.tokens[at].stop, f"{signs[-1]}{left}*{right}", f"or {other}"
            )

    def _factor_start(self, at: int) -> int:
        """The first token of the factor that ends with this one."""
        if at and self.tokens[at].kind == "raised":
            return self._factor_start(at - 1)
        depth = 0
        for start in range(at, -1, -1):
            depth += (self.tokens[start].text == ")") - (self.tokens[start].text == "(")
            if depth <= 0:
                break
        is_argument = bool(start) and self.tokens[start - 1].kind == "function"
        return start - (is_argument and self.tokens[at].text == ")")

    def _refusal(self, start: int, stop: int, written: str, other: str) -> InputError:
        return formula_error(
            self.where,
            self.typed,
            "a formula that can be read in one way only",
            f"{self.text[start:stop]!r} at sign {start + 1}",
            f"Write {written} {other}".rstrip(),
        )
