"""`chainrule rate`: find a learning rate by a short training in which it rises."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import (
    Setting,
    experiment_flags,
    experiment_settings,
    flags_of,
    json_flag,
    offline_flag,
    threads_flag,
)
from chainrule.documents import Table
from chainrule.experiment import Experiment
from chainrule.limits import Limit
from chainrule.settings import training_settings
from chainrule.training import RateCurve

__all__ = ["command"]

_ABOUT = """Find a learning rate.

A short training raises the learning rate from --lowest to --highest, step by step, and records
the cost of each batch. DATA and the settings of network and recipe are those of `chainrule
train`; learning rate, schedule and epochs have no effect. At the rate with the lowest cost the
steps are about to become too large, so a third of that rate is suggested. Nothing is saved: the
training that follows starts from new weights."""

_EXAMPLES = (
    "chainrule rate mnist",
    "chainrule rate mnist --layers 784,64,10 --optimiser sgd --save rates.png",
    "chainrule rate flowers.csv --layers 4,32,3 --json",
)
_RATE = Limit(float, "the first rate", 0, low_open=True, group="search")
_SEARCH = {
    "lowest": Setting(name="lowest", limit=_RATE, default=1e-6),
    "highest": Setting(
        name="highest",
        limit=Limit(float, "the last rate", 0, low_open=True, group="search"),
        default=10.0,
    ),
    "steps": Setting(
        name="steps", limit=Limit(int, "number of steps", 10, 100_000, group="search"), default=200
    ),
}
_SETTINGS = training_settings()
_ROWS = 12
"""Lines of the table; the curve has a point for each step."""


def _find_rate(data: str, **given: Any) -> int:
    ctx = click.get_current_context()
    console = Console(as_json=given["as_json"])
    search = {n: s.default if given[n] is None else given[n] for n, s in _SEARCH.items()}
    settings = experiment_settings(ctx, _SETTINGS)
    with errors_by_flags("rate", [*_SETTINGS, *_SEARCH]):
        experiment = Experiment.from_settings(data, settings)
        curve = experiment.find_learning_rate(threads=given["threads"], **search)
    if given["save"] is not None:
        _draw(curve, given["save"])
    if console.as_json:
        console.json(curve.to_dict())
        return 0
    console.table(_table(curve))
    console.line()
    console.fact("rate", _verdict(curve))
    if given["save"] is not None:
        console.fact("drawn", given["save"])
    return 0


def _draw(curve: RateCurve, path: str) -> None:
    from chainrule.figures import save_figure
    from chainrule.figures.lr_range import draw_lr_range

    save_figure(draw_lr_range(curve), path)


def _table(curve: RateCurve) -> Table:
    many = len(curve.rates)
    shown = sorted({round(k * (many - 1) / (_ROWS - 1)) for k in range(_ROWS)}) if many else []
    rows = tuple((f"{curve.rates[k]:.3g}", f"{curve.smoothed[k]:.4g}") for k in shown)
    note = "The cost diverged here." if curve.diverged else ""
    return Table("Rates", ("rate", "cost, smoothed"), rows, note)


def _verdict(curve: RateCurve) -> str:
    if curve.suggestion is None:
        return "no rate is suggested: the cost never fell; see chainrule diagnose"
    return f"{curve.suggestion:.2g} is suggested: a third of {curve.lowest:.2g}, the least cost"


def _flags() -> list[click.Parameter]:
    files = "files and output"
    return [
        argument("data"),
        *flags_of(_SEARCH),
        Flag(
            ["--save"],
            metavar="FILE",
            group=files,
            help="draw the curve into a .png, .svg or .pdf file",
        ),
        *experiment_flags(files),
        json_flag(files),
        offline_flag(),
        threads_flag(files),
        *flags_of(_SETTINGS),
    ]


command = Command("rate", _find_rate, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
