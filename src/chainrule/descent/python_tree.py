"""The text of a formula as Python's own tree, small enough to be worked with."""

from __future__ import annotations

import ast
import warnings

from chainrule.errors import InputError, describe

__all__ = ["LONGEST", "MOST_DEPTH", "MOST_PARTS", "refusal", "typed_tree"]

LONGEST = 400
"""Signs of a formula."""
MOST_PARTS = 80
"""Numbers, variables, signs and functions of a formula: its second derivatives have many more."""
MOST_DEPTH = 6
"""Functions, powers and quotients within each other."""


def typed_tree(text: str, where: str) -> ast.expr:
    """Python's tree of a formula; nothing in it is run.

    Args:
        text: as it was typed.
        where: who asks, for error texts.

    Raises: InputError where it is no expression, or too large a one.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(where, expected="a formula such as 'x**2 - 2*x'", got=describe(text))
    if len(text) > LONGEST:
        expected = f"a formula of at most {LONGEST} signs"
        raise InputError(where, expected=expected, got=str(len(text)), argument="formula")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "2or x" is a warning first and an error below
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        expected = "a formula as Python writes it, such as 'x**2 - 2*x'"
        remedy = "A product needs its sign: 2*x"
        raise refusal(where, text, expected, repr(text.strip()), remedy) from None
    _check_size(where, text, tree)
    return tree


def _check_size(where: str, text: str, tree: ast.expr) -> None:
    """Refuse a formula whose derivatives would be too long to be shown, or worked out."""
    parts, deepest, waiting = 0, 0, [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        is_deep = isinstance(node, ast.Call) or (
            isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Pow, ast.Div))
        )
        deepest = max(deepest, depth + is_deep)
        parts += 1
        within = (one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
        waiting += [(one, depth + is_deep) for one in within]
    if parts > MOST_PARTS:
        expected = f"a formula of at most {MOST_PARTS} numbers, variables, signs and functions"
        raise refusal(where, text, expected, str(parts))
    if deepest > MOST_DEPTH:
        expected = f"at most {MOST_DEPTH} functions, powers and quotients within each other"
        raise refusal(where, text, expected, str(deepest))


def refusal(where: str, text: str, expected: str, got: str, remedy: str = "") -> InputError:
    """The error for a formula that does not fit.

    Args:
        where: who refuses.
        text: the formula.
        expected: in words.
        got: in words.
        remedy: what to do.
    """
    return InputError(
        where, expected=expected, got=got, remedy=remedy, argument="formula", value=text
    )
