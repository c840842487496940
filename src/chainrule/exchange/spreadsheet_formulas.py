"""Formula trees as formulas of a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chainrule.ledger.formulas import (
    Call,
    Case,
    Expression,
    Leaf,
    Negative,
    Power,
    Product,
    Quotient,
    Sum,
)

__all__ = ["MOST_CHARACTERS", "number_literal", "spreadsheet_formula"]

MOST_CHARACTERS = 8000
"""Excel takes 8,192 in a formula."""

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
"""How closely the parts of a text hold together."""

_FUNCTIONS = {
    "abs": "ABS({0})",
    "cos": "COS({0})",
    "erf": "ERF({0})",
    "exp": "EXP({0})",
    "expm1": "(EXP({0})-1)",
    "ln": "LN({0})",
    "log1p": "LN(1+{0})",
    "max": "MAX({0},{1})",
    "min": "MIN({0},{1})",
    "normal_cdf": "NORMSDIST({0})",
    "normal_pdf": "NORMDIST({0},0,1,FALSE)",
    "sigmoid": "(1/(1+EXP(-({0}))))",
    "sin": "SIN({0})",
    "sign": "SIGN({0})",
    "sqrt": "SQRT({0})",
    "tanh": "TANH({0})",
}
_RELATIONS = {"≥": ">=", "≤": "<="}


class _Text(NamedTuple):
    """A part of a formula, and how closely it holds together."""

    text: str
    level: int

    def within(self, level: int) -> str:
        """Return the text, in parentheses unless it holds together at least so closely."""
        return self.text if self.level >= level else f"({self.text})"


def number_literal(value: float) -> str:
    """Return a number as spreadsheets read it, to 17 digits."""
    return f"{value:.17g}".upper()


def spreadsheet_formula(expression: Expression, reference: Callable[[Leaf], str]) -> str:
    """Return a tree as a formula, without the sign of equality.

    Both branches of a case are kept, and 0 times a logarithm is 0, as in the equations. A branch
    that the tree does not have is #N/A, so that no cell shows a number that does not hold.

    Args:
        expression: the tree.
        reference: the cell of a number, or the number itself.

    Example:
        >>> from chainrule.ledger.formulas import Number
        >>> tree = Power(Sum((Number(2.0), Negative(Number(0.5)))), Number(2.0))
        >>> spreadsheet_formula(tree, lambda leaf: number_literal(leaf.value))
        '(2-0.5)^2'
    """
    return _convert(expression, reference).text


def _convert(expression: Expression, reference: Callable[[Leaf], str]) -> _Text:
    def convert(one: Expression) -> _Text:
        return _convert(one, reference)

    match expression:
        case Sum(terms):
            return _Text("".join(_terms([(one, convert(one)) for one in terms])), _SUM)
        case Negative(of):
            return _Text(f"-{_negated(convert(of))}", _SUM)
        case Product(factors):
            return _product(expression, [convert(one) for one in factors])
        case Quotient(top, bottom):
            parts = convert(top).within(_PRODUCT), convert(bottom).within(_POWER)
            return _Text("/".join(parts), _PRODUCT)
        case Power(base, exponent):
            parts = convert(base).within(_ATOM), convert(exponent).within(_ATOM)
            return _Text("^".join(parts), _POWER)
        case Call(function, arguments):
            texts = [convert(one).text for one in arguments]
            return _Text(_FUNCTIONS[function].format(*texts), _ATOM)
        case Case():
            return _case(expression, convert)
    text = reference(expression)
    return _Text(text, _SUM if text.startswith("-") else _ATOM)


def _negated(part: _Text) -> str:
    """Return what a minus stands before: in spreadsheets it is stronger than a power."""
    return part.within(_ATOM) if part.level == _POWER else part.within(_PRODUCT)


def _terms(terms: list[tuple[Expression, _Text]]) -> list[str]:
    """Return the terms of a sum with their signs."""
    found = []
    for place, (term, part) in enumerate(terms):
        if isinstance(term, Negative):
            found.append(part.text)  # which begins with its minus
        else:
            text = part.within(_PRODUCT)
            found.append(f"+{text}" if place else text)
    return found


def _product(product: Product, factors: list[_Text]) -> _Text:
    texts = [one.within(_PRODUCT if not place else _POWER) for place, one in enumerate(factors)]
    whole = "*".join(texts)
    is_log = [isinstance(one, Call) and one.function == "ln" for one in product.factors]
    if not any(is_log):
        return _Text(whole, _PRODUCT)
    others = "*".join(text for text, log in zip(texts, is_log, strict=True) if not log)
    return _Text(f"IF({others}=0,0,{whole})", _ATOM)


def _case(case: Case, convert: Callable[[Expression], _Text]) -> _Text:
    sign = _RELATIONS.get(case.relation, case.relation)
    condition = f"{convert(case.left).within(_SUM)}{sign}{convert(case.right).within(_SUM)}"
    otherwise = "NA()" if case.otherwise is None else convert(case.otherwise).text
    return _Text(f"IF({condition},{convert(case.chosen).text},{otherwise})", _ATOM)
