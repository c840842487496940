"""Checkpoints: a Position in a sealed file, and back, to the bit.

A full block of the history is written once, into a file of its own whose name has the beginning of
its digest; the checkpoints that come later hold the digests of the blocks, and the records after
them. So the time and the size of a checkpoint do not grow with the number of epochs.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine import Best, EpochSums, History, HistoryBlock, Position
from chainrule.errors import ChainruleError, DataError, IntegrityError, RunFolderError, describe
from chainrule.network import read_sealed, write_sealed
from chainrule.plain_records import read_record, require_names
from chainrule.storage import names_in, read_bytes, remove, write_atomically

__all__ = [
    "block_files",
    "checkpoint_files",
    "checkpoint_name",
    "checkpoint_place",
    "nearest_position",
    "newest_position",
    "read_checkpoint",
    "write_checkpoint",
]

_FORMAT = "chainrule checkpoint 1"
_FORMAT_IN_BLOCKS = "chainrule checkpoint 2"
"""The format of a checkpoint with blocks of its history in other files."""
_NAME = re.compile(r"epoch-\d+-batch-\d+\.safetensors")
_BLOCK_NAME = re.compile(r"history-\d+-[0-9a-f]{12}\.json")
_NEWEST_SAVED = 3
"""Checkpoints that stay besides the first: two may be damaged, and the run still goes on."""


def checkpoint_name(epoch: int, batch: int) -> str:
    """The name of the file for a place in a run: epochs ended, batches of the next one."""
    return f"epoch-{epoch:06d}-batch-{batch:08d}.safetensors"


def checkpoint_place(path: Path) -> tuple[int, int]:
    """The place in the run that a file's name says: epochs ended, batches of the next one."""
    # By the numbers in the name: a run of a million epochs has longer names than planned.
    epoch, batch = map(int, re.findall(r"\d+", path.name))
    return epoch, batch


def checkpoint_files(folder: Path) -> list[Path]:
    """The files of a folder of checkpoints, the earliest position first."""
    files = [path for path in folder.glob("*.safetensors") if _NAME.fullmatch(path.name)]
    return sorted(files, key=checkpoint_place)


def write_checkpoint(folder: Path, position: Position, *, keep_epochs: bool = False) -> Path:
    """Write a position into the folder of checkpoints and drop old ones.

    The first position of a run is always kept, and the newest three. Those of later positions go
    too: they are damaged, or the run would have gone on from there.

    Args:
        folder: of the checkpoints.
        position: where the run stands.
        keep_epochs: whether the checkpoints of epochs' ends stay as well.

    Returns: the file.
    Raises: FileError.
    """
    path = folder / checkpoint_name(position.epoch, position.batch)
    blocks = position.history.whole_blocks
    _write_blocks(folder, blocks)
    # The history is a tensor of bytes, since a header has a greatest length.
    tensors = {
        "parameters": position.parameters,
        "state": position.state,
        "history": np.frombuffer(position.history.last_block.to_json(), dtype=np.uint8),
    }
    if blocks:
        tensors["blocks"] = np.frombuffer(b"".join(one.sha256 for one in blocks), dtype=np.uint8)
    if position.best is not None:
        tensors["best"] = position.best.parameters
    write_sealed(path, tensors, _facts(position))
    files = checkpoint_files(folder)
    place = files.index(path)
    earlier = files[1 : max(1, place - _NEWEST_SAVED + 1)]
    ended = [old for old in earlier if keep_epochs and checkpoint_place(old)[1] == 0]
    for old in [*earlier, *files[place + 1 :]]:
        if old not in ended:
            remove(old)
    return path


def block_files(folder: Path) -> list[Path]:
    """The files of a folder of checkpoints that hold blocks of the history."""
    return [folder / name for name in names_in(folder) if _BLOCK_NAME.fullmatch(name)]


def _block_path(folder: Path, number: int, digest: bytes) -> Path:
    return folder / f"history-{number:06d}-{digest.hex()[:12]}.json"


def _write_blocks(folder: Path, blocks: Sequence[HistoryBlock]) -> None:
    """Write the blocks that are not there yet."""
    written = set(names_in(folder)) if blocks else set()
    for number, block in enumerate(blocks):
        path = _block_path(folder, number, block.sha256)
        if path.name not in written:
            write_atomically(path, block.to_json())


def _read_block(folder: Path, number: int, digest: bytes) -> HistoryBlock:
    path = _block_path(folder, number, digest)
    content = read_bytes(path)
    found = hashlib.sha256(content).digest()
    if found != digest:
        raise IntegrityError(
            str(path),
            expected=f"SHA-256 {digest.hex()[:12]}…",
            got=f"{found.hex()[:12]}…",
            why="The file was damaged after it was written",
        )
    return HistoryBlock.from_json(content)


def _facts(position: Position) -> dict[str, Any]:
    best = position.best
    return {
        "format": _FORMAT_IN_BLOCKS if position.history.whole_blocks else _FORMAT,
        "epoch": position.epoch,
        "batch": position.batch,
        "step": position.step,
        "sums": asdict(position.sums),
        "best": None if best is None else {"epoch": best.epoch, "value": best.value},
    }


def read_checkpoint(path: Path) -> Position:
    """The position in a checkpoint.

    Raises: FileError, DataError, IntegrityError.
    """
    tensors, facts = read_sealed(path)
    if facts.get("format") not in (_FORMAT, _FORMAT_IN_BLOCKS):
        raise DataError(
            str(path), expected=f"a file of format {_FORMAT!r}", got=repr(facts.get("format"))
        )
    try:
        return _position(path.parent, tensors, facts)
    except (TypeError, ValueError, RecursionError) as error:
        raise DataError(str(path), expected="a complete checkpoint", got=str(error)) from None


def _position(
    folder: Path, tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]
) -> Position:
    written = read_record(_PositionFacts, facts)
    _require_tensors(tensors, written)
    best = written.best
    position = Position(
        parameters=_frozen(tensors["parameters"]),
        state=_frozen(tensors["state"]),
        epoch=written.epoch,
        batch=written.batch,
        step=written.step,
        sums=written.sums,
        history=_history(folder, tensors, written.format),
        best=None if best is None else Best(best.epoch, best.value, _frozen(tensors["best"])),
    )
    _require_history(position)
    return position


@dataclass(frozen=True)
class _BestEpoch:
    """The best epoch by the monitor so far, whose parameters are a tensor."""

    epoch: int
    value: float


@dataclass(frozen=True)
class _PositionFacts:
    """What a checkpoint says beside its tensors."""

    format: str
    epoch: int
    batch: int
    step: int
    sums: EpochSums
    best: _BestEpoch | None

    def __post_init__(self) -> None:
        counts = {name: getattr(self, name) for name in ("epoch", "batch", "step")}
        counts |= {"sums.examples": self.sums.examples, "sums.correct": self.sums.correct}
        for name, count in counts.items():
            if count < 0:
                raise DataError(name, expected="a whole number from 0", got=str(count))


def _require_tensors(tensors: Mapping[str, NDArray[Any]], written: _PositionFacts) -> None:
    """Refuse tensors that are not those of a position, or have other shapes or types."""
    names = {"parameters": 1, "state": 2, "history": 1}
    names |= {} if written.best is None else {"best": 1}
    names |= {} if written.format == _FORMAT else {"blocks": 1}
    require_names(tensors, names, "tensors")
    for name, dimensions in names.items():
        if name not in tensors:
            raise DataError("tensors", expected=f"one named {name}", got="none")
        array = tensors[name]
        kinds = "u" if name in ("history", "blocks") else "f"
        if array.ndim != dimensions or array.dtype.kind != kinds:
            raise DataError(
                name,
                expected=f"{dimensions} dimension{'s' * (dimensions > 1)} of "
                f"{'bytes' if kinds == 'u' else 'floats'}",
                got=describe(array),
            )
    if tensors["state"].shape[1] != tensors["parameters"].size:
        raise DataError(
            "state",
            expected=f"{tensors['parameters'].size} columns, as there are parameters",
            got=str(tensors["state"].shape[1]),
        )


def _require_history(position: Position) -> None:
    """Refuse a history that is not of the epochs that have ended, or has the best one after them.

    Raises: DataError.
    """
    epochs = [record.epoch for record in position.history]
    if epochs != list(range(1, position.epoch + 1)):
        raise DataError(
            "history", expected=f"the epochs 1 to {position.epoch}", got=f"{len(epochs)} records"
        )
    best = position.best
    if best is not None and not 1 <= best.epoch <= position.epoch:
        raise DataError(
            "best.epoch", expected=f"an epoch from 1 to {position.epoch}", got=str(best.epoch)
        )


def _history(folder: Path, tensors: Mapping[str, NDArray[Any]], form: str) -> History:
    last = HistoryBlock.from_json(tensors["history"].tobytes())
    if form == _FORMAT:  # all in one, of whatever length, as older versions wrote it
        return History(last.records)
    digests = tensors["blocks"].reshape(-1, hashlib.sha256().digest_size)
    blocks = (_read_block(folder, n, row.tobytes()) for n, row in enumerate(digests))
    return History.from_blocks(blocks, last)


def newest_position(folder: Path) -> Position:
    """The newest position that can be read; damaged checkpoints are named in a warning.

    Raises: RunFolderError if none can be read.
    """
    files = checkpoint_files(folder)
    for path in reversed(files):
        try:
            return read_checkpoint(path)
        except ChainruleError as error:
            warnings.warn(f"{error} An older checkpoint is used.", RuntimeWarning, stacklevel=2)
    raise RunFolderError(
        str(folder),
        expected="a checkpoint that can be read",
        got=f"{len(files)} that cannot be read" if files else "none",
        remedy="Start a new training in another folder",
    )


def nearest_position(folder: Path, epoch: int, batch: int) -> Position | None:
    """The latest position with a checkpoint that is not after a place; None without one.

    Raises: FileError, DataError, IntegrityError.
    """
    earlier = [
        path for path in checkpoint_files(folder) if checkpoint_place(path) <= (epoch, batch)
    ]
    return read_checkpoint(earlier[-1]) if earlier else None


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    whole = np.ascontiguousarray(array)
    whole.flags.writeable = False
    return whole
