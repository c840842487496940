"""`chainrule data`: the data sets there are, whether they are here and intact, what is in them."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.augment import COPIES_SEED
from chainrule.cli.catalogue import fetch_named, list_named, verify_named
from chainrule.cli.command import HELP_NAMES, Command, Commands, Flag, argument
from chainrule.cli.data_summary import show_data
from chainrule.cli.flags import flag_of
from chainrule.experiment import data_settings

__all__ = ["command"]

_ABOUT = """List, fetch, check and show data sets.

Data that were fetched are kept in the folder that CHAINRULE_CACHE names, or else in the platform's
folder for caches. CHAINRULE_OFFLINE=1 switches downloads off."""

_LIST = """Show the data sets that have a name.

MNIST comes with chainrule. The others are fetched when they are first used, or by
`chainrule data fetch`, and verified by SHA-256."""

_FETCH = """Fetch a data set that has a name, and keep it.

Where no mirror can be reached, the error tells which files to fetch by hand, and where to put
them."""

_VERIFY = """Check the files of a data set against their published digests.

The exit code is 1 where a file is missing or damaged."""

_SHOW = """Show what is in a data set.

DATA is a name or a path as `chainrule train` takes it: the shape of an example, the classes and
how many examples each has, the digest of the content, the share of zeros, and an example of each
class. --save draws more of them.

--augment shows copies of them as well, distorted by lot as a training would have them. Its settings
are shift, rotation, zoom, shear, elastic, elastic_smoothness, thickness, noise, cutout, mixup."""


def _group(ctx: click.Context) -> None:
    """Show help where no command is named."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _json() -> Flag:
    return Flag(["--json", "as_json"], is_flag=True, group="output", help="print nothing but JSON")


def _offline() -> Flag:
    return Flag(["--offline"], is_flag=True, group="data", help="fetch nothing from the network")


def _show_flags() -> list[click.Parameter]:
    save = "also draw ten examples of each class, or copies, into a .png, .svg or .pdf file"
    augment = "show copies as well, distorted by these settings, or by those of a preset"
    return [
        argument("data"),
        Flag(["--save"], metavar="FILE", group="output", help=save),
        _json(),
        Flag(["--augment"], metavar="NAME=VALUE,…", group="augmentation", help=augment),
        flag_of(COPIES_SEED),
        *(flag_of(setting) for setting in data_settings().values()),
        _offline(),
    ]


_SUB = (
    Command(
        "list",
        list_named,
        about=_LIST,
        parameters=[_json()],
        examples=("chainrule data list", "chainrule data list --json"),
    ),
    Command(
        "fetch",
        fetch_named,
        about=_FETCH,
        parameters=[argument("name"), _json()],
        examples=("chainrule data fetch fashion_mnist",),
    ),
    Command(
        "verify",
        verify_named,
        about=_VERIFY,
        parameters=[argument("name"), _json()],
        examples=("chainrule data verify mnist", "chainrule data verify fashion_mnist --json"),
    ),
    Command(
        "show",
        show_data,
        about=_SHOW,
        parameters=_show_flags(),
        examples=(
            "chainrule data show mnist --save samples.png",
            "chainrule data show mnist --augment shift=2,rotation=10,elastic=34 --save copies.png",
            "chainrule data show flowers.csv --target kind",
        ),
    ),
)
_SETTINGS: Any = HELP_NAMES
command = Commands(
    "data",
    examples=("chainrule data list", "chainrule data show mnist"),
    callback=click.pass_context(_group),
    help=_ABOUT,
    invoke_without_command=True,
    commands=list(_SUB),
    context_settings=_SETTINGS,
)
