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
from chainrule.network.parameters import Layout, check_parameters
from chainrule.network.sealed_file import read_sealed, write_sealed
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
        architecture = Architecture.from_dict(facts["architecture"])
        flat = _joined(Layout(architecture), tensors)
        shape, names = tuple(facts["input_shape"]), tuple(facts["class_names"])
        steps = facts.get("preprocessing")
        return NetworkFile(
            architecture,
            flat,
            float(facts["input_scale"]),
            shape,
            names,
            None if steps is None else Preprocessing.from_dict(steps),
        )
    except KeyError as error:
        raise DataError(
            str(path), expected="a complete network", got=f"one without {error}"
        ) from None
    except (ChainruleError, TypeError, ValueError) as error:
        raise DataError(str(path), expected="a valid network", got=str(error)) from None


def _joined(layout: Layout, tensors: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """The tensors as one flat buffer."""
    for slot in layout.slots:
        if tensors[slot.name].shape != slot.shape:
            got = f"{slot.name} of shape {tensors[slot.name].shape}, not {slot.shape}"
            raise ValueError(got)
    flat = np.concatenate([tensors[slot.name].reshape(-1) for slot in layout.slots])
    return check_parameters(layout, flat, "parameters")
