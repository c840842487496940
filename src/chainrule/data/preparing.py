"""Preparation of data sets for a network: columns encoded, targets scaled, meaning attached."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.data.image_alignment import align_images
from chainrule.errors import InputError
from chainrule.schema import Column, Preprocessing, Schema, Target, align_columns

__all__ = ["as_table", "count_inputs", "prepare_dataset"]


def prepare_dataset(dataset: Dataset, preprocessing: Preprocessing | None) -> Dataset:
    """Return a data set with the inputs and targets of a network.

    Columns are matched by name. Images are made like those of the network, as `align_images` says.
    A data set that is prepared already is returned as it is.

    Args:
        dataset: any data set.
        preprocessing: that of the network; None for a network that takes its inputs as they are.

    Raises: InputError for a table if the network knows no columns, or other steps prepared it;
        DataError for columns that do not fit.
    """
    if dataset.preprocessing is not None:
        if preprocessing is not None and dataset.preprocessing.digest == preprocessing.digest:
            return dataset
        raise InputError(
            dataset.name,
            expected="a data set prepared by the steps of this network",
            got="one prepared by others",
            remedy="Give the data set as it was loaded",
            argument="dataset",
        )
    if preprocessing is None or not preprocessing.schema.is_table:
        plain = _require_plain(dataset)
        return align_images(plain, None if preprocessing is None else preprocessing.schema.image)
    read = dataset.schema
    if read is None or not read.is_table:
        dataset = as_table(dataset)
        read = dataset.schema
    assert read is not None, "as_table describes it"
    matrix = align_columns(dataset.inputs, read, preprocessing.schema, dataset.name)
    inputs = preprocessing.encode(matrix)
    targets = dataset.targets
    return replace(
        dataset,
        inputs=inputs,
        targets=targets if dataset.classifies else preprocessing.scale_targets(targets),
        scale=1.0,
        shape=dataset.shape if dataset.features == inputs.shape[1] else (),
        preprocessing=preprocessing,
    )


def _require_plain(dataset: Dataset) -> Dataset:
    """Return a table of numbers without gaps as plain inputs, and refuse any other table."""
    if not dataset.is_raw_table:
        return dataset
    assert dataset.schema is not None, "a table has one"
    for column, values in zip(dataset.schema.columns, dataset.inputs.T, strict=True):
        if column.kind != "number" or np.isnan(values).any():
            raise InputError(
                dataset.name,
                expected="columns of numbers without gaps",
                got=f"the column {column.name!r}, a {column.kind} with gaps or names",
                why="The network knows no columns; it takes its inputs as they are",
                argument="dataset",
            )
    return replace(dataset, schema=None)


def as_table(dataset: Dataset) -> Dataset:
    """Return a data set of arrays with its inputs as a table's columns, numbers without names."""
    unnamed = Column(name="", kind="number", storage=str(dataset.inputs.dtype))
    kind = "classes" if dataset.classifies else "numbers"
    target = Target(names=("",), kind=kind, classes=dataset.class_names)
    return replace(
        dataset,
        inputs=dataset.scaled_inputs(),
        scale=1.0,
        schema=Schema(target=target, columns=(unnamed,) * dataset.features),
    )


def count_inputs(dataset: Dataset, encoding: str) -> int:
    """Return how many inputs a network for a data set has.

    Args:
        dataset: any data set.
        encoding: how categories are encoded, as in `Recipe`.
    """
    if dataset.is_raw_table and dataset.schema is not None:
        return Preprocessing.count_inputs(dataset.schema, encoding)
    return dataset.features
