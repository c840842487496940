"""The answer of a study as tables of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.documents import Table
from chainrule.evaluation import MISSING, count_text, number_text, percent_text
from chainrule.study.statistics import Spread
from chainrule.study.summary import Counts, Entry, Summary

__all__ = ["chosen_text", "counts_text", "figure_text", "summary_tables"]


def chosen_text(chosen: Mapping[str, Any]) -> str:
    """A configuration in a line.

    >>> chosen_text({"batch_size": 10, "learning_rate": 0.123456789})
    'batch_size=10 learning_rate=0.123457'
    """
    return " ".join(f"{name}={_value(value)}" for name, value in chosen.items())


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return "-".join(map(str, value))
    return str(value)


def figure_text(metric: str, value: float | None) -> str:
    """A figure: accuracies as per cent, costs as numbers.

    >>> figure_text("test_accuracy", 0.98), figure_text("test_cost", 0.25)
    ('98.00 %', '0.25')
    """
    return percent_text(value) if metric.endswith("accuracy") else number_text(value)


def counts_text(counts: Counts) -> str:
    """How far a study is, in a line."""
    parts = [
        f"{count_text(counts.ended)} of {count_text(counts.planned)} configurations have ended"
    ]
    for name in ("pruned", "diverged", "running", "stale"):
        count = getattr(counts, name)
        parts += [f"{count_text(count)} {name}"] if count else []
    if counts.given_up:
        parts.append(f"{count_text(counts.given_up)} attempts were given up and tried again")
    return ", ".join(parts)


def summary_tables(summary: Summary, most: int = 10) -> tuple[Table, ...]:
    """The answer as tables, what matters most first.

    Args:
        summary: the answer.
        most: how many configurations to list.
    """
    tables = [Table(f"Study {summary.name}", (), tuple(_facts(summary)))]
    if summary.ranked:
        tables.append(_ranking(summary, most))
    if summary.effects:
        rows = [(name, percent_text(share, 1)) for name, share in summary.effects.items()]
        note = "Shares of the metric's variance over the space (fANOVA)"
        note += f"; {summary.effects_note}." if summary.effects_note else "."
        tables.append(Table("Effects", ("parameter", "share"), tuple(rows), note))
    return tuple(tables)


def _facts(summary: Summary) -> list[tuple[str, str]]:
    better = "greater is better" if summary.rising else "less is better"
    rows = [("metric", f"{summary.metric}, {better}"), ("trials", counts_text(summary.counts))]
    best = summary.best
    if best is not None:
        found, tested = best.figure(summary.metric), best.figure("test_accuracy")
        rows.append(("best", chosen_text(best.chosen)))
        rows.append((summary.metric, _spread_text(summary.metric, found)))
        if tested is not None and summary.metric != "test_accuracy":
            rows.append(("test_accuracy", _spread_text("test_accuracy", tested)))
    if not summary.effects:
        rows.append(("effects", summary.effects_note))
    return rows + [("warning", text) for text in summary.warnings]


def _spread_text(metric: str, found: Spread | None) -> str:
    if found is None:
        return MISSING
    text = figure_text(metric, found.mean)
    if found.interval is None:
        return f"{text} (one seed)"
    low, high = (_bounded(metric, end) for end in found.interval)
    deviation = figure_text(metric, found.deviation)
    return f"{text} (95 % interval {low} to {high}, deviation {deviation}, {found.n} seeds)"


def _bounded(metric: str, end: float) -> str:
    """An end of an interval; an accuracy's stays within 0 to 1."""
    return figure_text(metric, min(max(end, 0.0), 1.0) if metric.endswith("accuracy") else end)


def _ranking(summary: Summary, most: int) -> Table:
    names = tuple(dict.fromkeys(name for entry in summary.ranked for name in entry.chosen))
    tested = ("test_accuracy",) if summary.metric != "test_accuracy" else ()
    header = ("trial", *names, summary.metric, "95 % interval", *tested)
    rows = [_row(entry, names, summary.metric, tested) for entry in summary.ranked[:most]]
    left, more = len(summary.ranked) - most, f"chainrule study export {summary.name} --csv FILE"
    note = f"{count_text(left)} more: {more}" if left > 0 else ""
    return Table("Configurations", header, tuple(rows), note)


def _row(
    entry: Entry, names: tuple[str, ...], metric: str, tested: tuple[str, ...]
) -> tuple[str, ...]:
    found = entry.figure(metric) if entry.ended == "complete" else None
    interval = MISSING
    if found is not None and found.interval is not None:
        interval = " to ".join(_bounded(metric, end) for end in found.interval)
    values = (_value(entry.chosen[name]) if name in entry.chosen else MISSING for name in names)
    value = entry.ended if entry.ended != "complete" else figure_text(metric, entry.value)
    means = (entry.figure(name) for name in tested)
    tests = (figure_text("test_accuracy", None if mean is None else mean.mean) for mean in means)
    return (str(entry.number), *values, value, interval, *tests)
