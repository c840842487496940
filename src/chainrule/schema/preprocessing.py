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
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import ShapeError, describe
from chainrule.plain_records import read_record, require_choice
from chainrule.schema.columns import Column
from chainrule.schema.consistency import require_consistent_steps
from chainrule.schema.features import Feature
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


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """The way from a table's matrix to a network's inputs, with all its numbers.

    Args:
        schema: what the columns and the target mean.
        encoding: how categories become numbers.
        features: what each input of the network is, in their order.
        target_centre: what is subtracted from each target; empty for classes.
        target_spread: what each target is then divided by, above 0.
    """

    schema: Schema
    encoding: str = "one_hot"
    features: tuple[Feature, ...] = ()
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
        cells = _CellParts(schema, matrix)
        fitted = tuple(
            feature.fit(cells.of(feature), scaling, imputation)
            for feature in _features(schema, encoding)
        )
        centre: Matrix = np.zeros(0)
        spread: Matrix = np.zeros(0)
        if schema.target.kind == "numbers" and target_scaling != "none":
            numbers = targets.reshape(len(targets), -1).astype(np.float64)
            centre, spread = numbers.mean(axis=0), numbers.std(axis=0)
            spread = np.where(spread > 0, spread, 1.0)
        return cls(
            schema=schema,
            encoding=encoding,
            features=fitted,
            target_centre=tuple(centre.tolist()),
            target_spread=tuple(spread.tolist()),
        )

    @property
    def input_names(self) -> tuple[str, ...]:
        """The name of each input of the network, such as "age", "port = S" or "age is missing"."""
        return tuple(feature.name for feature in self.features)

    @staticmethod
    def count_inputs(schema: Schema, encoding: str = "one_hot") -> int:
        """Return how many inputs a network for a table has; known before anything is fitted."""
        return sum(1 for _ in _features(schema, encoding))

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
        cells = _CellParts(self.schema, rows)
        return np.column_stack([feature.compute(cells.of(feature)) for feature in self.features])

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
            "features": [asdict(one) for one in self.features],
            "target_centre": list(self.target_centre),
            "target_spread": list(self.target_spread),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the steps that `to_dict` described.

        Raises: DataError for values that are not complete, or do not fit together.
        """
        steps = read_record(cls, values)
        require_consistent_steps(
            steps.schema, steps.features, steps.target_centre, steps.target_spread
        )
        require_choice("encoding", steps.encoding, ENCODINGS)
        return steps


def _features(schema: Schema, encoding: str) -> Iterator[Feature]:
    """Yield what each input is, before its numbers are fitted."""
    for place, column in enumerate(schema.columns):
        if column.kind == "date":
            parts = _DAY_PARTS + _CLOCK_PARTS * column.clock
            yield from (_number(place, f"{column.name} {part}".strip(), part) for part in parts)
        elif column.kind == "number" or encoding == "ordinal":
            yield _number(place, column.name)
        else:
            yield from _category_features(place, column)
        if column.missing:
            yield Feature(name=f"{column.name} is missing", column=place, kind="missing")


def _number(place: int, name: str, part: str = "") -> Feature:
    return Feature(name=name, column=place, kind="number", part=part)


def _category_features(place: int, column: Column) -> Iterator[Feature]:
    """Yield an input for each category, or one for the second where there are just two."""
    names = [f"{column.name} = {category}" for category in column.categories]
    if len(names) == 2 and not column.missing:
        # What is neither of the two stands halfway between them.
        yield Feature(name=names[1], column=place, kind="second")
        return
    for category, name in enumerate(names):
        yield Feature(name=name, column=place, kind="category", category=category)


class _CellParts:
    """The cells of a table's columns, and the parts of its dates, each worked out once."""

    def __init__(self, schema: Schema, rows: Matrix) -> None:
        self._schema, self._rows = schema, rows
        self._parts: dict[int, dict[str, Matrix]] = {}

    def of(self, feature: Feature) -> Matrix:
        """Return the cells that a feature reads, (rows,)."""
        cells = self._rows[:, feature.column]
        if not feature.part:
            return cells
        if feature.column not in self._parts:
            self._parts[feature.column] = _date_parts(cells)
        return self._parts[feature.column][feature.part]


def _date_parts(days_since: Matrix) -> dict[str, Matrix]:
    """Return year, month and so on of dates in days since 1970-01-01, (rows,) each."""
    lost = np.isnan(days_since)
    seconds = np.where(lost, 0, np.floor(days_since * 86400 + 0.5)).astype("datetime64[s]")
    minutes = seconds.astype("datetime64[m]")
    days = minutes.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    of_day = (minutes - days.astype("datetime64[m]")).astype(np.int64)
    counts = {
        "year": days.astype("datetime64[Y]").astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12 + 1,
        "day": (days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        "weekday": (days.astype(np.int64) + 3) % 7 + 1,  # 1970-01-01 was a Thursday, day 4
        "hour": of_day // 60,
        "minute": of_day % 60,
    }
    return {name: np.where(lost, np.nan, count) for name, count in counts.items()}


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
