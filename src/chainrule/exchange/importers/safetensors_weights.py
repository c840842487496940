"""State dicts in safetensors, as PyTorch and Flax write them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    BFLOAT16_REMARK,
    Array,
    ForeignModel,
    ReadChoices,
)
from chainrule.exchange.importers.model_metadata import apply_metadata
from chainrule.exchange.importers.strict_json import parse_json
from chainrule.exchange.importers.weight_names import find_steps
from chainrule.storage import read_bytes

__all__ = ["read"]

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "bfloat16"}
_COUNTS = {"I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}


def read(path: Path, choices: ReadChoices) -> ForeignModel:
    """Read a safetensors file; offsets and sizes are checked by the official library.

    Raises: FileError, DataError, InputError.
    """
    from safetensors import SafetensorError, deserialize

    where = str(path)
    content = read_bytes(path)
    metadata = _check_header(content, where)
    if "facts" in metadata and "sha256" in metadata:
        raise DataError(
            where,
            expected="a file of another program",
            got="a network or a checkpoint of chainrule",
            remedy="Use it as it is: every command takes it",
        )
    try:
        listed: list[tuple[str, Any]] = deserialize(content)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise DataError(where, expected="a whole safetensors file", got=str(error)) from None
    tensors: dict[str, Array] = {}
    for name, facts in sorted(listed, key=lambda pair: str(pair[0])):
        array = _decode_numbers(facts, f"{where}, {name!r}")
        if array is not None:
            tensors[name] = array
    steps, remarks = find_steps(tensors, where, choices, in_order=False)
    if any(facts["dtype"] == "BF16" for _, facts in listed):
        remarks = (*remarks, BFLOAT16_REMARK)
    found = ForeignModel(form="a state dict in safetensors", steps=steps, remarks=remarks)
    return apply_metadata(found, metadata.get("chainrule", ""), where)


def _check_header(content: bytes, where: str) -> Mapping[str, str]:
    """Return the metadata; a header with a key twice is refused, as readers differ on it."""
    length = int.from_bytes(content[:8], "little")
    header = parse_json(content[8 : 8 + length], where)
    metadata: Any = header.get("__metadata__", {}) if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise DataError(where, expected="a header of safetensors", got="another")
    return metadata


def _decode_numbers(facts: Mapping[str, Any], at: str) -> Array | None:
    """Return a tensor; None for one that counts, such as `num_batches_tracked`.

    bfloat16 is the upper half of a float32, so that it widens without rounding.

    Raises: DataError for another type.
    """
    kind, shape = facts["dtype"], tuple(facts["shape"])
    if kind in _COUNTS and len(shape) == 0:
        return None
    if kind not in _TYPES:
        raise DataError(
            at,
            expected=f"numbers of type {', '.join(_TYPES)}",
            got=kind,
            why="Quantised weights cannot be read",
        )
    if kind == "BF16":
        upper = np.frombuffer(facts["data"], "<u2").astype("<u4") << 16
        return upper.view("<f4").reshape(shape)
    return np.frombuffer(facts["data"], _TYPES[kind]).reshape(shape)
