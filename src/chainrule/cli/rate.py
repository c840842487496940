"""`chainrule rate`: find a learning rate by a short training in which it rises."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import Setting, flag_of
from chainrule.cli.job import Sources, new_job
from chainrule.cli.option_values import given_values, setting_flags
from chainrule.cli.settings import training_settings
from chainrule.evaluation import Table
from chainrule.limits import Limit
from chainrule.training import RateCurve, find_learning_rate

__all__ = ["command"]

_ABOUT = """Find a learning rate.

A short training goes through rates from --lowest to --highest, step by step, and notes the cost of
each batch. DATA and the settings of network and recipe are those of `chainrule train`; learning
rate, schedule and epochs do not count. At the rate with the least cost the steps are about to be
too long; a third of it is suggested. Nothing is kept: the training that follows begins anew."""

_EXAMPLES = (
    "chainrule rate mnist",
    "chainrule rate mnist --layers 784,64,10 --optimiser sgd --save rates.png",
    "chainrule rate flowers.csv --preset balanced --layers 4,32,3 --json",
)
_SEARCH = "search"
_OWN = (
    Setting(
        name="lowest",
        limit=Limit(float, "the first rate", 0, low_open=True, group=_SEARCH),
        default=1e-6,
    ),
    Setting(
        name="highest",
        limit=Limit(float, "the last rate", 0, low_open=True, group=_SEARCH),
        default=10.0,
    ),
    Setting(name="steps", limit=Limit(int, "steps", 10, 100_000, group=_SEARCH), default=200),
)
_ROWS = 12


def _rate(**given: Any) -> int:
    ctx = click.get_current_context()
    console = Console(as_json=given["as_json"])
    own = {s.name: s.default if given[s.name] is None else given[s.name] for s in _OWN}
    with told_by_flags("rate", [*_SETTINGS, *own]):
        values = given_values(ctx, _SETTINGS)
        sources = Sources(given["data"], None, None, given["offline"], given["threads"])
        job = new_job(sources, values, _SETTINGS)
        found = find_learning_rate(
            job.network, job.pair.train, job.recipe, threads=given["threads"], **own
        )
    if given["save"] is not None:
        _save(found, given["save"])
    if console.as_json:
        console.json({**vars(found), "suggestion": found.suggestion})
        return 0
    console.table(_table(found))
    console.line()
    console.fact("rate", _verdict(found))
    if given["save"] is not None:
        console.fact("drawn", given["save"])
    return 0


def _save(found: RateCurve, path: str) -> None:
    from chainrule.figures import draw_rates, save_figure

    save_figure(draw_rates(found), path)


def _table(found: RateCurve) -> Table:
    many = len(found.rates)
    shown = sorted({round(k * (many - 1) / (_ROWS - 1)) for k in range(_ROWS)}) if many else []
    rows = tuple((f"{found.rates[k]:.3g}", f"{found.smoothed[k]:.4g}") for k in shown)
    note = "The cost ran away here." if found.diverged else ""
    return Table("Rates", ("rate", "cost, smoothed"), rows, note)


def _verdict(found: RateCurve) -> str:
    if found.suggestion is None:
        return "none is suggested: the cost never sank; see chainrule diagnose"
    return f"{found.suggestion:.2g} is suggested: a third of {found.lowest:.2g}, the least cost"


def _flags() -> list[click.Parameter]:
    files = "files and output"
    return [
        argument("data"),
        *(flag_of(setting) for setting in _OWN),
        Flag(["--save"], metavar="FILE", group=files, help="draw the curve: .png, .svg or .pdf"),
        *setting_flags(),
        Flag(["--json", "as_json"], is_flag=True, group=files, help="print nothing but JSON"),
        Flag(["--offline"], is_flag=True, group="data", help="fetch nothing from the network"),
        flag_of(
            Setting(
                name="threads",
                limit=Limit(int, "how many compute at once", 1, group=files, optional=True),
                default_text="CHAINRULE_THREADS, or as many as there are processors",
            )
        ),
        *(flag_of(setting) for setting in _SETTINGS.values()),
    ]


_SETTINGS = training_settings()
command = Command("rate", _rate, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
