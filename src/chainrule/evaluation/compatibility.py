"""Compatibility of a data set with a network: inputs, outputs, and the numbers of the classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chainrule.data import Dataset, prepare_dataset
from chainrule.errors import DataError, InputError, ShapeError, describe
from chainrule.network import Network, require_outputs

__all__ = ["match_dataset"]

_MOST_LISTED = 12
"""Class names in an error text of one line."""


def match_dataset(network: Network, dataset: Dataset, where: str) -> Dataset:
    """Return the data set prepared for the network, with its classes numbered as the network's.

    If both have names for their classes, names decide: a data set that holds some of the network's
    classes, or has them in another order, is renumbered. Otherwise numbers decide.

    Args:
        network: its outputs are compared with the targets.
        dataset: of classes or of numbers.
        where: the function that error texts name.

    Returns: a data set with at least two class names, or with number targets.
    Raises: ShapeError, InputError, DataError.
    """
    if not isinstance(dataset, Dataset):
        raise InputError(
            where,
            expected="a Dataset",
            got=describe(dataset),
            remedy="Pass the .test of a pair",
            argument="dataset",
            value=dataset,
        )
    dataset = prepare_dataset(dataset, network.preprocessing)
    _require_inputs(network, dataset, where)
    if not dataset.classifies:
        _require_columns(network, dataset, where)
        return dataset
    if network.class_names:
        dataset = _renumber(network.class_names, dataset, where)
    require_outputs(network, dataset.outputs, where)
    if dataset.outputs == 1:
        # A single output stands for two classes even if only one of them occurs in the data.
        dataset = replace(
            dataset, class_names=(*dataset.class_names, f"not {dataset.class_names[0]}")
        )
    return dataset


def _require_inputs(network: Network, dataset: Dataset, where: str) -> None:
    width = network.architecture.layers[0]
    if dataset.features != width:
        raise ShapeError(
            where,
            expected=f"examples of {width} values, one for each input of the network",
            got=f"{dataset.features}, of shape {dataset.shape}",
            argument="dataset",
            value=dataset.shape,
        )
    if dataset.inputs.dtype == np.uint8 and network.input_scale not in (1.0, dataset.scale):
        raise DataError(
            where,
            expected=f"bytes times {network.input_scale:.6g}, as in training",
            got=f"bytes times {dataset.scale:.6g}",
            remedy=f"Load the data with scale {network.input_scale!r}",
            argument="dataset",
            value=dataset.scale,
        )


def _require_columns(network: Network, dataset: Dataset, where: str) -> None:
    """Check the outputs of a network for numbers: one for each target column."""
    width = network.architecture.layers[-1]
    if width != dataset.outputs:
        raise InputError(
            where,
            expected=f"{dataset.outputs} outputs in the last layer",
            got=str(width),
            why=f"The data have {dataset.outputs} target columns",
            remedy=f"End the layers with {dataset.outputs}",
            argument="layers",
            value=width,
        )


def _renumber(names: tuple[str, ...], dataset: Dataset, where: str) -> Dataset:
    """Return the data set with each class numbered as in `names`."""
    if dataset.class_names == names:
        return dataset
    for name in dataset.class_names:
        if name not in names:
            raise DataError(
                where,
                expected=f"the classes {_list_names(names)}",
                got=f"a class {name!r}",
                why="The network was trained on other classes",
                remedy="Evaluate it on data with its classes, or train a network for these",
                argument="dataset",
                value=dataset.class_names,
            )
    numbers = np.array([names.index(name) for name in dataset.class_names], dtype=np.int64)
    return replace(dataset, targets=numbers[dataset.targets], class_names=names)


def _list_names(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")
