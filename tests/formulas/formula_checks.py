"""Whether a displayed formula agrees with the functions of its equation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from formula_evaluation import Environment, Evaluator
from formula_parser import parse_latex, parse_text
from formula_tokens import FUNCTIONS
from formula_tree import FormulaError, Node, UnknownLetterError
from named_arrays import NamedArray, Numbers, combine

__all__ = ["Report", "check_formula", "parse_display"]

CLOSE = 1e-11
TINY = 1e-12
NEARLY = 2e-3
"""What "≈" allows."""
CONSTANTS = ("e", "π", "∞")
TWO_WAYS = {0, 1}


@dataclass
class Report:
    """What became of the statements of a display.

    Args:
        problems: what is wrong, in words; empty if every statement was computed and holds.
        computed: how often a statement was computed and compared, over all environments.
    """

    problems: list[str] = field(default_factory=list)
    computed: int = 0


@dataclass
class _Statement:
    """A statement with what it says in each environment."""

    node: Node
    remark: str
    held: int = 0
    unfit: str = ""
    differs: str = ""
    assigns: bool = False


def parse_display(source: str, is_latex: bool) -> list[Node]:
    """The statements of a display."""
    return parse_latex(source) if is_latex else parse_text(source)


def check_formula(source: str, is_latex: bool, environments: list[Environment]) -> Report:
    """Compute every statement of a display in every environment that gives its letters a meaning.

    Args:
        source: the display.
        is_latex: whether it is LaTeX, not plain text.
        environments: random instances of its equation.

    Returns:
        The report; a statement that fits no environment, a definition that nothing reads, and a
        case that no environment reaches are problems too.
    """
    report = Report()
    try:
        nodes = parse_display(source, is_latex)
    except FormulaError as error:
        report.problems.append(f"cannot be read: {error}")
        return report
    statements, remark = list[_Statement](), ""
    for node in nodes:
        if node.kind == "remark":
            remark = node.text
        else:
            statements.append(_Statement(node, remark))
            remark = ""
    unread: dict[str, int] = {}
    branches: dict[int, set[int]] = {}
    for environment in environments:
        evaluator = _run(statements, environment)
        for name, times in evaluator.defined.items():
            unread[name] = unread.get(name, 0) + times
        for place, ways in evaluator.branches.items():
            branches.setdefault(place, set()).update(ways)
    _judge(report, statements, unread, branches)
    return report


def _judge(
    report: Report,
    statements: list[_Statement],
    unread: dict[str, int],
    branches: dict[int, set[int]],
) -> None:
    for statement in statements:
        report.computed += statement.held
        if statement.differs:
            report.problems.append(statement.differs)
        elif not (statement.held or statement.assigns or _is_definition(statement, unread)):
            report.problems.append(f"fits no environment: {statement.unfit}")
    for statement in statements:
        name = _defines(statement.node)
        if name and unread.get(name) == 0 and not statement.held:
            report.problems.append(f"nothing reads {name}")
    for place, ways in branches.items():
        if not ways >= TWO_WAYS:
            report.problems.append(f"the case at {place} was reached one way only")
    if not report.computed and not report.problems:
        report.problems.append("nothing to compute")


def _is_definition(statement: _Statement, unread: dict[str, int]) -> bool:
    name = _defines(statement.node)
    return name is not None and name in unread


def _defines(node: Node) -> str | None:
    """The letter that a relation could define."""
    if node.kind != "relation" or node.signs[0] not in ("=", "←"):
        return None
    left = node.parts[0]
    if left.kind == "index" and left.parts[0].kind == "name":
        return f"{left.parts[0].text}_{left.text}"
    if left.kind == "call":
        return left.parts[0].text
    return left.text if left.kind == "name" else None


def _run(statements: list[_Statement], environment: Environment) -> Evaluator:
    """Compute the statements one after the other."""
    evaluator = Evaluator(environment)
    names = [_defines(one.node) for one in statements]
    in_steps = any(one.node.signs[:1] == ("←",) for one in statements)
    once = {name for name in names if names.count(name) == 1 and not in_steps}
    for statement, name in zip(statements, names, strict=True):
        if name and name in once and _is_unknown(statement.node, name, evaluator):
            evaluator.define(name, statement.node)
    before: NamedArray | None = None
    assigned = {id(one) for one in statements if one.assigns}
    for statement, name in zip(statements, names, strict=True):
        reads, held = dict(evaluator.defined), statement.held
        statement.assigns = False
        try:
            before = _state(statement, name, evaluator, before)
        except FormulaError as error:
            _remember(statement, str(error))
            if environment.is_strict and not isinstance(error, UnknownLetterError):
                statement.differs = str(error)
        except (ValueError, IndexError, TypeError, OverflowError, np.linalg.LinAlgError) as error:
            _remember(statement, f"{type(error).__name__}: {error}")
        if statement.held == held and not statement.assigns:
            evaluator.defined.update(reads)  # what was read here was compared with nothing
        assigned |= {id(statement)} if statement.assigns else set()
    for statement in statements:
        statement.assigns = id(statement) in assigned
    return evaluator


def _remember(statement: _Statement, reason: str) -> None:
    if reason not in statement.unfit:
        statement.unfit += f"; {reason}" if statement.unfit else reason


def _is_unknown(node: Node, name: str, evaluator: Evaluator) -> bool:
    left = node.parts[0]
    if node.signs[0] != "=" or name in CONSTANTS or name in evaluator.environment.indices:
        return False
    if left.kind == "index" and evaluator.is_known(left.parts[0].text):
        return False
    if left.kind == "call":
        return name not in evaluator.environment.functions and name not in FUNCTIONS
    return not evaluator.is_known(name) and f"range of {name}" not in evaluator.names


def _state(
    statement: _Statement, name: str | None, evaluator: Evaluator, before: NamedArray | None
) -> NamedArray | None:
    """Compute one statement; return the value of its left side."""
    node = statement.node
    if node.kind == "expression":
        return _state_expression(statement, evaluator, before)
    if name in evaluator.definitions:
        held = statement.held
        _compare_all(statement, evaluator, [evaluator.compute(one) for one in node.parts[1:]])
        statement.held = held  # what the letter is was not compared with anything
        return before
    if node.signs[0] in ("←", "+="):
        return _update(statement, evaluator)
    if all(sign in "<≤>≥" for sign in node.signs):
        truth = evaluator.compute(Node("compare", node.span, node.parts, signs=node.signs))
        _compare(statement, truth, evaluator.compute(_named(node, "inequality")), TINY)
        return before
    left = node.parts[0]
    if left.kind == "name" and _is_unknown(node, left.text, evaluator):
        evaluator.assign(left.text, evaluator.compute(node.parts[1]))
        statement.assigns = True
        return before
    if f"range of {left.text}" in evaluator.names and node.parts[1].kind in ("range", "tuple"):
        left = _named(left, f"range of {left.text}")
    values = [evaluator.compute(left), *map(evaluator.compute, node.parts[1:])]
    if node.signs[0] == "=" and _explains_itself(node):
        statement.differs = "a letter is explained by itself"
    _compare_all(statement, evaluator, values)
    return values[0]


def _explains_itself(node: Node) -> bool:
    """Whether the letter on the left of an equals sign stands on the right too, as a number."""
    left = _letter(node.parts[0])
    if left is None:
        return False
    heads = {one.parts[0] for one in node.parts[1].walk() if one.kind in ("call", "index")}
    letters = (_letter(one) for one in node.parts[1].walk() if one not in heads)
    return left in letters


def _letter(node: Node) -> str | None:
    """A letter, with its index if that is a number."""
    if node.kind == "index" and node.parts[0].kind == "name":
        numbered = all(sub.kind == "number" for sub in node.parts[1:])
        return node.parts[0].text + node.text * numbered
    return node.text if node.kind == "name" else None


def _named(node: Node, name: str) -> Node:
    return Node("name", node.span, (), name)


def _state_expression(
    statement: _Statement, evaluator: Evaluator, before: NamedArray | None
) -> NamedArray | None:
    value = evaluator.compute(statement.node.parts[0])
    if statement.remark == "modulo":
        _compare(statement, value, evaluator.compute(_named(statement.node, "modulus")), TINY)
    elif statement.remark == "not" and before is not None:
        agree = bool(_agrees(before, value, CLOSE).all())
        if agree != ("both agree" in evaluator.environment.names):
            statement.differs = "what is said to differ, or to agree in a special case, does not"
        statement.held += 1
    else:
        raise FormulaError("no relation")
    return before


def _update(statement: _Statement, evaluator: Evaluator) -> NamedArray:
    """θ ← … or θ += …: compare with what the letter becomes, and go on with that."""
    node = statement.node
    left = node.parts[0]
    base = left.parts[0] if left.kind == "index" else left
    values = [evaluator.compute(one) for one in node.parts[1:]]
    if node.signs[0] == "+=":
        values[0] = combine(np.add, evaluator.compute(left), values[0])
    if base.text not in evaluator.environment.new:
        if left is not base or base.text in evaluator.environment.names:
            raise FormulaError(f"{base.text} does not change")
        evaluator.assign(base.text, values[0])
        statement.assigns = True
        return values[0]
    evaluator.names[base.text] = evaluator.environment.new[base.text]
    new = evaluator.compute(left)
    _compare_all(statement, evaluator, [new, *values])
    return new


def _compare_all(statement: _Statement, evaluator: Evaluator, values: list[NamedArray]) -> None:
    signs = statement.node.signs[len(statement.node.signs) - len(values) + 1 :]
    pairs = list(zip(signs, values, values[1:], strict=False))
    agree = [_agrees(a, b, NEARLY if sign == "≈" else CLOSE).all() for sign, a, b in pairs]
    if not all(agree):
        statement.differs = statement.differs or "the sides differ"
    statement.held += len(agree)


def _compare(statement: _Statement, left: NamedArray, right: NamedArray, close: float) -> None:
    if not _agrees(left, right, close).all():
        statement.differs = statement.differs or "the sides differ"
    statement.held += 1


def _agrees(left: NamedArray, right: NamedArray, close: float) -> Numbers:
    if not set(right.dims) <= set(left.dims):
        raise FormulaError("the right side runs along more than the left one")

    def equal(a: Numbers, b: Numbers) -> Numbers:
        if a.dtype.kind in "iuO" and b.dtype.kind in "iuO":
            return np.asarray(a == b, bool)
        a, b = np.asarray(a, float), np.asarray(b, float)
        apart, size = np.abs(a - b), np.maximum(np.abs(a), np.abs(b))
        near = np.isfinite(a) & np.isfinite(b)
        near &= apart <= close * size + (close if close == NEARLY else TINY)
        same = near | (a == b)
        return np.asarray(same | (np.isnan(a) & np.isnan(b)))

    return combine(equal, left, right).array
