from __future__ import annotations

import click
import pytest

from chainrule.cli.command import Command, Flag, argument
from chainrule.errors import InputError


def shown(command: click.Command) -> str:
    names = ["-h", "--help"]
    with click.Context(command, info_name="try", help_option_names=names) as ctx:
        return command.get_help(ctx)


def test_sections_in_the_order_of_their_first_flag() -> None:
    command = Command(
        "try",
        lambda **_: None,
        about="Try it.",
        parameters=[
            argument("first"),
            argument("more", metavar="FILE...", required=False, many=True),
            Flag(["--run"], metavar="DIR", group="files and output", help="where"),
            Flag(["--colour", "--colouriser", "--colourizer"], group="look", help="which"),
            Flag(["--json"], is_flag=True, group="files and output", help="as JSON"),
            Flag(["--dark/--no-dark"], group="look", help="how bright"),
        ],
        examples=("try this", "try that --json"),
    )
    assert shown(command) == (
        "Usage: try [OPTIONS] FIRST [FILE...]\n\n"
        "  Try it.\n\n"
        "Files and output:\n"
        "  --run DIR  where\n"
        "  --json     as JSON\n\n"
        "Look:\n"
        "  --colour, --colouriser TEXT  which\n"
        "  --dark / --no-dark           how bright\n\n"
        "Other:\n"
        "  -h, --help  Show this message and exit.\n\n"
        "Examples:\n"
        "  try this\n"
        "  try that --json"
    )


def test_errors_name_the_command_and_not_the_function_that_refused() -> None:
    def refuse() -> None:
        raise InputError("vote", got="it")

    command = Command("try", refuse, about="Try it.", parameters=(), examples=())
    with pytest.raises(InputError) as caught:
        command.invoke(command.make_context("try", []))
    assert str(caught.value) == "try: got it."
