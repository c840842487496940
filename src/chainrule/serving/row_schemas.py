"""JSON Schemas of the rows that a model takes, made from what its columns hold.

A schema promises no less and no more than `row_input` takes: what fits it is answered.
"""

from __future__ import annotations

import math
from typing import Any

from chainrule.schema import NUMBER_MARKS, Column
from chainrule.serving.row_input import GREATEST, number_range
from chainrule.serving.served_model import ServedModel

__all__ = ["example_row", "row_schema", "rows_schema"]

JsonSchema = dict[str, Any]

_MOST_DIGITS = 15
_MOST_LISTED = 100
_SPECIAL = "\\.^$*+?()[]{}|/"
_DATE = (
    "(19|20)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)


def row_schema(model: ServedModel) -> JsonSchema:
    """Return the schema of one row: an object of columns, or an array of numbers."""
    if model.schema is not None:
        columns = model.schema.columns
        return {
            "type": "object",
            "description": "A cell for each column; null where it is missing.",
            "properties": {column.name: _cell_schema(column) for column in columns},
            "required": [column.name for column in columns],
        }
    bounded = model.takes_images and model.network.input_scale != 1
    low, high = (0, 255) if bounded else (-GREATEST, GREATEST)
    items: JsonSchema = {"type": "number", "minimum": low, "maximum": high}
    flat = _array(items, model.width)
    if len(model.shape) == 1:
        return flat
    nested = items
    for length in reversed(model.shape):
        nested = _array(nested, length)
    return {
        "anyOf": [flat, nested],
        "description": "The grey values of an image, 0 to 255, line by line, as it was learned.",
    }


def rows_schema(model: ServedModel) -> JsonSchema:
    """Return the schema of what can be a row in an array of rows, whether or not it fits."""
    if not model.takes_images:
        return {"type": ["object", "array"]}
    lines = _array({"type": "array"}, model.shape[0])
    return {"anyOf": [{"type": "object"}, _array({}, model.width), lines]}


def example_row(model: ServedModel) -> Any:
    """Return a row that the model answers, with values like those of its training data."""
    if model.schema is None:
        return [0] * model.width
    return {column.name: _example_cell(column) for column in model.schema.columns}


def _array(items: JsonSchema, length: int) -> JsonSchema:
    return {"type": "array", "items": items, "minItems": length, "maxItems": length}


def _cell_schema(column: Column) -> JsonSchema:
    blank: JsonSchema = {"type": "null"}
    examples = {"examples": [_example_cell(column)]}
    if column.kind == "category":
        known = ", ".join(column.categories[:_MOST_LISTED])
        text = f"One of {known}." if known else "A category."
        kinds = ["string", "number", "boolean", "null"]
        return {"description": f"{text} Others are unknown.", "type": kinds, **examples}
    if column.kind == "date":
        dates = {"type": "string", "pattern": _pattern(_DATE)}
        return {"description": "A date: 2020-02-29.", "anyOf": [dates, blank], **examples}
    low, high = number_range(column)
    numbers: JsonSchema = {"type": "number", "minimum": low, "maximum": high}
    text = "A number."
    if column.low is not None and column.high is not None:
        text = f"A number; in the training data from {column.low:g} to {column.high:g}."
    digits = max(0, min(_MOST_DIGITS, math.floor(math.log10(max(high, 1.0)))))
    number = rf"[0-9]{{1,{digits}}}" if digits and low <= 0 else ""
    texts = {"type": "string", "pattern": _pattern(number)}
    return {"description": text, "anyOf": [numbers, texts, blank], **examples}


def _pattern(readable: str) -> str:
    """Return what a text in a column of numbers or dates may be: a value, or a mark of none."""
    marks = ["".join(f"\\{c}" if c in _SPECIAL else c for c in mark) for mark in NUMBER_MARKS]
    return f"^({'|'.join([readable] * bool(readable) + sorted(marks))})$"


def _example_cell(column: Column) -> Any:
    if column.kind == "category":
        return column.categories[0] if column.categories else None
    if column.low is None or column.high is None:
        return None
    middle = column.low + (column.high - column.low) / 2
    if column.kind == "date":
        import numpy as np

        return str(np.datetime64(math.floor(middle), "D"))
    return float(f"{middle:.4g}")
