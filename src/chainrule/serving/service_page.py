"""The description of a service as a page of plain HTML, without scripts and without other files."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chainrule.documents import Markup, element, joined_markup
from chainrule.schema import Schema
from chainrule.serving.row_schemas import example_row
from chainrule.serving.served_model import ServedModel

__all__ = ["PAGE_STYLE", "service_page"]

PAGE_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 50em; padding: 0 1em; }
pre { background: #f3f3f3; overflow-x: auto; padding: 0.7em; white-space: pre-wrap; }
table { border-collapse: collapse; } td, th { border: 1px solid #bbb; padding: 0.2em 0.6em; }
th { text-align: left; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd; }
  pre { background: #222; } a { color: #9cf; } }
"""
_MOST_SHOWN = 500
"""Characters of an example."""


def service_page(models: Mapping[str, ServedModel], document: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        models: by name.
        document: the description of the service.
    """
    rows = [
        _table_row("td", (method.upper(), element("code", path), operation["summary"]))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    body = (
        element("h1", "chainrule") + element("p", document["info"]["description"]),
        element("p", ["For programs: ", element("a", "openapi.json", href="openapi.json")]),
        _table(("method", "path", "what it does"), rows),
        *(_model_part(model) for model in models.values()),
    )
    lines = "\n".join(body)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>chainrule</title><style>{PAGE_STYLE}</style></head><body>\n"
        f"{lines}\n</body></html>\n"
    )


def _table(heads: tuple[str, ...], rows: Iterable[Markup]) -> Markup:
    return element("table", joined_markup([_table_row("th", heads), *rows], "\n"))


def _table_row(kind: str, cells: Iterable[str]) -> Markup:
    return element("tr", [element(kind, cell) for cell in cells])


def _model_part(model: ServedModel) -> Markup:
    about = model.describe()
    example = json.dumps(example_row(model))
    path = f"models/{model.name}/predict"
    call = f"curl -H 'Content-Type: application/json' -d {shlex.quote(example)} \\\n  …/{path}"
    shown = call if len(example) <= _MOST_SHOWN else f"An array of {model.width} numbers."
    outputs = ", ".join(about["outputs"])
    parts = [
        element("h2", model.name),
        element("p", f"Takes {about['input']}, answers {about['task']}: {outputs}."),
        element("pre", shown),
    ]
    if model.schema is not None:
        rows = (_table_row("td", cells) for cells in _columns(model.schema))
        parts.append(_table(("column", "kind", "in the training data"), rows))
    return joined_markup(parts, "\n")


def _columns(schema: Schema) -> Iterator[tuple[str, ...]]:
    """Yield the name and kind of each column, and what it held in the training data."""
    for column in schema.columns:
        seen = ", ".join(column.categories[:20])
        if column.kind == "number" and column.low is not None and column.high is not None:
            seen = f"{column.low:g} to {column.high:g}"
        yield column.name, column.kind, seen
