"""Flags made from limits: their types, texts and errors all come from the same data."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from chainrule.cli.command import Flag
from chainrule.errors import InputError
from chainrule.limits import Limit

__all__ = ["Setting", "flag_name", "flag_of", "given_settings"]

_TRUTHS = dict.fromkeys(("true", "yes", "on", "1"), True)
_TRUTHS |= dict.fromkeys(("false", "no", "off", "0"), False)
_METAVARS = {int: "N", float: "NUMBER", str: "TEXT"}
_ALIASES = (("optimiser", "optimizer"), ("initialiser", "initializer"))


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that a user can set by a flag, by --set, or in a file.

    Args:
        name: as fields and files have it, such as "batch_size".
        limit: what it, or each part of it, may be.
        default: its value where nobody sets it.
        owner: what it is handed to: "recipe", "architecture", "network" or "data".
        many: whether it is a list, with commas between its parts.
        least: parts that a list must have.
        default_text: what help says of the default; empty takes the default itself.
    """

    name: str
    limit: Limit
    default: Any = None
    owner: str = "recipe"
    many: bool = False
    least: int = 1
    default_text: str = ""

    def checked(self, where: str, name: str, value: Any) -> Any:
        """The value in its normal form.

        Args:
            where: who asks, for the error text.
            name: what the user calls the setting: its name, or its flag.
            value: a plain value.

        Raises: InputError, UnknownNameError.
        """
        if not self.many or (value is None and self.limit.optional):
            return self.limit.check(where, name, value)
        parts = value if isinstance(value, (list, tuple)) else [value]
        if len(parts) < self.least:
            raise InputError(
                where,
                expected=f"{name} to be at least {self.least} values",
                got=", ".join(map(str, parts)) or "none",
                why=f"{name}: {self.limit.meaning}",
                argument=self.name,
                value=value,
            )
        return [self.limit.check(where, name, part) for part in parts]

    def read(self, where: str, name: str, text: str) -> Any:
        """The value that a text stands for; arguments and errors as in `checked`."""
        if self.limit.optional and text.strip().lower() == "none":
            return None
        if not self.many:
            return self.checked(where, name, _plain(self.limit.kind, text))
        parts = [_plain(self.limit.kind, part.strip()) for part in text.split(",")]
        return self.checked(where, name, parts)


def _plain(kind: type, text: str) -> Any:
    """The text as a plain value where it is one; else itself, for the limit to refuse."""
    if kind is bool:
        return _TRUTHS.get(text.strip().lower(), text)
    if kind is not str:
        for number in (int, float):
            with contextlib.suppress(ValueError):
                return number(text)
    return text


class _SettingType(click.ParamType):  # type: ignore[type-arg]  # generic in some releases only
    """The type of a setting's flag."""

    def __init__(self, setting: Setting) -> None:
        self.name = setting.name
        self.setting = setting

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value that the text after a flag stands for."""
        where = "chainrule" if ctx is None else str(ctx.info_name)
        return self.setting.read(where, flag_name(self.name), str(value))


def flag_name(name: str) -> str:
    """The flag of a field.

    >>> flag_name("batch_size")
    '--batch-size'
    """
    return "--" + name.replace("_", "-")


def flag_of(setting: Setting) -> Flag:
    """The flag for a setting, with meaning, range and default in its help."""
    flag = flag_name(setting.name)
    group = setting.limit.group
    if setting.limit.kind is bool:
        names = [f"{flag}/--no-{flag[2:]}", setting.name]
        return Flag(names, default=None, group=group, help=_help(setting))
    names = [flag, *_american(flag), setting.name]
    metavar = "NAME" if setting.limit.choices else _METAVARS[setting.limit.kind]
    return Flag(
        names,
        type=_SettingType(setting),
        metavar=f"{metavar},{metavar},…" if setting.many else metavar,
        group=group,
        help=_help(setting),
    )


def _american(flag: str) -> list[str]:
    """The flag in the spelling of the other shore, where that differs."""
    return [flag.replace(*pair) for pair in _ALIASES if pair[0] in flag]


def _help(setting: Setting) -> str:
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
    """The settings that the command line itself names, by name."""
    typed = click.core.ParameterSource.COMMANDLINE
    return {
        n: v
        for n, v in ctx.params.items()
        if n in settings and typed == ctx.get_parameter_source(n)
    }
