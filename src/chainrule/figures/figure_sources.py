"""The sources of figures: runs, networks, data and tables, opened for drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.attribution import RunReplay
from chainrule.data import Dataset
from chainrule.errors import InputError, unknown_name
from chainrule.experiment import DataSource, is_run, open_run, take_part
from chainrule.figures.catalogue import FIGURES, make_figure
from chainrule.figures.figure_spec import FigureKind, Material
from chainrule.training import RunFacts, RunFolder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FigureOptions", "draw_figure", "source_text"]

_NEEDS = {
    "nothing": "",
    "table": "TABLE",
    "run": "RUN...",
    "course": "RUN",
    "network": "RUN",
    "dataset": "DATA or RUN",
    "network+dataset": "RUN [DATA]",
}
_LIMITED = {"network": 1, "dataset": 1, "network+dataset": 2}
"""The most sources of a kind of figure; one that takes names too may have any number."""


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """What a figure shows of its sources.

    Args:
        most: number of neurons, images or mistakes to show; None for the figure's default.
        seed: seed for the choice of samples.
        metric: column of a table that holds the metric; None for its accuracy or cost.
        part: "test", "train" or "all" of the data; None for the test set, or for the training set
            where no network is judged.
        reading: how to read the data, as in `load_dataset`; None for its defaults.
    """

    most: int | None = None
    seed: int = 0
    metric: str | None = None
    part: str | None = None
    reading: Mapping[str, Any] | None = None


def draw_figure(
    name: str, sources: str | Sequence[str] = (), options: FigureOptions | None = None
) -> Figure:
    """Draw a figure of runs, networks, data or tables, each named by its path.

    Args:
        name: a name in `FIGURES`.
        sources: the folders of runs, network files, data, or a table with names after it, as
            `chainrule figure --help` lists them.
        options: what to show of them.

    Raises: UnknownNameError, InputError, and what opening the sources raises.

    Example:
        >>> draw_figure("learning-curves", ["runs/adam", "runs/sgd"])  # doctest: +SKIP
    """
    if name not in FIGURES:
        raise unknown_name("figure", "a figure", name, FIGURES, argument="name")
    listed = (sources,) if isinstance(sources, str) else tuple(sources)
    return make_figure(name, _material(FIGURES[name], listed, options or FigureOptions()))


def source_text(kind: FigureKind) -> str:
    """Return what stands after the name of a figure, in the words of help.

    >>> source_text(FIGURES["confusion"])
    'RUN [DATA]'
    """
    return f"{_NEEDS[kind.needs]} {kind.takes}".strip()


def _material(kind: FigureKind, sources: Sequence[str], options: FigureOptions) -> Material:
    _check_count(kind, sources)
    most, seed = options.most, options.seed
    if kind.needs == "nothing":
        return Material(names=tuple(sources), most=most, seed=seed)
    if kind.needs == "table":
        return Material(table=sources[0], metric=options.metric, names=tuple(sources[1:]))
    if kind.needs == "run":
        return _runs_material(sources)
    if kind.needs == "course":
        return Material(
            course=_open_course(sources[0]), names=tuple(sources[1:]), most=most, seed=seed
        )
    if kind.needs == "dataset":
        return Material(dataset=_open_dataset(sources[0], options), most=most, seed=seed)
    run = open_run(sources[0])
    if kind.needs == "network":
        return Material(network=run.network, most=most, seed=seed)
    network, data = run.network, next(iter(sources[1:]), None)
    return Material(
        network=network,
        dataset=run.data(options.part or "test", data, **(options.reading or {})),
        cost=None if run.recipe is None else run.recipe.cost,
        most=most,
        seed=seed,
    )


def _check_count(kind: FigureKind, sources: Sequence[str]) -> None:
    least = 0 if kind.needs == "nothing" else 1
    alone = kind.needs in ("table", "course") and not kind.takes
    most = 1 if alone else _LIMITED.get(kind.needs, len(sources))
    if not least <= len(sources) <= most:
        raise InputError(
            "figure",
            expected=f"{source_text(kind)} after {kind.name}",
            got=", ".join(sources) or "nothing",
            remedy="See: chainrule figure --help",
            argument="sources",
            value=tuple(sources),
        )


def _runs_material(sources: Sequence[str]) -> Material:
    """Return what is known of runs without their data; each is labelled by its folder's name."""
    short = [Path(source).name for source in sources]
    names = [n if n and short.count(n) == 1 else s for n, s in zip(short, sources, strict=True)]
    runs = {name: RunFolder(source) for name, source in zip(names, sources, strict=True)}
    return Material(
        settings={name: _run_settings(run.facts()) for name, run in runs.items()},
        histories={name: run.newest().history for name, run in runs.items()},
    )


def _run_settings(facts: RunFacts) -> dict[str, Any]:
    """Return all in which runs can differ, as plain values."""
    return {
        "data": facts.data.get("source") or facts.data.get("name"),
        "examples": facts.data.get("examples"),
        **facts.architecture.to_dict(),
        **facts.recipe.to_dict(),
    }


def _open_course(path: str) -> RunReplay:
    """Return a run with the data that it learned from."""
    loaded = open_run(path).experiment().datasets
    return RunReplay(path, loaded.pair.train, loaded.validation)


def _open_dataset(source: str, options: FigureOptions) -> Dataset:
    """Return the data that are named, or those of a run; the training set unless said otherwise."""
    part = options.part or "train"
    if is_run(source) and (Path(source) / "run.json").exists():
        return open_run(source).data(part)
    return take_part(DataSource(source=source, options=options.reading or {}).load(), part)
