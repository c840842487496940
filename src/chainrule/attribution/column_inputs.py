"""Examples whose columns can be exchanged one by one: a table's own columns, or plain inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import input_name
from chainrule.data import Dataset, as_table, prepare_dataset
from chainrule.errors import InputError, unknown_name
from chainrule.network import Network
from chainrule.schema import Column, align_columns

__all__ = ["ColumnInputs"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ColumnInputs:
    """Examples by the columns that the network's training data had.

    A category is one column here, however many inputs of the network it becomes.

    Args:
        network: any network.
        dataset: in the columns of the network's table, not encoded; or plain inputs.
    """

    network: Network
    dataset: Dataset

    @classmethod
    def open(cls, network: Network, dataset: Dataset) -> Self:
        """Return a data set by the columns of a network's table, or by its inputs without one.

        Args:
            network: any network.
            dataset: as it was loaded.

        Raises: InputError for a data set that is prepared already; what `prepare_dataset` raises.
        """
        steps = network.preprocessing
        if dataset.preprocessing is not None:
            raise InputError(
                dataset.name,
                expected="a data set as it was loaded",
                got="one whose columns are encoded",
                argument="dataset",
            )
        if steps is None or not steps.schema.is_table:
            return cls(network, prepare_dataset(dataset, steps))
        read = dataset if dataset.is_raw_table else as_table(dataset)
        assert read.schema is not None, "a table has one"
        matrix = align_columns(read.inputs, read.schema, steps.schema, dataset.name)
        return cls(network, replace(read, inputs=matrix, shape=(), schema=steps.schema))

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the columns hold; empty for plain inputs."""
        schema = self.dataset.schema
        return () if schema is None else schema.columns

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each column, or of each input."""
        return tuple(self._names())

    def _names(self) -> Iterator[str]:
        if self.columns:
            for place, column in enumerate(self.columns, 1):
                yield column.name or f"column {place}"
        else:
            yield from (input_name(self.dataset, at) for at in range(self.dataset.features))

    def place(self, name: str, where: str) -> int:
        """Return the place of a column by its name, or by its number from 0.

        Raises: UnknownNameError.
        """
        if name in self.names:
            return self.names.index(name)
        if name.isdecimal() and int(name) < len(self.names):
            return int(name)
        raise unknown_name(where, "a column", name, self.names, argument="column")

    def values(self, place: int) -> Array:
        """Return a column, (rows,), as it is stored."""
        return np.asarray(self.dataset.inputs[:, place])

    def subset(self, rows: NDArray[np.int64]) -> Self:
        """Return some of the examples."""
        return replace(self, dataset=self.dataset.subset(rows))

    def answers(self, dataset: Dataset) -> NDArray[np.float64]:
        """Return the network's outputs for a data set in these columns, in the targets' own unit.

        Args:
            dataset: as `exchanged` returns it.

        Returns: (rows, outputs).
        """
        steps, dtype = self.network.preprocessing, self.network.architecture.dtype
        rows = prepare_dataset(dataset, steps).scaled_inputs(dtype=dtype)
        outputs = np.concatenate([a for _, a in self.network.outputs(rows)]).astype(np.float64)
        return outputs if steps is None else steps.restore_outputs(outputs)

    def exchanged(self, place: int, values: Any) -> Dataset:
        """Return the data set with other values in one column.

        Args:
            place: of the column.
            values: (rows,), or one for all rows.
        """
        inputs = np.array(self.dataset.inputs)
        inputs[:, place] = values
        return replace(self.dataset, inputs=inputs)
