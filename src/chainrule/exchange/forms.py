"""The forms in which a network can leave, by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from chainrule.errors import unknown_name
from chainrule.exchange.exporter import Exporter

__all__ = ["describe_forms", "export_forms", "find_exporter"]

_MODULES = {
    "json": "json_model",
    "python": "numpy_source",
    "c": "c_source",
    "onnx": "onnx_graph",
    "sql": "sql_query",
    "javascript": "javascript_module",
    "html": "html_page",
    "torch": "torch_module",
    "keras": "keras_archive",
    "csv": "csv_tables",
    "svg": "svg_drawing",
    "xlsx": "network_spreadsheet",
}
"""Each module has a constant EXPORTER; it is loaded when its form is asked for."""


def export_forms() -> tuple[str, ...]:
    """Return the names of the forms.

    Example:
        >>> "onnx" in export_forms()
        True
    """
    return tuple(_MODULES)


@cache
def find_exporter(form: str) -> Exporter:
    """Return the exporter of a form.

    Raises: UnknownNameError.
    """
    if form not in _MODULES:
        raise unknown_name("export", "a form", form, export_forms(), argument="form")
    module = import_module(f"chainrule.exchange.{_MODULES[form]}")
    found: Exporter = module.EXPORTER
    return found


def describe_forms() -> Iterator[tuple[str, str, str]]:
    """Yield the name, the suffix and a line on each form."""
    for form in _MODULES:
        exporter = find_exporter(form)
        yield form, exporter.suffix, exporter.about
