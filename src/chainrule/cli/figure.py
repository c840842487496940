"""`chainrule figure`: draw one figure into a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import Setting, flag_of, given_settings
from chainrule.cli.parts import SPLITS, split_flag
from chainrule.cli.runs import DataSource, data_of, judged_by, open_kept
from chainrule.cli.settings import data_settings
from chainrule.data.dataset import Dataset
from chainrule.errors import InputError, unknown_name
from chainrule.figures.catalogue import FIGURES, FigureKind, Material, make_figure
from chainrule.figures.saving import SUFFIXES, save_figure
from chainrule.limits import Limit
from chainrule.training.run_folder import RunFolder

__all__ = ["command"]

_TAKES = {
    "nothing": "[FUNCTION...]",
    "run": "RUN...",
    "network": "RUN",
    "dataset": "DATA or RUN",
    "network+dataset": "RUN [DATA]",
}
_FIGURES = "\n".join(
    f"    {kind.name:<16} {_TAKES[kind.needs]:<14} {kind.meaning}" for kind in FIGURES.values()
)
_ABOUT = f"""Draw a figure of a network, a run or data.

NAME says what to draw, and SOURCES from what:

\b
{_FIGURES}

RUN is the folder of a run, or a network in a .safetensors file; DATA is a name or a path as
`chainrule train` takes it. A run knows its own data. The suffix of --save says whether the figure
is a PNG, SVG or PDF."""

_EXAMPLES = (
    "chainrule figure confusion runs/digits --save confusion.png",
    "chainrule figure learning-curves runs/adam runs/sgd --save curves.svg",
    "chainrule figure activations relu gelu silu --save activations.svg",
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
    with told_by_flags("figure", [_MOST.name, *_SETTINGS]):
        material = _material(FIGURES[name], sources, given)
        save_figure(make_figure(name, material), save)
    Console(as_json=False).fact("drawn", save)


def _material(kind: FigureKind, sources: Sequence[str], given: dict[str, Any]) -> Material:
    """What the figure is made from."""
    _check_count(kind, sources)
    more: dict[str, Any] = {"most": given["most"], "seed": given["seed"] or 0}
    if kind.needs == "nothing":
        return Material(names=tuple(sources), **more)
    if kind.needs == "run":
        return Material(histories={_run_name(s): RunFolder(s).newest().history for s in sources})
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
    most = {"network": 1, "dataset": 1, "network+dataset": 2}.get(kind.needs, len(sources))
    if not least <= len(sources) <= most:
        raise InputError(
            "figure",
            expected=f"{_TAKES[kind.needs]} after {kind.name}",
            got=", ".join(sources) or "nothing",
            remedy="See: chainrule figure --help",
            argument="sources",
            value=tuple(sources),
        )


def _run_name(path: str) -> str:
    """A run's folder, as a curve's label."""
    RunFolder(path).facts()
    return Path(path).name or path


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
        flag_of(_MOST),
        flag_of(_SEED),
        split_flag("figure", "test, or train where no network is judged"),
        *(flag_of(setting) for setting in _SETTINGS.values()),
        Flag(["--offline"], is_flag=True, group="data", help="fetch nothing from the network"),
    ]


_SETTINGS = data_settings()
command = Command("figure", _figure, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
