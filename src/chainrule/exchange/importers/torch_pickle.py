"""Pickles of PyTorch read by an unpickler that knows tensors and nothing else.

A pickle is a program. This one may call what rebuilds tensors, here functions of our own that only
note what they were given, and ordered dictionaries; any other name is refused, so that nothing of
a file is run and PyTorch is not needed.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import BFLOAT16_REMARK, Array

__all__ = ["StorageKey", "TensorUnpickler", "find_state", "view_tensor"]

_STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "<u1",
}
_DEEPEST = 8
_SAFE = "Save the state dict alone: torch.save(model.state_dict(), 'model.pt')"


@dataclass(frozen=True)
class StorageKey:
    """Where the numbers of tensors lie.

    Args:
        key: the name of the storage in the file.
        kind: its number type: a type of NumPy, or "bfloat16".
        count: how many numbers it holds.
    """

    key: str
    kind: str
    count: int

    @property
    def itemsize(self) -> int:
        """The bytes of one number."""
        return 2 if self.kind == "bfloat16" else np.dtype(self.kind).itemsize


@dataclass(frozen=True)
class _TensorNote:
    """A tensor that a pickle describes; its numbers lie elsewhere."""

    storage: StorageKey
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _StorageType:
    kind: str


class _Ignored(dict[str, Any]):
    """What stands for hooks and other things that are not needed."""


def _note_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _TensorNote:
    numbers = (offset, *shape, *strides)
    if not isinstance(storage, StorageKey) or not all(type(n) is int and n >= 0 for n in numbers):
        raise pickle.UnpicklingError("a tensor without a storage")
    return _TensorNote(storage, offset, tuple(shape), tuple(strides))


def _note_parameter(data: Any, *_: Any) -> Any:
    return data


def _make_size(sizes: Any = ()) -> tuple[Any, ...]:
    return tuple(sizes)


_CALLS: Mapping[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _note_tensor,
    ("torch._utils", "_rebuild_tensor"): _note_tensor,
    ("torch._utils", "_rebuild_parameter"): _note_parameter,
    ("torch", "Size"): _make_size,
}


class TensorUnpickler(pickle.Unpickler):
    """An unpickler of tensors.

    Args:
        content: the pickle, open at its beginning.
        where: the file, for error texts.
    """

    def __init__(self, content: io.BufferedIOBase, where: str) -> None:
        super().__init__(content)
        self._where = where

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a name of a pickle.

        Raises: DataError for any name that no tensor needs.
        """
        if (module, name) in _CALLS:
            return _CALLS[module, name]
        if module in ("torch", "torch.storage") and name in _STORAGES:
            return _StorageType(_STORAGES[name])
        shown = f"{module}.{name}"[:120]
        is_module = module.startswith(("torch.nn", "__main__"))
        raise DataError(
            self._where,
            expected="tensors alone",
            got=f"{shown!r} in its pickle",
            why="The file holds a whole module, whose program is not run"
            if is_module
            else "What a pickle names is run when it is opened, so only tensors are read",
            remedy=_SAFE,
        )

    def persistent_load(self, pid: Any) -> StorageKey:
        """Return the storage that a tensor names.

        Raises: UnpicklingError.
        """
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
            raise pickle.UnpicklingError("a persistent id of no storage")
        kind, key, count = pid[1], pid[2], pid[4]
        if not isinstance(kind, _StorageType) or not isinstance(key, str) or type(count) is not int:
            raise pickle.UnpicklingError("a storage without a type, a name or a size")
        if len(pid) > 5 and pid[5] is not None:
            raise pickle.UnpicklingError("a view of a storage, as PyTorch 0.1 wrote it")
        return StorageKey(key, kind.kind, count)

    def load_object(self) -> Any:
        """Return what the pickle describes.

        Raises: DataError.
        """
        try:
            return self.load()
        except DataError:
            raise
        except Exception as error:  # whatever damaged instructions make it do
            reason = f"{type(error).__name__}: {error}"[:200]
            raise DataError(self._where, expected="a whole pickle", got=reason) from None


def find_state(value: Any, where: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the state dict in what was unpickled: notes of tensors by name, and remarks.

    A checkpoint holds it as state_dict, model_state_dict or model, beside other things.

    Raises: DataError.
    """
    found = value
    said: tuple[str, ...] = ()
    for name in ("state_dict", "model_state_dict", "model"):
        if isinstance(value, dict) and isinstance(value.get(name), dict):
            found = value[name]
            said = (f"Of the checkpoint, {name!r} was read; the rest was left out.",)
            break
    if not isinstance(found, dict) or not found:
        raise DataError(where, expected="a state dict", got=type(found).__name__, remedy=_SAFE)
    for name, tensor in found.items():
        if not isinstance(name, str) or not isinstance(tensor, _TensorNote):
            raise DataError(
                where,
                expected="a tensor for each name of the state dict",
                got=f"{type(tensor).__name__} for {str(name)[:60]!r}",
                remedy=_SAFE,
            )
    if any(tensor.storage.kind == "bfloat16" for tensor in found.values()):
        said = (*said, BFLOAT16_REMARK)
    return dict(found), said


def view_tensor(note: Any, data: bytes, at: str) -> Array | None:
    """Return the numbers of a tensor; None for one number that counts.

    Args:
        note: a value of `find_state`.
        data: the bytes of its storage.
        at: the tensor, for error texts.

    Raises: DataError for a shape that the storage cannot hold.
    """
    storage = note.storage
    if len(data) != storage.count * storage.itemsize:
        raise DataError(
            at, expected=f"{storage.count} numbers, as its header promises",
            got=f"{len(data)} bytes", why="The file is damaged",
        )  # fmt: skip
    count = 1
    for size in note.shape:
        count *= size
    steps = zip(note.shape, note.strides, strict=len(note.shape) == len(note.strides))
    last = note.offset + sum((size - 1) * stride for size, stride in steps)
    lies = len(note.shape) != len(note.strides) or len(note.shape) > 32 or 0 in note.shape
    if lies or count > storage.count or last >= storage.count:
        raise DataError(
            at,
            expected=f"a tensor of at most {storage.count} numbers, as its storage has",
            got=f"shape {note.shape} with strides {note.strides}",
            why="The file is damaged",
        )
    if _overlaps(note):
        raise DataError(
            at,
            expected="a number of its own at each place",
            got=f"shape {note.shape} with strides {note.strides}, which repeat numbers",
            why="The tensor is an expanded one, or the file is damaged",
            remedy="Save a copy of an expanded tensor: tensor.clone()",
        )
    if storage.kind.startswith(("<i", "<u")):
        if not note.shape:
            return None
        raise DataError(
            at, expected="numbers of a float type", got=storage.kind,
            why="Quantised weights cannot be read",
        )  # fmt: skip
    flat = _floats(data, storage.kind)
    strides = [stride * flat.itemsize for stride in note.strides]
    view = np.lib.stride_tricks.as_strided(flat[note.offset :], note.shape, strides)
    return np.array(view)


def _overlaps(note: _TensorNote) -> bool:
    """Whether two places of a tensor may be one number of its storage.

    They are not where each stride passes over all that the smaller ones reach, as in every tensor
    that was made whole, turned or cut out of a larger one.
    """
    reach = 0
    for stride, size in sorted(zip(note.strides, note.shape, strict=True)):
        if size > 1 and stride <= reach:
            return True
        reach += (size - 1) * stride
    return False


def _floats(data: bytes, kind: str) -> Array:
    if kind != "bfloat16":
        return np.frombuffer(data, kind)
    upper = np.frombuffer(data, "<u2").astype("<u4") << 16
    return upper.view("<f4")
