"""The answers of one model to bodies of all types; runs in a thread, one call a request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chainrule.attribution import explain_row
from chainrule.errors import ChainruleError
from chainrule.experiment import FailedPrediction, Prediction, match_rows
from chainrule.serving.answer_writer import AnswerWriter
from chainrule.serving.file_input import decode_base64, draw_grid, picture_row, predict_file
from chainrule.serving.problems import RequestError, translate_error
from chainrule.serving.row_input import InputRow, plain_row, read_rows, table_of_rows
from chainrule.serving.served_model import ServedModel
from chainrule.serving.service_limits import ServiceLimits

__all__ = ["Answering", "NamedFile"]

_SIGNS = (b"\x89PNG", b"\xff\xd8\xff")


@dataclass(frozen=True, eq=False)
class NamedFile:
    """A file of a request.

    Args:
        content: its bytes.
        suffix: by which it is read.
    """

    content: bytes
    suffix: str


@dataclass(frozen=True, eq=False)
class Answering:
    """What turns requests to a model into responses.

    Args:
        model: what answers.
        limits: of the service.
    """

    model: ServedModel
    limits: ServiceLimits

    @cached_property
    def writer(self) -> AnswerWriter:
        """Writes the answers."""
        return AnswerWriter(self.model)

    def answer_json(self, value: Any, abstain: float | None) -> bytes | InputRow:
        """Return the response to a value in JSON, or the only row, which may join a batch.

        Raises: RequestError; ChainruleError for what does not fit as a whole.
        """
        rows = read_rows(self.model, value)
        if rows is None:
            row = self._single_row(value)
            return row if isinstance(row, InputRow) else self.answer_files([row], abstain)
        if len(rows) > self.limits.rows:
            expected = f"at most {self.limits.rows} rows"
            raise RequestError(
                422, "too-many-rows", where="body", expected=expected, got=str(len(rows))
            )
        if self.model.schema is not None:
            return self._answer_table(rows, abstain)
        answers = [self._answer_plain(row, f"row {k}", abstain) for k, row in enumerate(rows)]
        return self.writer.join(answers)

    def _single_row(self, value: Any, where: str = "row 0") -> InputRow | NamedFile:
        """Return a row as the network takes it, or the file of a picture to be prepared."""
        if self.model.schema is not None:
            return self._table_row(value)
        if isinstance(value, dict):
            return self._picture(value, where)
        row = plain_row(self.model, value, where)
        return NamedFile(draw_grid(value, where), ".png") if row is None else row

    def _picture(self, value: dict[str, Any], where: str) -> InputRow | NamedFile:
        if set(value) != {"image"} or not self.model.takes_images:
            expected = '{"image": …}' if self.model.takes_images else "an array of numbers"
            raise RequestError(422, "input", where=where, expected=expected, got="another object")
        image = value["image"]
        if isinstance(image, str):
            content = decode_base64(image, where)
            if not content.startswith(_SIGNS):
                raise RequestError(
                    422, "input", where=where, expected="a PNG or JPEG in base64", got="another"
                )
            return NamedFile(content, ".png")
        row = plain_row(self.model, image, where)
        return NamedFile(draw_grid(image, where), ".png") if row is None else row

    def _table_row(self, value: Any) -> InputRow:
        found = table_of_rows(self.model, [value])
        if found.table is None:
            raise found.problems[0][1]
        matched = match_rows(self.model.network, found.table, self.model.options)
        for error in matched.errors.values():
            raise RequestError(422, "data-error", where=error.place, got=error.problem)
        return InputRow(matched.inputs[0], (*found.remarks, *matched.remarks))

    def _answer_table(self, rows: Sequence[Any], abstain: float | None) -> bytes:
        found, writer = table_of_rows(self.model, rows), self.writer
        problems, remarks = dict(found.problems), found.remarks
        outputs: dict[int, list[float]] = {}
        if found.table is not None:
            matched = match_rows(self.model.network, found.table, self.model.options)
            for row, error in matched.errors.items():
                problems[found.places[row]] = RequestError(
                    422, "data-error", where=error.place, got=error.problem
                )
            remarks += matched.remarks
            if len(matched.rows):
                places = [found.places[row] for row in matched.rows.tolist()]
                outputs = dict(zip(places, self.model.compute(matched.inputs), strict=True))
        answers = [
            writer.write_failed(f"row {k}", problems[k])
            if k in problems
            else writer.write(f"row {k}", outputs[k], abstain)
            for k in range(len(rows))
        ]
        return writer.join(answers, remarks)

    def _answer_plain(self, value: Any, where: str, abstain: float | None) -> str:
        try:
            row = self._single_row(value, where)
            if isinstance(row, NamedFile):
                found = predict_file(self.model, row.content, row.suffix, self.limits, where)
                return ",".join(
                    self.writer.write_found(_place(one, where), one, abstain) for one in found
                )
            return self.write_row(where, self.model.compute(row.inputs)[0], row, abstain)
        except RequestError as problem:
            return self.writer.write_failed(where, problem)

    def write_row(
        self, where: str, values: list[float], row: InputRow, abstain: float | None
    ) -> str:
        """Return the answer to a row with the remarks on it."""
        more = f',"remarks":{json.dumps(row.remarks)}' if row.remarks else ""
        return self.writer.write(where, values, abstain, more)

    def answer_files(self, files: Sequence[NamedFile], abstain: float | None) -> bytes:
        """Return the response to tables and pictures; errors of single rows stand in their place.

        Raises: RequestError for a file that cannot be read.
        """
        answers: list[str] = []
        remarks: dict[str, None] = {}
        for number, file in enumerate(files, 1):
            name = f"file {number}" if len(files) > 1 else "body"
            found = predict_file(self.model, file.content, file.suffix, self.limits, name)
            shared = _shared_remarks(found)
            remarks.update(dict.fromkeys(shared))
            answers += [
                self.writer.write_found(_place(one, name), one, abstain, shared) for one in found
            ]
        return self.writer.join(answers, tuple(remarks))

    def explain_json(self, value: Any) -> dict[str, Any]:
        """Return why the model answers a row in JSON as it does.

        Raises: RequestError; ChainruleError.
        """
        if read_rows(self.model, value) is not None:
            raise RequestError(
                422, "input", where="body", expected="one row", got="an array of rows"
            )
        row = self._single_row(value)
        return self.explain(row) if isinstance(row, NamedFile) else self._explain(row)

    def explain(self, file: NamedFile) -> dict[str, Any]:
        """Return why the model answers a picture of one digit as it does.

        Raises: RequestError.
        """
        if not self.model.takes_images:
            raise RequestError(
                415, "media-type", where="body", expected="a row in JSON", got="a file"
            )
        return self._explain(picture_row(self.model, file.content, file.suffix, self.limits))

    def _explain(self, row: InputRow) -> dict[str, Any]:
        try:
            found = explain_row(self.model.network, row.inputs)
        except ChainruleError as error:
            raise translate_error(error, {}) from None
        return {"model": self.model.name, "remarks": list(row.remarks), **found}


def _shared_remarks(found: Sequence[Prediction | FailedPrediction]) -> tuple[str, ...]:
    """Return the remarks that all answers have, which are written once."""
    each = [one.remarks for one in found if isinstance(one, Prediction)]
    return tuple(text for text in each[0] if all(text in one for one in each)) if each else ()


def _place(one: Prediction | FailedPrediction, name: str) -> str:
    """Return which row or digit of a file it is, without the path."""
    _, comma, inside = one.input.rpartition(", ")
    return f"{name}, {inside}" if comma else name
