"""`chainrule study`: many trainings and one answer."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import HELP_NAMES, Command, Commands, Flag, argument
from chainrule.cli.flags import Setting, flag_of
from chainrule.cli.study_answers import compare, export, show, status
from chainrule.cli.study_flags import json_flag, place_flags, storage_flag
from chainrule.cli.study_report import report
from chainrule.cli.study_run import resume, run, worker
from chainrule.limits import Limit

__all__ = ["command"]

_ABOUT = """Compute a study: many trainings and one answer.

A study is described by a TOML file: data, network, recipe, what varies, seeds, metric and budget.
Its trials are kept in a storage, a journal file in the current folder or any database that Optuna
knows, from which it goes on whenever it was stopped or killed: each configuration ends exactly
once."""

_RUN = """Begin the study that FILE describes, or go on with it, to its end.

\b
    metric = "validation_accuracy"   # or validation_cost, test_accuracy, test_cost
    search = "grid"                  # or random, quasi_random, tpe, gp
    seeds = 3
    data = "mnist"
    [network]
    layers = [784, 30, 10]
    [recipe]
    optimiser = "sgd"
    [space]
    batch_size = [10, 20, 40]
    learning_rate = { low = 0.01, high = 1.0, log = true, points = 5 }
    [budget]
    epochs = 3

Names in [network], [recipe] and [space] are those of the flags of chainrule train, with _ for -;
neurons_1 is the width of the first hidden layer. A range has low and high, and may have log, step
and points; { values = […], when = { optimiser = "momentum" } } exists beside some values of another
parameter only. A pruner (median, hyperband) stops trials that lag behind.

Where data and settings are the same, a trial has the same bits in every executor."""

_RESUME = """Go on with the study NAME, to its end.

Trials whose process is gone are computed anew, as another attempt of the same configuration."""

_WORKER = """Compute trials of the study NAME in this process, until none is open.

Any number of workers may run at once, on any number of machines that reach the storage and the
data."""

_STATUS = """Say how far the studies of a storage are, or one of them."""

_SHOW = """Show the answer of the study NAME as far as it has come.

The best configurations with mean, spread and 95 % interval over their seeds, and what share of the
metric each parameter explains."""

_REPORT = """Write the answer of the study NAME as a page.

HTML with pictures in one file that loads nothing from elsewhere, or Markdown: the best
configurations, what each parameter explains, and, where there are any, learning curves."""

_EXPORT = """Write the trials of the study NAME, a row for each seed.

With --curves a row for each epoch of each seed, with the metric on the examples held out."""

_COMPARE = """Compare two configurations on the same test images.

A and B are names of studies, for their best, or NAME/12 for a trial by its number. Networks of the
same seed number are compared in pairs, by McNemar's exact test."""


def _group(ctx: click.Context) -> None:
    """Show help where no command is named."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _name_flag() -> Flag:
    return Flag(["--name"], metavar="NAME", group="study", help="another name than the file's")


def _most_flag() -> Flag:
    limit = Limit(int, "configurations to list", 1, 100_000, group="output")
    return flag_of(Setting(name="most", limit=limit, default=10))


def _export_flags() -> list[click.Parameter]:
    texts = {"csv": "as CSV; - prints it", "json": "as JSON; - prints it", "parquet": "as Parquet"}
    files: list[click.Parameter] = [
        Flag([f"--{kind}"], metavar="FILE", group="output", help=f"write the rows {text}")
        for kind, text in texts.items()
    ]
    return [*files, Flag(["--curves"], is_flag=True, group="output", help="a row for each epoch")]


def _worker_flags() -> list[click.Parameter]:
    name = Flag(["--study", "name"], metavar="NAME", required=True, group="study", help="which")
    return [name, storage_flag(), json_flag()]


_SUB = (
    Command(
        "run",
        run,
        about=_RUN,
        parameters=[argument("file"), _name_flag(), storage_flag(), *place_flags(), json_flag()],
        examples=(
            "chainrule study run rates",
            "chainrule study run rates --executor processes --workers 2",
            "chainrule study run rates --storage postgresql://me@db/studies",
        ),
    ),
    Command(
        "resume",
        resume,
        about=_RESUME,
        parameters=[argument("name"), storage_flag(), *place_flags(), json_flag()],
        examples=("chainrule study resume rates",),
    ),
    Command(
        "worker",
        worker,
        about=_WORKER,
        parameters=_worker_flags(),
        examples=("chainrule study worker --storage postgresql://me@db/studies --study rates",),
    ),
    Command(
        "status",
        status,
        about=_STATUS,
        parameters=[argument("name", required=False), storage_flag(), json_flag()],
        examples=("chainrule study status", "chainrule study status rates --json"),
    ),
    Command(
        "show",
        show,
        about=_SHOW,
        parameters=[
            argument("name"),
            storage_flag(),
            _most_flag(),
            Flag(["--markdown"], metavar="FILE", group="output", help="also write it as a page"),
            json_flag(),
        ],
        examples=("chainrule study show rates", "chainrule study show rates --markdown rates.md"),
    ),
    Command(
        "report",
        report,
        about=_REPORT,
        parameters=[
            argument("name"),
            storage_flag(),
            Flag(["--html"], metavar="FILE", group="output", help="a page with pictures"),
            Flag(["--markdown"], metavar="FILE", group="output", help="a page of tables"),
            _most_flag(),
        ],
        examples=("chainrule study report rates --html rates.html",),
    ),
    Command(
        "export",
        export,
        about=_EXPORT,
        parameters=[argument("name"), storage_flag(), *_export_flags()],
        examples=(
            "chainrule study export rates --csv rates.csv",
            "chainrule study export rates --curves --csv curves.csv",
        ),
    ),
    Command(
        "compare",
        compare,
        about=_COMPARE,
        parameters=[argument("a"), argument("b"), storage_flag(), json_flag()],
        examples=(
            "chainrule study compare rates widths",
            "chainrule study compare rates/3 rates/7",
        ),
    ),
)
_SETTINGS: Any = HELP_NAMES
command = Commands(
    "study",
    examples=("chainrule study run rates", "chainrule study show rates"),
    callback=click.pass_context(_group),
    help=_ABOUT,
    invoke_without_command=True,
    commands=list(_SUB),
    context_settings=_SETTINGS,
)
