"""The summary of a study: counts, the ranking with means over seeds, effects, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from shlex import quote
from typing import Any

from chainrule.documents import Block, Document, Gallery, Heading, Picture, Table
from chainrule.evaluation import MISSING, SampleStatistics, count_text, percent_text
from chainrule.study.effects import ParameterEffects, parameter_effects
from chainrule.study.results import (
    ConfigurationResult,
    StudyCounts,
    count_trials,
    metric_text,
    parameters_text,
    read_results,
)
from chainrule.study.space import value_text
from chainrule.study.stored_study import TEST_WARNING, StoredStudy

__all__ = ["StudySummary", "summarise_study"]


@dataclass(frozen=True, eq=False)
class StudySummary:
    """The answer of a study.

    Args:
        name: the study's name.
        metric: what is optimised.
        higher_is_better: whether greater values of the metric are better.
        counts: how far the study has come.
        ranked: the complete configurations, the best first; then the others.
        effects: the fraction of the metric's variance that each parameter explains (fANOVA); empty
            if it is not known.
        effects_note: why it is not known, or a remark.
        warnings: reservations about the figures.
    """

    name: str
    metric: str
    higher_is_better: bool
    counts: StudyCounts
    ranked: tuple[ConfigurationResult, ...]
    effects: Mapping[str, float]
    effects_note: str
    warnings: tuple[str, ...]

    @property
    def best(self) -> ConfigurationResult | None:
        """The best complete configuration, or None if there is none yet."""
        first = self.ranked[0] if self.ranked else None
        return first if first is not None and first.ended == "complete" else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "study": self.name,
            "metric": self.metric,
            "direction": "maximize" if self.higher_is_better else "minimize",
            "counts": self.counts.to_dict(),
            "warnings": list(self.warnings),
            "effects": dict(self.effects),
            "effects_note": self.effects_note,
            "best": None if self.best is None else _result_dict(self.best, self.metric),
            "configurations": [_result_dict(result, self.metric) for result in self.ranked],
        }

    def document(self, most: int = 10, pictures: Mapping[str, bytes] | None = None) -> Document:
        """Return the answer as a document: facts, ranking, effects, then pictures.

        Args:
            most: number of configurations to list.
            pictures: SVG or PNG by their titles, in the order to show them.
        """
        blocks: list[Block] = [Table("", (), tuple(self._facts()))]
        tables = [_ranking(self, most)] if self.ranked else []
        tables += [_effects_table(self)] if self.effects else []
        for table in tables:
            blocks += [Heading(table.title), replace(table, title="")]
        for title, image in (pictures or {}).items():
            blocks += [Heading(title), Gallery((Picture("", image, alt=title),))]
        return Document(f"Study {self.name}", tuple(blocks), values=self.to_dict)

    def _facts(self) -> Iterator[tuple[str, str]]:
        better = "higher is better" if self.higher_is_better else "lower is better"
        yield "metric", f"{self.metric}, {better}"
        yield "trials", str(self.counts)
        if self.best is not None:
            tested = self.best.figure("test_accuracy")
            yield "best", parameters_text(self.best.parameters)
            yield self.metric, _statistics_text(self.metric, self.best.figure(self.metric))
            if tested is not None and self.metric != "test_accuracy":
                yield "test_accuracy", _statistics_text("test_accuracy", tested)
        if not self.effects:
            yield "effects", self.effects_note
        for text in self.warnings:
            yield "warning", text


def _result_dict(result: ConfigurationResult, metric: str) -> dict[str, Any]:
    figures = {}
    for name in dict.fromkeys((metric, "test_accuracy", "test_cost")):
        found = result.figure(name) if result.ended == "complete" else None
        figures[name] = None if found is None else asdict(found)
    return {
        "number": result.number,
        "configuration": result.configuration,
        "attempt": result.attempt,
        "ended": result.ended,
        "value": result.value,
        "seconds": result.seconds,
        "parameters": dict(result.parameters),
        **figures,
        "runs": [{k: v for k, v in run.items() if k != "test_right"} for run in result.runs],
    }


def summarise_study(study: StoredStudy, *, effects: bool = True) -> StudySummary:
    """Return the answer of a study as far as it has come.

    Args:
        study: the study.
        effects: whether to compute the effects of the parameters, which takes seconds for hundreds
            of trials.
    """
    settings = study.spec.settings
    results = read_results(study)
    found = ParameterEffects({}, f"see chainrule study show {quote(study.spec.name)}")
    if effects:
        found = parameter_effects(study.spec.space, results)
    return StudySummary(
        name=study.spec.name,
        metric=settings.metric,
        higher_is_better=settings.higher_is_better,
        counts=count_trials(study),
        ranked=_rank(results, higher_is_better=settings.higher_is_better),
        effects=found.fractions,
        effects_note=found.note,
        warnings=(TEST_WARNING,) if settings.uses_test_set else (),
    )


def _rank(
    results: Sequence[ConfigurationResult], *, higher_is_better: bool
) -> tuple[ConfigurationResult, ...]:
    sign = -1 if higher_is_better else 1

    def place(result: ConfigurationResult) -> tuple[bool, bool, float, int]:
        value = sign * (result.value or 0.0)
        return result.ended != "complete", result.value is None, value, result.configuration

    return tuple(sorted(results, key=place))


def _statistics_text(metric: str, found: SampleStatistics | None) -> str:
    if found is None:
        return MISSING
    text = metric_text(metric, found.mean)
    if found.interval is None:
        return f"{text} (one seed)"
    low, high = (_bound_text(metric, end) for end in found.interval)
    deviation = metric_text(metric, found.deviation)
    return f"{text} (95 % interval {low} to {high}, deviation {deviation}, {found.n} seeds)"


def _bound_text(metric: str, end: float) -> str:
    """Return an end of an interval; Student's t knows no bounds, an accuracy lies in 0 to 1."""
    return metric_text(metric, min(max(end, 0.0), 1.0) if metric.endswith("accuracy") else end)


def _effects_table(summary: StudySummary) -> Table:
    rows = tuple((name, percent_text(part, 1)) for name, part in summary.effects.items())
    note = "Fractions of the metric's variance over the space (fANOVA)"
    note += f"; {summary.effects_note}." if summary.effects_note else "."
    return Table("Effects", ("parameter", "fraction"), rows, note)


def _ranking(summary: StudySummary, most: int) -> Table:
    names = tuple(dict.fromkeys(name for one in summary.ranked for name in one.parameters))
    tested = summary.metric != "test_accuracy"
    header = ("trial", *names, summary.metric, "95 % interval")
    header += ("test_accuracy",) if tested else ()
    rows = tuple(
        _ranking_row(result, names, summary.metric, tested=tested)
        for result in summary.ranked[:most]
    )
    left, more = (
        len(summary.ranked) - most,
        f"chainrule study export {quote(summary.name)} --csv FILE",
    )
    note = f"{count_text(left)} more: {more}" if left > 0 else ""
    return Table("Configurations", header, rows, note)


def _ranking_row(
    result: ConfigurationResult, names: Sequence[str], metric: str, *, tested: bool
) -> tuple[str, ...]:
    values = [
        value_text(result.parameters[name]) if name in result.parameters else MISSING
        for name in names
    ]
    figure, interval = result.ended, MISSING
    if result.ended == "complete":
        figure, found = metric_text(metric, result.value), result.figure(metric)
        if found is not None and found.interval is not None:
            interval = " to ".join(_bound_text(metric, end) for end in found.interval)
    row = [str(result.number), *values, figure, interval]
    if tested:
        accuracy = result.figure("test_accuracy")
        row.append(metric_text("test_accuracy", None if accuracy is None else accuracy.mean))
    return tuple(row)
