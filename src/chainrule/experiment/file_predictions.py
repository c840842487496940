"""Predictions for files: pictures and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting import (
    MatchedDigit,
    PixelBox,
    Preparation,
    ink_inputs,
    match_picture,
    read_picture,
)
from chainrule.errors import (
    ChainruleError,
    DataError,
    FileError,
    InputError,
    MissingLibraryError,
    describe,
)
from chainrule.evaluation import class_columns
from chainrule.experiment.digit_orientation import UprightReading
from chainrule.experiment.digit_reading import read_digit
from chainrule.experiment.input_rows import read_rows
from chainrule.network import Network

__all__ = ["FailedPrediction", "Output", "Prediction", "predict_file", "predict_files"]


class Output(NamedTuple):
    """One output of a network, with the name of its class or its number from 1."""

    name: str
    value: float


@dataclass(frozen=True, eq=False)
class Prediction:
    """The answer of a network to one example.

    Args:
        input: the file, with the line if it is a table, or with the digit's number in reading
            order, as "photo.jpg, digit 2 of 4", if a picture shows several.
        answer: the class; None for a network whose outputs are numbers.
        outputs: of classes, the greatest first; of numbers, in their order.
        remarks: sentences about the input.
        preparation: the stages by which a picture was prepared; None for a row of a table.
        file: the picture; empty for a row of a table.
        upright: what a digit reads upright, if it seems to be turned; otherwise None.
    """

    input: str
    answer: str | None
    outputs: tuple[Output, ...]
    remarks: tuple[str, ...] = ()
    preparation: Preparation | None = None
    file: str = ""
    upright: UprightReading | None = None

    @property
    def box(self) -> PixelBox | None:
        """Where the digit lies in its picture; None for a row, or a picture that is the digit."""
        return None if self.preparation is None else self.preparation.box

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule predict --json` prints of an example."""
        values: dict[str, Any] = {
            "input": self.input,
            "answer": self.answer,
            "outputs": dict(self.outputs),
            "remarks": list(self.remarks),
        }
        if self.box is not None:
            values["box"] = self.box._asdict()
        if self.upright is not None:
            values["upright"] = self.upright.to_dict()
        return values


@dataclass(frozen=True, eq=False)
class FailedPrediction:
    """A file that could not be read as examples.

    Args:
        input: the file.
        error: what is wrong with it.
    """

    input: str
    error: ChainruleError

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule predict --json` prints instead of an answer."""
        return {"input": self.input, "error": str(self.error)}


def predict_files(
    network: Network, paths: Iterable[str], options: Mapping[str, Any], *, errors: str = "raise"
) -> list[Prediction | FailedPrediction]:
    """Return the answers to several files.

    Args:
        network: what answers.
        paths: as in `predict_file`.
        options: as in `predict_file`.
        errors: "raise", or "return" to have the error in the place of a file that is unreadable.

    Raises: InputError; FileError, DataError and MissingLibraryError unless they are returned.
    """
    if errors not in ("raise", "return"):
        expected = "errors to be 'raise' or 'return'"
        raise InputError(
            "predict", expected=expected, got=describe(errors), argument="errors", value=errors
        )
    found: list[Prediction | FailedPrediction] = []
    for path in paths:
        try:
            found += predict_file(network, path, options)
        except (FileError, DataError, MissingLibraryError) as error:
            if errors == "raise":
                raise
            found.append(FailedPrediction(path, error))
    return found


def predict_file(network: Network, path: str, options: Mapping[str, Any]) -> list[Prediction]:
    """Return the answers to each digit of a picture, or to each row of a table.

    Args:
        network: what answers.
        path: a picture for a network that learned from images, otherwise a table.
        options: how the network's own data was read: the target column and the delimiter, if given.

    Raises: FileError, DataError, InputError.
    """
    if len(network.input_shape) == 2:
        return _predict_picture(network, path)
    return _predict_rows(network, path, options)


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


def _predict_rows(network: Network, path: str, options: Mapping[str, Any]) -> list[Prediction]:
    rows = read_rows(
        path,
        network.architecture.layers[0],
        target=str(options.get("target", "last")),
        delimiter=options.get("delimiter"),
    )
    places = [f"{path}, line {line}" for line in rows.lines]
    return _predictions(network, rows.inputs * network.input_scale, places, rows.remarks)


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
