"""`draw_figure`: from the paths of runs, networks, data and tables to a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.attribution import RunReplay
from chainrule.bundled import bundled_files
from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.experiment import DataSource, is_run, open_run, take_part
from chainrule.figures.canvas import Place
from chainrule.figures.figure_catalogue import FigureSpec, get_figure_spec
from chainrule.figures.figure_inputs import FigureInputs
from chainrule.ledger import Ledger, read_worked
from chainrule.training import RunFacts, RunFolder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FigureOptions", "draw_figure", "source_text"]

_NEEDS = {
    "nothing": "",
    "table": "TABLE",
    "run": "RUN...",
    "replay": "RUN",
    "worked": "FILE",
    "network": "RUN or FILE",
    "dataset": "DATA or RUN",
    "network+dataset": "RUN [DATA]",
}
_LIMITED = {"network": 1, "dataset": 1, "network+dataset": 2}
"""The most sources of a figure that takes no names."""


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """What a figure shows of its sources.

    Args:
        most: the most neurons, images or mistakes to show; None for the figure's default.
        seed: seed for the choice of samples.
        metric: column of a table that holds the metric; None for its accuracy or cost.
        part: "test", "train" or "all" of the data; None for the test set, or for the training set
            if the figure judges no network.
        reading: how to read the data, as in `load_dataset`; None for its defaults.
        columns: columns of the data to show; empty for the figure's choice.
    """

    most: int | None = None
    seed: int = 0
    metric: str | None = None
    part: str | None = None
    reading: Mapping[str, Any] | None = None
    columns: tuple[str, ...] = ()


def draw_figure(
    name: str,
    sources: str | Sequence[str] = (),
    options: FigureOptions | None = None,
    *,
    ax: Place | None = None,
) -> Figure:
    """Draw a figure of runs, networks, data or tables, each given by its path.

    Args:
        name: a name in `FIGURES`.
        sources: the folders of runs, network files, worked files, data, or a table with names after
            it, as `chainrule figure --help` lists them.
        options: what to show of them.
        ax: where to draw; see `chainrule.figures`. A new figure by default.

    Raises: UnknownNameError, InputError, and what opening the sources raises.

    Example:
        >>> draw_figure("learning-curves", ["runs/adam", "runs/sgd"])  # doctest: +SKIP
    """
    spec = get_figure_spec(name)
    listed = (sources,) if isinstance(sources, str) else tuple(sources)
    return spec.draw(_open_inputs(spec, listed, options or FigureOptions()), ax=ax)


def source_text(spec: FigureSpec) -> str:
    """Return what follows the name of a figure on the command line, for help texts.

    >>> source_text(get_figure_spec("confusion"))
    'RUN [DATA]'
    """
    return f"{_NEEDS[spec.needs]} {spec.takes}".strip()


def _open_inputs(
    spec: FigureSpec, sources: tuple[str, ...], options: FigureOptions
) -> FigureInputs:
    _check_count(spec, sources)
    inputs = FigureInputs(most=options.most, seed=options.seed, metric=options.metric)
    if spec.needs == "nothing":
        may_open = bool(spec.may_take and sources and is_run(sources[0]))
        return (
            _open_network(inputs, sources, options) if may_open else replace(inputs, names=sources)
        )
    first, *others = sources
    if spec.needs == "table":
        return replace(inputs, table=first, names=tuple(others))
    if spec.needs == "replay":
        return replace(inputs, replay=_open_replay(first), names=tuple(others))
    if spec.needs == "worked" or (spec.needs == "network" and _is_worked(first)):
        return replace(inputs, ledger=Ledger(read_worked(first)), names=tuple(others))
    if spec.needs == "run":
        return _read_histories(sources)
    if spec.needs == "dataset":
        return replace(inputs, dataset=_open_dataset(first, options))
    run = open_run(first)
    inputs = replace(inputs, network=run.network)
    if spec.needs == "network":
        return inputs
    return replace(
        inputs,
        dataset=run.data(options.part or "test", *others, **(options.reading or {})),
        names=options.columns,
        cost=None if run.recipe is None else run.recipe.cost,
    )


def _open_network(
    inputs: FigureInputs, sources: tuple[str, ...], options: FigureOptions
) -> FigureInputs:
    """A run's network with its data, and the names after it."""
    run = open_run(sources[0])
    data = run.data(options.part or "train", **(options.reading or {}))
    return replace(inputs, network=run.network, dataset=data, names=sources[1:])


def _is_worked(source: str) -> bool:
    """Whether a source is a worked file, or the name of a bundled one."""
    return source.endswith(".toml") or (source in bundled_files("worked") and not is_run(source))


def _check_count(spec: FigureSpec, sources: Sequence[str]) -> None:
    least = 0 if spec.needs == "nothing" else 1
    alone = spec.needs in ("table", "replay", "worked") and not spec.takes
    most = 1 if alone else _LIMITED.get(spec.needs, len(sources))
    if spec.needs == "network" and spec.takes and sources and _is_worked(sources[0]):
        most = 3  # an address of a worked example, and upright
    if not least <= len(sources) <= most:
        raise InputError(
            "figure",
            expected=f"{source_text(spec)} after {spec.name}",
            got=", ".join(sources) or "nothing",
            remedy="See: chainrule figure --help",
            argument="sources",
            value=tuple(sources),
        )


def _read_histories(sources: Sequence[str]) -> FigureInputs:
    """Return settings and epochs of runs; each run is labelled by its folder's name."""
    short = [Path(source).name for source in sources]
    names = [n if n and short.count(n) == 1 else s for n, s in zip(short, sources, strict=True)]
    runs = {name: RunFolder(source) for name, source in zip(names, sources, strict=True)}
    return FigureInputs(
        settings={name: _run_settings(run.facts()) for name, run in runs.items()},
        histories={name: run.newest().history for name, run in runs.items()},
    )


def _run_settings(facts: RunFacts) -> dict[str, Any]:
    """Return every setting in which runs can differ, as plain values."""
    return {
        "data": facts.data.get("source") or facts.data.get("name"),
        "examples": facts.data.get("examples"),
        **facts.architecture.to_dict(),
        **facts.recipe.to_dict(),
    }


def _open_replay(path: str) -> RunReplay:
    """Return a run with the data that it learned from, ready to be computed again."""
    loaded = open_run(path).experiment().datasets
    return RunReplay(path, loaded.pair.train, loaded.validation)


def _open_dataset(source: str, options: FigureOptions) -> Dataset:
    """Return a part of named data or of a run's data, the training set by default."""
    part = options.part or "train"
    if is_run(source) and (Path(source) / "run.json").exists():
        return open_run(source).data(part)
    return take_part(DataSource(source=source, options=options.reading or {}).load(), part)
