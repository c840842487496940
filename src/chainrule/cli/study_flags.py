"""Flags that the commands of studies share."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import Flag
from chainrule.cli.flags import Setting, flag_of, given_settings
from chainrule.errors import InputError
from chainrule.limits import limits_of
from chainrule.study import ADDRESSED, Settings

__all__ = ["STORAGE", "given_place", "json_flag", "place_flags", "storage_flag"]

STORAGE = "studies.journal"
"""The storage where none is named."""

_DEFAULTS = {
    "executor": "the study's, or local",
    "workers": "as many as there are processors",
    "address": "starts workers here",
}
_PLACE = {
    name: Setting(name=name, limit=limits_of(Settings)[name], default_text=text)
    for name, text in _DEFAULTS.items()
}


def storage_flag() -> Flag:
    """The flag that names a storage."""
    text = f"a journal file, or the address of a database [{STORAGE}]"
    return Flag(["--storage"], metavar="URL", default=STORAGE, group="study", help=text)


def json_flag() -> Flag:
    """The flag for programs."""
    return Flag(["--json", "as_json"], is_flag=True, group="output", help="print nothing but JSON")


def place_flags() -> list[click.Parameter]:
    """The flags that say where trials are computed."""
    found: list[click.Parameter] = []
    for setting in _PLACE.values():
        flag = flag_of(setting)
        flag.group = "study"
        found.append(flag)
    return found


def given_place(executor: str = "local") -> dict[str, Any]:
    """Where trials are computed, as far as the command line says it.

    Args:
        executor: the study's own; an address alone makes it dask, unless it takes addresses.

    Raises: InputError.
    """
    given = given_settings(click.get_current_context(), _PLACE)
    if given.get("address") is None:
        return given
    if executor not in ADDRESSED:
        given.setdefault("executor", "dask")
    if given.get("executor", executor) not in ADDRESSED:
        raise InputError(
            "study",
            expected="--executor dask or ray to go with --address",
            got=str(given["executor"]),
            argument="executor",
        )
    return given
