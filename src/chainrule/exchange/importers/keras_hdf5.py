"""Models that Keras saves as .h5: a description in an attribute, and weights by layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import Array, ForeignModel, ReadChoices
from chainrule.exchange.importers.hdf5_arrays import (
    attribute_texts,
    open_hdf5,
    read_dataset,
    read_group,
)
from chainrule.exchange.importers.keras_layers import KerasLayer, find_layers, translate_layers
from chainrule.exchange.importers.strict_json import parse_json

__all__ = ["read"]


def read(path: Path, _: ReadChoices) -> ForeignModel:
    """Read a .h5 file of Keras 1, 2 or 3 without Keras.

    Raises: FileError, DataError.
    """
    where = str(path)
    most = 4 * path.stat().st_size + 64 * 2**20
    with open_hdf5(path, where) as file:
        if "model_config" not in file.attrs:
            raise DataError(
                where,
                expected="a whole model of Keras, with its description",
                got="weights alone, or another HDF5 file",
                remedy="Save the model: model.save('model.keras')",
            )
        (config,) = attribute_texts(file, "model_config", where)[:1]
        layers = find_layers(parse_json(config, where), where)
        group = read_group(file, "model_weights", where)
        weights = [_read_layer(group, layer, where, most) for layer in layers]
    return translate_layers(layers, weights, where, "a Keras model in HDF5")


def _read_layer(group: Any, layer: KerasLayer, where: str, most: int) -> list[Array]:
    """Return the arrays of a layer in the order in which the file lists them."""
    at = f"{where}, {layer.title}"
    if layer.kind == "InputLayer" and layer.name not in group:
        return []
    if "/" in layer.name:
        raise DataError(at, expected="a name without a slash", got=repr(layer.name[:80]))
    own = read_group(group, layer.name, at)
    names = attribute_texts(own, "weight_names", at)
    return [read_dataset(own, name, at, most) for name in names]
