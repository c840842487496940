"""The description of a service as a page of plain HTML, without scripts and without other files."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

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
    parts = "\n".join(_model_part(model) for model in models.values())
    rows = "\n".join(
        f"<tr><td>{method.upper()}</td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(operation['summary'])}</td></tr>"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>chainrule</title><style>{PAGE_STYLE}</style></head><body>\n"
        f"<h1>chainrule</h1><p>{escape(document['info']['description'])}</p>\n"
        f'<p>For programs: <a href="openapi.json">openapi.json</a></p>\n'
        f"<table><tr><th>method</th><th>path</th><th>what it does</th></tr>\n{rows}</table>\n"
        f"{parts}\n</body></html>\n"
    )


def _model_part(model: ServedModel) -> str:
    about = model.describe()
    example = json.dumps(example_row(model))
    path = f"models/{model.name}/predict"
    call = f"curl -H 'Content-Type: application/json' -d {shlex.quote(example)} \\\n  …/{path}"
    shown = call if len(example) <= _MOST_SHOWN else f"An array of {model.width} numbers."
    outputs = ", ".join(about["outputs"])
    return (
        f"<h2>{escape(model.name)}</h2>\n"
        f"<p>Takes {escape(about['input'])}, answers {escape(about['task'])}: "
        f"{escape(outputs)}.</p>\n<pre>{escape(shown)}</pre>\n{''.join(_columns(model))}"
    )


def _columns(model: ServedModel) -> Iterator[str]:
    """Yield the lines of the table of a model's columns."""
    if model.schema is None:
        return
    yield "<table><tr><th>column</th><th>kind</th><th>in the training data</th></tr>\n"
    for column in model.schema.columns:
        seen = ", ".join(column.categories[:20])
        if column.kind == "number" and column.low is not None and column.high is not None:
            seen = f"{column.low:g} to {column.high:g}"
        cells = (column.name, column.kind, seen)
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n"
    yield "</table>\n"
