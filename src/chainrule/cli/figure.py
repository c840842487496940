"""`chainrule figure`: draw one figure into a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from chainrule.attribution import RunReplay
from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import Setting, flag_of, given_settings
from chainrule.cli.parts import SPLITS, split_flag, whole
from chainrule.cli.runs import DataSource, data_of, judged_by, open_kept, validation_of
from chainrule.cli.settings import data_settings
from chainrule.data import Dataset
from chainrule.errors import InputError, unknown_name
from chainrule.figures import FIGURES, SUFFIXES, FigureKind, Material, make_figure, save_figure
from chainrule.limits import Limit
from chainrule.training import RunFacts, RunFolder

__all__ = ["command"]

_NEEDS = {
    "nothing": "",
    "table": "TABLE",
    "run": "RUN...",
    "course": "RUN",
    "network": "RUN",
    "dataset": "DATA or RUN",
    "network+dataset": "RUN [DATA]",
}
_TAKES = {k.name: f"{_NEEDS[k.needs]} {k.takes}".strip() for k in FIGURES.values()}
_FIGURES = "\n".join(f"    {k.name:<15} {_TAKES[k.name]:<22} {k.meaning}" for k in FIGURES.values())
_ABOUT = f"""Draw a figure of a network, a run or data.

NAME says what to draw, and SOURCES from what:

\b
{_FIGURES}

RUN is the folder of a run, or a network in a .safetensors file; DATA is a name or a path as
`chainrule train` takes it. A run knows its own data. TABLE is a CSV file with a training a line, a
parameter a column and the metric, such as `chainrule study export` writes; PAPER is investigation,
whose printed numbers are drawn beside. The suffix of --save says whether the figure is a PNG, SVG
or PDF."""

_EXAMPLES = (
    "chainrule figure confusion runs/digits --save confusion.png",
    "chainrule figure learning-curves runs/adam runs/sgd --save curves.svg",
    "chainrule figure activations relu gelu silu --save activations.svg",
    "chainrule figure grid results.csv learning_rate batch_size --save grid.png",
    "chainrule figure cost-surface runs/digits --save surface.png",
    "chainrule figure digits mnist --save digits.png",
)
_MOST = Setting(
    name="most",
    limit=Limit(int, "neurons, images or mistakes to show", 1, group="figure", optional=True),
    default_text="what suits the figure",
)
_SEED = Setting(
    name="seed", limit=Limit(int, "which samples are drawn", 0, group="figure"), default=0
)


def _figure(name: str, sources: Sequence[str], save: str, **given: Any) -> None:
    if name not in FIGURES:
        raise unknown_name("figure", "a figure", name, FIGURES, argument="name")
    if Path(save).suffix.lower() not in SUFFIXES:
        expected = f"--save with a name that ends with {', '.join(SUFFIXES)}"
        raise InputError("figure", expected=expected, got=repr(save), argument="save", value=save)
    with told_by_flags("figure", ["metric", _MOST.name, *_SETTINGS]):
        material = _material(FIGURES[name], sources, given)
        save_figure(make_figure(name, material), save)
    Console(as_json=False).fact("drawn", save)


def _material(kind: FigureKind, sources: Sequence[str], given: dict[str, Any]) -> Material:
    """What the figure is made from."""
    _check_count(kind, sources)
    more: dict[str, Any] = {"most": given["most"], "seed": given["seed"] or 0}
    if kind.needs == "nothing":
        return Material(names=tuple(sources), **more)
    if kind.needs == "table":
        return Material(table=sources[0], metric=given["metric"], names=tuple(sources[1:]))
    if kind.needs == "run":
        return _of_runs(sources)
    if kind.needs == "course":
        course = _course(sources[0], offline=given["offline"])
        return Material(course=course, names=tuple(sources[1:]), **more)
    if kind.needs == "dataset":
        return Material(dataset=_dataset(sources[0], given), **more)
    kept = open_kept(sources[0])
    if kind.needs == "network":
        return Material(network=kept.network, **more)
    source = judged_by(kept, "figure", [*sources[1:], None][0], _options())
    dataset = SPLITS[given["split"] or "test"](source.load(offline=given["offline"]))
    cost = None if kept.facts is None else kept.facts.recipe.cost
    return Material(network=kept.network, dataset=dataset, cost=cost, **more)


def _check_count(kind: FigureKind, sources: Sequence[str]) -> None:
    least = 0 if kind.needs == "nothing" else 1
    named = len(sources) if kind.takes else 1
    most = {"network": 1, "dataset": 1, "network+dataset": 2, "table": named, "course": named}
    if not least <= len(sources) <= most.get(kind.needs, len(sources)):
        raise InputError(
            "figure",
            expected=f"{_TAKES[kind.name]} after {kind.name}",
            got=", ".join(sources) or "nothing",
            remedy="See: chainrule figure --help",
            argument="sources",
            value=tuple(sources),
        )


def _of_runs(sources: Sequence[str]) -> Material:
    """What is known of runs without their data; each is named by its folder, as a curve's label."""
    short = [Path(source).name for source in sources]
    names = [n if n and short.count(n) == 1 else s for n, s in zip(short, sources, strict=True)]
    runs = {name: RunFolder(source) for name, source in zip(names, sources, strict=True)}
    return Material(
        settings={name: _settings(run.facts()) for name, run in runs.items()},
        histories={name: run.newest().history for name, run in runs.items()},
    )


def _settings(facts: RunFacts) -> dict[str, Any]:
    """All in which runs can differ, in plain values."""
    return {
        "data": facts.data.get("source") or facts.data.get("name"),
        "examples": facts.data.get("examples"),
        **facts.architecture.to_dict(),
        **facts.recipe.to_dict(),
    }


def _course(path: str, *, offline: bool) -> RunReplay:
    """A run with the data that it learned from."""
    facts, remedy = RunFolder(path).facts(), "Bring them back to their place"
    source = data_of(facts, path, None, remedy)
    checks = validation_of(facts, path, None, remedy)
    validation = None if checks is None else whole(checks.load(offline=offline))
    return RunReplay(path, source.load(offline=offline).train, validation)


def _dataset(source: str, given: dict[str, Any]) -> Dataset:
    """The data that are named, or those of a run; the part to learn from, if not said otherwise."""
    if (Path(source) / "run.json").exists():
        found = data_of(RunFolder(source).facts(), source, None, "Name the data instead")
    else:
        found = DataSource(source=source, options=_options())
    return SPLITS[given["split"] or "train"](found.load(offline=given["offline"]))


def _options() -> dict[str, Any]:
    return given_settings(click.get_current_context(), _SETTINGS)


def _flags() -> list[click.Parameter]:
    return [
        argument("name"),
        argument("sources", metavar="SOURCES...", required=False, many=True),
        Flag(["--save"], metavar="FILE", required=True, group="figure", help="where to write it"),
        Flag(
            ["--metric"],
            metavar="COLUMN",
            group="figure",
            help="a table's column to judge by [its accuracy or cost]",
        ),
        flag_of(_MOST),
        flag_of(_SEED),
        split_flag("figure", "test, or train where no network is judged"),
        *(flag_of(setting) for setting in _SETTINGS.values()),
        Flag(["--offline"], is_flag=True, group="data", help="fetch nothing from the network"),
    ]


_SETTINGS = data_settings()
command = Command("figure", _figure, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
