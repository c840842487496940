"""The examples that can be chosen, and the form in which a table's example is filled in."""

from __future__ import annotations

import math
from typing import Any

from chainrule.data import Dataset
from chainrule.lab.shown_step import input_row
from chainrule.lab.state import LabState
from chainrule.lab.subject import LabSubject

__all__ = ["describe_examples"]

_MOST_FIELDS = 200


def describe_examples(subject: LabSubject, state: LabState) -> dict[str, Any]:
    """Return how many examples there are, and the fields of the chosen one where it has a form.

    Args:
        subject: of the lab.
        state: of the page.
    """
    if subject.worked is not None or subject.examples is None:
        count = 0 if subject.worked is None else len(subject.worked.rows)
        return {"count": count, "fields": []}
    count = len(subject.examples)
    if subject.takes_ink or state.step is not None or subject.examples.features > _MOST_FIELDS:
        return {"count": count, "fields": []}
    row = min(state.example or 0, count - 1)
    known = {edit.address for edit in state.inputs}
    values = input_row(subject, row, ()).ravel().tolist()
    changed = dict(state.inputs)
    fields = [
        {
            **_describe_field(subject.columns, at),
            "address": f"x[{at}]",
            "value": _plain(changed.get(f"x[{at}]", value)),
            "changed": f"x[{at}]" in known,
        }
        for at, value in enumerate(values)
    ]
    return {"count": count, "fields": fields}


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


def _describe_field(columns: Dataset | None, at: int) -> dict[str, Any]:
    """Name, kind, range and categories of a column."""
    schema = None if columns is None else columns.schema
    if schema is None:
        return {"name": f"a[0][{at}]", "kind": "number", "low": None, "high": None, "choices": []}
    column = schema.columns[at]
    return {
        "name": column.name,
        "kind": column.kind,
        "low": column.low,
        "high": column.high,
        "choices": list(column.categories),
    }
