"""Libraries that only some forms need; they are not installed with the package."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from chainrule.errors import MissingLibraryError

__all__ = ["require_library"]


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
            remedy="Install it: pip install 'chainrule[exchange]'",
        ) from None
