"""Predictions for files: pictures and tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import is_picture_file
from chainrule.data.handwriting import (
    MatchedDigit,
    Preparation,
    ink_inputs,
    match_picture,
    read_picture,
)
from chainrule.data.tables import TABLE_SUFFIXES, is_data_frame, table_suffix
from chainrule.errors import (
    DataError,
    FileError,
    InputError,
    MissingLibraryError,
    describe,
)
from chainrule.evaluation import class_columns
from chainrule.experiment.digit_reading import read_digit
from chainrule.experiment.prediction_records import (
    FailedPrediction,
    Output,
    Prediction,
    check_abstain,
)
from chainrule.experiment.row_matching import (
    holds_images,
    holds_named_table,
    list_sources,
    match_rows,
    read_complete_rows,
    read_rows,
)
from chainrule.network import Network
from chainrule.schema import RowError

__all__ = ["predict_files"]

_LEAST_SIDE = 8
"""Fewer inputs than those of a square of this side are not an image."""


def predict_files(
    network: Network,
    paths: Any,
    options: Mapping[str, Any],
    *,
    errors: str = "raise",
    abstain: float | None = None,
) -> list[Prediction | FailedPrediction]:
    """Return the answers to several files.

    Args:
        network: what answers.
        paths: one or several: pictures, or tables of pixels, for a network that learned from
            images; otherwise tables. A data frame is a table.
        options: how the network's own data was read, as for `load_dataset`.
        errors: "raise", or "return" to have the error in the place of a file or row that cannot be
            read.
        abstain: the answer is "?" where no output reaches this, 0 to 1.

    Raises: InputError; FileError, DataError and MissingLibraryError unless they are returned.
    """
    if errors not in ("raise", "return"):
        expected = "errors to be 'raise' or 'return'"
        raise InputError(
            "predict", expected=expected, got=describe(errors), argument="errors", value=errors
        )
    check_abstain(network, abstain)
    found: list[Prediction | FailedPrediction] = []
    for path in list_sources(paths):
        try:
            found += _predict_source(network, path, options)
        except (FileError, DataError, MissingLibraryError) as error:
            found.append(FailedPrediction(str(path), error))
        failed = next((one for one in found if isinstance(one, FailedPrediction)), None)
        if failed is not None and errors == "raise":
            raise failed.error
    return [one.withhold(abstain) if isinstance(one, Prediction) else one for one in found]


def _predict_source(
    network: Network, source: Any, options: Mapping[str, Any]
) -> list[Prediction | FailedPrediction]:
    """Return the answers to a picture, or to each row of a table, with errors of single rows.

    Args:
        network: what answers.
        source: a picture or a table for a network that learned from images, otherwise a table; a
            data frame is a table.
        options: as in `predict_files`.

    Raises: FileError, DataError, InputError.
    """
    if len(network.input_shape) == 2 and not _is_table_of_images(network, source, options):
        return [*_predict_picture(network, source)]
    if is_data_frame(source) or holds_named_table(source):
        return _predict_rows(network, source, options)
    if is_picture_file(source):
        square = _as_square(network, source)
        sides = " x ".join(map(str, square.input_shape))
        sentence = f"The network's inputs were taken for an image of {sides}."
        answers = _predict_picture(square, source)
        return [replace(one, remarks=(sentence, *one.remarks)) for one in answers]
    return _predict_rows(network, source, options)


def _as_square(network: Network, path: str) -> Network:
    """The network with its inputs as a square image, for pictures; other networks are refused."""
    width = network.architecture.layers[0]
    side = math.isqrt(width)
    known = network.schema is not None and network.schema.is_table
    if not known and len(network.input_shape) == 1 and side * side == width and side >= _LEAST_SIDE:
        return replace(network, input_shape=(side, side))
    learned = "columns of a table" if known else f"inputs of shape {network.input_shape}"
    raise DataError(
        path,
        expected=f"a table of {width} numbers a row",
        got="a picture",
        why=f"The network learned from {learned}; pictures are read as grey images",
    )


def _is_table_of_images(network: Network, source: Any, options: Mapping[str, Any]) -> bool:
    if is_data_frame(source):
        return True
    if table_suffix(Path(source)) not in TABLE_SUFFIXES:
        return False
    try:
        return holds_images(network, read_rows(source, options))
    except DataError:  # a picture may be a CSV file that is not a table
        return False


def _predict_picture(network: Network, path: str) -> list[Prediction]:
    """The answer to each digit of a picture, in reading order."""
    rows, columns = network.input_shape
    form = None if network.schema is None else network.schema.image
    found = []
    for digit in match_picture(read_picture(path), (rows, columns), network.input_scale, form):
        answer = partial(_predict_digit, network, path, digit)
        found += read_digit(digit.preparation, network.class_names, answer)
    count = len(found)
    if count == 1:
        return found
    return [replace(one, input=f"{path}, digit {k} of {count}") for k, one in enumerate(found, 1)]


def _predict_digit(
    network: Network, path: str, digit: MatchedDigit, prepared: Preparation
) -> Prediction:
    """The answer to a digit as it was found, or prepared in another way."""
    form = None if network.schema is None else network.schema.image
    as_found = prepared is digit.preparation
    inputs = digit.inputs if as_found else ink_inputs(prepared, network.input_scale, form)
    (found,) = _predictions(network, inputs, [path], prepared.remarks, prepared)
    return replace(found, file=path)


def _predict_rows(
    network: Network, source: Any, options: Mapping[str, Any]
) -> list[Prediction | FailedPrediction]:
    """Return the answer to each row of a table, with the error in place of a row that has none.

    Args:
        network: what answers.
        source: a table's path, or a data frame.
        options: how the network's own data was read, as for `load_dataset`.

    Raises: FileError, DataError if the table does not fit as a whole.
    """
    read = read_complete_rows(source, options)
    table = read.table
    found = match_rows(network, table, options)
    failed = {row: _failed_row(table.where, one.place, one) for row, one in read.errors.items()}
    for row, one in found.errors.items():
        failed[int(read.rows[row])] = _failed_row(table.where, table.place(row), one)
    places = [f"{table.where}, {table.place(int(row))}" for row in found.rows]
    answers: list[Prediction | FailedPrediction] = []
    answers += _predictions(network, found.inputs, places, found.remarks) if places else []
    for row in sorted(failed):  # from the first, so that each finds its own place
        answers.insert(row, failed[row])
    return answers


def _failed_row(where: str, row: str, error: RowError) -> FailedPrediction:
    """Return the failure of a row, whose place in the file is given."""
    refused = DataError(f"{where}, {error.place}", why=error.problem)
    return FailedPrediction(f"{where}, {row}", refused)


def _predictions(
    network: Network,
    inputs: NDArray[Any],
    places: Iterable[str],
    remarks: tuple[str, ...],
    preparation: Preparation | None = None,
) -> list[Prediction]:
    outputs: NDArray[np.float64] = network.predict(inputs).astype(np.float64)
    if network.class_names:
        outputs = class_columns(outputs)
    found = []
    for place, row in zip(places, outputs, strict=True):
        ranked = _rank_outputs(network, row)
        answer = ranked[0].name if network.class_names else None
        found.append(Prediction(place, answer, ranked, remarks, preparation))
    return found


def _rank_outputs(network: Network, outputs: NDArray[np.float64]) -> tuple[Output, ...]:
    """Return the outputs by name, those of classes with the greatest first."""
    names = list(network.class_names) or [f"output {k}" for k in range(1, len(outputs) + 1)]
    if len(names) != len(outputs):
        # One output stands for two classes, though the data may have had one only.
        names.append(f"not {names[0]}")
    found = tuple(map(Output, names, outputs.tolist()))
    return tuple(sorted(found, key=lambda one: -one.value)) if network.class_names else found
