"""The letters of quantities in LaTeX and MathML, with subscripts and superscripts."""

from __future__ import annotations

from dataclasses import replace

from chainrule.documents.mathematics import Letter
from chainrule.ledger.steps import KINDS, Quantity

__all__ = ["letter_of"]


_BASES = {
    "delta": "δ",
    "share": "s",
    "cost": "C",
    "penalty": "P",
    "total_cost": "J",
    "gradient_norm": "‖g‖",
    "g_clipped": "g",
    "learning_rate": "η",
    "velocity": "v",
    "mean": "m",
    "mean_square": "q",
    "change": "Δ",
}
_GRADIENTS = {"dW": "W", "db": "b", "da": "a"}
_WORDS = {"g_clipped": ("clipped",), "W_new": ("new",), "b_new": ("new",)}


def letter_of(
    quantity: Quantity, notation: str, within: Quantity | None = None, function: str = "φ"
) -> Letter:
    """The letter of a quantity.

    Args:
        quantity: any.
        notation: of `quantity_text.NOTATIONS`. In rows an example's number is the first index, in
            columns the last, as in the matrix of the batch; the papers have the example as an
            argument.
        within: the quantity whose formula it is; a step is named only where it is another than
            this one's.
        function: the sign of its layer's activation function.
    """
    if notation == "papers":
        return _of_papers(quantity, within, function)
    return _in_matrix(quantity, notation, within, function)


def _words(quantity: Quantity, within: Quantity | None) -> tuple[str, ...]:
    words = _WORDS.get(quantity.kind, ())
    if quantity.kind.endswith("_old"):
        words = ("old",)
    if within is not None and quantity.step != within.step:
        words = (*words, f"step {quantity.step}")
    return words


def _listed(*index: int) -> str:
    return ",".join(map(str, index))


def _in_matrix(quantity: Quantity, notation: str, within: Quantity | None, function: str) -> Letter:
    """As docs/notation.md has it in formulas: layers in brackets, batches as matrices."""
    kind, index, row = quantity.kind, quantity.index, quantity.example
    above = "" if quantity.layer is None else f"[{quantity.layer}]"
    if row is not None and KINDS[kind].scope == "both" and kind != "cost":
        above += f" ({row})"  # a part of the batch's array, not a place in it
    elif row is not None:
        index = (row, *index) if notation == "row" else (*index, row)
    plain = Letter(_base(kind), _listed(*index), above, _words(quantity, within))
    if kind == "cost" and row is not None:
        return replace(plain, base="c")
    if kind in _GRADIENTS:
        return replace(plain, base=_GRADIENTS[kind], prefix="d")
    if kind == "slope":
        argument = replace(plain, base="z", words=())
        return Letter(f"{function}′", words=plain.words, of=argument)
    return plain


def _base(kind: str) -> str:
    kind = kind.removesuffix("_old").removesuffix("_new")
    return _BASES.get(kind, kind)


def _of_papers(quantity: Quantity, within: Quantity | None, function: str) -> Letter:
    """a^l_j with derivatives written out; an example stands in brackets."""
    kind, words = quantity.kind, _words(quantity, within)
    above = "" if quantity.layer is None else str(quantity.layer)
    plain = Letter(_base(kind), _listed(*quantity.index), above, words)
    if plain.base == "W":
        plain = replace(plain, base="w")
    if kind in _GRADIENTS:
        by = replace(plain, base=_GRADIENTS[kind].lower(), words=())
        plain = Letter("C", words=words, by=by)
    if kind == "slope":
        return Letter(
            f"{function}′", words=words, of=_argued(replace(plain, base="z"), quantity, within)
        )
    return _argued(plain, quantity, within)


def _argued(letter: Letter, quantity: Quantity, within: Quantity | None) -> Letter:
    """With its example in brackets, where that is not the formula's own."""
    row = quantity.example
    if row is None or (within is not None and row == within.example):
        return letter
    return replace(letter, of=Letter("x", str(row)))
