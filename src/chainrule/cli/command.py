"""Commands and flags whose help is in sections, with examples at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from chainrule.cli.command_parameters import OTHERS, Flag, argument
from chainrule.errors import unknown_name

__all__ = [
    "COMPLETION_VARIABLE",
    "HELP_NAMES",
    "Command",
    "Commands",
    "Flag",
    "argument",
    "command_group",
    "write_examples",
]

HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 96}
COMPLETION_VARIABLE = "_CHAINRULE_COMPLETE"
"""The environment variable by which a shell's script asks for completions."""


class Command(click.Command):
    """A command with its flags under headings and examples at the end of its help.

    Args:
        name: what a user types.
        callback: called with the parameters by name; returns the exit code, or None for 0.
        about: paragraphs of help; the first sentence says what the command does.
        parameters: arguments and flags.
        examples: command lines to copy.
    """

    def __init__(
        self,
        name: str,
        callback: Callable[..., int | None],
        *,
        about: str,
        parameters: Sequence[click.Parameter],
        examples: Sequence[str],
    ) -> None:
        settings: Any = HELP_NAMES
        super().__init__(
            name,
            callback=callback,
            help=about,
            params=[*parameters, *_size_flag(parameters)],
            context_settings=settings,
        )
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; an error knows to which command it belongs.

        Until the context closes, data are loaded as --offline and --limit say, and downloads are
        shown.
        """
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise
        if "limit" in ctx.params:
            from chainrule.cli.downloads import download_view
            from chainrule.experiment import data_access

            offline, limit = bool(ctx.params.get("offline")), ctx.params.pop("limit")
            observe = ctx.with_resource(download_view())
            ctx.with_resource(data_access(offline=offline, observe=observe, limit=limit))
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; its errors name it, not the function that refused."""
        from chainrule.cli.flag_errors import errors_by_flags

        root = ctx.find_root().info_name
        path = ctx.command_path.split()
        command = path[1] if len(path) > 1 and path[0] == root else str(ctx.info_name)
        with errors_by_flags(command):  # fields stay: some errors are about files that hold them
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags, a section a heading, in the order in which the headings come."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for flag in self.get_params(ctx):
            record = None if isinstance(flag, click.Argument) else flag.get_help_record(ctx)
            if record is not None:
                heading = flag.group if isinstance(flag, Flag) else OTHERS
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading[:1].upper() + heading[1:]):
                formatter.write_dl(records, col_max=30)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        write_examples(formatter, self.examples)


class Commands(click.Group):
    """A command that is several, such as `data`; a typo in one is answered as everywhere.

    Args:
        name: what a user types.
        examples: command lines to copy.
        more: click's own arguments.
    """

    def __init__(self, name: str, *, examples: Sequence[str], **more: Any) -> None:
        super().__init__(name, **more)
        self.examples = tuple(examples)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they were given."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise unknown_name(str(self.name), "a command", args[0], self.commands)
        return super().resolve_command(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        write_examples(formatter, self.examples)


def command_group(
    name: str, commands: Sequence[Command], *, about: str, examples: Sequence[str]
) -> Commands:
    """Return a command that is several; by itself it shows its help.

    Args:
        name: what a user types.
        commands: in the order in which help lists them.
        about: paragraphs of help.
        examples: command lines to copy.
    """
    settings: Any = HELP_NAMES
    return Commands(
        name,
        examples=examples,
        callback=click.pass_context(_show_help),
        help=about,
        invoke_without_command=True,
        commands=list(commands),
        context_settings=settings,
    )


def _show_help(ctx: click.Context) -> None:
    """Show help where no command is named."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def write_examples(formatter: click.HelpFormatter, lines: Sequence[str]) -> None:
    """Write command lines as they stand, not wrapped, so that they can be copied."""
    with formatter.section("Examples"):
        for line in lines:
            formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _size_flag(parameters: Sequence[click.Parameter]) -> list[click.Parameter]:
    """The flag --limit of a command that loads data, which is one with --offline."""
    from chainrule.cli.flags import size_flag

    names = {one.name for one in parameters}
    return [size_flag()] if "offline" in names else []
