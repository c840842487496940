"""`chainrule figure`: draw one figure into a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import flags_of, given_settings, limit_flag, offline_flag, part_flag
from chainrule.errors import InputError, unknown_name
from chainrule.figures import (
    FIGURES,
    SUFFIXES,
    FigureOptions,
    draw_figure,
    save_figure,
    source_text,
)
from chainrule.limits import Limit
from chainrule.settings import data_settings

__all__ = ["command"]

_FIGURES = "\n".join(
    f"    {kind.name:<15} {source_text(kind):<22} {kind.meaning}" for kind in FIGURES.values()
)
_ABOUT = f"""Draw a figure of a network, a run or data.

NAME is the figure, drawn from SOURCES:

\b
{_FIGURES}

RUN is the folder of a run, or a network in a .safetensors file; FILE is a worked example in TOML,
as for `chainrule explain`, or the name of a bundled one, and ADDRESS one of its numbers; DATA is a
name or a path as for `chainrule train`; by default it is the run's own data. TABLE is a CSV file
with one line per training, a column for each parameter and one for the metric, as
`chainrule study export` writes it, or the name of a study in the current folder. PAPER is
investigation, whose printed numbers are drawn for comparison. The suffix of --save determines
whether the figure is a PNG, SVG or PDF file."""

_EXAMPLES = (
    "chainrule figure confusion runs/digits --save confusion.png",
    "chainrule figure learning-curves runs/adam runs/sgd --save curves.svg",
    "chainrule figure activations relu gelu silu --save activations.svg",
    "chainrule figure grid results.csv learning_rate batch_size --save grid.png",
    "chainrule figure slices rates --save slices.png",
    "chainrule figure cost-surface runs/digits --save surface.png",
    "chainrule figure digits mnist --save digits.png",
    "chainrule figure dependence runs/wine --column alcohol --save alcohol.png",
    "chainrule figure paths two-layers W[1][0,0] --save paths.png",
)
_SETTINGS = data_settings()


def _figure(name: str, sources: Sequence[str], save: str, **given: Any) -> None:
    if name not in FIGURES:
        raise unknown_name("figure", "a figure", name, FIGURES, argument="name")
    if Path(save).suffix.lower() not in SUFFIXES:
        expected = f"--save with a name that ends with {', '.join(SUFFIXES)}"
        raise InputError("figure", expected=expected, got=repr(save), argument="save", value=save)
    remedy = "Move them back to their place"
    if FIGURES[name].needs == "network+dataset" and sources:
        remedy = f"Say where they are: chainrule figure {quote(name)} {quote(sources[0])} DATA"
    remedies = {"data": remedy, "validation": remedy}
    with errors_by_flags("figure", ["metric", "most", *_SETTINGS], remedies):
        options = FigureOptions(
            most=given["most"],
            seed=given["seed"] or 0,
            metric=given["metric"],
            part=given["split"],
            reading=given_settings(click.get_current_context(), _SETTINGS),
            columns=given["columns"],
        )
        save_figure(draw_figure(name, sources, options), save)
    Console(as_json=False).fact("drawn", save)


def _flags() -> list[click.Parameter]:
    group = "figure"
    most = Limit(int, "neurons, images or mistakes to show", 1, optional=True)
    metric = "column of the table that holds the metric [its accuracy or cost]"
    return [
        argument("name"),
        argument("sources", metavar="SOURCES...", required=False, many=True),
        Flag(["--save"], metavar="FILE", required=True, group=group, help="file to write"),
        Flag(["--metric"], metavar="COLUMN", group=group, help=metric),
        Flag(
            ["--column", "columns"],
            metavar="NAME",
            multiple=True,
            group=group,
            help="column to show the dependence on; may be given more than once",
        ),
        limit_flag("most", most, group, "depends on the figure"),
        limit_flag("seed", Limit(int, "seed for the choice of samples", 0), group, "0"),
        part_flag(group, "test, or train for figures of data alone"),
        *flags_of(_SETTINGS),
        offline_flag(),
    ]


command = Command("figure", _figure, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
