"""The trials of a study as a table for other programs: CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chainrule.errors import InputError, MissingLibraryError
from chainrule.storage import write_atomically
from chainrule.study.results import ConfigurationResult, read_results
from chainrule.study.stored_study import StoredStudy

__all__ = ["EXPORT_FORMATS", "curve_rows", "format_rows", "trial_rows", "write_rows"]

EXPORT_FORMATS = ("csv", "json", "parquet")
_RUN_FIGURES = (
    *("seed", "digest", "epochs", "seconds", "ended"),
    *("validation_accuracy", "validation_cost", "test_accuracy", "test_cost"),
)


def trial_rows(study: StoredStudy) -> list[dict[str, Any]]:
    """Return a row for each seed of each configuration that has a result."""
    names = [parameter.name for parameter in study.spec.space]
    rows = []
    for result in read_results(study):
        first = {**_configuration_columns(result, names), "metric_mean": result.value}
        rows += [{**first, **_run_columns(run, names)} for run in result.runs]
    return rows


def curve_rows(study: StoredStudy) -> list[dict[str, Any]]:
    """Return a row for each epoch of each seed: the metric on the examples held out.

    Raises: InputError if the study's metric is one of the test set, which is looked at only at the
        end.
    """
    metric = study.spec.settings.metric
    if study.spec.settings.uses_test_set:
        raise InputError(
            "study export",
            expected="a study with a validation metric, whose curves are recorded",
            got=metric,
            why="The test set is used once, at the end of a training",
            argument="curves",
        )
    names = [parameter.name for parameter in study.spec.space]
    rows = []
    for result in read_results(study):
        first = _configuration_columns(result, names)
        for run in result.runs:
            seeded = {**first, _column("seed", names): run["seed"]}
            curve = enumerate(run.get("curve", ()), start=1)
            rows += [{**seeded, "epoch": epoch, metric: value} for epoch, value in curve]
    return rows


def _configuration_columns(result: ConfigurationResult, names: Sequence[str]) -> dict[str, Any]:
    """Return the columns that all rows of a configuration share."""
    return {
        "study_trial": result.number,
        "configuration": result.configuration,
        "attempt": result.attempt,
        "outcome": result.ended,
        **{name: _cell(result.parameters.get(name)) for name in names},
    }


def _run_columns(run: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {_column(key, names): run.get(key) for key in _RUN_FIGURES}


def _column(name: str, parameters: Sequence[str]) -> str:
    """Return the column of a run's figure; "seconds" or "epochs" may also be a parameter."""
    return f"run_{name}" if name in parameters else name


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, tuple)) else value


def format_rows(rows: Sequence[Mapping[str, Any]], kind: str) -> str:
    """Return the rows as text.

    Args:
        rows: with the same columns.
        kind: "csv" or "json".
    """
    if kind == "json":
        return json.dumps(list(rows), indent=2) + "\n"
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def write_rows(rows: Sequence[Mapping[str, Any]], path: str | Path, kind: str) -> None:
    """Write the rows into a file; a file of that name is replaced.

    Args:
        rows: with the same columns.
        path: the file.
        kind: one of EXPORT_FORMATS.

    Raises: MissingLibraryError, FileError.
    """
    written = _parquet(rows) if kind == "parquet" else format_rows(rows, kind).encode()
    write_atomically(Path(path), written)


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingLibraryError(
            "study export",
            expected="the library pyarrow for Parquet files",
            got="none",
            remedy="Install it with: pip install pyarrow",
        ) from None
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink)
    return sink.getvalue()
