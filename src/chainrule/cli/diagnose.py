"""`chainrule diagnose`: why a training does not learn, and what to set instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.diagnosed import as_json, tell_diagnosis, tell_mended
from chainrule.cli.examined import Examined, examined
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import Setting, flag_of
from chainrule.cli.settings import training_settings
from chainrule.diagnosis import Diagnosis, Mended, diagnose, mend, settings_text
from chainrule.errors import InputError
from chainrule.limits import Limit
from chainrule.storage import write_atomically

__all__ = ["command"]

_ABOUT = """Say why a training does not learn, and what to set instead.

TARGET is the folder of a run, or a recipe in a TOML or JSON file as `chainrule train --config`
takes it. A recipe is tried on DATA (mnist where none is named) for a few hundred steps, in memory,
and measured before and after them. A run is measured where it began and where it stands; DATA says
where its data are now.

What is found comes with its figure, the bound, the cause and the settings that mend it, the root
cause first. --apply writes the mended recipe: the root cause is mended, the recipe is tried again,
and so on until nothing is found that a setting can mend. Exit code 1 says that something was
found, or is left after --apply."""

_EXAMPLES = (
    "chainrule diagnose runs/digits",
    "chainrule diagnose recipe.toml mnist --apply mended.toml",
    "chainrule diagnose recipe.toml flowers.csv --validation checks.csv --json",
)
_STEPS = Setting(
    name="steps",
    limit=Limit(int, "steps of a trial, at most", 1, group="trial", optional=True),
    default_text="400, fewer for large networks",
)


def _diagnose(**given: Any) -> int:
    console = Console(as_json=given["as_json"])
    _check_place(given["apply"])
    with told_by_flags("diagnose", _SETTINGS):
        named = {name: given[name] for name in ("validation", "offline", "steps")}
        case = examined(given["target"], given["data"], _SETTINGS, **named)
        found = diagnose(case.evidence())
        mended = None if given["apply"] is None else _mended(case, found, given["apply"])
    if console.as_json:
        console.json(as_json(found, mended))
    tell_diagnosis(console, found)
    if mended is not None:
        tell_mended(console, mended, given["apply"])
    left = found.findings if mended is None else mended.last.findings
    return CHECK_FAILED if left else 0


def _check_place(path: str | None) -> None:
    """Refuse a file that `chainrule train --config` would not read as TOML, before any work."""
    if path is not None and Path(path).suffix != ".toml":
        raise InputError(
            "--apply",
            expected="a file whose name ends with .toml",
            got=path,
            why="The mended recipe is written as TOML",
            argument="apply",
            value=path,
        )


def _mended(case: Examined, found: Diagnosis, path: str) -> Mended:
    """The mended recipe, written."""
    mended = mend(case.settings, found, lambda settings: diagnose(case.trial(settings)))
    write_atomically(Path(path), settings_text(mended.settings).encode())
    return mended


def _flags() -> list[click.Parameter]:
    return [
        argument("target"),
        argument("data", required=False),
        Flag(["--apply"], metavar="FILE", group="report", help="write the mended recipe, as TOML"),
        Flag(["--json", "as_json"], is_flag=True, group="report", help="print nothing but JSON"),
        flag_of(_STEPS),
        Flag(["--validation"], metavar="DATA", group="data", help="a validation set of its own"),
        Flag(["--offline"], is_flag=True, group="data", help="fetch nothing from the network"),
    ]


_SETTINGS = training_settings()
command = Command("diagnose", _diagnose, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
