"""Parsing of a formula's text into Python's syntax tree, with limits on its size."""

from __future__ import annotations

import ast
import warnings

from chainrule.errors import InputError, describe

__all__ = ["MAX_LENGTH", "formula_error", "parse_expression"]

MAX_LENGTH = 400
"""Signs of a formula."""
MAX_NODES = 80
"""Numbers, variables, signs and functions of a formula: its second derivatives have many more."""
MAX_NESTING = 6
"""Functions, powers and quotients within each other."""


def parse_expression(text: str, where: str) -> ast.expr:
    """Python's tree of a formula; nothing in it is run.

    Args:
        text: as it was typed.
        where: who asks, for error texts.

    Raises: InputError if it is not an expression, or too large a one.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(where, expected="a formula such as 'x**2 - 2*x'", got=describe(text))
    if len(text) > MAX_LENGTH:
        expected = f"a formula of at most {MAX_LENGTH} characters"
        raise InputError(where, expected=expected, got=str(len(text)), argument="formula")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "2or x" is a warning first and an error below
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        expected = "a formula such as 'x^2 - 2x' or 'x**2 - 2*x'"
        raise formula_error(where, text, expected, repr(text.strip())) from None
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
    if parts > MAX_NODES:
        expected = f"a formula of at most {MAX_NODES} numbers, variables, signs and functions"
        raise formula_error(where, text, expected, str(parts))
    if deepest > MAX_NESTING:
        expected = f"at most {MAX_NESTING} functions, powers and quotients within each other"
        raise formula_error(where, text, expected, str(deepest))


def formula_error(where: str, text: str, expected: str, got: str, remedy: str = "") -> InputError:
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
