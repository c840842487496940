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
from chainrule.ledger.entries import LedgerEntries
from chainrule.ledger.formulas import PAIR_FORMULAS
from chainrule.ledger.notation_equations import layer_equation
from chainrule.ledger.rendering.given import examples_of
from chainrule.ledger.steps import Quantity

__all__ = [
    "MAX_SIDE",
    "ArrayEquation",
    "Bracketed",
    "Operand",
    "QuantityMatrix",
    "array_equations",
]

MAX_SIDE = 6
"""Matrices with more rows or columns than this are left to their single numbers."""
MAX_ACROSS = 12
"""Equations with more columns side by side are too wide for a line."""


_NAMES = {
    "z": "weighted sums",
    "a": "activations",
    "delta": "errors",
    "dW": "gradients by the weights",
    "db": "gradients by the biases",
}


@dataclass(frozen=True)
class QuantityMatrix:
    """Numbers in rows and columns, each by its address."""

    rows: tuple[tuple[Quantity, ...], ...]

    @property
    def transposed(self) -> QuantityMatrix:
        """Rows as columns."""
        return QuantityMatrix(tuple(zip(*self.rows, strict=True)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])


@dataclass(frozen=True)
class Bracketed:
    """Parts in brackets, divided by the number of examples if there are several."""

    parts: tuple[Operand, ...]
    divisor: int = 1


Operand = QuantityMatrix | Bracketed | str
"""What stands side by side: two matrices with nothing between them are multiplied."""


@dataclass(frozen=True)
class ArrayEquation:
    """An equation of one layer.

    Args:
        label: its id.
        text: such as "z[1] = a[0] W[1]ᵀ + b[1]".
        formula: its right side with numbers; empty if it is more than sums and products.
        result: its left side with numbers.
    """

    label: str
    text: str
    formula: tuple[Operand, ...]
    result: QuantityMatrix

    @property
    def name(self) -> str:
        """What it computes, such as "weighted sums of layer 1"."""
        one = self.result.rows[0][0]
        return f"{_NAMES[one.kind]} of layer {one.layer}"


def array_equations(
    ledger: LedgerEntries, step: int, section: str, options: DisplayOptions
) -> tuple[ArrayEquation, ...]:
    """What a section computes, array by array.

    Args:
        ledger: of a worked example.
        step: from 1.
        section: of a step.
        options: the notation. The papers' letters name one example at a time, so in their
            notation there are none of a batch.

    Returns: an equation for each array, or none where single numbers were asked for; matrices
        that are too large to be read, or of a single number, are left out.
    """
    if options.quantities or (options.notation == "papers" and ledger.example.has_many):
        return ()
    found = _SECTIONS.get(section)
    if found is None:
        return ()
    return tuple(filter(_is_shown, found(_Layout(ledger, step, options.notation))))


def _is_shown(equation: ArrayEquation) -> bool:
    shapes = [matrix.shape for matrix in (equation.result, *_matrices(equation.formula))]
    across = sum(columns for _, columns in shapes[1:])
    return 1 < max(map(max, shapes)) <= MAX_SIDE and across <= MAX_ACROSS


def _matrices(parts: tuple[Operand, ...]) -> Iterator[QuantityMatrix]:
    for part in parts:
        if isinstance(part, QuantityMatrix):
            yield part
        elif isinstance(part, Bracketed):
            yield from _matrices(part.parts)


@dataclass(frozen=True)
class _Layout:
    """Lays out the arrays of one step."""

    ledger: LedgerEntries
    step: int
    notation: str

    @property
    def has_rows(self) -> bool:
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
        return examples_of(self.ledger, self.step)

    def width(self, layer: int) -> int:
        return self.ledger.example.architecture.layers[layer]

    def has_slope(self, layer: int) -> bool:
        """Whether each activation depends on its own z alone."""
        return self.ledger.step(self.step).activation(layer).derivative is not None

    def batch(self, kind: str, layer: int | None) -> QuantityMatrix:
        """An array of the batch: an example a row, or a column."""
        width = self.width(self.depth if layer is None else layer)
        named = partial(Quantity, kind, layer, step=self.step)
        rows = tuple(
            tuple(named(index=(j,), example=row) for j in range(width)) for row in self.examples
        )
        return QuantityMatrix(rows) if self.has_rows else QuantityMatrix(rows).transposed

    def weights(self, kind: str, layer: int) -> QuantityMatrix:
        """An array with a row for each neuron."""
        named = partial(Quantity, kind, layer, step=self.step)
        fan_out, fan_in = self.width(layer), self.width(layer - 1)
        return QuantityMatrix(
            tuple(tuple(named(index=(j, k)) for k in range(fan_in)) for j in range(fan_out))
        )

    def biases(self, kind: str, layer: int, times: int = 1) -> QuantityMatrix:
        """The biases, repeated `times` below or beside each other."""
        named = partial(Quantity, kind, layer, step=self.step)
        row = tuple(named(index=(j,)) for j in range(self.width(layer)))
        matrix = QuantityMatrix((row,) * times)
        return matrix if self.has_rows else matrix.transposed

    def equation(self, label: str, layer: int) -> str:
        """An equation for a layer by its number."""
        return layer_equation(self.ledger.example, label, self.notation, layer)


def _forward(lay: _Layout) -> Iterator[ArrayEquation]:
    for layer in range(1, lay.depth + 1):
        a, W = lay.batch("a", layer - 1), lay.weights("W", layer)
        parts: tuple[Operand, ...] = (a, W.transposed) if lay.has_rows else (W, a)
        if lay.biased:
            parts = (*parts, "+", lay.biases("b", layer, len(lay.examples)))
        yield ArrayEquation("F1", lay.equation("F1", layer), parts, lay.batch("z", layer))
        yield ArrayEquation("F2", lay.equation("F2", layer), (), lay.batch("a", layer))


def _errors(lay: _Layout) -> Iterator[ArrayEquation]:
    last = _last_error(lay)
    if last is not None:
        yield last
    for layer in range(lay.depth - 1, 0, -1):
        if lay.has_slope(layer):
            delta, W = lay.batch("delta", layer + 1), lay.weights("W", layer + 1)
            product = Bracketed((delta, W) if lay.has_rows else (W.transposed, delta))
            parts = (product, "⊙", lay.batch("slope", layer))
            text = lay.equation("BP2", layer)
            yield ArrayEquation("BP2", text, parts, lay.batch("delta", layer))


def _last_error(lay: _Layout) -> ArrayEquation | None:
    """The error of the outputs, where it is a product or a difference of arrays."""
    example, delta = lay.ledger.example, lay.batch("delta", lay.depth)
    assert example.recipe is not None, "an example without training has no errors"
    pair = (example.recipe.cost, example.architecture.activations[-1])
    if pair not in FUSED:
        if not lay.has_slope(lay.depth):
            return None
        parts = (lay.batch("da", lay.depth), "⊙", lay.batch("slope", lay.depth))
        return ArrayEquation("BP1", lay.equation("BP1", lay.depth), parts, delta)
    label, count = PAIR_FORMULAS[pair].equation, len(lay.examples)
    if not _is_difference(lay, label):
        return None
    miss: tuple[Operand, ...] = (lay.batch("a", lay.depth), "-", lay.batch("y", None))
    left = lay.equation("BP2", lay.depth).partition(" = ")[0]
    if count == 1:
        return ArrayEquation(label, f"{left} = a - y", miss, delta)
    return ArrayEquation(label, f"{left} = (a - y)/B", (Bracketed(miss, count),), delta)


def _is_difference(lay: _Layout, label: str) -> bool:
    """Whether the error of a fused pair is a - y, the same share of it for each example."""
    if lay.ledger.example.view.weights is not None:
        return False
    if label == "D3":
        targets = lay.ledger.step(lay.step).trace.y
        return bool((targets.sum(axis=1) == 1).all())
    return label == "D2"


def _gradients(lay: _Layout) -> Iterator[ArrayEquation]:
    for layer in range(lay.depth, 0, -1):
        delta, a = lay.batch("delta", layer), lay.batch("a", layer - 1)
        parts = (delta.transposed, a) if lay.has_rows else (delta, a.transposed)
        text = lay.equation("BP4", layer)
        yield ArrayEquation("BP4", text, parts, lay.weights("dW", layer))
        if lay.biased:
            yield ArrayEquation("BP3", lay.equation("BP3", layer), (), lay.biases("db", layer))


_SECTIONS: dict[str, Callable[[_Layout], Iterator[ArrayEquation]]] = {
    "forward": _forward,
    "errors": _errors,
    "gradients": _gradients,
}
