"""`chainrule diagnose`: find out why a training does not learn."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import (
    FORMAT,
    chosen_format,
    flag_of,
    json_flag,
    limit_flag,
    offline_flag,
)
from chainrule.errors import InputError
from chainrule.experiment import open_target
from chainrule.limits import Limit
from chainrule.settings import training_settings
from chainrule.storage import write_atomically

__all__ = ["command"]

_ABOUT = """Find out why a training does not learn, and what to set instead.

TARGET is the folder of a run, or a recipe in a TOML or JSON file, as for `chainrule train
--config`. A recipe is tried on DATA (by default mnist) for a few hundred steps, in memory, and
measured before and after them. A run is measured at its start and at its newest checkpoint; DATA
is the place of its data, if they were moved.

Each finding is shown with the measured figure, its bound, its cause and the settings that correct
it, the root cause first. --apply writes a corrected recipe: the root cause is corrected, the recipe
is tried again, and so on until no finding is left that a setting can correct. The exit code is 1 if
there are findings, or, with --apply, if some are left."""

_EXAMPLES = (
    "chainrule diagnose runs/digits",
    "chainrule diagnose recipe.toml mnist --apply mended.toml",
    "chainrule diagnose recipe.toml flowers.csv --validation checks.csv --json",
)


def _diagnose(target: str, data: str | None, apply: str | None, **given: Any) -> int:
    console, chosen = Console(), chosen_format("diagnose", given)
    again = f"Say where they are: chainrule diagnose {quote(target)}"
    _check_place(apply)
    remedies = {"data": f"{again} DATA", "validation": f"{again} --validation DATA"}
    with errors_by_flags("diagnose", training_settings(), remedies):
        opened = open_target(target, data, validation=given["validation"], steps=given["steps"])
        found = opened.diagnose()
        mended = None if apply is None else opened.mend(found)
    if mended is not None and apply is not None:
        write_atomically(Path(apply), mended.to_toml().encode())
    document = found.document(target) if mended is None else mended.document(target, apply or "")
    console.document(document, chosen)
    left = found.findings if mended is None else mended.last.findings
    return CHECK_FAILED if left else 0


def _check_place(path: str | None) -> None:
    """Refuse a file that `chainrule train --config` would not read as TOML, before any work."""
    if path is not None and Path(path).suffix != ".toml":
        raise InputError(
            "--apply",
            expected="a file whose name ends with .toml",
            got=path,
            why="The corrected recipe is written as TOML",
            argument="apply",
            value=path,
        )


def _flags() -> list[click.Parameter]:
    steps = Limit(int, "greatest number of steps of a trial", 1, optional=True)
    return [
        argument("target"),
        argument("data", required=False),
        Flag(
            ["--apply"], metavar="FILE", group="report", help="write the corrected recipe, as TOML"
        ),
        flag_of(FORMAT, "report"),
        json_flag("report"),
        limit_flag("steps", steps, "trial", "400, fewer for large networks"),
        Flag(["--validation"], metavar="DATA", group="data", help="a separate validation set"),
        offline_flag(),
    ]


command = Command("diagnose", _diagnose, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
