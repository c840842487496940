"""A network as JSON, for programs in any language, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import FORMAT, model_values
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Architecture, Network, require_fitting_meaning
from chainrule.schema import Preprocessing

__all__ = ["EXPORTER", "network_from_values"]


def _write(network: Network, proof: str) -> ExportFiles:
    return {".json": (json.dumps(model_values(network, proof)) + "\n").encode()}


def _run(path: Path, _: Network, rows: SampleRows, **_options: Any) -> NDArray[np.float64]:
    again = network_from_values(json.loads(path.read_bytes()))
    return again.predict(rows.inputs).astype(np.float64)


def network_from_values(values: Mapping[str, Any]) -> Network:
    """Return the network that a JSON form describes, to the bit.

    Raises: KeyError, TypeError and ValueError for values of another form; ShapeError, DataError.
    """
    if values["format"] != FORMAT:
        raise ValueError(f"the format {values['format']!r}, not {FORMAT!r}")
    layers = values["layers"]
    widths = [len(layers[0]["weights"][0]), *(len(layer["weights"]) for layer in layers)]
    architecture = Architecture(
        layers=tuple(widths),
        activations=tuple(layer["activation"] for layer in layers),
        dtype=values["dtype"],
        biases=all(layer["biases"] is not None for layer in layers),
    )
    tensors = [
        np.array(layer[name], architecture.dtype).reshape(-1)
        for layer in layers
        for name in ("weights", "biases")
        if layer[name] is not None
    ]
    steps = values["preprocessing"]
    network = Network(
        architecture,
        np.concatenate(tensors),
        input_scale=float(values["input_scale"]),
        input_shape=tuple(values["input_shape"]),
        class_names=tuple(values["classes"]),
        preprocessing=None if steps is None else Preprocessing.from_dict(steps),
    )
    require_fitting_meaning(network)
    return network


EXPORTER = Exporter(
    form="json",
    suffix=".json",
    about="layers, preprocessing and names as plain values; `chainrule import` reads it back",
    write=_write,
    run=_run,
    runtime=lambda **_: "chainrule, which read it back,",
)
