"""Recipes with a name, each a TOML file of settings beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chainrule.errors import unknown_name
from chainrule.recipe import read_table

__all__ = ["preset", "preset_names"]

_FOLDER = Path(__file__).parent


def preset_names() -> list[str]:
    """The names of all presets, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def preset(name: str) -> dict[str, Any]:
    """The settings of a preset: the network's layers and fields of `Recipe`.

    Args:
        name: one of `preset_names`.

    Raises: UnknownNameError.

    Example:
        >>> preset("fast")["layers"]
        [784, 128, 10]
    """
    if name not in preset_names():
        raise unknown_name("preset", "a preset", name, preset_names(), argument="preset")
    return read_table(_FOLDER / f"{name}.toml")
