"""The curves of a study as charts: axes, series of points, and the table behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.bundled import bundled_files
from chainrule.errors import ChainruleError
from chainrule.figures.parameter_scale import ParameterScale, make_parameter_scale
from chainrule.figures.parameter_slices import parameter_slices_data
from chainrule.figures.rate_curves import (
    RateCurvesData,
    grid_points,
    printed_points,
    rate_curves_data,
)
from chainrule.figures.seed_bands import Band, trial_bands
from chainrule.figures.study_table import Metric, StudyTable, Value, trial_rows
from chainrule.lab.frames import RoomView
from chainrule.lab.studies_settings import NO_PAPER, StudiesSettings
from chainrule.lab.study_shelf import ShownStudy
from chainrule.study import ConfigurationResult

__all__ = ["add_charts"]

Points = NDArray[np.float64]

_BEST = 6
"""Trials whose curves are drawn; the chosen one is drawn too."""
_MOST_TICKS = 10
_RATES = ("batch_size", "learning_rate")


def add_charts(
    view: RoomView,
    study: ShownStudy,
    chosen: StudiesSettings,
    trial: ConfigurationResult | None,
) -> list[dict[str, Any]]:
    """Add the charts that suit a study, and return what they show.

    Args:
        view: to which the points are added, an array a series: (n, 2), the place across from 0 to 1
            and the value; (n, 4) with a lower and an upper end for a band.
        study: as it stands.
        chosen: whose printed points are drawn.
        trial: that is looked at.
    """
    if study.table is None:
        return []
    return [
        *_rate_chart(view, study, chosen),
        *_curve_chart(view, study, trial),
        *(_slice_charts(view, study.table) if study.summary is not None else ()),
    ]


def _rate_chart(
    view: RoomView, study: ShownStudy, chosen: StudiesSettings
) -> Iterator[dict[str, Any]]:
    """Accuracy against learning rate, a line for each batch size, with a paper's points."""
    table = study.table
    assert table is not None, "asked for with a table only"
    if not set(_RATES) <= set(table.rows[0].parameters) or not table.metric.is_fraction:
        return
    papers = sorted(bundled_files("accuracies")) if study.summary is not None else []
    paper = chosen.paper or (study.name if study.name in papers else NO_PAPER)
    printed = printed_points(paper) if paper != NO_PAPER else ()
    try:
        data = rate_curves_data(grid_points(table), printed)
    except ChainruleError:  # one of the two is no number
        return
    rates = np.concatenate([one.rates for one in (*data.curves, *data.printed)])
    scale = make_parameter_scale("learning_rate", rates.tolist())
    yield {
        "kind": "rates",
        "papers": papers,
        "paper": paper,
        "correlation": None if data.correlation is None else f"{data.correlation:.3f}",
        "pairs": data.pairs,
        **_axes(scale, table.metric),
        "series": list(_rate_series(view, data, scale)),
        "table": _rate_table(data, scale, table.metric),
    }


def _rate_series(
    view: RoomView, data: RateCurvesData, scale: ParameterScale
) -> Iterator[dict[str, Any]]:
    sizes = sorted({one.batch_size for one in (*data.curves, *data.printed)})
    for kind, curves in (("line", data.curves), ("dots", data.printed)):
        for one in curves:
            name = f"rates_{kind}_{one.batch_size}"
            across = scale.fractions(one.rates.tolist())
            view.add(name, np.column_stack((across, one.accuracy)))
            share = sizes.index(one.batch_size) / max(1, len(sizes) - 1)
            yield {"kind": kind, "name": str(one.batch_size), "share": share, "array": name}


def _rate_table(data: RateCurvesData, scale: ParameterScale, metric: Metric) -> dict[str, Any]:
    """A row for each pair of batch size and rate, with both accuracies."""
    found: dict[tuple[int, float], list[str]] = {}
    for column, curves in enumerate((data.curves, data.printed)):
        for one in curves:
            for rate, value in zip(one.rates.tolist(), one.accuracy.tolist(), strict=True):
                cells = found.setdefault((one.batch_size, rate), ["", ""])
                text = metric.text(value)
                cells[column] = f"{cells[column]}, {text}" if cells[column] else text
    heads = ["batch size", "learning rate", metric.title, "printed"]
    width = 4 if data.printed else 3
    rows = [[str(size), scale.text(rate), *cells] for (size, rate), cells in sorted(found.items())]
    return {"heads": heads[:width], "rows": [row[:width] for row in rows]}


def _curve_chart(
    view: RoomView, study: ShownStudy, trial: ConfigurationResult | None
) -> Iterator[dict[str, Any]]:
    """The metric after each epoch: of the best trials, and of the one that is looked at."""
    if study.summary is None:
        return
    metric = study.summary.metric
    drawn = study.complete[:_BEST]
    if trial is not None and trial.ended == "complete" and trial not in drawn:
        drawn.append(trial)
    rows = [trial_rows(one, metric) for one in drawn]
    curves = [
        _TrialCurve(one, trial_bands(own, metric)[0].bands[0])
        for one, own in zip(drawn, rows, strict=True)
        if any(row.curve for row in own)
    ]
    if not curves:
        return
    longest = max(len(one.band.epochs) for one in curves)
    epochs = [float(n + 1) for n in range(longest)]
    scale = ParameterScale("epoch", tuple(epochs), "linear")
    marks = epochs[:: -(-longest // _MOST_TICKS)]
    yield {
        "kind": "curves",
        **_axes(scale, Metric(metric), marks),
        "series": list(_curve_series(view, curves, scale, trial)),
        "table": _curve_table(curves, longest, Metric(metric)),
    }


class _TrialCurve(NamedTuple):
    """A trial with the median and the quartiles of its seeds after each epoch."""

    result: ConfigurationResult
    band: Band


def _curve_series(
    view: RoomView,
    curves: Sequence[_TrialCurve],
    scale: ParameterScale,
    trial: ConfigurationResult | None,
) -> Iterator[dict[str, Any]]:
    for at, (result, one) in enumerate(curves):
        name = f"curve_{at}"
        across = scale.fractions(one.epochs.tolist())
        view.add(name, np.column_stack((across, one.median, one.low, one.high)))
        yield {
            "kind": "band" if one.runs > 1 else "line",
            "name": str(result.number),
            "words": one.name,
            "share": at / max(1, len(curves) - 1),
            "array": name,
            "chosen": result is trial,
            "trial": result.number,
        }


def _curve_table(curves: Sequence[_TrialCurve], longest: int, metric: Metric) -> dict[str, Any]:
    def text(median: Points, epoch: int) -> str:
        has_one = epoch < len(median) and bool(np.isfinite(median[epoch]))
        return metric.text(float(median[epoch])) if has_one else "–"

    heads = ["epoch", *(f"trial {one.result.number}" for one in curves)]
    rows = [
        [str(epoch + 1), *(text(one.band.median, epoch) for one in curves)]
        for epoch in range(longest)
    ]
    return {"heads": heads, "rows": rows}


def _slice_charts(view: RoomView, table: StudyTable) -> Iterator[dict[str, Any]]:
    """The metric against each parameter that varies, a dot for each training, with medians."""
    try:
        data = parameter_slices_data(table)
    except ChainruleError:  # nothing varies
        return
    for at, one in enumerate(data.slices):
        scale, series = one.scale, []
        across = scale.fractions(table.column(scale.name))
        view.add(f"slice_{at}", np.column_stack((across, data.values)))
        series.append({"kind": "dots", "name": "", "share": 1.0, "array": f"slice_{at}"})
        if np.isfinite(one.medians).any():
            medians = np.column_stack((scale.fractions(scale.values), one.medians))
            view.add(f"medians_{at}", medians)
            kind = "dots" if scale.kind == "names" else "line"
            series.append({"kind": kind, "name": "median", "share": 0.0, "array": f"medians_{at}"})
        yield {
            "kind": "slice",
            "parameter": scale.name,
            **_axes(scale, table.metric),
            "series": series,
            "table": {
                "heads": [scale.name.replace("_", " "), table.metric.title],
                "rows": [
                    [scale.text(row.parameters[scale.name]), table.metric.text(row.value)]
                    for row in table.rows
                ],
            },
        }


def _axes(
    scale: ParameterScale, metric: Metric, marks: Sequence[Value] | None = None
) -> dict[str, Any]:
    """The axis across with its ticks, and how values upward are written."""
    chosen = scale.marks if marks is None else marks
    return {
        "across": scale.title,
        "upward": metric.label,
        "factor": metric.factor,
        "ticks": [
            {"at": float(at), "text": scale.text(value)}
            for value, at in zip(chosen, scale.fractions(chosen), strict=True)
        ],
    }
