"""Predictions for a table of any length: its own columns, then the answers, row by row.

Rows are read, answered and written in blocks, so that memory does not grow with the table. A row
that cannot be read does not stop the others: its answer is empty, and its error is written beside
it.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import ReadOptions, read_table
from chainrule.data.tables import TableBlock, is_data_frame, read_table_blocks
from chainrule.errors import InputError
from chainrule.evaluation import class_columns, count_text
from chainrule.experiment.prediction_records import WITHHELD, check_abstain
from chainrule.experiment.row_matching import holds_named_table, match_rows, require_source
from chainrule.network import BLOCK, Network
from chainrule.schema import ColumnNote, merge_notes
from chainrule.storage import STANDARD_STREAM, open_atomically
from chainrule.visible_text import make_visible

__all__ = ["TablePredictions", "predict_table"]

_LISTED_ERRORS = 10
_SEPARATORS = {".csv": ",", ".txt": ",", ".tsv": "\t", ".tab": "\t"}


@dataclass(frozen=True)
class TablePredictions:
    """What became of the rows of a table.

    Args:
        output: the file of the answers, or "-".
        rows: how many rows there were.
        answered: how many have an answer.
        abstained: how many have "?" for an answer, since no output was great enough.
        failed: how many could not be read.
        answers: how many rows have each class for an answer; empty for numbers.
        remarks: sentences on columns that were ignored, and on values outside the training data.
        errors: the first of the errors.
    """

    output: str
    rows: int
    answered: int
    abstained: int
    failed: int
    answers: Mapping[str, int]
    remarks: tuple[str, ...]
    errors: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule predict --output --json` prints."""
        return {**asdict(self), "answers": dict(self.answers)}

    def describe(self) -> str:
        """Return the counts in a line."""
        parts = [f"{count_text(self.answered)} of {count_text(self.rows)} rows answered"]
        if self.abstained:
            parts.append(f"{count_text(self.abstained)} left open")
        if self.failed:
            parts.append(f"{count_text(self.failed)} with errors")
        return ", ".join(parts)


def predict_table(
    network: Network,
    source: Any,
    output: str = STANDARD_STREAM,
    *,
    abstain: float | None = None,
    block_rows: int = BLOCK,
    **options: Any,
) -> TablePredictions:
    """Write a table's rows with the answers of a network behind them.

    The columns of the output are those of the input, then "answer", an output for each class (or
    the answers alone, for numbers), and "error".

    Args:
        network: what answers.
        source: the path of a table, "-" for text from standard input, or a data frame.
        output: a .csv, .tsv or .txt file to write; "-" for standard output.
        abstain: the answer is "?" where no output reaches this, 0 to 1.
        block_rows: the most rows at once.
        options: how to read the table, as in `load_dataset`.

    Raises: InputError; FileError, DataError for what stops all rows, such as a missing column.
    """
    check_abstain(network, abstain)
    source = require_source(source)
    answering = _Answering(network, abstain, ReadOptions(**options))
    separator = _check_output(source, output)
    counts, answers = Counter[str](), Counter[str]()
    ignored, notes, errors = dict[str, None](), list[ColumnNote](), list[str]()
    named = not is_data_frame(source) and holds_named_table(source)
    rows = read_table(source) if named else source
    blocks = read_table_blocks(rows, answering.options, block_rows)
    with _open_output(output) as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        for block in blocks:
            if not counts["rows"]:
                writer.writerow(answering.header(block.names))
            answered = answering.answer(block)
            for row, added in zip(block.rows, answered.cells, strict=True):
                cells = [*row[: len(block.names)], *[""] * (len(block.names) - len(row))]
                writer.writerow([*cells, *added])
            counts["rows"] += len(block.rows)
            counts.update(answered.ends)
            answers.update(answered.answers)
            ignored.update(dict.fromkeys(answered.ignored))
            notes = merge_notes([*notes, *answered.notes])
            errors += answered.errors[: _LISTED_ERRORS - len(errors)]
    return TablePredictions(
        output=output,
        rows=counts["rows"],
        answered=counts["answered"],
        abstained=counts["abstained"],
        failed=counts["failed"],
        answers=dict(answers),
        remarks=(*ignored, *map(str, notes)),
        errors=tuple(errors),
    )


def _check_output(source: Any, output: str) -> str:
    """Return what separates the fields of the output."""
    if output == STANDARD_STREAM:
        return ","
    suffix = Path(output).suffix.lower()
    same = not is_data_frame(source) and source != STANDARD_STREAM and Path(source).exists()
    if suffix not in _SEPARATORS or (same and Path(output).resolve() == Path(source).resolve()):
        raise InputError(
            "predict",
            expected=f"another file than the input, ending with {', '.join(_SEPARATORS)}",
            got=output,
            argument="output",
            value=output,
        )
    return _SEPARATORS[suffix]


class _VisibleStream(io.StringIO):
    """A terminal, to which control characters are written out."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(make_visible(text.replace("\r\n", "\n")))


@contextmanager
def _open_output(output: str) -> Iterator[IO[str]]:
    if output == STANDARD_STREAM:
        yield _VisibleStream(sys.stdout) if sys.stdout.isatty() else sys.stdout
        sys.stdout.flush()
        return
    with open_atomically(output) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        yield text
        text.detach()


@dataclass(eq=False)
class _Answered:
    """The answers to a block of rows.

    Args:
        cells: what stands behind each row's own cells.
        ends: "answered", "abstained" or "failed" for each row.
        answers: the class of each row that has one.
        ignored: sentences on columns of the table.
        notes: on cells that are not like those of the training data.
        errors: a line for each row that failed.
    """

    cells: list[list[str]]
    ends: list[str]
    answers: list[str]
    ignored: tuple[str, ...]
    notes: tuple[ColumnNote, ...]
    errors: list[str]


@dataclass(frozen=True, eq=False)
class _Answering:
    network: Network
    abstain: float | None
    options: ReadOptions
    classes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = self.network.class_names
        if len(names) == 1:  # one output stands for two classes
            names = (*names, f"not {names[0]}")
        object.__setattr__(self, "classes", names)

    def header(self, names: Sequence[str]) -> list[str]:
        """Return the names of all columns; added ones end with _ where their name is taken."""
        if self.classes:
            word = "probability" if self.network.gives_probabilities else "output"
            added = ["answer", *(f"{word} {name}" for name in self.classes)]
        else:
            width = self.network.architecture.layers[-1]
            added = ["answer"] if width == 1 else [f"answer {k}" for k in range(1, width + 1)]
        found = list(names)
        for name in (*added, "error"):
            while name in found:
                name += "_"
            found.append(name)
        return found

    def answer(self, block: TableBlock) -> _Answered:
        """Return what stands behind each row of a block."""
        width = len(self.classes) or self.network.architecture.layers[-1]
        blank = [""] * (width + bool(self.classes))
        found = _Answered([[] for _ in block.rows], ["failed"] * len(block.rows), [], (), (), [])
        problems = dict(block.problems)
        if block.table is not None:
            matched = match_rows(self.network, block.table, {"target": self.options.target})
            for row, error in matched.errors.items():
                place = error.place.partition(", ")[2]
                why = f"{place}: {error.problem}" if place else error.problem
                problems[int(block.whole[row])] = why
            found.ignored, found.notes = matched.ignored, matched.notes
            if matched.rows.size:
                outputs = self.network.predict(matched.inputs)
                self._fill(found, block.whole[matched.rows], outputs)
        for row, why in sorted(problems.items()):
            found.cells[row].extend([*blank, why])
            found.errors.append(f"{block.places[row]}: {why}")
        return found

    def _fill(self, found: _Answered, rows: NDArray[np.int64], outputs: NDArray[Any]) -> None:
        """Fill in the answers of rows that could be read."""
        if not self.classes:
            for row, values in zip(rows.tolist(), outputs, strict=True):
                found.cells[row].extend([*map(str, values), ""])
                found.ends[row] = "answered"
            return
        columns = class_columns(outputs)
        best = columns.argmax(axis=1)
        for row, k, values in zip(rows.tolist(), best.tolist(), columns, strict=True):
            sure = self.abstain is None or values[k] >= self.abstain
            answer = self.classes[k] if sure else WITHHELD
            found.cells[row].extend([answer, *map(str, values), ""])
            found.ends[row] = "answered" if sure else "abstained"
            if sure:
                found.answers.append(answer)
