"""Checkpoints: a Position in a sealed file, and back, to the bit."""

from __future__ import annotations

import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.position import Best, EpochRecord, EpochSums, Position
from chainrule.errors import ChainruleError, DataError, RunFolderError
from chainrule.network.sealed import read_sealed, write_sealed

__all__ = ["newest_position", "read_checkpoint", "write_checkpoint"]

_FORMAT = "chainrule checkpoint 1"
_KEPT = 3


def write_checkpoint(folder: Path, position: Position) -> Path:
    """Write a position into the folder of checkpoints and drop old ones.

    The first position of a run is always kept, and the newest three.

    Returns: the file.
    Raises: FileError.
    """
    path = folder / f"epoch-{position.epoch:06d}-batch-{position.batch:08d}.safetensors"
    tensors = {"parameters": position.parameters, "state": position.state}
    if position.best is not None:
        tensors["best"] = position.best.parameters
    write_sealed(path, tensors, _facts(position))
    for old in _newest_first(folder)[_KEPT:-1]:
        old.unlink(missing_ok=True)
    return path


def _facts(position: Position) -> dict[str, Any]:
    best = position.best
    return {
        "format": _FORMAT,
        "epoch": position.epoch,
        "batch": position.batch,
        "step": position.step,
        "sums": asdict(position.sums),
        "history": [asdict(record) for record in position.history],
        "best": None if best is None else {"epoch": best.epoch, "value": best.value},
    }


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("epoch-*-batch-*.safetensors"), reverse=True)


def read_checkpoint(path: Path) -> Position:
    """The position that a checkpoint keeps.

    Raises: FileError, DataError, IntegrityError.
    """
    tensors, facts = read_sealed(path)
    if facts.get("format") != _FORMAT:
        raise DataError(
            str(path), expected=f"a file of format {_FORMAT!r}", got=repr(facts.get("format"))
        )
    best = facts["best"] and Best(**facts["best"], parameters=_frozen(tensors["best"]))
    return Position(
        parameters=_frozen(tensors["parameters"]),
        state=_frozen(tensors["state"]),
        epoch=facts["epoch"],
        batch=facts["batch"],
        step=facts["step"],
        sums=EpochSums(**facts["sums"]),
        history=tuple(EpochRecord(**record) for record in facts["history"]),
        best=best,
    )


def newest_position(folder: Path) -> Position:
    """The newest position that can be read; damaged checkpoints are named in a warning.

    Raises: RunFolderError where none can be read.
    """
    files = _newest_first(folder)
    for path in files:
        try:
            return read_checkpoint(path)
        except ChainruleError as error:
            warnings.warn(f"{error} An older checkpoint is used.", RuntimeWarning, stacklevel=2)
    raise RunFolderError(
        str(folder),
        expected="a checkpoint that can be read",
        got=f"{len(files)} that cannot" if files else "none",
        remedy="Start the training anew in another folder",
    )


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    whole = np.ascontiguousarray(array)
    whole.flags.writeable = False
    return whole
