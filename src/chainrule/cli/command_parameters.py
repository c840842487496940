"""What follows a command's name: arguments, and flags under headings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

__all__ = ["OTHERS", "Flag", "argument"]

_AMERICAN = "izer"
OTHERS = "Other"
"""The heading of flags that have no other."""


class Flag(click.Option):
    """A flag that stands under a heading; American spellings of it are understood, not shown.

    Args:
        names: as click has them.
        group: the heading.
        more: click's own arguments.
    """

    def __init__(self, names: Sequence[str], *, group: str = OTHERS, **more: Any) -> None:
        if more.get("type") is None and not more.get("is_flag"):
            more["shell_complete"] = _complete_flag
        super().__init__(names, **more)
        self.group = group

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """What help shows: names and metavar on the left, meaning on the right."""
        if self.hidden:
            return None
        shown = [name for name in self.opts if _AMERICAN not in name]
        names = " / ".join(filter(None, (", ".join(shown), ", ".join(self.secondary_opts))))
        metavar = "" if self.is_flag else f" {self.metavar or 'TEXT'}"
        return names + metavar, self.help or ""


def argument(name: str, *, metavar: str = "", required: bool = True, many: bool = False) -> Any:
    """A positional argument, explained in the command's own text.

    Args:
        name: the callback's parameter.
        metavar: what help shows; the name in capitals where it is empty.
        required: whether it must be given.
        many: whether several may be given.
    """
    shown = metavar or name.upper()
    return click.Argument(
        [name],
        metavar=shown if required else f"[{shown}]",
        required=required,
        nargs=-1 if many else 1,
        shell_complete=_complete_word,
    )


def _complete_word(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    from chainrule.cli.word_completion import complete_word

    return complete_word(ctx, parameter, incomplete)


def _complete_flag(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    from chainrule.cli.word_completion import complete_flag

    return complete_flag(ctx, parameter, incomplete)
