"""Models that Keras 3 saves as .keras: a zip archive of a description and weights in HDF5."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

from chainrule.data import open_archive, open_member
from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import Array, ForeignModel, ReadChoices
from chainrule.exchange.importers.hdf5_arrays import open_hdf5, read_dataset, read_group
from chainrule.exchange.importers.keras_layers import KerasLayer, find_layers, translate_layers
from chainrule.exchange.importers.model_metadata import apply_metadata
from chainrule.exchange.importers.strict_json import parse_json

__all__ = ["read"]

_MOST_TEXT = 64 * 2**20


def read(path: Path, _: ReadChoices) -> ForeignModel:
    """Read a .keras file without Keras.

    Raises: FileError, DataError.
    """
    where = str(path)
    most = 4 * path.stat().st_size + 64 * 2**20
    with open_archive(path) as archive:
        config = parse_json(_member(archive, "config.json", where), where)
        facts = {}
        if "metadata.json" in archive.namelist():
            facts = parse_json(_member(archive, "metadata.json", where), where)
        with open_member(archive, "model.weights.h5", where, most) as stream:
            content = io.BytesIO(stream.read())
    layers = find_layers(config, where)
    with open_hdf5(content, where) as file:
        weights = _read_weights(file, layers, where, most)
    found = translate_layers(layers, weights, where, "a Keras 3 model")
    own = facts.get("chainrule", "") if isinstance(facts, dict) else ""
    return apply_metadata(found, own if isinstance(own, str) else "", where)


def _member(archive: Any, name: str, where: str) -> bytes:
    with open_member(archive, name, where, _MOST_TEXT) as stream:
        return stream.read()


def _read_weights(file: Any, layers: list[KerasLayer], where: str, most: int) -> list[list[Array]]:
    """Return the arrays of each layer.

    The groups are called by the layers' kinds and counted; each notes the name of its layer, which
    must be that of the description.
    """
    counts: Counter[str] = Counter()
    found: list[list[Array]] = []
    for layer in layers:
        kind = _snake_case(layer.kind)
        group = f"{kind}_{counts[kind]}" if counts[kind] else kind
        counts[kind] += 1
        if layer.kind == "InputLayer":
            found.append([])
            continue
        at = f"{where}, {layer.title}"
        variables = read_group(file, f"layers/{group}/vars", at)
        noted = str(variables.attrs.get("name", layer.name))
        if noted != layer.name:
            raise DataError(at, expected=f"the weights of {layer.name!r}", got=f"of {noted!r}")
        numbers = sorted(variables, key=lambda name: (len(name), name))
        if numbers != [str(place) for place in range(len(numbers))]:
            raise DataError(at, expected="variables counted from 0", got=", ".join(numbers[:8]))
        found.append([read_dataset(variables, name, at, most) for name in numbers])
    return found


def _snake_case(name: str) -> str:
    text = re.sub(r"\W+", "", name)
    text = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", text)
    return re.sub("([a-z])([A-Z])", r"\1_\2", text).lower()
