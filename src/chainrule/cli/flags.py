"""Flags derived from settings: types, help texts and errors come from the same records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from chainrule.cli.command_parameters import Flag
from chainrule.errors import InputError
from chainrule.experiment import PARTS
from chainrule.ledger.steps import Conventions
from chainrule.limits import THREADS, Limit, limits_of
from chainrule.settings import Setting, merge_settings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = [
    "FORMAT",
    "Setting",
    "chosen_format",
    "experiment_flags",
    "experiment_settings",
    "flag_name",
    "flag_of",
    "flags_of",
    "given_settings",
    "indices_flag",
    "json_flag",
    "limit_flag",
    "moved_data_flags",
    "offline_flag",
    "part_flag",
    "size_flag",
    "threads_flag",
]

_METAVARS = {int: "N", float: "NUMBER", str: "TEXT"}
_AMERICAN = (("optimiser", "optimizer"), ("initialiser", "initializer"))


class _SettingType(click.ParamType):  # type: ignore[type-arg]  # generic in some releases only
    """The type of a setting's flag."""

    def __init__(self, setting: Setting) -> None:
        self.name = setting.name
        self.setting = setting

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value that the text after a flag stands for."""
        where = "chainrule" if ctx is None else str(ctx.info_name)
        return self.setting.parse(where, flag_name(self.name), str(value))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[Any]]:
        """Return the values that a choice has; of a list, those of its last part."""
        from click.shell_completion import CompletionItem

        if self.setting.limit.choices is None:
            return []
        before, comma, part = incomplete.rpartition(",")
        names = (name for name in self.setting.limit.choices() if name.startswith(part))
        return [CompletionItem(before + comma + name) for name in names]


def flag_name(name: str) -> str:
    """Return the flag of a field.

    >>> flag_name("batch_size")
    '--batch-size'
    """
    return "--" + name.replace("_", "-")


def flag_of(setting: Setting, group: str = "") -> Flag:
    """Return the flag for a setting, with meaning, range and default in its help.

    Args:
        setting: the setting.
        group: the heading in the help; empty takes the limit's own.
    """
    flag, heading = flag_name(setting.name), group or setting.limit.group
    if setting.limit.kind is bool:
        names = [f"{flag}/--no-{flag[2:]}", setting.name]
        return Flag(names, default=None, group=heading, help=_help_text(setting))
    names = [flag, *_american_spelling(flag), setting.name]
    metavar = "NAME" if setting.limit.choices else _METAVARS[setting.limit.kind]
    return Flag(
        names,
        type=_SettingType(setting),
        metavar=f"{metavar},{metavar},…" if setting.many else metavar,
        group=heading,
        help=_help_text(setting),
    )


def flags_of(settings: Mapping[str, Setting] | Iterable[Setting]) -> list[click.Parameter]:
    """Return a flag for each setting."""
    listed = settings.values() if isinstance(settings, Mapping) else settings
    return [flag_of(setting) for setting in listed]


def limit_flag(name: str, limit: Limit, group: str, default: str) -> Flag:
    """Return a flag that is no setting of an experiment; it is None if it is not given.

    Args:
        name: the callback's parameter.
        limit: what it may be.
        group: its heading in the help.
        default: what help says of the default.
    """
    return flag_of(Setting(name=name, limit=replace(limit, group=group), default_text=default))


def _american_spelling(flag: str) -> list[str]:
    """Return the flag in American spelling, where that differs."""
    return [flag.replace(*pair) for pair in _AMERICAN if pair[0] in flag]


def _help_text(setting: Setting) -> str:
    limit = setting.limit
    plain = limit.kind is bool or (limit.kind is str and limit.choices is None)
    words = "" if plain else ": " + limit.constraint()
    return f"{limit.meaning}{words} [{_default_text(setting)}]"


def _default_text(setting: Setting) -> str:
    if setting.default_text:
        return setting.default_text
    if isinstance(setting.default, bool):
        return "yes" if setting.default else "no"
    return "none" if setting.default is None else f"{setting.default}"


def given_settings(ctx: click.Context, settings: Mapping[str, Setting]) -> dict[str, Any]:
    """Return the settings that the command line itself names, by name."""
    typed = click.core.ParameterSource.COMMANDLINE
    return {
        n: v
        for n, v in ctx.params.items()
        if n in settings and typed == ctx.get_parameter_source(n)
    }


def experiment_flags(group: str) -> list[click.Parameter]:
    """Return the flags --preset, --config and --set, which bring settings from elsewhere."""
    from chainrule.presets import preset_names

    names = ", ".join(preset_names())
    return [
        Flag(["--preset"], metavar="NAME", group=group, help=f"preset settings: {names}"),
        Flag(["--config"], metavar="FILE", group=group, help="a TOML or JSON file of settings"),
        Flag(
            ["--set", "assignments"],
            metavar="NAME=VALUE",
            multiple=True,
            group=group,
            help="one setting; may be given more than once",
        ),
    ]


def experiment_settings(ctx: click.Context, settings: Mapping[str, Setting]) -> dict[str, Any]:
    """Return the settings of an experiment that a command line gives, for `from_settings`.

    Args:
        ctx: of a command with `experiment_flags` and a flag for each of the settings.
        settings: all settings by name.

    Raises: FileError, DataError, InputError, UnknownNameError.
    """
    return merge_settings(
        given_settings(ctx, settings),
        preset=ctx.params["preset"],
        config=ctx.params["config"],
        assignments=ctx.params["assignments"],
    )


def json_flag(group: str = "output") -> Flag:
    """Return the flag for programs; the parameter is `as_json`."""
    return Flag(["--json", "as_json"], is_flag=True, group=group, help="print only JSON")


def _formats() -> tuple[str, ...]:
    from chainrule.documents import FORMATS

    return tuple(FORMATS)


FORMAT = Setting(
    name="format",
    limit=Limit(str, "output format", choices=_formats, group="output"),
    default="text",
)
"""The format of a command that prints a document."""


def chosen_format(command: str, given: Mapping[str, Any]) -> str:
    """Return the format that `--format` and `--json` ask for.

    Args:
        command: the command's name.
        given: its parameters, with "format" and "as_json".

    Raises: UnknownNameError; InputError if both are given.
    """
    chosen: str = FORMAT.limit.check(command, "format", given["format"] or FORMAT.default)
    if given["as_json"] and given["format"] is not None:
        raise InputError(
            command,
            expected="--json or --format",
            got="both",
            remedy="Leave one of them out",
            argument="format",
        )
    return "json" if given["as_json"] else chosen


def indices_flag(group: str, meaning: str) -> Flag:
    """Return the flag that says what the indices of addresses count from.

    Args:
        group: its heading in the help.
        meaning: which addresses are meant.
    """
    limit = replace(limits_of(Conventions)["indices"], meaning=meaning)
    return limit_flag("indices", limit, group, "as the file says, else 0")


def offline_flag(group: str = "data") -> Flag:
    """Return the flag that switches downloads off, which every command obeys by itself."""
    return Flag(["--offline"], is_flag=True, group=group, help="download nothing")


def size_flag(group: str = "data") -> Flag:
    """Return the flag --limit, which every command obeys by itself."""
    from chainrule.data import CONTENT

    return limit_flag("limit", CONTENT, group, "100 times its size, of text 32 times")


def threads_flag(group: str) -> Flag:
    """Return the flag for the number of threads; without it the parameter is None."""
    return limit_flag("threads", THREADS, group, "CHAINRULE_THREADS, or one per processor")


def part_flag(group: str, default: str) -> Flag:
    """Return the flag --split, which chooses a part of the data; without it `split` is None.

    Args:
        group: its heading in the help.
        default: what help says of the default.
    """
    limit = Limit(str, "which part of the data", choices=lambda: PARTS)
    return limit_flag("split", limit, group, default)


def moved_data_flags(group: str) -> list[click.Parameter]:
    """Return the flags --data and --validation, for a run whose data were moved."""
    moved = "where the {} are now, if they were moved"
    return [
        Flag(["--data"], metavar="DATA", group=group, help=moved.format("data")),
        Flag(["--validation"], metavar="DATA", group=group, help=moved.format("validation data")),
    ]
