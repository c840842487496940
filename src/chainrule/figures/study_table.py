"""The rows of a study, or of any CSV file that has a parameter a column and a metric."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from chainrule.bundled import find_file
from chainrule.data import content_limit, open_decompressed, read_stream, stored_size
from chainrule.errors import DataError, unknown_name
from chainrule.evaluation import number_text, percent_text

if TYPE_CHECKING:
    from chainrule.study import ConfigurationResult, SavedStudy, StudySummary

__all__ = [
    "METRICS",
    "Metric",
    "StudyTable",
    "TrialRow",
    "Value",
    "distinct",
    "read_study_table",
    "study_value",
    "summary_table",
    "trial_rows",
    "varied_parameters",
]

Value: TypeAlias = float | str
"""What a parameter is set to."""

METRICS = (
    "validation_accuracy",
    "test_accuracy",
    "accuracy",
    "test_accuracy_percent",
    "accuracy_percent",
    "value",
    "validation_cost",
    "test_cost",
    "cost",
    "metric_mean",
)
"""The metric is by default the first of these columns that has numbers."""

_OF_RUNS = frozenset(
    (
        *("study_trial", "configuration", "attempt", "outcome", "seed", "digest"),
        *("epochs", "seconds", "ended", *METRICS),
    )
)
_PERCENT = "_percent"
_LESS_IS_BETTER = ("cost", "loss", "error", "seconds")


@dataclass(frozen=True, eq=False)
class TrialRow:
    """One training of a study.

    Args:
        parameters: what was tried: numbers or texts, by name.
        value: the metric; of an accuracy the fraction from 0 to 1.
        seed: of the training; None if it is unknown.
        curve: the metric after each epoch; None after epochs without a measurement.
    """

    parameters: Mapping[str, Value]
    value: float
    seed: int | None = None
    curve: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Metric:
    """What trainings are judged by.

    Args:
        name: of a column of a table.
    """

    name: str

    @property
    def title(self) -> str:
        """The metric in words."""
        return self.name.removesuffix(_PERCENT).replace("_", " ")

    @property
    def label(self) -> str:
        """The metric in words, with its unit."""
        return f"{self.title}, %" if self.is_fraction else self.title

    @property
    def is_fraction(self) -> bool:
        """Whether the metric is a fraction, which is written in per cent."""
        return "accuracy" in self.name

    @property
    def factor(self) -> int:
        """From values to what is drawn."""
        return 100 if self.is_fraction else 1

    @property
    def sign(self) -> int:
        """1 where more is better, else -1."""
        return -1 if any(word in self.name for word in _LESS_IS_BETTER) else 1

    def text(self, value: float) -> str:
        """Return a value as text: per cent, or a number of four digits."""
        return percent_text(value) if self.is_fraction else number_text(float(f"{value:.4g}"))


@dataclass(frozen=True, eq=False)
class StudyTable:
    """Trainings that differ in parameters.

    Args:
        source: a file or a study, for titles and error texts.
        metric: what the rows' values are.
        rows: at least one; all have the same parameters.
        left_out: rows without a value.
    """

    source: str
    metric: Metric
    rows: tuple[TrialRow, ...]
    left_out: int = 0

    @property
    def best(self) -> TrialRow:
        """The first row of the best value."""
        return max(self.rows, key=lambda row: self.metric.sign * row.value)

    def choose_parameters(self, names: Sequence[str], most: int | None = None) -> tuple[str, ...]:
        """Parameters to draw.

        Args:
            names: which; by default those with more than one value.
            most: how many, the ones with the most values first; None for no bound.

        Raises: UnknownNameError, DataError if nothing varies.
        """
        known = tuple(self.rows[0].parameters)
        for name in names:
            if name not in known:
                raise unknown_name(self.source, "a parameter", name, known, argument="names")
        if names:
            return tuple(names)
        counts = {name: len(distinct(self.column(name))) for name in known}
        varied = [name for name in known if counts[name] > 1]
        if not varied:
            raise DataError(
                self.source,
                expected="a parameter with more than one value",
                got=", ".join(known) or "no parameter",
            )
        return tuple(sorted(varied, key=lambda n: -counts[n])[:most]) if most else tuple(varied)

    def column(self, name: str) -> list[Value]:
        """A parameter's value in each row."""
        return [row.parameters[name] for row in self.rows]


def distinct(values: Sequence[Value]) -> list[Value]:
    """The values that occur: numbers ascending, then texts by the alphabet.

    >>> distinct([4.0, "relu", 1.0, 4.0])
    [1.0, 4.0, 'relu']
    """
    return sorted(set(values), key=lambda v: (isinstance(v, str), v))


def read_study_table(path: str, metric: str | None = None) -> StudyTable:
    """The rows of a CSV file or a study: a training a line, a parameter a column, and the metric.

    Columns that `chainrule study export` writes about a run (its seed, digest, time, other
    metrics) are no parameters. Lines that begin with # are remarks. A column whose name ends with
    _percent is divided by 100.

    Args:
        path: the file, plain or compressed; if there is no such file, the name of a table that
            comes with chainrule, or of a study in the storage of the current folder.
        metric: the column to judge by; None takes the study's own, or the first of METRICS that has
            numbers.

    Raises: FileError, DataError, UnknownNameError.
    """
    study = None if find_file(path, "accuracies").exists() else _find_study(path)
    content = _read_file(path) if study is None else study.export_text("csv").encode()
    if metric is None and study is not None:
        metric = study.spec.settings.metric
    lines = _lines(path, content)
    chosen = _metric(path, lines, metric)
    known = lines[0]
    names = [n for n in known if n != chosen and not _of_run(n, known)]
    rows = tuple(_row(line, chosen, names) for line in lines if _number(line[chosen]))
    return StudyTable(path, Metric(chosen), rows, len(lines) - len(rows))


def _find_study(name: str) -> SavedStudy | None:
    """Return the study of that name in the current folder, or None."""
    from chainrule.study import DEFAULT_STORAGE, list_studies

    if not Path(DEFAULT_STORAGE).is_file():
        return None
    return next((study for study in list_studies() if study.name == name), None)


def _read_file(path: str) -> bytes:
    file = find_file(path, "accuracies")
    with open_decompressed(file) as stream:
        return read_stream(stream, content_limit(str(file), stored_size(file), text=True))


def _lines(path: str, content: bytes) -> list[dict[str, str]]:
    try:
        text = content.decode("utf-8-sig")
        lines_read = [
            line for line in io.StringIO(text) if line.strip() and not line.startswith("#")
        ]
        reader = csv.reader(lines_read, strict=True)
        lines = [[field.strip() for field in line] for line in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(path, expected="a CSV file in UTF-8", got=str(error)) from None
    if len(lines) < 2:
        raise DataError(path, expected="names of columns and a row below them", got="none")
    if len(set(lines[0])) < len(lines[0]):
        twice = next(name for name in lines[0] if lines[0].count(name) > 1)
        raise DataError(path, expected="columns of different names", got=f"{twice!r} twice")
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(lines[0]):
            got = f"{len(line)} in row {number}"
            raise DataError(path, expected=f"{len(lines[0])} fields, as in the names", got=got)
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def _metric(path: str, lines: list[dict[str, str]], metric: str | None) -> str:
    known = tuple(lines[0])
    if metric is not None and metric not in known:
        raise unknown_name(path, "a column", metric, known, argument="metric")
    candidates = [name for name in METRICS if name in known] if metric is None else [metric]
    for name in candidates:
        if any(_number(line[name]) for line in lines):
            return name
    raise DataError(
        path,
        expected=f"numbers in the column {metric}" if metric else "a column with the metric",
        got="none" if metric else ", ".join(known),
        remedy="" if metric else "Name it by metric=",
        argument="metric",
    )


def _of_run(name: str, known: Mapping[str, str]) -> bool:
    """Whether a column tells of a run; where a parameter has its name, it stands as run_NAME."""
    if name.startswith("run_"):
        return name.removeprefix("run_") in _OF_RUNS
    return name in _OF_RUNS and f"run_{name}" not in known


def _row(line: Mapping[str, str], metric: str, names: Sequence[str]) -> TrialRow:
    value = float(line[metric]) / (100 if metric.endswith(_PERCENT) else 1)
    seed = line.get("run_seed", line.get("seed", ""))
    given = {name: _value(line[name]) for name in names}
    return TrialRow(given, value, int(seed) if seed.isdecimal() else None)


def _number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _value(text: str) -> Value:
    return float(text) if _number(text) else text


def varied_parameters(results: Sequence[ConfigurationResult]) -> list[str]:
    """Return the parameters that have more than one value in some results."""
    names = dict.fromkeys(name for one in results for name in one.parameters)
    return [n for n in names if len({repr(one.parameters.get(n)) for one in results}) > 1]


def summary_table(summary: StudySummary) -> StudyTable:
    """Return the complete trials of a study as a table, a row for each seed.

    Args:
        summary: with a complete trial.
    """
    complete = [one for one in summary.ranked if one.ended == "complete"]
    names = dict.fromkeys(name for one in complete for name in one.parameters)
    rows = tuple(
        TrialRow({n: study_value(one.parameters.get(n, "-")) for n in names}, run[summary.metric])
        for one in complete
        for run in one.runs
    )
    left_out = len(summary.ranked) - len(complete)
    return StudyTable(summary.name, Metric(summary.metric), rows, left_out)


def trial_rows(result: ConfigurationResult, metric: str) -> list[TrialRow]:
    """Return the trainings of a complete trial with their curves.

    Args:
        result: of the trial.
        metric: of the study.
    """
    chosen = {n: study_value(value) for n, value in result.parameters.items()}
    return [
        TrialRow(chosen, run[metric], run.get("seed"), tuple(run.get("curve", ())))
        for run in result.runs
    ]


def study_value(value: Any) -> Value:
    """Return a parameter's value as study tables have it: a number, or a text such as 784-30-10."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, (list, tuple)):
        return "-".join(map(str, value))
    return str(value)
