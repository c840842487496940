"""Sizes: a file is one concept, a function is one screen.

    python checks/sizes.py [FOLDER ...]        default: src and checks

A file usually has 60 to 350 lines. Longer ones are listed for a reader to judge, and refused only
far out: a file that is cut to please a counter is worse than a long one. A file of fewer than 40
lines is a crumb and needs a reason, which stands in CRUMBS.

A body runs from the first statement after the docstring to the last line. Nesting counts for,
while, if, with, try and match; an elif is no deeper than its if, and a function inside a function
is measured by itself. Public functions take at most five arguments by position, without self; those
of kernels are exempt, since Numba compiles no keyword-only arguments.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from findings import Finding, Function, parse_files, public_functions, python_files, report

__all__ = ["CRUMBS", "Rule", "Size", "main"]

CRUMB_BELOW = 40
LONG_ABOVE = 350
CRUMBS = {
    "src/chainrule/_version.py": "read by the build and by the package",
    "src/chainrule/evaluation/serialisation.py": "one function that reports of all rooms use",
    "src/chainrule/randomness.py": "every random number of the package, on half a screen",
}
"""Files of fewer lines than a crumb's that are right as they are, each with the reason."""

_BLOCKS = (
    *(ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith),
    *(ast.Try, ast.TryStar, ast.Match),
)


@dataclass(frozen=True)
class Rule:
    """How large one thing may be.

    Args:
        name: the heading in the table.
        most: the largest size allowed.
        sentence: what to say of a larger one, with places for name, size and most.
    """

    name: str
    most: int
    sentence: str


@dataclass(frozen=True)
class Size:
    """One thing measured under one rule."""

    rule: Rule
    path: str
    line: int
    name: str
    size: int


FILE = Rule("file, lines", 450, "The file has {size} lines, {most} at most.")
BODY = Rule("function body, lines", 60, "The body of {name} has {size} lines, {most} at most.")
NESTING = Rule("nesting", 3, "{name} nests {size} deep, {most} at most.")
POSITIONAL = Rule(
    "positional arguments",
    5,
    "{name} takes {size} positional arguments, {most} at most; make the rest keyword-only.",
)
RULES = (FILE, BODY, NESTING, POSITIONAL)


def main(folders: list[str]) -> int:
    """Measure the folders, print a table and the findings; return 1 if a rule is broken."""
    findings: list[Finding] = []
    paths = [path for folder in folders for path in python_files(Path(folder))]
    if not paths:
        findings.append(Finding(folders[0], 1, "No Python file here to measure."))
    sizes = [size for path, tree in parse_files(paths, findings) for size in _sizes(path, tree)]
    print(f"{'':22}{'median':>7}{'most':>6}  at most")
    for rule in RULES:
        measured = [size for size in sizes if size.rule is rule]
        _print_row(rule, [size.size for size in measured])
        findings += [_finding(size, rule) for size in measured if size.size > rule.most]
    files = [size for size in sizes if size.rule is FILE]
    findings += _crumbs(files)
    return report(findings, _long_files(files))


def _print_row(rule: Rule, numbers: list[int]) -> None:
    median, most = statistics.median(numbers or [0]), max(numbers, default=0)
    print(f"{rule.name:22}{median:7g}{most:6}  {rule.most:7} ({len(numbers)} measured)")


def _finding(size: Size, rule: Rule) -> Finding:
    sentence = rule.sentence.format(name=size.name, size=size.size, most=rule.most)
    return Finding(size.path, size.line, sentence)


def _long_files(files: list[Size]) -> Iterator[Finding]:
    """Yields the files that are longer than usual, which a reader should judge."""
    for file in files:
        if LONG_ABOVE < file.size <= FILE.most:
            yield Finding(file.path, 1, f"The file has {file.size} lines, usual are 60 to 350.")


def _crumbs(files: list[Size]) -> Iterator[Finding]:
    """Yields the crumbs without a reason, and the reasons that have lost their crumb.

    The door of a package and its ``__main__`` are as short as they can be.
    """
    small = {file.path: file.size for file in files if file.size < CRUMB_BELOW}
    for path, size in small.items():
        if path not in CRUMBS and not Path(path).name.startswith("__"):
            sentence = f"The file has {size} lines: join it to the file that it belongs to."
            yield Finding(path, 1, sentence)
    measured = {file.path for file in files}
    for path in CRUMBS:
        if path in measured and path not in small:
            yield Finding(path, 1, "The file is no longer a crumb: strike it from CRUMBS.")


def _sizes(path: Path, tree: ast.Module) -> Iterator[Size]:
    """Yields all sizes in one file."""
    where = str(path)
    yield Size(FILE, where, 1, "", len(path.read_text(encoding="utf-8").splitlines()))
    for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
        yield Size(BODY, where, function.lineno, function.name, _body(function))
        yield Size(NESTING, where, function.lineno, function.name, _nesting(function))
    if "kernels" in path.parts:
        return
    for function in public_functions(tree):
        yield Size(POSITIONAL, where, function.lineno, function.name, _positional(function))


def _positional(function: Function) -> int:
    """Returns how many arguments go by position, without the object itself."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def _body(function: Function) -> int:
    """Returns the lines from the first statement after the docstring to the last."""
    statements = function.body
    if ast.get_docstring(function, clean=False) is not None:
        statements = statements[1:]
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - _first_line(statements[0]) + 1


def _first_line(statement: ast.stmt) -> int:
    """Returns where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _nesting(node: ast.AST, depth: int = 0) -> int:
    """Returns how deep the deepest block in a function lies."""
    deepest = depth
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (Function, ast.ClassDef)):
            continue
        deeper = isinstance(child, _BLOCKS) and not _is_elif(node, child)
        deepest = max(deepest, _nesting(child, depth + deeper))
    return deepest


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    """Whether an if is written as the elif of the one around it."""
    if not (isinstance(parent, ast.If) and isinstance(child, ast.If)):
        return False
    return parent.orelse == [child] and parent.col_offset == child.col_offset


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src", "checks"]))
