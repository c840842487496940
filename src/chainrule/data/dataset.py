"""The record that every source makes and every engine reads."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import scale_inputs
from chainrule.errors import DataError, InputError, ShapeError, describe
from chainrule.limits import Limit
from chainrule.schema import Preprocessing, Schema

__all__ = ["Dataset", "DatasetPair"]

_STORED_TYPES = ("uint8", "float32", "float64")
_MOST_CLASSES = 1_000_000  # a class number above is a value that was taken for a class
_SCALE = Limit(float, "what a stored input is multiplied by", 0, low_open=True)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples and their targets; validated when made, then read-only.

    Args:
        inputs: one example per row, (n, features), uint8, float32 or float64, finite. Any other
            shape is flattened to rows; its tail becomes `shape`.
        targets: class numbers, (n,) integers from 0, or finite numbers, (n, outputs).
        scale: the factor that turns a stored input into what the network sees; 1/255 for bytes.
        shape: the shape of one example, such as (28, 28); its product is `features`.
        class_names: a name for each class, in order; empty for number targets.
        sample_weights: finite weights of at least 0, (n,); None for equal weights.
        name: name of the set in tables and certificates.
        source: where it comes from: a path, or a name for `load_dataset`.
        schema: what inputs and targets mean; None for arrays that nobody described.
        preprocessing: the steps that made the inputs of a table those of a network; None before
            `prepare_dataset`. The inputs of a table that is not prepared are its columns, (n,
            columns) float64, with NaN for what is missing; no network computes with them.

    Raises: InputError, ShapeError, DataError.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    scale: float = 1.0
    shape: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()
    sample_weights: NDArray[np.float64] | None = None
    name: str = "data"
    source: str = ""
    schema: Schema | None = None
    preprocessing: Preprocessing | None = None
    _where: str = field(default="Dataset", repr=False)

    def __post_init__(self) -> None:
        stored = _numbers(self._where, "inputs", self.inputs, missing_allowed=self.is_raw_table)
        if stored.ndim < 2 or not len(stored) or not stored[0].size:
            raise ShapeError(
                self._where,
                expected="inputs of shape (examples, features), at least one of each",
                got=describe(stored),
                argument="inputs",
                value=stored,
            )
        store = partial(object.__setattr__, self)
        store("shape", tuple(self.shape) or stored.shape[1:])
        store("inputs", _read_only(stored.reshape(len(stored), -1)))
        store("scale", _SCALE.check(self._where, "scale", self.scale))
        if math.prod(self.shape) != self.inputs.shape[1] or min(self.shape) < 1:
            raise ShapeError(
                self._where,
                expected=f"a shape of {self.inputs.shape[1]} values",
                got=str(self.shape),
                argument="shape",
                value=self.shape,
            )
        store("targets", _read_only(self._check_targets()))
        store("class_names", self._check_names())
        store("sample_weights", self._check_weights())

    def _check_targets(self) -> NDArray[Any]:
        targets = _array(self._where, "targets", self.targets)
        if not targets.ndim or len(targets) != len(self.inputs):
            raise ShapeError(
                self._where,
                expected=f"{len(self.inputs)} targets, one per example",
                got=describe(targets),
                argument="targets",
                value=targets,
            )
        if targets.dtype.kind in "iub" and targets.ndim == 1:
            for row in (int(targets.argmin()), int(targets.argmax())):
                if not 0 <= int(targets[row]) < _MOST_CLASSES:
                    raise DataError(
                        self._where,
                        expected=f"class numbers from 0 to {_MOST_CLASSES - 1}",
                        got=f"{int(targets[row])} at row {row}",
                        argument="targets",
                    )
            return targets.astype(np.int64)
        numbers = _numbers(self._where, "targets", targets)
        numbers = numbers if numbers.dtype == np.float64 else numbers.astype(np.float32)
        return numbers.reshape(len(numbers), -1)

    def _check_names(self) -> tuple[str, ...]:
        names = tuple(str(name) for name in self.class_names)
        if not self.classifies:
            return ()
        highest = int(self.targets.max())
        if not names:
            return tuple(str(k) for k in range(highest + 1))
        if highest >= len(names):
            raise DataError(
                self._where,
                expected=f"class numbers from 0 to {len(names) - 1}",
                got=f"{highest} at row {int(self.targets.argmax())}",
                why=f"The classes are {', '.join(names[:12])}",
                argument="targets",
            )
        return names

    def _check_weights(self) -> NDArray[np.float64] | None:
        if self.sample_weights is None:
            return None
        weights = _numbers(self._where, "sample_weights", self.sample_weights).astype(np.float64)
        if weights.shape != (len(self),) or weights.min() < 0:
            raise InputError(
                self._where,
                expected=f"{len(self)} weights of at least 0",
                got=describe(weights),
                argument="sample_weights",
                value=self.sample_weights,
            )
        return _read_only(weights)

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def is_raw_table(self) -> bool:
        """Whether the inputs are a table's columns, which are not encoded for a network yet."""
        return self.schema is not None and self.schema.is_table and self.preprocessing is None

    @property
    def holds_plain_numbers(self) -> bool:
        """Whether the inputs are numbers without gaps, rather than categories or dates."""
        columns = () if self.schema is None else self.schema.columns
        return all(column.kind == "number" for column in columns) and not (
            self.inputs.dtype != np.uint8 and np.isnan(self.inputs).any()
        )

    def scaled_inputs(
        self, rows: NDArray[Any] | slice = slice(None), dtype: Any = np.float64
    ) -> NDArray[Any]:
        """The inputs of some rows as a network sees them, (rows, features): times the scale.

        Args:
            rows: row numbers or a slice; all rows by default.
            dtype: type of the result, float32 or float64.

        Raises: InputError for a table that is not prepared.
        """
        if self.is_raw_table:
            raise InputError(
                self.name,
                expected="inputs of a network",
                got="the columns of a table",
                why="Scales and categories are those of a network's training data",
                remedy="Call prepare_dataset(dataset, network.preprocessing) first",
                argument="dataset",
            )
        return scale_inputs(self.inputs[rows], self.scale, dtype)

    @property
    def features(self) -> int:
        """How many numbers one example has."""
        return int(self.inputs.shape[1])

    @property
    def classifies(self) -> bool:
        """Whether the targets are classes rather than numbers."""
        return self.targets.ndim == 1

    @property
    def outputs(self) -> int:
        """How many outputs a network for this set has: classes, or target columns."""
        return len(self.class_names) if self.classifies else int(self.targets.shape[1])

    def subset(self, rows: Sequence[int] | NDArray[np.int64] | slice) -> Dataset:
        """The examples at these rows, in this order."""
        weights = None if self.sample_weights is None else self.sample_weights[rows]
        return replace(
            self, inputs=self.inputs[rows], targets=self.targets[rows], sample_weights=weights
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of content: inputs, targets, scale, shape, class names, weights."""
        content = hashlib.sha256()
        names = "\0".join(self.class_names)
        # Numbers without gaps mean the same with or without names; others need their schema.
        if self.is_raw_table and self.schema is not None and not self.holds_plain_numbers:
            content.update(self.schema.digest.encode())
        content.update(f"{self.shape} {self.scale!r} {names}".encode())
        for array in (self.inputs, self.targets, self.sample_weights):
            if array is not None:
                content.update(f"{array.dtype.str} {array.shape}".encode())
                content.update(array.data)
        return content.hexdigest()


@dataclass(frozen=True)
class DatasetPair:
    """A training set and a test set.

    Args:
        train: what a network learns from.
        test: what it is judged by.
        remarks: sentences on what was found and decided while the data were read.
    """

    train: Dataset
    test: Dataset
    remarks: tuple[str, ...] = ()


def _array(where: str, argument: str, given: Any) -> NDArray[Any]:
    """The values as an array."""
    try:
        return np.asarray(given)
    except ValueError:
        raise DataError(
            where,
            expected=f"{argument} in rows of equal length",
            got="rows of different lengths",
            argument=argument,
        ) from None


def _numbers(
    where: str, argument: str, given: Any, *, missing_allowed: bool = False
) -> NDArray[Any]:
    """The array in one of the stored types, in this machine's byte order, finite."""
    array = _array(where, argument, given)
    if array.dtype.kind not in "buif":
        raise DataError(
            where, expected=f"{argument} to be numbers", got=describe(array), argument=argument
        )
    stored = array.dtype.name if array.dtype.name in _STORED_TYPES else "float64"
    with np.errstate(over="ignore"):  # what overflows is refused as infinite
        array = array.astype("float32" if array.dtype == np.float16 else stored, copy=False)
    wrong = np.isinf if missing_allowed else _is_not_finite
    if array.dtype != np.uint8 and wrong(array).any():
        at = tuple(int(i) for i in np.argwhere(wrong(array))[0])
        raise DataError(
            where,
            expected=f"{argument} to be finite",
            got=f"{array[at]} at {at}",
            remedy="Remove or fill the missing values",
            argument=argument,
        )
    return array


def _is_not_finite(array: NDArray[Any]) -> NDArray[np.bool_]:
    wrong: NDArray[np.bool_] = ~np.isfinite(array)
    return wrong


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A contiguous array, or view, that cannot be written to."""
    array = np.ascontiguousarray(array).view()
    array.flags.writeable = False
    return array
