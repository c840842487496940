"""The trials of a study as a table for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.errors import InputError, MissingLibraryError
from chainrule.storage import write_atomically
from chainrule.study.runner import Kept
from chainrule.study.summary import Entry, entries

__all__ = ["FORMATS", "curve_rows", "export_text", "rows_of", "write_parquet"]

FORMATS = ("csv", "json", "parquet")
_RUN = (
    *("seed", "digest", "epochs", "seconds", "ended"),
    *("validation_accuracy", "validation_cost", "test_accuracy", "test_cost"),
)


def rows_of(kept: Kept) -> list[dict[str, Any]]:
    """A row for each seed of each configuration that has a result."""
    names = [parameter.name for parameter in kept.spec.space]
    return [row for entry in entries(kept) for row in _rows(entry, names)]


def curve_rows(kept: Kept) -> list[dict[str, Any]]:
    """A row for each epoch of each seed: the metric on the examples held out.

    Raises: InputError where the study's metric is of the test set, which is not looked at before
        the end.
    """
    metric = kept.spec.settings.metric
    if kept.spec.settings.on_test:
        raise InputError(
            "study export",
            expected="a study with a validation metric, of which curves are kept",
            got=metric,
            why="The test set is looked at once, when a training is over",
            argument="curves",
        )
    names = [parameter.name for parameter in kept.spec.space]
    rows = []
    for entry in entries(kept):
        first = _first(entry, names)
        for run in entry.runs:
            seeded = {**first, _renamed("seed", names): run["seed"]}
            points = enumerate(run.get("curve", ()), start=1)
            rows += [{**seeded, "epoch": epoch, metric: value} for epoch, value in points]
    return rows


def _rows(entry: Entry, names: Sequence[str]) -> list[dict[str, Any]]:
    first = {**_first(entry, names), "metric_mean": entry.value}
    return [{**first, **_run(run, names)} for run in entry.runs]


def _first(entry: Entry, names: Sequence[str]) -> dict[str, Any]:
    """What is the same in all rows of a configuration."""
    return {
        "study_trial": entry.number,
        "configuration": entry.configuration,
        "attempt": entry.attempt,
        "outcome": entry.ended,
        **{name: _plain(entry.chosen.get(name)) for name in names},
    }


def _run(run: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {_renamed(name, names): run.get(name) for name in _RUN}


def _renamed(name: str, names: Sequence[str]) -> str:
    """The column of a run's figure, where a parameter of that name has one as well."""
    return f"run_{name}" if name in names else name


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, tuple)) else value


def export_text(rows: Sequence[Mapping[str, Any]], kind: str) -> str:
    """The rows as CSV or JSON."""
    if kind == "json":
        return json.dumps(list(rows), indent=2) + "\n"
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def write_parquet(rows: Sequence[Mapping[str, Any]], path: str) -> None:
    """Write the rows as a Parquet file.

    Raises: MissingLibraryError, FileError.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingLibraryError(
            "study export",
            expected="the library pyarrow for Parquet files",
            got="none",
            remedy="Install it by: pip install pyarrow",
        ) from None
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink)
    write_atomically(path, sink.getvalue())
