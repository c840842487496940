"""Small errors in displayed formulas, as a person could make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from displays import Display
from formula_checks import parse_display
from formula_evaluation import Environment, Evaluator, Meaning
from formula_tree import FormulaError, Node, Span
from named_arrays import NamedArray, Numbers

__all__ = ["KINDS", "Mutant", "is_equivalent", "mutate"]


@dataclass(frozen=True)
class Mutant:
    """A display with one error.

    Args:
        display: the display as it is.
        kind: which error it is.
        source: the display with the error.
    """

    display: Display
    kind: str
    source: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.display} -> {' '.join(self.source.split())}"


@dataclass(frozen=True)
class _Edit:
    """Other text for a part of the source."""

    span: Span
    text: str


class _Source:
    """A display with its letters and its notation."""

    def __init__(self, display: Display) -> None:
        self.text = display.source
        self.is_latex = display.is_latex
        self.statements = parse_display(display.source, display.is_latex)
        nodes = [node for one in self.statements for node in one.walk()]
        self.indices = sorted(
            {
                sub.text
                for node in nodes
                if node.kind == "index"
                for sub in node.parts[1:]
                if sub.kind == "name" and len(sub.text) == 1
            }
        )
        letters = {node.text for node in nodes if node.kind == "name" and len(node.text) == 1}
        self.letters = sorted(letters - set(self.indices) - set("eπ∞"))
        self.has_transpose = any(node.kind == "transpose" for node in nodes)

    def of(self, node: Node) -> str:
        return self.text[node.span.start : node.span.end]

    def edit(self, *edits: _Edit) -> str:
        text = self.text
        for one in sorted(edits, key=lambda one: -one.span.start):
            text = text[: one.span.start] + one.text + text[one.span.end :]
        return text

    def replace(self, node: Node, text: str) -> str:
        around = f" {text} " if self.is_latex else text
        return self.edit(_Edit(node.span, around))


def _change_signs(source: _Source, node: Node) -> Iterator[str]:
    if node.kind != "add":
        return
    start = node.span.start
    for part in node.parts:
        between = source.text[start : part.span.start]
        for place, sign in enumerate(between):
            if sign in "+-":
                span = Span(start + place, start + place + 1)
                yield source.edit(_Edit(span, "-" if sign == "+" else "+"))
        start = part.span.end


def _change_transposes(source: _Source, node: Node) -> Iterator[str]:
    if node.kind == "transpose":
        yield source.replace(node, source.of(node.parts[0]))
    if source.has_transpose and node.kind == "product":
        for part in node.parts:
            if part.kind == "name" and part.text not in ("α", "γ"):
                mark = r"^{\mathsf T}" if source.is_latex else "ᵀ"
                yield source.replace(part, source.of(part) + mark)


def _change_indices(source: _Source, node: Node) -> Iterator[str]:
    if node.kind != "index":
        return
    for sub in node.parts[1:]:
        for letter in source.indices:
            if sub.kind == "name" and sub.text in source.indices and sub.text != letter:
                yield source.edit(_Edit(sub.span, letter))


def _next_number(written: str) -> str:
    """Another number, written in the same way: on the line, raised or lowered."""
    for digits in ("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"):
        if all(sign in digits for sign in written):
            value = sum(digits.index(sign) * 10**k for k, sign in enumerate(reversed(written)))
            return "".join(digits[int(digit)] for digit in str(value + 1))
    return {"½": "2"}.get(written, "0.02")


def _change_factors(source: _Source, node: Node) -> Iterator[str]:
    if node.kind == "number":
        yield source.edit(_Edit(node.span, _next_number(source.of(node))))
    elif node.kind == "relation":
        for part in node.parts[1:]:
            if part.kind in ("product", "binary", "index", "group"):
                yield source.edit(_Edit(Span(part.span.start, part.span.start), "2 "))


_OTHER_FUNCTIONS: Mapping[str, str] = {
    **{"ln": "exp", "exp": "ln", "cos": "sin", "sin": "cos", "max": "min", "min": "max"},
    **{"tanh": "sin", "erfc": "tanh", "sign": "tanh"},
}


def _change_functions(source: _Source, node: Node) -> Iterator[str]:
    if node.kind == "call" and node.parts[0].text in _OTHER_FUNCTIONS:
        old, head = node.parts[0].text, node.parts[0]
        if source.of(head).strip("\\") == old:
            new = ("\\" if source.is_latex else "") + _OTHER_FUNCTIONS[old]
            yield source.edit(_Edit(head.span, new))
    elif node.kind == "call" and node.parts[0].text in ("φ", "σ", "Φ", "φ'", "σ'", "Φ'"):
        written = source.of(node.parts[0])
        other = written.replace("'", "") if "'" in written else written + "'"
        yield source.edit(_Edit(node.parts[0].span, other))
    elif node.kind in ("root", "floor", "absolute", "norm"):
        yield source.replace(node, f"({source.of(node.parts[0])})")
    elif node.kind == "power":
        yield source.replace(node, source.of(node.parts[0]))


_OTHER_COMPARISONS: Mapping[str, str] = {
    **{r"\ge": r"\le", r"\le": r"\ge", r"\lt": r"\gt", r"\gt": r"\lt", "≥": "≤", "≤": "≥"},
    **{"<": ">", ">": "<", "≠": "=", r"\ne": "=", ">=": "<="},
}


def _change_comparisons(source: _Source, node: Node) -> Iterator[str]:
    if node.kind != "compare":
        return
    for left, right in zip(node.parts, node.parts[1:], strict=False):
        span = Span(left.span.end, right.span.start)
        between = source.text[span.start : span.end]
        other = _OTHER_COMPARISONS.get(between.strip())
        if other:
            yield source.edit(_Edit(span, f" {other} "))


def _swap_operands(source: _Source, node: Node) -> Iterator[str]:
    two = len(node.parts) == 2
    is_quotient = node.kind == "binary" and node.text in ("/", "frac")
    is_difference = node.kind == "add" and node.signs == ("+", "-")
    is_matrix_product = node.kind == "product" and all(
        part.kind in ("name", "transpose", "layer") for part in node.parts
    )
    if two and (is_quotient or is_difference or is_matrix_product):
        first, second = node.parts
        texts = [f" {source.of(one)} " if source.is_latex else source.of(one) for one in node.parts]
        yield source.edit(_Edit(first.span, texts[1]), _Edit(second.span, texts[0]))


def _drop_parts(source: _Source, node: Node) -> Iterator[str]:
    if node.kind == "add" and len(node.parts) > 1:
        start = node.parts[0].span.end
        for part in node.parts[1:]:
            yield source.edit(_Edit(Span(start, part.span.end), " "))
            start = part.span.end
    elif node.kind == "product":
        for part in node.parts:
            yield source.edit(_Edit(part.span, " "))
    elif (node.kind == "sum" and len(node.parts) > 1) or node.kind == "binary":
        yield source.replace(node, source.of(node.parts[0]))


def _change_letters(source: _Source, node: Node) -> Iterator[str]:
    if node.kind == "name" and node.text in source.letters and source.of(node) == node.text:
        for letter in source.letters:
            if letter != node.text and (letter.isascii() or not source.is_latex):
                yield source.edit(_Edit(node.span, letter))


KINDS: Mapping[str, Callable[[_Source, Node], Iterator[str]]] = {
    "sign": _change_signs,
    "transpose": _change_transposes,
    "index": _change_indices,
    "factor": _change_factors,
    "function": _change_functions,
    "comparison": _change_comparisons,
    "swapped operands": _swap_operands,
    "dropped part": _drop_parts,
    "letter": _change_letters,
}
"""The kinds of errors, with what makes them at a node."""


def mutate(display: Display) -> Iterator[Mutant]:
    """Every error of every kind in a display."""
    source = _Source(display)
    seen = {_squeeze(display.source)}
    for kind, change in KINDS.items():
        for statement in source.statements:
            for node in statement.walk():
                for text in change(source, node):
                    if _squeeze(text) not in seen:
                        seen.add(_squeeze(text))
                        yield Mutant(display, kind, text)


def _squeeze(text: str) -> str:
    return "".join(text.split())


def is_equivalent(
    mutant: Mutant, environments: list[Environment], rng: np.random.Generator
) -> bool:
    """Whether a mutant computes what the display does, whatever the letters are.

    Both are computed with numbers that belong to no equation: those of the environments, each
    changed at random by itself. A mutant that agrees only where the equation holds has an effect.
    """
    display = mutant.display
    changed = parse_display(mutant.source, display.is_latex)
    pairs = zip(display.statements(), changed, strict=True)
    sides = [pair for old, new in pairs for pair in zip(old.parts, new.parts, strict=True)]
    compared = 0
    for environment in environments:
        free = _set_free(environment, rng)
        for old, new in sides:
            try:
                expected = Evaluator(free).compute(old)
            except (FormulaError, ValueError, TypeError):
                continue
            try:
                found = Evaluator(free).compute(new)
            except (FormulaError, ValueError, TypeError):
                return False
            compared += 1
            if not _same(expected, found):
                return False
    return compared > 0


def _same(expected: NamedArray, found: NamedArray) -> bool:
    if set(expected.dims) != set(found.dims) or expected.axes != found.axes:
        return False
    array = found.spread(expected.dims, len(found.axes))
    a, b = np.asarray(expected.array, float), np.asarray(array, float)
    return a.shape == b.shape and bool(np.allclose(a, b, 1e-9, 1e-12, equal_nan=True))


def _set_free(environment: Environment, rng: np.random.Generator) -> Environment:
    """An environment whose numbers do not belong together; zeros and whole numbers stay."""

    def move(value: Meaning) -> Meaning:
        if isinstance(value, Mapping):
            moved = {layer: move(one) for layer, one in value.items()}
            return {layer: one for layer, one in moved.items() if isinstance(one, NamedArray)}
        if not isinstance(value, NamedArray) or value.array.dtype.kind != "f":
            return value
        factors: Numbers = rng.uniform(0.6, 1.4, value.array.shape)
        return NamedArray(value.array * factors, value.dims, value.axes)

    names = {name: move(value) for name, value in environment.names.items()}
    return replace(environment, names=names)
