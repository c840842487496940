"""How long each library takes for an example in training, case below case."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import GREY, INK, LINE, ORANGE, SERIES
from comparison.speed import CaseResult, SpeedRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["BenchmarkData", "PeerTimes", "benchmark_data", "draw_benchmark"]

Column = NDArray[np.float64]

_OURS = "chainrule"
_COLOURS = tuple(colour for colour in SERIES if colour != ORANGE)
_NOTE = (
    "Microseconds an example, logarithmic: medians, lines from the least to the greatest of the "
    "rounds.\nOn the right: how many times as long as chainrule the quickest other library takes. "
    "Hollow: not the same computation."
)


@dataclass(frozen=True, eq=False)
class PeerTimes:
    """One library in all cases, (cases,) each; NaN where it was not measured.

    Args:
        title: its name.
        median: microseconds an example.
        low: the least of the rounds.
        high: the greatest.
        same: whether it computes the same thing.
        ours: whether it is chainrule, by its usual engine.
    """

    title: str
    median: Column
    low: Column
    high: Column
    same: NDArray[np.bool_]
    ours: bool


@dataclass(frozen=True, eq=False)
class BenchmarkData:
    """All libraries in all cases.

    Args:
        cases: their names, from the top.
        peers: in the order of the table.
        ratios: of the quickest other library's time to chainrule's, (cases,); NaN without.
    """

    cases: tuple[str, ...]
    peers: tuple[PeerTimes, ...]
    ratios: Column


def benchmark_data(results: Sequence[CaseResult]) -> BenchmarkData:
    """The speeds of a run.

    Args:
        results: one a case, each with the same peers.

    Raises: InputError where nothing was measured.
    """
    first = results[0].rows if results else ()
    peers = [_times(tuple(result.rows[i] for result in results)) for i in range(len(first))]
    measured = tuple(peer for peer in peers if np.isfinite(peer.median).any())
    if not measured:
        raise InputError(
            "figure",
            expected="a case that was measured",
            got="none",
            argument="results",
            value=results,
        )
    ratios = [np.nan if result.ratio is None else result.ratio for result in results]
    return BenchmarkData(tuple(r.case for r in results), measured, np.array(ratios, float))


def _times(rows: tuple[SpeedRow, ...]) -> PeerTimes:
    nothing = (np.nan, np.nan, np.nan)
    spreads = [
        nothing if row.micros is None else (row.micros.low, row.micros.median, row.micros.high)
        for row in rows
    ]
    low, median, high = np.array(spreads, float).T
    same = np.array([row.agreement == "same" for row in rows])
    return PeerTimes(rows[0].title, median, low, high, same, rows[0].peer == _OURS)


@figure_function
def draw_benchmark(data: BenchmarkData, *, ax: Place | None = None) -> Place:
    """Draw a line a case, with a dot a library.

    Args:
        data: `benchmark_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    heading = FigureHeading("Training beside other libraries", _NOTE)
    figure = open_figure(ax, (9.2, 2.2 + 0.42 * len(data.cases)), heading)
    axes = figure.subplots()
    axes.set_xscale("log")
    places = np.arange(len(data.cases))
    colours = itertools.cycle(_COLOURS)
    for peer in data.peers:
        _draw_peer(axes, peer, places, ORANGE if peer.ours else next(colours))
    _finish(axes, data)
    figure.legend(loc="outside lower center", ncols=4)
    return figure


def _draw_peer(axes: Axes, peer: PeerTimes, places: NDArray[np.int64], colour: str) -> None:
    size, above = (9, 4) if peer.ours else (6, 3)
    axes.hlines(places, peer.low, peer.high, color=colour, linewidth=1.2, zorder=above)
    ring: dict[str, Any] = {"markersize": size, "color": colour, "linestyle": "none"}
    full = np.where(peer.same, peer.median, np.nan)
    hollow = np.where(peer.same, np.nan, peer.median)
    axes.plot(full, places, "o", label=peer.title, zorder=above, **ring)
    axes.plot(hollow, places, "o", markerfacecolor="white", zorder=above, **ring)


def _finish(axes: Axes, data: BenchmarkData) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("µs an example")
    axes.set_yticks(range(len(data.cases)), labels=data.cases, color=INK)
    axes.set_ylim(len(data.cases) - 0.5, -0.5)
    axes.grid(axis="x", which="minor", linewidth=0.3, color=LINE)
    for place, found in enumerate(data.ratios):
        text = "" if np.isnan(found) else f"{found:.2f} x"
        at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "va": "center", "color": GREY}
        axes.annotate(text, (1.01, place), annotation_clip=False, **at)
