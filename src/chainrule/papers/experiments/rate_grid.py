"""investigation's grid: both its figures, its two best results, its initial weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainrule.documents import Block, Code, Paragraph, Table
from chainrule.figures.rate_curves import (
    GridPoint,
    draw_rate_curves,
    printed_points,
    rank_correlation,
    rate_curves_data,
)
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
    SectionFigure,
)
from chainrule.papers.experiments.result_text import fraction_with_interval, mean_text
from chainrule.papers.experiments.study_trials import accuracies, run_trials, trial_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["RATE_GRID", "printed_accuracies"]

_FIGURE_11 = 400
"""The number of printed accuracies in Figure 11; they come first."""
_TEST_IMAGES = 10_000


class _Setting(NamedTuple):
    """What differs between the trainings of the paper's results."""

    epochs: int
    batch_size: int
    learning_rate: float


class _Result(NamedTuple):
    """A result that the paper prints in words."""

    text: str
    accuracy: float
    setting: _Setting


_RESULTS = (
    _Result("batch 40, rate 4, 60,000 examples", 0.8350, _Setting(1, 40, 4.0)),
    _Result("batch 20, rate 0.9, 600,000 examples", 0.8945, _Setting(10, 20, 0.9)),
)


def _measure_grid(options: ExperimentOptions) -> Measurements:
    """Batch size, rate and accuracies of each cell of Figures 11 and 12."""
    return {"grid": trial_rows("investigation", ("batch_size", "learning_rate"), options)}


def _measure_passes(options: ExperimentOptions) -> Measurements:
    """Passes, batch size, rate and accuracies of each seed."""
    parameters = ("epochs", "batch_size", "learning_rate")
    return {"passes": trial_rows("investigation-passes", parameters, options)}


def _measure_weights(options: ExperimentOptions) -> Measurements:
    """The distribution of the initial weights, batch size, rate and accuracies."""
    rows = []
    for entry in run_trials("investigation-random", options):
        chosen = entry.parameters
        name = chosen["initialiser"]
        if name == "uniform":
            name = f"uniform, {chosen['initialiser_low']:g} to 1"
        rows.append([name, chosen["batch_size"], chosen["learning_rate"], accuracies(entry)])
    return {"random": rows}


# ------------------------------------------------------------------------------------ the figures


def _cells(measured: Measurements) -> list[GridPoint]:
    return [GridPoint(batch, rate, values[0]) for batch, rate, values in measured["grid"]]


def _report_grid(measured: Measurements) -> list[Block]:
    printed, ours = printed_points("investigation"), _cells(measured)
    theirs_varies, ours_varies = (100 * _repeat_deviation(points) for points in (printed, ours))
    return [
        Paragraph(
            (
                "Figures 11 and 12, complete: the test accuracy of 784-32-16-10 after one pass "
                "over the 60,000 images, for 20 batch sizes and 40 learning rates. ",
                Code("chainrule study run investigation"),
                " trains all 800.",
            )
        ),
        _figure_table(printed, ours),
        Paragraph(
            "The paper's finding holds: the larger the batch, the larger its best rate (rank "
            f"correlation {_best_rate_correlation(printed):.2f} in the paper, "
            f"{_best_rate_correlation(ours):.2f} here), and above some rate nothing is learned. "
            "Its accuracies do not hold: with the correct gradient the same network reaches far "
            "more. Both figures contain the rate 1, so 20 cells were trained twice. By these cells "
            f"one training of the paper varies by {theirs_varies:.1f} points (standard deviation), "
            f"one of ours by {ours_varies:.1f}. The rows for batches of 5 and of 10 have the same "
            f"numbers in {_equal_columns(printed)} of 40 columns: one of them was copied. The text "
            "finds the best small rate with batches of 1, for which there is no row."
        ),
    ]


def _figure_table(printed: tuple[GridPoint, ...], ours: list[GridPoint]) -> Table:
    numbers = ("mean printed", "mean ours", "best printed", "best ours")
    header = ("", "rank correlation", *numbers, "ours is higher")
    parts = (
        ("Figure 11, rates 0.05 to 1", slice(_FIGURE_11)),
        ("Figure 12, rates 1 to 20", slice(_FIGURE_11, None)),
        ("both", slice(None)),
    )
    ours_in_order = _in_printed_order(ours, printed)
    rows = [(name, *_compared(printed[part], ours_in_order[part])) for name, part in parts]
    return Table("", header, tuple(rows))


def _compared(printed: Sequence[GridPoint], ours: Sequence[GridPoint]) -> tuple[str, ...]:
    """The cells of a row of the table."""
    theirs, own = (np.array([p.accuracy for p in points]) for points in (printed, ours))
    correlation = rank_correlation(theirs.tolist(), own.tolist()) or 0.0
    return (
        f"{correlation:.3f}",
        *(f"{100 * value:.1f} %" for value in (theirs.mean(), own.mean())),
        *(f"{100 * value:.2f} %" for value in (theirs.max(), own.max())),
        f"{int((own > theirs).sum())} of {len(own)}",
    )


def _in_printed_order(ours: list[GridPoint], printed: Sequence[GridPoint]) -> list[GridPoint]:
    """Our cells in the order of the printed ones; the rate 1 occurs twice in both.

    A cell that was not trained, as most in a quick run, is replaced by the printed one.
    """
    by_place: dict[tuple[int, float], list[GridPoint]] = defaultdict(list)
    for point in ours:
        by_place[_place(point)].append(point)
    return [by_place[_place(p)].pop(0) if by_place[_place(p)] else p for p in printed]


def _place(point: GridPoint) -> tuple[int, float]:
    # Figure 12's rate 1 is the next float32 after 1 in the study, since a grid has no value twice.
    return point.batch_size, round(point.learning_rate, 5)


def printed_accuracies() -> dict[tuple[int, float], float]:
    """Returns the printed accuracies by batch size and rate, the later of two for a cell."""
    return {_place(p): p.accuracy for p in printed_points("investigation")}


def _repeat_deviation(points: Sequence[GridPoint]) -> float:
    """Returns the standard deviation of one training, from the cells that occur twice.

    Args:
        points: any; 0 is returned if none occurs twice.
    """
    twice: dict[tuple[int, float], list[float]] = defaultdict(list)
    for point in points:
        twice[_place(point)].append(point.accuracy)
    pairs = [values for values in twice.values() if len(values) == 2]
    # Half the square of the difference of two values is an unbiased estimate of their variance.
    return float(np.sqrt(np.mean([(a - b) ** 2 / 2 for a, b in pairs]))) if pairs else 0.0


def _best_rate_correlation(points: Sequence[GridPoint]) -> float:
    """The rank correlation of batch sizes and their best rates."""
    best: dict[int, GridPoint] = {}
    for point in points:
        known = best.setdefault(point.batch_size, point)
        if point.accuracy > known.accuracy:
            best[point.batch_size] = point
    rates = [point.learning_rate for point in best.values()]
    return rank_correlation(list(best), rates) or 0.0


def _equal_columns(printed: Sequence[GridPoint]) -> int:
    """In how many columns the rows for batches of 5 and of 10 print the same number."""
    same = 0
    for figure in (printed[:_FIGURE_11], printed[_FIGURE_11:]):
        tens = {p.learning_rate: p.accuracy for p in figure if p.batch_size == 10}
        same += sum(tens[p.learning_rate] == p.accuracy for p in figure if p.batch_size == 5)
    return same


def _draw_grid(measured: Measurements) -> Figure:
    return draw_rate_curves(rate_curves_data(_cells(measured), printed_points("investigation")))


# ------------------------------------------------------------------------------- its best results


def _report_passes(measured: Measurements) -> list[Block]:
    found = {_Setting(*row[:-1]): row[-1] for row in measured["passes"]}
    rows = [
        (
            result.text,
            fraction_with_interval(result.accuracy, _TEST_IMAGES),
            mean_text(found[result.setting]),
            f"{100 * min(found[result.setting]):.2f} to {100 * max(found[result.setting]):.2f}",
        )
        for result in _RESULTS
        if result.setting in found
    ]
    seeds = len(next(iter(found.values())))
    header = ("", "printed", f"ours, {seeds} seeds", "lowest and highest")
    best = max(printed_points("investigation"), key=lambda p: p.accuracy)
    return [
        *([Table("", header, tuple(rows))] if rows else []),
        Paragraph(
            "Both are far too low for this network with the correct gradient. Nor is 83.50 % the "
            f"best number in the paper's own tables: they contain {100 * best.accuracy:.2f} % for "
            f"batches of {best.batch_size} at {best.learning_rate:g}."
            + _report_longer_training(found)
        ),
    ]


def _report_longer_training(found: Mapping[_Setting, list[float]]) -> str:
    """The rates 0.9 and 4 after one pass and after ten."""
    after = {setting: f"{100 * np.mean(values):.2f}" for setting, values in found.items()}
    if not all(_Setting(10, batch, 4.0) in after for batch in (20, 40)):
        return ""

    def compared(batch: int, epochs: int) -> str:
        """The rate 0.9 against the rate 4."""
        small, large = (after[_Setting(epochs, batch, rate)] for rate in (0.9, 4.0))
        return f"{small} % against {large} %"

    of_20, of_40 = (
        f"{compared(batch, 1)} after one pass, {compared(batch, 10)} after ten"
        for batch in (20, 40)
    )
    return (
        " That longer training needs a smaller rate holds for batches of 20 (the rate 0.9 against "
        f"4: {of_20}), but not yet for batches of 40 ({of_40})."
    )


# ---------------------------------------------------------------------------- its initial weights


def _report_weights(measured: Measurements) -> list[Block]:
    theirs, best = printed_accuracies(), _RESULTS[0]
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    at_best: dict[str, str] = defaultdict(lambda: "-")
    for name, batch, rate, values in measured["random"]:
        pairs[name].append((theirs.get((batch, rate), np.nan), float(np.mean(values))))
        if (batch, rate) == best.setting[1:]:
            at_best[name] = mean_text(values)
    letters = {"normal": "N(0, 1)", "lecun": "N(0, 1/n)", "glorot": "Glorot's, the default"}
    rows = []
    for name, compared in pairs.items():
        printed, ours = zip(*compared, strict=True)
        distance = 100 * np.mean(np.abs(np.array(ours) - printed))
        correlation = rank_correlation(printed, ours) or 0.0
        numbers = (f"{correlation:.2f}", f"{distance:.1f} points", at_best[name])
        rows.append((letters.get(name, name), *numbers))
    cells = len(next(iter(pairs.values())))
    header = ("weights", "rank correlation", "mean distance", "batch 40, rate 4")
    return [
        Paragraph(
            "The paper says only that weights and biases are random. Of five readings the first "
            "agrees best with the order of the printed accuracies, and is used everywhere else "
            f"in these pages, the README and the preset ({cells} cells, one seed):"
        ),
        Table("", header, tuple(rows)),
    ]


RATE_GRID = ExperimentSet(
    experiments=(
        PaperExperiment("grid", "Figures 11 and 12: 20 batch sizes, 40 rates", _measure_grid),
        PaperExperiment("passes", "its two best results, one pass and ten", _measure_passes),
        PaperExperiment("weights", "five ways to draw random weights", _measure_weights),
    ),
    sections=(
        ReportSection(
            "Figures 11 and 12",
            ("grid",),
            _report_grid,
            SectionFigure(
                "investigation",
                "Accuracy against learning rate, ours as lines, the paper's as dots",
                _draw_grid,
            ),
        ),
        ReportSection("The best results", ("passes",), _report_passes),
        ReportSection("The initial weights", ("random",), _report_weights),
    ),
)
"""The experiments of investigation that are studies."""
