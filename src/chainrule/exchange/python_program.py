"""Programs of Python that answer rows as a network does: columns in, answers out.

What computes the layers differs from form to form; the preparation of rows is the same.
"""

from __future__ import annotations

import json
import runpy
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.child_process import call_program
from chainrule.exchange.model_values import output_names
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network

__all__ = ["LayerSource", "run_program", "run_program_in_child", "write_program"]

_SOURCE = Template(Path(__file__).with_name("python_program.template").read_text(encoding="utf-8"))
"""The program around the layers; $name stands for what differs from network to network."""


@dataclass(frozen=True, kw_only=True)
class LayerSource:
    """What computes the layers in a program.

    Args:
        needs: a sentence on what the program needs.
        imports: of the standard library, as lines.
        libraries: imports of other libraries, as lines.
        model: source that defines `compute(inputs)`, from (rows, inputs) to (rows, outputs).
        scales_bytes: whether `compute` takes bytes and scales them.
        restores: whether `compute` answers in the targets' own unit.
    """

    needs: str
    imports: str = ""
    libraries: str = ""
    model: str
    scales_bytes: bool = False
    restores: bool = False


def write_program(network: Network, proof: str, layers: LayerSource) -> bytes:
    """Return a program with functions `encode`, `predict` and `classify`, and a command line.

    Args:
        network: any network.
        proof: how the form was compared with the network.
        layers: what computes the layers.
    """
    steps, schema = network.preprocessing, network.schema
    columns = () if schema is None else schema.columns
    scaled = steps if steps and not layers.restores else None
    text = _SOURCE.substitute(
        proof=proof,
        needs=layers.needs,
        imports=layers.imports,
        libraries=layers.libraries,
        model=layers.model,
        layers="-".join(map(str, network.architecture.layers)),
        dtype=network.architecture.dtype,
        byte_scale=repr(1.0 if layers.scales_bytes else network.input_scale),
        number_scale=repr(1 / network.input_scale if layers.scales_bytes else 1.0),
        classes=repr(list(network.class_names)),
        outputs=repr(list(output_names(network))),
        columns=_literal([column.to_dict() for column in columns]),
        features=_literal(steps.to_dict()["features"] if columns and steps else []),
        centre=repr(list(scaled.target_centre) if scaled else []),
        spread=repr(list(scaled.target_spread) if scaled else []),
    )
    return text.encode()


def _literal(values: list[dict[str, Any]]) -> str:
    """Return records as a Python expression, one a line."""
    rows = (json.dumps(value) for value in values)
    return "json.loads(r'''[\n" + ",\n".join(rows).replace("'''", "\\u0027\\u0027\\u0027") + "]''')"


def _given(rows: SampleRows) -> Any:
    """Return rows as a program takes them: an array, or lists of cells."""
    if not rows.columns:
        return rows.inputs
    columns = [
        rows.texts(place) if column.kind == "category" else rows.inputs[:, place].tolist()
        for place, column in enumerate(rows.columns)
    ]
    return [list(cells) for cells in zip(*columns, strict=True)]


def run_program(path: Path, rows: SampleRows) -> NDArray[np.float64]:
    """Return the answers of a program that runs here, (rows, outputs)."""
    outputs: NDArray[np.float64] = runpy.run_path(str(path))["predict"](_given(rows)).astype(float)
    return outputs


_CHILD = """
import json, runpy, sys
import numpy as np
program, given, found = sys.argv[1:]
rows = np.load(given) if given.endswith(".npy") else json.load(open(given))
np.save(found, np.asarray(runpy.run_path(program)["predict"](rows), float))
"""


def run_program_in_child(
    path: Path, rows: SampleRows, where: str, environment: Mapping[str, str] | None = None
) -> NDArray[np.float64]:
    """Return the answers of a program that runs in a process of its own, (rows, outputs).

    Args:
        path: the program.
        rows: what it is asked.
        where: who asks, for the error text.
        environment: variables to set there.

    Raises: DataError if it fails.
    """
    given = _given(rows)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("given.json" if rows.columns else "given.npy")
        if rows.columns:
            file.write_text(json.dumps(given))
        else:
            np.save(file, given)
        found = Path(folder) / "found.npy"
        command = [sys.executable, "-c", _CHILD, str(path), str(file), str(found)]
        call_program(command, where, environment)
        outputs: NDArray[np.float64] = np.load(found)
    return outputs
