"""Fitted steps that turn the columns of a table into the inputs of a network, and outputs back.

A number x becomes (x - centre) / spread, a category one input for each of its values, a date its
year, month, day and weekday as numbers. What is missing is filled, and where the training part had
missing numbers, one more input says which they were. Targets that are numbers are standardised in
training; the network's outputs are turned back into their own unit. Everything is a function of the
training part alone, and of the choices of the recipe.

Source: LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.3, for standardising.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError, ShapeError, describe
from chainrule.schema.columns import Column
from chainrule.schema.schema import Schema

__all__ = ["ENCODINGS", "IMPUTATIONS", "SCALINGS", "TARGET_SCALINGS", "Preprocessing"]

Matrix = NDArray[np.float64]

SCALINGS = ("auto", "none", "standard", "robust", "min_max")
"""How numbers are scaled: by mean and standard deviation (standard, and auto for tables), by median
and the distance between the quartiles (robust), or from 0 to 1 (min_max)."""

TARGET_SCALINGS = ("auto", "none", "standard")
"""How targets that are numbers are scaled while a network learns them."""

ENCODINGS = ("one_hot", "ordinal")
"""How a category becomes numbers: an input for each of its values, or its place among them."""

IMPUTATIONS = ("median", "mean", "zero")
"""What a missing number becomes."""

_DAY_PARTS = ("year", "month", "day", "weekday")
_CLOCK_PARTS = ("hour", "minute")


class _Part(NamedTuple):
    """One number that a column gives, before it is scaled: its name and its values."""

    name: str
    values: Matrix


@dataclass(frozen=True, kw_only=True)
class ScaledInput:
    """The numbers by which one part of a column becomes an input.

    Args:
        name: the input's name, such as "age" or "sailed year".
        fill: what a missing value is, in the column's own unit.
        centre: what is subtracted.
        spread: what is divided by, above 0.
        marks_missing: whether one more input is 1 where the value was missing.
    """

    name: str
    fill: float = 0.0
    centre: float = 0.0
    spread: float = 1.0
    marks_missing: bool = False


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """The way from a table's matrix to a network's inputs, with all its numbers.

    Args:
        schema: what the columns and the target mean.
        encoding: how categories become numbers.
        inputs: the numbers of each part that is a number, in the order of the columns.
        target_centre: what is subtracted from each target; empty for classes.
        target_spread: what each target is then divided by, above 0.
    """

    schema: Schema
    encoding: str = "one_hot"
    inputs: tuple[ScaledInput, ...] = ()
    target_centre: tuple[float, ...] = ()
    target_spread: tuple[float, ...] = ()

    @classmethod
    def fit(
        cls,
        schema: Schema,
        matrix: Matrix,
        targets: NDArray[Any],
        *,
        scaling: str = "auto",
        target_scaling: str = "auto",
        encoding: str = "one_hot",
        imputation: str = "median",
    ) -> Self:
        """Return the steps that fit a training part.

        Args:
            schema: what the columns mean.
            matrix: the training part's columns, (rows, columns) float64; NaN for a missing cell.
            targets: class numbers, (rows,), or numbers, (rows, outputs).
            scaling: one of `SCALINGS`.
            target_scaling: one of `TARGET_SCALINGS`; classes are never scaled.
            encoding: one of `ENCODINGS`.
            imputation: one of `IMPUTATIONS`.
        """
        if not schema.is_table:  # images and arrays are inputs already
            return cls(schema=schema, encoding=encoding)
        found = [
            _fit_input(column, part, scaling, imputation)
            for column, values in zip(schema.columns, matrix.T, strict=True)
            for part in _parts(column, values, encoding)
        ]
        centre: Matrix = np.zeros(0)
        spread: Matrix = np.zeros(0)
        if schema.target.kind == "numbers" and target_scaling != "none":
            numbers = targets.reshape(len(targets), -1).astype(np.float64)
            centre, spread = numbers.mean(axis=0), numbers.std(axis=0)
            spread = np.where(spread > 0, spread, 1.0)
        return cls(
            schema=schema,
            encoding=encoding,
            inputs=tuple(found),
            target_centre=tuple(centre.tolist()),
            target_spread=tuple(spread.tolist()),
        )

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """The name of each input of the network, such as "age", "port = S" or "age is missing"."""
        blank = np.zeros((1, len(self.schema.columns)))
        return tuple(part.name for part in self._encoded(blank))

    @classmethod
    def count_inputs(cls, schema: Schema, encoding: str = "one_hot") -> int:
        """Return how many inputs a network for a table has; known before anything is fitted."""
        blank = np.zeros((1, len(schema.columns)))
        return len(cls.fit(schema, blank, blank, encoding=encoding).input_names)

    def encode(self, matrix: NDArray[Any]) -> Matrix:
        """Return the inputs of a network for the rows of a table.

        Args:
            matrix: (rows, columns), in the order of the schema; NaN where a cell is missing.

        Returns: (rows, inputs) float64. A row's numbers do not depend on the rows beside it.
        Raises: ShapeError.
        """
        rows = np.asarray(matrix, np.float64)
        if rows.ndim != 2 or rows.shape[1] != len(self.schema.columns):
            raise ShapeError(
                "Preprocessing.encode",
                expected=f"rows of {len(self.schema.columns)} columns",
                got=describe(rows),
                why=f"The columns are {_listed(self.schema.names)}",
                argument="matrix",
            )
        return np.column_stack([part.values for part in self._encoded(rows)])

    def _encoded(self, rows: Matrix) -> Iterator[_Part]:
        """Yield each input of the network."""
        scaled = iter(self.inputs)
        for column, values in zip(self.schema.columns, rows.T, strict=True):
            for part in _parts(column, values, self.encoding):
                step = next(scaled)
                lost = np.isnan(part.values)
                filled = np.where(lost, step.fill, part.values)
                yield _Part(part.name, (filled - step.centre) / step.spread)
                if step.marks_missing:
                    yield _Part(f"{part.name} is missing", lost.astype(np.float64))
            if column.kind == "category" and self.encoding == "one_hot":
                yield from _one_hot(column, values)

    def scale_targets(self, targets: NDArray[Any]) -> NDArray[Any]:
        """Return targets as the network learns them; classes and unscaled targets as they are."""
        if not self.target_centre:
            return targets
        scaled: Matrix = (targets.astype(np.float64) - self.target_centre) / self._spread
        return scaled

    def restore_outputs(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Return outputs of the network in the unit of the targets, (rows, outputs)."""
        if not self.target_centre:
            return outputs
        restored: Matrix = outputs.astype(np.float64) * self._spread + self.target_centre
        return restored

    @cached_property
    def _spread(self) -> Matrix:
        return np.array(self.target_spread)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of `to_dict`."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `from_dict` makes the steps again, to the bit."""
        return {
            "schema": self.schema.to_dict(),
            "encoding": self.encoding,
            "inputs": [asdict(one) for one in self.inputs],
            "target_centre": list(self.target_centre),
            "target_spread": list(self.target_spread),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the steps that `to_dict` described.

        Raises: DataError.
        """
        try:
            return cls(
                schema=Schema.from_dict(values["schema"]),
                encoding=str(values["encoding"]),
                inputs=tuple(ScaledInput(**one) for one in values["inputs"]),
                target_centre=tuple(map(float, values["target_centre"])),
                target_spread=tuple(map(float, values["target_spread"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                "Preprocessing", expected="the description of a table's steps", got=str(error)
            ) from None


def _parts(column: Column, values: Matrix, encoding: str) -> Iterator[_Part]:
    """Yield the numbers that a column gives before they are scaled."""
    if column.kind == "date":
        yield from _date_parts(column, values)
    elif column.kind == "number" or encoding == "ordinal":
        yield _Part(column.name, values)


def _date_parts(column: Column, values: Matrix) -> Iterator[_Part]:
    lost = np.isnan(values)
    minutes = np.where(lost, 0, np.floor(values * 1440 + 0.5)).astype("datetime64[m]")
    days = minutes.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    counts = (
        days.astype("datetime64[Y]").astype(np.int64) + 1970,
        months.astype(np.int64) % 12 + 1,
        (days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        (days.astype(np.int64) + 3) % 7 + 1,  # 1970-01-01 was a Thursday, day 4
    )
    named = list(zip(_DAY_PARTS, counts, strict=True))
    if column.clock:
        of_day = (minutes - days.astype("datetime64[m]")).astype(np.int64)
        named += zip(_CLOCK_PARTS, (of_day // 60, of_day % 60), strict=True)
    for name, count in named:
        yield _Part(f"{column.name} {name}".strip(), np.where(lost, np.nan, count))


def _one_hot(column: Column, values: Matrix) -> Iterator[_Part]:
    """Yield an input for each category, or one for the second where there are just two."""
    names = [f"{column.name} = {category}" for category in column.categories]
    if len(names) == 2 and not column.missing:
        # What is neither of the two stands halfway between them.
        yield _Part(names[1], np.where(np.isnan(values), 0.5, values))
        return
    for place, name in enumerate(names):
        yield _Part(name, (values == place).astype(np.float64))
    if column.missing:
        yield _Part(f"{column.name} is missing", np.isnan(values).astype(np.float64))


def _fit_input(column: Column, part: _Part, scaling: str, imputation: str) -> ScaledInput:
    seen = part.values[~np.isnan(part.values)]
    marks = bool(column.missing)
    if not seen.size:
        return ScaledInput(name=part.name, marks_missing=marks)
    fill = {"median": np.median(seen), "mean": seen.mean(), "zero": 0.0}[imputation]
    values = np.where(np.isnan(part.values), fill, part.values)
    centre, spread = _centre_and_spread(values, scaling)
    return ScaledInput(
        name=part.name,
        fill=float(fill),
        centre=float(centre),
        spread=float(spread) if spread > 0 else 1.0,
        marks_missing=marks,
    )


def _centre_and_spread(values: Matrix, scaling: str) -> tuple[float, float]:
    if scaling == "none":
        return 0.0, 1.0
    if scaling == "min_max":
        return values.min(), np.ptp(values)
    if scaling == "robust":
        low, middle, high = np.percentile(values, (25, 50, 75))
        return middle, high - low
    return values.mean(), values.std()


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
