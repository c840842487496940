"""Frames: what the page receives, JSON and arrays of float32 in one body of bytes.

    bytes 0-3     "CRL1"
    bytes 4-7     length of the JSON, little-endian
    bytes 8-11    how many float32 follow it, little-endian
    then          the JSON, filled up with spaces to a multiple of four bytes
    then          the numbers, little-endian

In the JSON, the key "arrays" says of each array by name where it begins and its shape.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["RoomView", "pack_frame", "unpack_frame"]

_HEAD = struct.Struct("<4sII")
_MAGIC = b"CRL1"


@dataclass
class RoomView:
    """What a room shows of a state: plain values, and arrays by name."""

    values: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)

    def add(self, name: str, array: NDArray[Any]) -> str:
        """Add an array, and return its name."""
        self.arrays[name] = array
        return name


def pack_frame(view: RoomView) -> bytes:
    """Return a view as bytes."""
    places: dict[str, Any] = {}
    parts: list[bytes] = []
    done = 0
    for name, array in view.arrays.items():
        numbers = np.ascontiguousarray(array, "<f4")
        places[name] = {"at": done, "shape": list(numbers.shape)}
        parts.append(numbers.tobytes())
        done += numbers.size
    text = json.dumps({**view.values, "arrays": places}, allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    return b"".join((_HEAD.pack(_MAGIC, len(text), done), text, *parts))


def unpack_frame(frame: bytes) -> tuple[dict[str, Any], Mapping[str, NDArray[np.float32]]]:
    """Return the values and arrays of a frame, as the page reads it.

    Raises: ValueError for what is not a frame.
    """
    magic, length, count = _HEAD.unpack_from(frame)
    if magic != _MAGIC or len(frame) != _HEAD.size + length + 4 * count:
        raise ValueError("no frame of the lab")
    values = json.loads(frame[_HEAD.size : _HEAD.size + length])
    numbers = np.frombuffer(frame, "<f4", count, _HEAD.size + length)
    arrays = {
        name: numbers[one["at"] : one["at"] + int(np.prod(one["shape"]))].reshape(one["shape"])
        for name, one in values.pop("arrays").items()
    }
    return values, arrays
