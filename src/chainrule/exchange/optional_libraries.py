"""Libraries that only some forms need; they are not installed with the package."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from typing import Any

from chainrule.errors import MissingLibraryError

__all__ = ["open_workbook", "require_library"]


_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""A workbook has to have a date."""


_EXTRAS = {"psycopg": "database"}
"""The extras of the libraries that are not in `exchange`."""


def require_library(name: str, form: str, purpose: str) -> Any:
    """Return a module of an optional library.

    Args:
        name: of the module to import.
        form: what is exported.
        purpose: what the library does there, for the error text.

    Raises: MissingLibraryError.
    """
    try:
        return import_module(name)
    except ImportError:
        raise MissingLibraryError(
            f"export as {form}",
            expected=f"{name.split('.')[0]}, which {purpose}",
            got="no such library",
            remedy=f"Install it: pip install 'chainrule[{_EXTRAS.get(name, 'exchange')}]'",
        ) from None


def open_workbook(content: BytesIO, title: str, proof: str) -> Any:
    """Return a new workbook of XlsxWriter, which takes texts as texts.

    Args:
        content: where it is written when it is closed; the same sheets give the same bytes.
        title: of the workbook.
        proof: how its formulas were compared with chainrule's numbers.

    Raises: MissingLibraryError.
    """
    xlsxwriter = require_library("xlsxwriter", "xlsx", "writes the workbook")
    book = xlsxwriter.Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "comments": proof, "created": _CREATED})
    return book
