"""The command `chainrule` and its commands, each loaded when it is used."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

from chainrule._version import __version__
from chainrule.cli.command import COMPLETION_VARIABLE, HELP_NAMES, write_examples
from chainrule.cli.exit_status import command_environment, flush_output, report_error
from chainrule.errors import ChainruleError, InputError, unknown_name
from chainrule.interrupts import hold_interrupts

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS", "chainrule", "run"]

COMMANDS = {
    "train": "Train a network on data, and test it.",
    "evaluate": "Evaluate a network on examples.",
    "predict": "Apply a network to pictures or rows of numbers.",
    "rate": "Find a learning rate.",
    "diagnose": "Find out why a training does not learn, and what to set instead.",
    "compare": "Compare two saved runs: where they part, and how they differ.",
    "verify": "Compute a saved run again and compare it to the bit.",
    "explain": "Show every number of a worked example.",
    "inspect": "Look into a saved run: weights, neurons, decisions, columns.",
    "check": "Check and mark numbers that were worked out by hand.",
    "prove": "Prove every gradient by methods without back-propagation.",
    "descend": "Follow gradient descent on a function, step by step.",
    "worksheet": "Make a printable exercise with separate answers.",
    "data": "List, fetch, check and show data sets.",
    "study": "Run a study of many trainings, and report its results.",
    "tune": "Find good settings for a network: a study without a file.",
    "figure": "Draw a figure of a network, a run or data.",
    "export": "Write a network in another form, proved to answer as before.",
    "lab": "Open a page to draw for a network, look into it and change it.",
    "import": "Convert a network of another program into one of chainrule.",
    "serve": "Serve the answers of trained networks over HTTP.",
    "papers": "Show, check, prove and run what five papers print.",
    "completion": "Print the script by which a shell completes command lines.",
}
"""Each command with the sentence that begins its help; its module has the same name."""

_ABOUT = """Dense neural networks that can be seen through: every number that a network computes is
traceable to one equation and reproducible to the bit.

Every command has --help with examples. Exit codes: 0 success, 1 a check failed, 2 bad input, 70 a
fault of chainrule itself, 130 interrupted."""

_EXAMPLES = (
    "chainrule train mnist --run runs/digits",
    "chainrule evaluate runs/digits",
    "chainrule predict runs/digits photo.png --show steps.png",
)


class _Commands(click.Group):
    """The group: loads a command on use, and ends as every command must."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name == "bench":
            raise InputError(
                "bench",
                why="The installed package does not contain the benchmarks",
                remedy="Run make bench in a checkout of the source",
            )
        if cmd_name not in COMMANDS:
            raise unknown_name("chainrule", "a command", cmd_name, COMMANDS)
        with hold_interrupts():
            command: click.Command = importlib.import_module(f"chainrule.cli.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        from click.shell_completion import CompletionItem

        # From the table, so that completion loads none of them.
        named = (pair for pair in COMMANDS.items() if pair[0].startswith(incomplete))
        commands = [CompletionItem(name, help=text) for name, text in named]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # From the table, so that help loads none of them.
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_examples(formatter, _EXAMPLES)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> NoReturn:
        sys.exit(run(args))


@click.group(
    cls=_Commands,
    name="chainrule",
    help=_ABOUT,
    invoke_without_command=True,
    context_settings=HELP_NAMES,
)
@click.version_option(__version__, message="chainrule %(version)s")
@click.pass_context
def chainrule(ctx: click.Context) -> None:
    """Show help where no command is named."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; arguments and exit codes as in `chainrule.cli.main`."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    if COMPLETION_VARIABLE in os.environ:
        return _complete(os.environ[COMPLETION_VARIABLE])
    try:
        with command_environment():
            code = _run_command(typed)
    except KeyboardInterrupt as error:  # before the command began, or after it ended
        code = report_error(error, typed)
    return flush_output(code)


def _run_command(typed: list[str]) -> int:
    """Run what was typed; return its exit code, also for an error."""
    # Not click's own main, which has other words and codes for errors.
    try:
        with chainrule.make_context("chainrule", list(typed)) as ctx:
            code: int = chainrule.invoke(ctx) or 0
    except click.exceptions.Exit as request:
        code = request.exit_code
    except (Exception, KeyboardInterrupt) as error:
        code = report_error(error, typed)
    return code


def _complete(instruction: str) -> int:
    """Answer the script of a shell, which gives the words in environment variables."""
    from click.shell_completion import shell_complete

    with contextlib.suppress(ChainruleError):  # a word before is wrong: there is nothing to add
        return shell_complete(chainrule, {}, "chainrule", COMPLETION_VARIABLE, instruction)
    return 1
