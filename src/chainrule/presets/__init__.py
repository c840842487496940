"""Presets: TOML files of settings in this folder, with measured results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chainrule.errors import unknown_name
from chainrule.recipe import read_table

__all__ = ["preset", "preset_description", "preset_names", "preset_results"]

_FOLDER = Path(__file__).parent
_ABOUT = "about"


def preset_names() -> list[str]:
    """The names of all presets, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def _table(name: str) -> dict[str, Any]:
    if name not in preset_names():
        raise unknown_name("preset", "a preset", name, preset_names(), argument="preset")
    return read_table(_FOLDER / f"{name}.toml")


def preset(name: str) -> dict[str, Any]:
    """The settings of a preset: the network's layers and fields of `Recipe`.

    Args:
        name: one of `preset_names`.

    Raises: UnknownNameError.

    Example:
        >>> preset("fast")["layers"]
        [784, 128, 10]
    """
    return {key: value for key, value in _table(name).items() if key != _ABOUT}


def preset_description(name: str) -> str:
    """What a preset is for, in a sentence.

    Raises: UnknownNameError.
    """
    return str(_table(name)[_ABOUT])


def preset_results(name: str) -> dict[str, Any]:
    """The results of a preset on MNIST when it was last measured; empty if it was not.

    Returns: accuracies on the test images by seed, seconds of each training, parameters, bytes of
        the network's file, as docs/recipes.md has them.
    """
    path = _FOLDER / "measured.json"
    figures: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    found: dict[str, Any] = figures.get("presets", {}).get(name, {})
    return found
