"""A small network as a spreadsheet: rows to type into, which formulas answer.

Every number is a cell that can be looked at: features, weighted sums, activations, outputs. The
weights stand in a sheet for each layer, a row for each neuron.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import output_names
from chainrule.exchange.office_runs import describe_office, missing_office, recalculate
from chainrule.exchange.optional_libraries import open_workbook
from chainrule.exchange.sample_rows import SampleRows, draw_rows
from chainrule.exchange.spreadsheet_columns import FIRST_ROW, ColumnGroup, column_groups
from chainrule.exchange.spreadsheet_features import categories_of, require_dates
from chainrule.network import Network

__all__ = ["EXPORTER"]

MOST_PARAMETERS = 100_000
MOST_COLUMNS = 16_000
"""A sheet has 16,384."""
_MOST_CELLS = 100_000
"""Of the sheet that proves the formulas."""
_ROWS = 5


def _write(network: Network, proof: str) -> ExportFiles:
    return {".xlsx": _workbook(network, proof, draw_rows(network, _ROWS))}


def _count_columns(network: Network) -> int:
    """Return how many columns the first sheet has, at most."""
    return 2 * sum(network.architecture.layers) + len(output_names(network)) + 1


def _count_rows(network: Network) -> int:
    """Return how many rows prove a network: fewer for a large one, since each cell is a formula."""
    return max(10, min(1000, _MOST_CELLS // _count_columns(network)))


def _require_small(network: Network) -> None:
    size = network.parameters.size
    columns = _count_columns(network)
    if size > MOST_PARAMETERS or columns > MOST_COLUMNS:
        raise InputError(
            "export as xlsx",
            expected=f"at most {MOST_PARAMETERS:,} weights and biases and {MOST_COLUMNS:,} columns",
            got=f"{size:,} weights and biases in {columns:,} columns",
            why="Each of them is a cell",
            remedy="Export as onnx, c or sql",
        )


def _workbook(network: Network, proof: str, rows: SampleRows, *, with_values: bool = True) -> bytes:
    """Return the workbook with some rows in its first sheet.

    Args:
        network: a small one.
        proof: how the form was compared with the network.
        rows: the examples.
        with_values: whether values stand beside the formulas, for readers that compute none.
    """
    _require_small(network)
    require_dates(network)
    content = io.BytesIO()
    book = open_workbook(content, "A network that answers", proof)
    sheet = book.add_worksheet("Predict")
    _add_parameters(book, network)
    _add_inputs(book, network)
    _add_outputs(book, network)
    about = book.add_worksheet("About")
    for line, text in enumerate(_about(network, proof)):
        about.write_string(line, 0, text)
    _fill(book, sheet, network, rows, with_values=with_values)
    book.close()
    return content.getvalue()


def _about(network: Network, proof: str) -> list[str]:
    return [
        f"A dense network, {'-'.join(map(str, network.architecture.layers))}, written by chainrule",
        proof,
        "Type into the yellow cells of the sheet Predict; copy a whole row down for more rows.",
        "A missing cell is left blank. Numbers are computed in double precision.",
        "z[l] = W[l] a[l-1] + b[l]; the sheet Layer l has W[l] and b[l], a row for each neuron.",
    ]


def _add_parameters(book: Any, network: Network) -> None:
    layers = zip(network.weights, network.biases, strict=True)
    for layer, (weights, biases) in enumerate(layers, 1):
        sheet = book.add_worksheet(f"Layer {layer}")
        sheet.write_row(0, 0, ["neuron", *(f"W {k}" for k in range(weights.shape[1])), "b"])
        for neuron, row in enumerate(weights):
            bias = 0.0 if biases is None else float(biases[neuron])
            sheet.write_row(neuron + 1, 0, [neuron, *row.astype(float).tolist(), bias])


def _add_inputs(book: Any, network: Network) -> None:
    """Add the numbers of the features, and the categories of all columns below each other."""
    steps = network.preprocessing
    sheet = book.add_worksheet("Inputs")
    sheet.write_row(0, 0, ["input", "fill", "centre", "spread"])
    if steps is None or not steps.schema.is_table:
        sheet.write_row(1, 0, ["pixels are divided by", "", "", 1 / network.input_scale])
        return
    for line, one in enumerate(steps.features, 1):
        sheet.write_string(line, 0, one.name)
        sheet.write_row(line, 1, [one.fill, one.centre, one.spread])
    listed = book.add_worksheet("Categories")
    listed.write_row(0, 0, ["column", "category"])
    for place, column in enumerate(steps.schema.columns):
        first = categories_of(network, place).first_row
        for line, text in enumerate(column.categories, first):
            listed.write_string(line, 0, column.name)
            listed.write_string(line, 1, text)


def _add_outputs(book: Any, network: Network) -> None:
    sheet, steps = book.add_worksheet("Outputs"), network.preprocessing
    sheet.write_row(0, 0, ["output", "centre", "spread"])
    names = network.class_names or output_names(network)
    for line, name in enumerate(names, 1):
        sheet.write_string(line, 0, name)
    if steps is not None:
        sheet.write_column(1, 1, steps.target_centre)
        sheet.write_column(1, 2, steps.target_spread)


def _fill(book: Any, sheet: Any, network: Network, rows: SampleRows, *, with_values: bool) -> None:
    """Write the first sheet."""
    bold = book.add_format({"bold": True, "bottom": 1})
    title = book.add_format({"bold": True, "font_color": "#0072b2"})
    answer = book.add_format({"bg_color": "#e8f1fa"})
    sheet.write_string(0, 0, "Type into the yellow cells; the blue ones answer.", title)
    start = 0
    for group in column_groups(network, rows):
        sheet.write_string(1, start, group.title, title)
        for column, name in enumerate(group.names):
            sheet.write_string(2, start + column, name, bold)
        shade = answer if group.title in ("Outputs", "Answer") else None
        if group.formula is None:
            _add_typed(book, sheet, network, group)
        else:
            values = group.values if with_values else [[0.0] * len(group.names)] * len(rows)
            _add_formulas(sheet, replace(group, values=values), start, shade)
        start += len(group.names)
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_column(0, start - 1, 16)


def _add_formulas(sheet: Any, group: ColumnGroup, start: int, shade: Any) -> None:
    assert group.formula is not None, "other cells are typed into"
    for row, values in enumerate(group.values):
        for column, value in enumerate(values):
            sheet.write_formula(
                row + FIRST_ROW, start + column, group.formula(row, column), shade, value
            )


def _add_typed(book: Any, sheet: Any, network: Network, group: ColumnGroup) -> None:
    """Write the cells to type into, each of which takes what its column holds and nothing else."""
    schema = network.schema
    columns = schema.columns if schema is not None else ()
    last = FIRST_ROW + len(group.values) - 1
    for place in range(len(group.names)):
        kind = columns[place].kind if columns else "number"
        shown = {"number": "General", "category": "@", "date": "yyyy-mm-dd hh:mm"}[kind]
        style = book.add_format({"bg_color": "#fff9c4", "border": 1, "num_format": shown})
        for row, values in enumerate(group.values):
            sheet.write(row + FIRST_ROW, place, values[place], style)
        allowed = _allowed(network, place, kind)
        if allowed:
            sheet.data_validation(FIRST_ROW, place, last, place, allowed)


def _allowed(network: Network, place: int, kind: str) -> dict[str, Any]:
    if kind == "category":
        categories = categories_of(network, place)
        if not categories.count:
            return {}
        message = "One of the categories of the training data, or nothing"
        return {"validate": "list", "source": f"={categories.span}", "error_message": message}
    least = 61 if kind == "date" else -1e307
    return {
        "validate": "date" if kind == "date" else "decimal",
        "criteria": ">=",
        "value": least,
        "error_message": "A date from 1900-03-01, or nothing" if kind == "date" else "A number",
    }


def _run(path: Path, network: Network, rows: SampleRows, **_: Any) -> NDArray[np.float64]:
    """Return what LibreOffice computes in a workbook with these rows."""
    path.write_bytes(_workbook(network, "", rows, with_values=False))
    first, count = rows.inputs.shape[1], rows.outputs.shape[1]
    found = recalculate(path)["Predict"][FIRST_ROW : FIRST_ROW + len(rows)]
    return np.array([row[first : first + count] for row in found], np.float64)


EXPORTER = Exporter(
    form="xlsx",
    suffix=".xlsx",
    about="a spreadsheet with rows to type into, which formulas answer",
    write=_write,
    run=_run,
    runtime=describe_office,
    missing=missing_office,
    count_rows=_count_rows,
)
