"""State dicts that torch.save wrote before PyTorch 1.6: pickles, and then their storages."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import Array, ForeignModel, ReadChoices
from chainrule.exchange.importers.torch_pickle import TensorUnpickler, find_state, view_tensor
from chainrule.exchange.importers.weight_names import find_steps
from chainrule.storage import read_bytes

__all__ = ["read"]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001


def read(path: Path, choices: ReadChoices) -> ForeignModel:
    """Read an old file of torch.save without PyTorch, and without running anything in it.

    Raises: FileError, DataError, InputError.
    """
    where = str(path)
    content = io.BytesIO(read_bytes(path))
    magic, protocol, system = (TensorUnpickler(content, where).load_object() for _ in range(3))
    little = isinstance(system, dict) and system.get("little_endian") is True
    if magic != _MAGIC or protocol != _PROTOCOL or not little:
        raise DataError(
            where,
            expected=f"a file of torch.save, protocol {_PROTOCOL}, little-endian",
            got=f"protocol {protocol!r}"[:80],
        )
    state, remarks = find_state(TensorUnpickler(content, where).load_object(), where)
    keys = TensorUnpickler(content, where).load_object()
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise DataError(where, expected="the names of its storages", got=type(keys).__name__)
    if len(set(keys)) < len(keys):
        raise DataError(where, expected="each storage once", got="one twice")
    sizes = {note.storage.key: note.storage.itemsize for note in state.values()}
    storages: dict[str, bytes] = {}
    for key in keys:
        head = content.read(8)
        if len(head) < 8 or key not in sizes:
            raise DataError(
                where,
                expected=f"the storage {key[:60]!r} of a tensor of the state dict",
                got="none" if len(head) == 8 else "the end of the file",
                remedy="Save the state dict alone: torch.save(model.state_dict(), 'model.pt')",
            )
        (count,) = struct.unpack("<q", head)
        length = max(0, min(count * sizes[key], len(content.getbuffer())))
        storages[key] = content.read(length)
    tensors: dict[str, Array] = {}
    for name, note in state.items():
        found = view_tensor(note, storages.get(note.storage.key, b""), f"{where}, {name[:120]!r}")
        if found is not None:
            tensors[name] = found
    steps, more = find_steps(tensors, where, choices, in_order=True)
    return ForeignModel(
        form="a state dict of PyTorch (before 1.6)", steps=steps, remarks=(*remarks, *more)
    )
