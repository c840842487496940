"""The equations of whole arrays with their numbers in them, laid out as each notation has it.

In rows a batch is a matrix with an example a row, so a layer is z = a Wᵀ + b and its gradient
dW = δᵀ a. In columns an example is a column: z = W a + b and dW = δ aᵀ. The numbers are the same
ones, and so are their addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from chainrule.equations.output_error import FUSED
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.formulas import PAIR_ERRORS
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.quantity_text import section_equations, superscript
from chainrule.ledger.steps import Quantity, quantity_value

__all__ = [
    "MOST_ACROSS",
    "MOST_SIDE",
    "ArrayLaw",
    "Group",
    "Matrix",
    "Operand",
    "array_laws",
    "numbers_in",
]

MOST_SIDE = 6
"""Matrices with more rows or columns than this are left to their single numbers."""
MOST_ACROSS = 12
"""So many columns stand side by side in a line."""


_NAMES = {
    "z": "weighted sums",
    "a": "activations",
    "delta": "errors",
    "dW": "gradients by the weights",
    "db": "gradients by the biases",
}


@dataclass(frozen=True)
class Matrix:
    """Numbers in rows and columns, each by its address."""

    rows: tuple[tuple[Quantity, ...], ...]

    @property
    def turned(self) -> Matrix:
        """The same, transposed."""
        return Matrix(tuple(zip(*self.rows, strict=True)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])


@dataclass(frozen=True)
class Group:
    """Parts in brackets, divided by the number of examples where there are several."""

    parts: tuple[Operand, ...]
    by: int = 1


Operand = Matrix | Group | str
"""What stands side by side: two matrices with nothing between them are multiplied."""


@dataclass(frozen=True)
class ArrayLaw:
    """An equation of one layer.

    Args:
        equation: its id.
        law: such as "z[1] = a[0] W[1]ᵀ + b[1]".
        formula: its right side with numbers; empty where it is more than sums and products.
        result: its left side with numbers.
    """

    equation: str
    law: str
    formula: tuple[Operand, ...]
    result: Matrix

    @property
    def name(self) -> str:
        """What it makes, such as "weighted sums of layer 1"."""
        one = self.result.rows[0][0]
        return f"{_NAMES[one.kind]} of layer {one.layer}"


def array_laws(
    ledger: Ledger, step: int, section: str, options: DisplayOptions
) -> tuple[ArrayLaw, ...]:
    """What a section computes, array by array.

    Args:
        ledger: of a worked example.
        step: from 1.
        section: of a step.
        options: the notation. The papers' letters name one example at a time, so in their
            notation there are none of a batch.

    Returns: none where single numbers were asked for; none for matrices too large to be read, or
        of a single number.
    """
    if options.quantities or (options.notation == "papers" and ledger.example.has_many):
        return ()
    found = _SECTIONS.get(section)
    if found is None:
        return ()
    return tuple(law for law in found(_Layout(ledger, step, options.notation)) if _is_shown(law))


def _is_shown(law: ArrayLaw) -> bool:
    shapes = [matrix.shape for matrix in (law.result, *_matrices(law.formula))]
    across = sum(columns for _, columns in shapes[1:])
    return 1 < max(map(max, shapes)) <= MOST_SIDE and across <= MOST_ACROSS


def _matrices(parts: tuple[Operand, ...]) -> Iterator[Matrix]:
    for part in parts:
        if isinstance(part, Matrix):
            yield part
        elif isinstance(part, Group):
            yield from _matrices(part.parts)


@dataclass(frozen=True)
class _Layout:
    """Lays out the arrays of one step."""

    ledger: Ledger
    step: int
    notation: str

    @property
    def lying(self) -> bool:
        """Whether an example is a row."""
        return self.notation == "row"

    @property
    def depth(self) -> int:
        return self.ledger.example.architecture.depth

    @property
    def biased(self) -> bool:
        return self.ledger.example.architecture.biases

    @property
    def examples(self) -> tuple[int | None, ...]:
        example = self.ledger.example
        return example.batch(self.step) if example.has_many else (None,)

    def width(self, layer: int) -> int:
        return self.ledger.example.architecture.layers[layer]

    def has_slope(self, layer: int) -> bool:
        """Whether each activation depends on its own z alone."""
        return self.ledger.step(self.step).activation(layer).slope is not None

    def batch(self, kind: str, layer: int | None) -> Matrix:
        """An array of the batch: an example a row, or a column."""
        width = self.width(self.depth if layer is None else layer)
        named = partial(Quantity, kind, layer, step=self.step)
        rows = tuple(
            tuple(named(index=(j,), example=row) for j in range(width)) for row in self.examples
        )
        return Matrix(rows) if self.lying else Matrix(rows).turned

    def weights(self, kind: str, layer: int) -> Matrix:
        """An array with a row for each neuron."""
        named = partial(Quantity, kind, layer, step=self.step)
        fan_out, fan_in = self.width(layer), self.width(layer - 1)
        return Matrix(
            tuple(tuple(named(index=(j, k)) for k in range(fan_in)) for j in range(fan_out))
        )

    def biases(self, kind: str, layer: int, times: int = 1) -> Matrix:
        """The biases, so many times beneath or beside each other."""
        named = partial(Quantity, kind, layer, step=self.step)
        row = tuple(named(index=(j,)) for j in range(self.width(layer)))
        return Matrix((row,) * times) if self.lying else Matrix((row,) * times).turned

    def law(self, section: str, equation: str, layer: int) -> str:
        """An equation for a layer by its number."""
        text = dict(section_equations(self.ledger.example, section, self.notation))[equation]
        if not self.ledger.example.has_many:
            text = text.replace("Σ ", "")  # over the examples
        for sign, at in (("l-1", layer - 1), ("l+1", layer + 1), ("l", layer), ("L", self.depth)):
            text = text.replace(f"[{sign}]", f"[{at}]").replace(
                superscript(sign), superscript(str(at))
            )
        return text


def _forward(lay: _Layout) -> Iterator[ArrayLaw]:
    for layer in range(1, lay.depth + 1):
        a, W = lay.batch("a", layer - 1), lay.weights("W", layer)
        parts: tuple[Operand, ...] = (a, W.turned) if lay.lying else (W, a)
        if lay.biased:
            parts = (*parts, "+", lay.biases("b", layer, len(lay.examples)))
        yield ArrayLaw("F1", lay.law("forward", "F1", layer), parts, lay.batch("z", layer))
        yield ArrayLaw("F2", lay.law("forward", "F2", layer), (), lay.batch("a", layer))


def _errors(lay: _Layout) -> Iterator[ArrayLaw]:
    last = _last_error(lay)
    if last is not None:
        yield last
    for layer in range(lay.depth - 1, 0, -1):
        if lay.has_slope(layer):
            delta, W = lay.batch("delta", layer + 1), lay.weights("W", layer + 1)
            product = Group((delta, W) if lay.lying else (W.turned, delta))
            parts = (product, "⊙", lay.batch("slope", layer))
            law = lay.law("errors", "BP2", layer)
            yield ArrayLaw("BP2", law, parts, lay.batch("delta", layer))


def _last_error(lay: _Layout) -> ArrayLaw | None:
    """The error of the outputs, where it is a product or a difference of arrays."""
    example, delta = lay.ledger.example, lay.batch("delta", lay.depth)
    assert example.recipe is not None, "an example without training has no errors"
    pair = (example.recipe.cost, example.architecture.activations[-1])
    if pair not in FUSED:
        if not lay.has_slope(lay.depth):
            return None
        parts = (lay.batch("da", lay.depth), "⊙", lay.batch("slope", lay.depth))
        return ArrayLaw("BP1", lay.law("errors", "BP1", lay.depth), parts, delta)
    equation, count = PAIR_ERRORS[pair][0], len(lay.examples)
    if not _is_difference(lay, equation):
        return None
    miss: tuple[Operand, ...] = (lay.batch("a", lay.depth), "-", lay.batch("y", None))
    law = lay.law("errors", "BP2", lay.depth).partition(" = ")[0]
    law += " = (a - y)/B" if count > 1 else " = a - y"
    return ArrayLaw(equation, law, (Group(miss, count),) if count > 1 else miss, delta)


def _is_difference(lay: _Layout, equation: str) -> bool:
    """Whether the error of a fused pair is a - y, the same share of it for each example."""
    if lay.ledger.example.view.weights is not None:
        return False
    if equation == "D3":
        targets = lay.ledger.step(lay.step).trace.y
        return bool((targets.sum(axis=1) == 1).all())
    return equation == "D2"


def _gradients(lay: _Layout) -> Iterator[ArrayLaw]:
    for layer in range(lay.depth, 0, -1):
        delta, a = lay.batch("delta", layer), lay.batch("a", layer - 1)
        parts = (delta.turned, a) if lay.lying else (delta, a.turned)
        law = lay.law("gradients", "BP4", layer)
        yield ArrayLaw("BP4", law, parts, lay.weights("dW", layer))
        if lay.biased:
            law = lay.law("gradients", "BP3", layer)
            yield ArrayLaw("BP3", law, (), lay.biases("db", layer))


_SECTIONS: dict[str, Callable[[_Layout], Iterator[ArrayLaw]]] = {
    "forward": _forward,
    "errors": _errors,
    "gradients": _gradients,
}


def numbers_in(
    ledger: Ledger, matrix: Matrix, cell: Callable[[Quantity, float], str]
) -> list[list[str]]:
    """The numbers of a matrix, row by row.

    Args:
        ledger: that they are of.
        matrix: of addresses.
        cell: (address, number) -> how it is written.
    """
    return [
        [cell(one, quantity_value(ledger.step(one.step), one)) for one in row]
        for row in matrix.rows
    ]
