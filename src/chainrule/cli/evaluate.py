"""`chainrule evaluate`: judge a network by examples."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.ensemble import vote_flags, voted, votes_table
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import flag_of, given_settings
from chainrule.cli.parts import SPLITS, split_flag
from chainrule.cli.report_figures import draw_report
from chainrule.cli.runs import Kept, judged_by, open_kept
from chainrule.cli.settings import data_settings
from chainrule.evaluation import evaluate, report_tables

__all__ = ["command"]

_ABOUT = """Judge a network by examples.

RUN is the folder of a run, or a network in a .safetensors file. DATA is a name or a path as
`chainrule train` takes it; a run knows its own data, and those that it held out are taken. The
report has the accuracy with its 95 % interval (Wilson), figures for each class, the confusion
matrix, the calibration, and the mistakes of which the network was surest.

--with, --snapshots and --views also judge answers that several networks give together, or one
network for several distorted copies of each image. That is reported apart: it is no accuracy of
RUN."""

_EXAMPLES = (
    "chainrule evaluate runs/digits",
    "chainrule evaluate runs/digits --split train --json",
    "chainrule evaluate runs/digits --figures figures",
    "chainrule evaluate runs/one --with runs/two --with runs/three",
    "chainrule evaluate runs/digits --views 16",
    "chainrule evaluate runs/flowers/network.safetensors more.csv --target kind --split all",
)


def _evaluate(**given: Any) -> int:
    ctx = click.get_current_context()
    console = Console(as_json=given["as_json"])
    with told_by_flags("evaluate", _SETTINGS):
        kept = open_kept(given["run"])
        options = given_settings(ctx, _SETTINGS)
        source = judged_by(kept, "evaluate", given["data"], options)
        dataset = SPLITS[given["split"] or "test"](source.load(offline=given["offline"]))
        report = evaluate(kept.network, dataset, **_cost(kept))
        votes = voted(kept, dataset, given)
    drawn = [] if given["figures"] is None else draw_report(report, dataset, given["figures"])
    if console.as_json:
        together = {} if votes is None else {"together": votes.to_dict()}
        console.json({**report.to_dict(), **together})
    for table in report_tables(report):
        console.table(table)
        console.line()
    if votes is not None:
        console.table(votes_table(votes))
        console.line()
    if drawn:
        console.fact("drawn", ", ".join(drawn))
    return 0


def _cost(kept: Kept) -> dict[str, Any]:
    """The cost of the run's recipe, so that the report compares with its history."""
    if kept.facts is None:
        return {}
    recipe = kept.facts.recipe
    return {"cost": recipe.cost, "huber_threshold": recipe.huber_threshold}


def _flags() -> list[click.Parameter]:
    return [
        argument("run"),
        argument("data", required=False),
        split_flag("report", "test"),
        Flag(["--figures"], metavar="DIR", group="report", help="also draw the report, into DIR"),
        *vote_flags(),
        Flag(["--json", "as_json"], is_flag=True, group="report", help="print nothing but JSON"),
        *(flag_of(setting) for setting in _SETTINGS.values()),
        Flag(["--offline"], is_flag=True, group="data", help="fetch nothing from the network"),
    ]


_SETTINGS = data_settings()
command = Command("evaluate", _evaluate, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
