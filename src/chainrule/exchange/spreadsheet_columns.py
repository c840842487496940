"""The columns of a network's spreadsheet: what is typed, what answers, and every number between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.backpropagation import forward
from chainrule.exchange.model_values import output_names
from chainrule.exchange.sample_rows import SampleRows
from chainrule.exchange.spreadsheet_features import EPOCH, feature_formula
from chainrule.network import Network, predicted_classes

__all__ = ["FIRST_ROW", "ColumnGroup", "column_groups"]

FIRST_ROW = 3
"""The rows above the first example: what to do, groups of columns, names."""

_ACTIVATIONS = {
    "step": "IF({z}>=0,1,0)",
    "identity": "{z}",
    "sigmoid": "IF({z}>=0,1/(1+EXP(-{z})),EXP({z})/(1+EXP({z})))",
    "tanh": "TANH({z})",
    "relu": "MAX({z},0)",
    "leaky_relu": "IF({z}>=0,{z},0.01*{z})",
    "elu": "IF({z}>=0,{z},EXP({z})-1)",
    "selu": "1.0507009873554805*IF({z}>=0,{z},1.6732632423543772*(EXP({z})-1))",
    "gelu": "{z}*NORMSDIST({z})",
    "silu": "{z}*IF({z}>=0,1/(1+EXP(-{z})),EXP({z})/(1+EXP({z})))",
    "softplus": "MAX({z},0)+LN(1+EXP(-ABS({z})))",
    "softmax": "EXP({z}-MAX({all}))/SUMPRODUCT(EXP({all}-MAX({all})))",
}


@dataclass(frozen=True)
class ColumnGroup:
    """Columns of the first sheet that belong together.

    Args:
        title: what they are.
        names: of the columns.
        formula: of a row's cell in a column of the group, both from 0; None for cells to type in.
        values: of the rows given, (rows, columns); texts for classes and categories.
    """

    title: str
    names: tuple[str, ...]
    formula: Callable[[int, int], str] | None
    values: Sequence[Sequence[Any]]


def column_groups(network: Network, rows: SampleRows) -> Iterator[ColumnGroup]:
    """Yield the columns of the first sheet, from left to right."""
    widths = network.architecture.layers
    place = _Places(network, rows)
    yield ColumnGroup("Type here", place.names, None, _typed(network, rows))
    yield from place.answers()
    yield ColumnGroup("Prepared inputs", place.feature_names, place.feature, place.x.tolist())
    for layer, name in enumerate(network.architecture.activations, 1):
        neurons = tuple(map(str, range(widths[layer])))
        z, a = place.z[layer - 1].tolist(), place.a[layer - 1].tolist()
        yield ColumnGroup(f"z[{layer}]", neurons, place.weighted_sum(layer), z)
        yield ColumnGroup(f"a[{layer}] = {name}", neurons, place.activation(layer, name), a)


def _typed(network: Network, rows: SampleRows) -> list[list[Any]]:
    """Return what stands in the cells to type into: dates as spreadsheets count them."""
    if not rows.columns:
        return [list(map(float, row)) for row in rows.inputs]
    columns: list[Sequence[Any]] = []
    for place, column in enumerate(rows.columns):
        if column.kind == "category":
            columns.append(rows.texts(place))
            continue
        shift = EPOCH if column.kind == "date" else 0
        cells = rows.inputs[:, place].astype(float) + shift
        columns.append([None if np.isnan(cell) else float(cell) for cell in cells])
    return [list(row) for row in zip(*columns, strict=True)]


class _Places:
    """Where the columns stand, and the values of the rows given."""

    def __init__(self, network: Network, rows: SampleRows) -> None:
        self.network, steps = network, network.preprocessing
        self.columns = rows.columns
        exact = replace(
            network,
            architecture=replace(network.architecture, dtype="float64"),
            parameters=network.parameters.astype(np.float64),
        )
        encoded = steps.encode(rows.inputs) if rows.columns and steps else rows.inputs
        self.x: NDArray[np.float64] = exact.scaled_inputs(encoded)
        with np.errstate(all="ignore"):
            self.z, self.a = forward(self.x, exact.layers)
        self.outputs = self.a[-1] if steps is None else steps.restore_outputs(self.a[-1])
        self.names = tuple(column.name for column in rows.columns) or tuple(
            f"input {k}" for k in range(self.x.shape[1])
        )
        self.feature_names = (
            steps.input_names
            if rows.columns and steps
            else tuple(f"a[0] {k}" for k in range(self.x.shape[1]))
        )
        self._answered = len(self.names)
        self._features: int = (
            self._answered + len(output_names(network)) + bool(network.class_names)
        )
        self._layers: int = self._features + self.x.shape[1]

    def cell(self, row: int, column: int) -> str:
        from xlsxwriter.utility import xl_rowcol_to_cell

        return str(xl_rowcol_to_cell(row + FIRST_ROW, column))

    def _span(self, row: int, first: int, count: int) -> str:
        return f"{self.cell(row, first)}:{self.cell(row, first + count - 1)}"

    def _sums(self, layer: int) -> int:
        """Return the column of the first weighted sum of a layer; its activations follow."""
        before: int = sum(self.network.architecture.layers[1:layer])
        return self._layers + 2 * before

    def _outputs_of(self, layer: int) -> int:
        """Return the column of the first activation of a layer; those of 0 are the features."""
        if not layer:
            return self._features
        return self._sums(layer) + self.network.architecture.layers[layer]

    def feature(self, row: int, place: int) -> str:
        steps = self.network.preprocessing
        if not self.columns or steps is None:
            return f"={self.cell(row, place)}/Inputs!$D$2"
        one = steps.features[place]
        return "=" + feature_formula(self.network, place, self.cell(row, one.column))

    def weighted_sum(self, layer: int) -> Callable[[int, int], str]:
        fan_in, before = self.network.architecture.layers[layer - 1], self._outputs_of(layer - 1)

        def formula(row: int, neuron: int) -> str:
            from xlsxwriter.utility import xl_col_to_name

            last, bias = xl_col_to_name(fan_in), xl_col_to_name(fan_in + 1)
            line, sheet = neuron + 2, f"'Layer {layer}'!"
            weights = f"{sheet}$B${line}:${last}${line}"
            return f"=SUMPRODUCT({self._span(row, before, fan_in)},{weights})+{sheet}${bias}${line}"

        return formula

    def activation(self, layer: int, name: str) -> Callable[[int, int], str]:
        first, width = self._sums(layer), self.network.architecture.layers[layer]

        def formula(row: int, neuron: int) -> str:
            everything = self._span(row, first, width)
            return "=" + _ACTIVATIONS[name].format(z=self.cell(row, first + neuron), all=everything)

        return formula

    def answers(self) -> Iterator[ColumnGroup]:
        """Yield the outputs in their own unit, and the class."""
        names, steps = output_names(self.network), self.network.preprocessing
        last = self._outputs_of(self.network.architecture.depth)
        scaled = steps is not None and bool(steps.target_centre)

        def output(row: int, k: int) -> str:
            unit = f"*Outputs!$C${k + 2}+Outputs!$B${k + 2}" if scaled else ""
            return f"={self.cell(row, last + k)}{unit}"

        yield ColumnGroup("Outputs", names, output, self.outputs.tolist())
        if self.network.class_names:
            classes = [[self.network.class_names[k]] for k in predicted_classes(self.outputs)]
            yield ColumnGroup("Answer", ("class",), self._answer, classes)

    def _answer(self, row: int, _: int) -> str:
        count = len(output_names(self.network))
        if count == 1:
            return f"=IF({self.cell(row, self._answered)}>0.5,Outputs!$A$3,Outputs!$A$2)"
        found = self._span(row, self._answered, count)
        return f"=INDEX(Outputs!$A$2:$A${count + 1},MATCH(MAX({found}),{found},0))"
