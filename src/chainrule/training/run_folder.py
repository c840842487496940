"""Run folders, whose files stay consistent after a crash at any moment.

run.json            what was asked for: recipe, architecture, data, notes; written last at the
                    start, so that a folder without it holds no run
recipe.toml         the resolved recipe, to be used again
snapshots/          the networks of the cycles' ends, if the recipe asks for them
checkpoints/        the first position and the newest ones; with keep_epochs every epoch's end;
                    the history of long runs, in blocks that they share
certificate.json.sig  who vouches for the certificate, if the run was signed
history.jsonl       a line an epoch
certificate.json    digests of the data and of the weights after every epoch, and versions
network.safetensors the result, once the training has ended in whatever way
lock                held while a training writes
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from chainrule.engine import Position, initial_state, training_layout
from chainrule.errors import ChainruleError, DataError, FileError, RunFolderError
from chainrule.network import Network
from chainrule.storage import (
    is_half_written,
    make_folder,
    names_in,
    read_bytes,
    remove,
    write_atomically,
)
from chainrule.training.checkpoint import (
    block_files,
    checkpoint_files,
    checkpoint_name,
    nearest_position,
    newest_position,
    read_checkpoint,
    write_checkpoint,
)
from chainrule.training.history_file import HistoryFile
from chainrule.training.run_facts import RunFacts
from chainrule.training.signature import SIGNATURE

__all__ = ["RunFolder"]

FORMAT = "chainrule run 1"
# A branch begins at the end of an epoch.
_START = r"epoch-\d{6,}-batch-00000000\.safetensors"


class RunFolder:
    """One run's folder; enter it to hold its lock."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._checkpoints = self.path / "checkpoints"
        self._history = HistoryFile(self.path / "history.jsonl")
        self._lock = FileLock(self.path / "lock", timeout=0)

    def __enter__(self) -> RunFolder:
        make_folder(self.path)
        try:
            self._lock.acquire()
        except Timeout:
            raise RunFolderError(
                str(self.path),
                expected="a run folder that no other training uses",
                got="a locked one",
                remedy="Wait for the other training, or choose another folder",
            ) from None
        except OSError as error:
            raise FileError(
                str(self.path), expected="a folder that can be written", got=str(error.strerror)
            ) from None
        return self

    def __exit__(self, *exc: object) -> None:
        self._lock.release()

    def begin(self, facts: RunFacts, position: Position) -> None:
        """Set up a new run.

        Raises: RunFolderError if the folder holds a run or other files; FileError.
        """
        self.require_new()
        self.remove_partial_files()
        make_folder(self._checkpoints)
        # By a start that was cut off.
        for left in (*self.checkpoints(), *block_files(self._checkpoints)):
            remove(left)
        write_checkpoint(self._checkpoints, position)
        write_atomically(self.path / "recipe.toml", facts.recipe.to_toml().encode())
        self.write_facts(facts)

    def write_facts(self, facts: RunFacts) -> None:
        """Write what the run was asked to do, and on what it is computed.

        Raises: FileError.
        """
        self._write_json("run.json", {"format": FORMAT, **facts.to_dict()})

    def require_new(self) -> None:
        """Refuse a folder that holds a run or other files, before anything is made in it.

        The files of a start that was cut off before run.json was written are accepted.

        Raises: RunFolderError, FileError.
        """
        if self.has("run.json"):
            raise RunFolderError(
                str(self.path),
                expected="a folder without a run",
                got="one with a run",
                remedy=f"Continue it with `--resume {quote(str(self.path))}`, "
                "or choose another folder",
            )
        begun = ("lock", "checkpoints", *(["recipe.toml"] if self.has("checkpoints") else []))
        places = names_in(self._checkpoints)
        start = min(filter(re.compile(_START).fullmatch, places), default="")
        blocks = [path.name for path in block_files(self._checkpoints)]  # of a branch
        inside = [f"checkpoints/{name}" for name in places if name not in (start, *blocks)]
        foreign = [name for name in names_in(self.path) if name not in begun] + inside
        foreign = [name for name in foreign if not Path(name).name.startswith(".")]
        if foreign:
            raise RunFolderError(
                str(self.path),
                expected="an empty folder",
                got=f"one with {foreign[0]!r} in it",
                remedy="Choose another folder",
            )

    def has(self, name: str) -> bool:
        """Whether a file of that name is in the folder.

        Raises: FileError if the folder cannot be read.
        """
        return name in names_in(self.path)

    def remove_partial_files(self) -> None:
        """Remove the files that a kill left half-written; call it with the lock held.

        Raises: FileError.
        """
        for folder in (self.path, self._checkpoints, self.path / "snapshots"):
            for name in filter(is_half_written, names_in(folder)):
                remove(folder / name)

    def facts(self) -> RunFacts:
        """What the run was asked to do.

        Raises: RunFolderError if there is no run, or one of another version.
        """
        if not self.has("run.json"):
            raise RunFolderError(
                str(self.path),
                expected="a folder with a run",
                got="no run.json",
                why="No training has begun there, or it ended before its first step",
                remedy=f"Start one with `--run {self.path}`",
            )
        content = self.read_json("run.json")
        if content.get("format") != FORMAT:
            raise RunFolderError(
                str(self.path / "run.json"),
                expected=f"a run of format {FORMAT!r}",
                got=repr(content.get("format")),
                why="It was written by another version",
            )
        try:
            return RunFacts.from_dict(content)
        except (ChainruleError, TypeError, ValueError) as error:
            raise DataError(
                str(self.path / "run.json"), expected="a complete run", got=str(error)
            ) from None

    def write_checkpoint(self, position: Position, *, keep_epochs: bool = False) -> None:
        """Write a checkpoint.

        Args:
            position: where the run stands.
            keep_epochs: whether those of epochs' ends stay.

        Raises: FileError.
        """
        write_checkpoint(self._checkpoints, position, keep_epochs=keep_epochs)

    def newest(self) -> Position:
        """The newest position that can be read.

        Raises: RunFolderError.
        """
        return newest_position(self._checkpoints)

    def first(self) -> Position:
        """The position before the first step; that of a branch has its parent's epochs done.

        Raises: RunFolderError, FileError, DataError, IntegrityError.
        """
        return read_checkpoint(self._checkpoints / checkpoint_name(self.facts().first_epoch, 0))

    def nearest(self, epoch: int, batch: int) -> Position:
        """The latest position with a checkpoint that is not after a place in the run.

        Args:
            epoch: epochs that have ended there.
            batch: batches of the epoch under way.

        Raises: RunFolderError, FileError, DataError, IntegrityError.
        """
        position = nearest_position(self._checkpoints, epoch, batch) or self.first()
        self._require_shapes(position)
        return position

    def _require_shapes(self, position: Position) -> None:
        """Refuse a position whose arrays are not those of the run's recipe and architecture."""
        facts = self.facts()
        size = training_layout(facts.architecture, facts.recipe).size
        theta = np.zeros(size, facts.architecture.dtype)
        state = initial_state(facts.recipe, theta)
        found, wanted = (
            [(array.shape, array.dtype) for array in pair]
            for pair in ((position.parameters, position.state), (theta, state))
        )
        if found != wanted:
            raise DataError(
                str(self._checkpoints),
                expected=f"parameters {wanted[0][0]} and state {wanted[1][0]} of {theta.dtype}",
                got=f"{found[0][0]} and {found[1][0]} of {found[0][1]} and {found[1][1]}",
                why="run.json or a checkpoint was changed after the run began",
            )

    def checkpoints(self) -> list[Path]:
        """The files of the checkpoints, the earliest first."""
        return checkpoint_files(self._checkpoints)

    def initial_network(self) -> Network:
        """The network with which the run began, without gains.

        Raises: RunFolderError, FileError, DataError, IntegrityError.
        """
        facts, parameters = self.facts(), self.first().parameters
        layout = training_layout(facts.architecture, facts.recipe)
        if parameters.shape == (layout.size,):  # else Network refuses them and says why
            parameters = layout.drop_gains(parameters)
        return Network(facts.architecture, parameters)

    def write_history(self, position: Position) -> None:
        """Write the history up to a position: the lines that were not written before.

        Raises: FileError.
        """
        self._history.write(position.history)

    def write_certificate(self, certificate: Mapping[str, Any]) -> None:
        """Write the certificate; a signature of another one is removed.

        Raises: FileError.
        """
        before = read_bytes(self.path / "certificate.json") if self.has(SIGNATURE) else b""
        self._write_json("certificate.json", certificate)
        if before and before != read_bytes(self.path / "certificate.json"):
            remove(self.path / SIGNATURE)

    def write_network(self, network: Network) -> None:
        """Write the result.

        Raises: FileError.
        """
        network.save(self.path / "network.safetensors")

    def write_snapshot(self, network: Network, epoch: int) -> None:
        """Write the network of a cycle's end.

        Raises: FileError.
        """
        make_folder(self.path / "snapshots")
        network.save(self.snapshot_path(epoch))

    def snapshot_path(self, epoch: int) -> Path:
        """The file of the network after an epoch that ends a cycle."""
        return self.path / "snapshots" / f"epoch-{epoch:06d}.safetensors"

    def snapshots(self) -> list[Network]:
        """The networks of the cycles' ends, in their order; empty if none were asked for.

        Raises: FileError, DataError, IntegrityError.
        """
        folder = self.path / "snapshots"
        if not self.has("snapshots"):
            return []
        names = [name for name in names_in(folder) if not name.startswith(".")]
        return [Network.load(folder / name) for name in sorted(names)]

    def network(self) -> Network:
        """The result.

        Raises: RunFolderError while there is none; FileError, DataError, IntegrityError.
        """
        if not self.has("network.safetensors"):
            self.facts()
            raise RunFolderError(
                str(self.path),
                expected="a run that has ended",
                got="one without network.safetensors",
                remedy=f"Finish it with `chainrule train --resume {quote(str(self.path))}`",
            )
        return Network.load(self.path / "network.safetensors")

    def read_json(self, name: str) -> dict[str, Any]:
        """A JSON file of the folder.

        Raises: FileError, DataError.
        """
        try:
            content = json.loads(read_bytes(self.path / name))
        except (ValueError, RecursionError) as error:
            got = str(error) if isinstance(error, ValueError) else "nesting that is too deep"
            raise DataError(str(self.path / name), expected="a JSON file", got=got) from None
        if not isinstance(content, dict):
            raise DataError(str(self.path / name), expected="a JSON object", got="another value")
        return content

    def _write_json(self, name: str, value: Mapping[str, Any]) -> None:
        text = json.dumps(value, indent=2, ensure_ascii=False)
        # The names of files that are not UTF-8 hold lone surrogates, which JSON writes as escapes.
        write_atomically(self.path / name, (text + "\n").encode(errors="backslashreplace"))
