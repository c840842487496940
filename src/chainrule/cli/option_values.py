"""What a user set, from presets, files, --set and flags, each counting more than those before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from chainrule.cli.command import Flag
from chainrule.cli.flags import Setting, given_settings
from chainrule.cli.settings import from_assignments, from_file
from chainrule.presets import preset, preset_names

__all__ = ["given_values", "setting_flags"]


def setting_flags() -> list[click.Parameter]:
    """The flags that bring settings from elsewhere."""
    files = "files and output"
    names = ", ".join(preset_names())
    return [
        Flag(["--preset"], metavar="NAME", group=files, help=f"settings by name: {names}"),
        Flag(["--config"], metavar="FILE", group=files, help="a TOML or JSON file of settings"),
        Flag(
            ["--set", "assignments"],
            metavar="NAME=VALUE",
            multiple=True,
            group=files,
            help="one setting; may be given again",
        ),
    ]


def given_values(ctx: click.Context, settings: Mapping[str, Setting]) -> dict[str, Any]:
    """What was set, by name: the preset, the file, --set, and flags.

    Args:
        ctx: of a command with `setting_flags`.
        settings: all settings by name.

    Raises: FileError, DataError, InputError, UnknownNameError.
    """
    name = ctx.params["preset"]
    values = {} if name is None else _of_preset(name, settings)
    if ctx.params["config"] is not None:
        values |= from_file(ctx.params["config"], settings)
    values |= from_assignments(ctx.params["assignments"], settings)
    return values | given_settings(ctx, settings)


def _of_preset(name: str, settings: Mapping[str, Setting]) -> dict[str, Any]:
    found = preset(name)
    return {key: settings[key].checked("preset", key, value) for key, value in found.items()}
