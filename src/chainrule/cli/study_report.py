"""`chainrule study report`: the answer of a study as a page with pictures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.cli.console import Console
from chainrule.errors import InputError
from chainrule.storage import write_atomically
from chainrule.study import Entry, Summary, html_page, kept_study, markdown, open_store, summarised

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chainrule.figures import StudyTable, TrialRow

__all__ = ["pictures_of", "report"]

_BEST = 6
"""How many configurations have their learning curves drawn."""


def report(**given: Any) -> int:
    """`chainrule study report`."""
    if given["html"] is None and given["markdown"] is None:
        raise InputError(
            "study report",
            expected="a file to write, --html or --markdown",
            got="none",
            remedy="Say which, such as --html study.html",
        )
    most = given["most"] or 20
    summary = summarised(kept_study(open_store(given["storage"]), given["name"]))
    console = Console()
    if given["markdown"] is not None:
        write_atomically(given["markdown"], markdown(summary, most).encode())
        console.fact("written", given["markdown"])
    if given["html"] is not None:
        page = html_page(summary, dict(pictures_of(summary)), most)
        write_atomically(given["html"], page.encode())
        console.fact("written", given["html"])
    return 0


def pictures_of(summary: Summary) -> Iterator[tuple[str, bytes]]:
    """The pictures that suit a study, as SVG with what each shows.

    Args:
        summary: the answer; without a complete entry there are none.
    """
    from chainrule.figures import save_figure

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        for words, drawn in _drawings(summary):
            save_figure(drawn(), path)
            yield words, path.read_bytes()


def _drawings(summary: Summary) -> Iterator[tuple[str, Callable[[], Figure]]]:
    from chainrule.figures import (
        draw_bands,
        draw_grid,
        draw_parallel,
        draw_rate_curves,
        draw_slices,
        grid_data,
        grid_points,
        parallel_data,
        rate_curves_data,
        slices_data,
        trial_bands,
    )

    complete = [entry for entry in summary.ranked if entry.ended == "complete"]
    if not complete:
        return
    table, varied = _table(summary, complete), _varied(complete)
    if set(varied) == {"batch_size", "learning_rate"}:
        yield "Learning rates", lambda: draw_rate_curves(rate_curves_data(grid_points(table)))
    if varied:
        yield "Each parameter by itself", lambda: draw_slices(slices_data(table))
    if len(varied) > 1:
        yield "Two parameters", lambda: draw_grid(grid_data(table))
        yield "All parameters", lambda: draw_parallel(parallel_data(table))
    rows = [row for entry in complete[:_BEST] for row in _named_rows(entry, summary.metric)]
    if any(row.curve for row in rows):
        yield "The best ones' courses", lambda: draw_bands(trial_bands(rows, summary.metric))


def _varied(complete: list[Entry]) -> list[str]:
    """Parameters with more than one value."""
    names = dict.fromkeys(name for entry in complete for name in entry.chosen)
    return [n for n in names if len({repr(entry.chosen.get(n)) for entry in complete}) > 1]


def _table(summary: Summary, complete: list[Entry]) -> StudyTable:
    from chainrule.figures import StudyTable, TrialRow

    names = dict.fromkeys(name for entry in complete for name in entry.chosen)
    rows = tuple(
        TrialRow({n: _plain(entry.chosen.get(n, "-")) for n in names}, run[summary.metric])
        for entry in complete
        for run in entry.runs
    )
    return StudyTable(summary.name, summary.metric, rows, len(summary.ranked) - len(complete))


def _named_rows(entry: Entry, metric: str) -> list[TrialRow]:
    """The trainings of an entry with their courses."""
    from chainrule.figures import TrialRow

    chosen = {n: _plain(value) for n, value in entry.chosen.items()}
    return [
        TrialRow(chosen, run[metric], run.get("seed"), tuple(run.get("curve", ())))
        for run in entry.runs
    ]


def _plain(value: Any) -> float | str:
    """A value as tables of figures have it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, (list, tuple)):
        return "-".join(map(str, value))
    return str(value)
