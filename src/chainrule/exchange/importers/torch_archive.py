"""State dicts that torch.save wrote: a zip archive of a pickle and the bytes of its storages."""

from __future__ import annotations

import io
from pathlib import Path

from chainrule.data import open_archive, open_member
from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import Array, ForeignModel, ReadChoices
from chainrule.exchange.importers.torch_pickle import TensorUnpickler, find_state, view_tensor
from chainrule.exchange.importers.weight_names import find_steps

__all__ = ["read"]

_LARGEST_PICKLE = 64 * 2**20


def read(path: Path, choices: ReadChoices) -> ForeignModel:
    """Read a file of torch.save without PyTorch, and without running anything in it.

    Raises: FileError, DataError, InputError.
    """
    where = str(path)
    with open_archive(path) as archive:
        names = archive.namelist()
        top = _top_folder(names, where)
        if f"{top}constants.pkl" in names or any(n.startswith(f"{top}code/") for n in names):
            raise DataError(
                where,
                expected="a state dict",
                got="a program of TorchScript",
                remedy="Save the state dict: torch.save(model.state_dict(), 'model.pt')",
            )
        if f"{top}byteorder" in names:
            with open_member(archive, f"{top}byteorder", where, 16) as stream:
                order = stream.read(16)
            if order != b"little":
                raise DataError(where, expected="numbers in little-endian order", got=str(order))
        with open_member(archive, f"{top}data.pkl", where, _LARGEST_PICKLE) as stream:
            content = io.BytesIO(stream.read())
        state, remarks = find_state(TensorUnpickler(content, where).load_object(), where)
        tensors: dict[str, Array] = {}
        for name, note in state.items():
            at = f"{where}, {name[:120]!r}"
            most = note.storage.count * note.storage.itemsize
            with open_member(archive, f"{top}data/{note.storage.key}", where, most) as stream:
                found = view_tensor(note, stream.read(), at)
            if found is not None:
                tensors[name] = found
    steps, more = find_steps(tensors, where, choices, in_order=True)
    return ForeignModel(form="a state dict of PyTorch", steps=steps, remarks=(*remarks, *more))


def _top_folder(names: list[str], where: str) -> str:
    tops = [name.removesuffix("data.pkl") for name in names if name.endswith("data.pkl")]
    if len(tops) != 1:
        raise DataError(where, expected="one data.pkl", got=str(len(tops)))
    return tops[0]
