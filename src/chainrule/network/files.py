"""Network files: sealed safetensors with tensors for each layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import ChainruleError, DataError
from chainrule.network.architecture import Architecture
from chainrule.network.meaning import require_fitting_meaning
from chainrule.network.parameters import Layout, check_parameters
from chainrule.network.sealed_file import read_sealed, write_sealed
from chainrule.plain_records import read_record
from chainrule.schema import Preprocessing

__all__ = ["NetworkFile", "read_network_file", "write_network_file"]

_FORMAT = "chainrule network 1"


@dataclass(frozen=True)
class NetworkFile:
    """The content of a network's file; the fields are those of `Network`."""

    architecture: Architecture
    parameters: NDArray[Any]
    input_scale: float
    input_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    preprocessing: Preprocessing | None = None


@dataclass(frozen=True)
class _NetworkFacts:
    """What a network's file says beside its tensors."""

    format: str
    architecture: Mapping[str, Any]
    input_scale: float
    input_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    preprocessing: Mapping[str, Any] | None = None


def write_network_file(path: str | Path, content: NetworkFile) -> None:
    """Write a network to a sealed .safetensors file with its tensors by name.

    Raises: FileError.
    """
    tensors = {s.name: s.view(content.parameters) for s in Layout(content.architecture).slots}
    facts: dict[str, Any] = {
        "format": _FORMAT,
        "architecture": content.architecture.to_dict(),
        "input_scale": content.input_scale,
        "input_shape": list(content.input_shape),
        "class_names": list(content.class_names),
    }
    if content.preprocessing is not None:
        facts["preprocessing"] = content.preprocessing.to_dict()
    write_sealed(path, tensors, facts)


def read_network_file(path: str | Path) -> NetworkFile:
    """Read a network that `write_network_file` wrote.

    Raises: FileError, DataError, IntegrityError.
    """
    tensors, facts = read_sealed(path)
    if facts.get("format") != _FORMAT:
        raise DataError(
            str(path), expected=f"a file of format {_FORMAT!r}", got=repr(facts.get("format"))
        )
    try:
        written = read_record(_NetworkFacts, facts)
        architecture = Architecture.from_dict(written.architecture)
        steps = written.preprocessing
        content = NetworkFile(
            architecture,
            _joined(Layout(architecture), tensors),
            written.input_scale,
            written.input_shape,
            written.class_names,
            None if steps is None else Preprocessing.from_dict(steps),
        )
        require_fitting_meaning(content)
    except (ChainruleError, TypeError, ValueError) as error:
        raise DataError(str(path), expected="a valid network", got=str(error)) from None
    return content


def _joined(layout: Layout, tensors: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """The tensors as one flat buffer."""
    described = layout.architecture
    strange = sorted(set(tensors) - {slot.name for slot in layout.slots})
    if strange:
        raise DataError(
            "tensors",
            expected=f"those of layers {list(described.layers)}, biases {described.biases}",
            got=f"also {strange[0]}",
        )
    for slot in layout.slots:
        if slot.name not in tensors:
            raise ValueError(f"no tensor {slot.name}")
        if tensors[slot.name].shape != slot.shape:
            got = f"{slot.name} of shape {tensors[slot.name].shape}, not {slot.shape}"
            raise ValueError(got)
        if tensors[slot.name].dtype.kind != "f":
            raise ValueError(f"{slot.name} of {tensors[slot.name].dtype}, which are no floats")
    flat = np.concatenate([tensors[slot.name].reshape(-1) for slot in layout.slots])
    return check_parameters(layout, flat, "parameters")
