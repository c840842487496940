"""Lazy doors: the public names of a package, each loaded from its module on first use."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from chainrule.interrupts import hold_interrupts

__all__ = ["attach"]


def attach(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make ``__getattr__``, ``__dir__`` and ``__all__`` of a package whose names load lazily.

    An import of the package then loads none of its modules, so that every command starts quickly.
    Type checkers do not run this code; the package repeats the imports under ``TYPE_CHECKING``,
    and a check compares the two lists.

    Args:
        package: the package's ``__name__``.
        names: for each module of the package, relative to it, the names that it exports, separated
            by spaces.

    Returns: the functions ``__getattr__`` and ``__dir__``, and the list ``__all__``.

    >>> load, _, exported = attach("chainrule", {"errors": "DataError InputError"})
    >>> load("InputError").__name__, exported
    ('InputError', ['DataError', 'InputError'])
    """
    modules = {name: module for module, listed in names.items() for name in listed.split()}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with hold_interrupts():
            value = getattr(importlib.import_module(f"{package}.{modules[name]}"), name)
        setattr(sys.modules[package], name, value)  # found without this function from now on
        return value

    exported = sorted(modules)
    return load, lambda: list(exported), exported
