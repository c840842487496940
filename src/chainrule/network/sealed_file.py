"""Sealed files: safetensors whose metadata hold a SHA-256 over every byte of the file.

The digest is taken of the file as it stands with 64 zeros in the digest's own place, so header,
metadata, padding and tensors are all under it. A cut file or a flipped bit is refused by name.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError, IntegrityError
from chainrule.storage import read_bytes, write_atomically

__all__ = ["read_sealed", "write_sealed"]

_BLANK = "0" * 64


def write_sealed(
    path: str | Path, tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]
) -> None:
    """Write tensors and facts to a sealed file, whole or not at all.

    Args:
        path: the file.
        tensors: arrays by name.
        facts: what else to keep, as values that JSON can hold.

    Raises: FileError.
    """
    from safetensors.numpy import save

    metadata = {"facts": json.dumps(facts), "sha256": _BLANK}
    whole = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    content = _in_order(save(whole, metadata))
    digest = hashlib.sha256(content).hexdigest()
    at = _digest_place(content)
    write_atomically(path, content[:at] + digest.encode() + content[at + 64 :])


def read_sealed(path: str | Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The tensors and facts of a sealed file.

    Raises: FileError, DataError if it is no such file, IntegrityError if it is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    content = read_bytes(path)
    _check_seal(str(path), content)
    try:
        tensors = load(content)
        facts = dict(json.loads(_metadata(content)["facts"]))
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise DataError(str(path), expected="a sealed file", got=str(error)) from None
    return tensors, facts


def _in_order(content: bytes) -> bytes:
    """The same file with its metadata sorted, so that equal content makes equal bytes."""
    header = json.loads(_header(content))
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    tensors = content[8 + len(_header(content)) :]
    return struct.pack("<Q", len(text)) + text + tensors


def _check_seal(name: str, content: bytes) -> None:
    """Refuse content whose digest is not the one it bears."""
    try:
        at = _digest_place(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        raise DataError(
            name,
            expected="a file that chainrule sealed",
            got=f"{len(content)} bytes without a readable seal",
            why="It is truncated, damaged, or another kind of file",
        ) from None
    blanked = content[:at] + _BLANK.encode() + content[at + 64 :]
    if hashlib.sha256(blanked).hexdigest().encode() != content[at : at + 64]:
        raise IntegrityError(
            name,
            expected=f"SHA-256 {content[at : at + 12].decode('ascii', 'replace')}…",
            got=f"{hashlib.sha256(blanked).hexdigest()[:12]}…",
            why="The file was damaged after it was written",
        )


def _header(content: bytes) -> bytes:
    (length,) = struct.unpack_from("<Q", content)
    return content[8 : 8 + length]


def _metadata(content: bytes) -> dict[str, str]:
    metadata = json.loads(_header(content))["__metadata__"]
    return dict(metadata)


def _digest_place(content: bytes) -> int:
    """The index of the digest's first digit."""
    digest = _metadata(content)["sha256"]
    place = _header(content).find(b'"sha256":"' + digest.encode() + b'"')
    if len(digest) != 64 or place < 0:
        raise ValueError("no digest")
    return 8 + place + len(b'"sha256":"')
