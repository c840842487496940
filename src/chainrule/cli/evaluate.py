"""`chainrule evaluate`: evaluate a network on examples."""

from __future__ import annotations

from shlex import quote
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import (
    FORMAT,
    chosen_format,
    flag_of,
    flags_of,
    given_settings,
    json_flag,
    limit_flag,
    offline_flag,
    part_flag,
)
from chainrule.experiment import open_run
from chainrule.figures import save_report_figures
from chainrule.limits import Limit
from chainrule.settings import data_settings

__all__ = ["command"]

_ABOUT = """Evaluate a network on examples.

RUN is the folder of a run, or a network in a .safetensors file. DATA is a name or a path as
for `chainrule train`; by default it is the test set of the run's own data. The report shows the
accuracy with its 95 % interval (Wilson); balanced accuracy, area under the ROC curve, average
precision and log-loss; figures for each class, the confusion matrix, the calibration, and the most
confident mistakes. If targets are numbers, it shows R² and the mean, root mean squared and median
error in the target's own unit. --json has the ROC curves as well.

--with, --snapshots and --views also evaluate the mean output of several networks, or of one network
for several distorted copies of each image. These results are reported separately, since they are
not the accuracy of RUN."""

_EXAMPLES = (
    "chainrule evaluate runs/digits",
    "chainrule evaluate runs/digits --split train --json",
    "chainrule evaluate runs/digits --figures figures",
    "chainrule evaluate runs/one --with runs/two --with runs/three",
    "chainrule evaluate runs/best --views 16",
    "chainrule evaluate runs/flowers/network.safetensors more.csv --target kind --split all",
)


_SETTINGS = data_settings()
_NAMES = (*_SETTINGS, "schedule", "snapshots")


def _evaluate(**given: Any) -> int:
    console, path = Console(), given["run"]
    chosen = chosen_format("evaluate", given)
    options = given_settings(click.get_current_context(), _SETTINGS)
    remedies = {"data": f"Say where they are: chainrule evaluate {quote(path)} DATA"}
    with errors_by_flags("evaluate", _NAMES, remedies):
        run = open_run(path)
        run.network  # noqa: B018  # a run without one is refused before data are loaded
        dataset = run.data(given["split"] or "test", given["data"], **options)
        report, votes = run.evaluate(dataset), None
        if given["others"] or given["snapshots"] or given["views"]:
            votes = run.vote(
                dataset,
                others=given["others"],
                snapshots=given["snapshots"],
                views=given["views"] or 0,
            )
    drawn = (
        [] if given["figures"] is None else save_report_figures(report, dataset, given["figures"])
    )
    console.document(report.document(votes), chosen)
    if drawn and chosen == "text":
        console.fact("drawn", ", ".join(drawn))
    return 0


def _together_flags() -> list[click.Parameter]:
    group = "together"
    views = Limit(
        int, "distorted copies of each image, with the distortions of the run's recipe", 0, 10_000
    )
    return [
        Flag(
            ["--with", "others"],
            metavar="RUN",
            multiple=True,
            group=group,
            help="another run, whose outputs are averaged in; may be given more than once",
        ),
        Flag(
            ["--snapshots"],
            is_flag=True,
            group=group,
            help="average in the networks at the ends of the cycles (see --snapshots of train)",
        ),
        limit_flag("views", views, group, "0"),
    ]


def _flags() -> list[click.Parameter]:
    return [
        argument("run"),
        argument("data", required=False),
        part_flag("report", "test"),
        Flag(["--figures"], metavar="DIR", group="report", help="also draw the report, into DIR"),
        *_together_flags(),
        flag_of(FORMAT, "report"),
        json_flag("report"),
        *flags_of(_SETTINGS),
        offline_flag(),
    ]


command = Command("evaluate", _evaluate, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
