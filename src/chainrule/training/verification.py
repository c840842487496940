"""Verification: compute a saved run again and compare everything in its folder with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chainrule.data import Dataset
from chainrule.engine import Position, Until
from chainrule.errors import ChainruleError, DivergenceError, IntegrityError
from chainrule.training.checkpoint import checkpoint_name, checkpoint_place
from chainrule.training.circumstances import Circumstances
from chainrule.training.computed_start import compute_start
from chainrule.training.loop import CHUNK_SECONDS, train_chunk
from chainrule.training.observers import Observer, Observers, TrainingProgress
from chainrule.training.run_file_checks import (
    certificate_differences,
    checkpoint_differences,
    data_differences,
    history_differences,
    network_differences,
    read_certificate,
    request_differences,
    snapshot_differences,
    start_differences,
)
from chainrule.training.run_folder import RunFolder
from chainrule.training.setup import TrainingSetup, restore_training
from chainrule.training.signature import certificate_signer

__all__ = ["Verification", "verify"]


@dataclass(frozen=True)
class Verification:
    """The result of verifying a run.

    Args:
        epochs: number of epochs computed again.
        difference: the first thing that differs, in words; empty if nothing does.
        other_versions: software whose version has changed, which may be the reason.
        differences: everything that differs, in words: files and fields that disagree, then the
            first tensor, with its epoch and step, that is computed otherwise.
        start: from where a branch, or a run from given weights, was computed; empty for a run whose
            start was drawn from its seed.
        other_conditions: of processor, BLAS and compiler, what has changed.
        unrecorded: what the run does not say, since an older version wrote it.
        cause: if a tensor is computed otherwise, what that may come from.
        signer: who signed the certificate; empty if nobody was to be looked for.
    """

    epochs: int
    difference: str
    other_versions: tuple[str, ...]
    differences: tuple[str, ...] = ()
    start: str = ""
    other_conditions: tuple[str, ...] = ()
    unrecorded: tuple[str, ...] = ()
    cause: str = ""
    signer: str = ""

    @property
    def holds(self) -> bool:
        """Whether the run was reproduced to the bit, from a start that is accounted for."""
        return not self.difference

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as `chainrule verify --json` prints them."""
        return {"holds": self.holds, **asdict(self)}


def verify(
    folder: str | Path,
    dataset: Dataset,
    *,
    validation: Dataset | None = None,
    parent: str | Path | None = None,
    start: str | Path | None = None,
    signers: str | Path | None = None,
    observers: Iterable[Observer] = (),
) -> Verification:
    """Compute a run again from its first position, and name everything that differs.

    The files of the folder are compared with each other and with what is computed: every field of
    run.json, recipe.toml and certificate.json, every line of the history, and every tensor of each
    checkpoint, snapshot and network. A run holds only if its start is accounted for: drawn from its
    seed again, or read again from the file of the weights that it was given. A branch is computed
    from the start of its parent; if its parent is not there, from the position that it recorded,
    which counts as a difference.

    Args:
        folder: the run's folder.
        dataset: the training set with which it began.
        validation: the validation set with which it began.
        parent: where the parent of a branch is now, if it was moved.
        start: where the weights that the run was given are now, if they were moved.
        signers: a file of names with their keys, one of whom must have signed the certificate; see
            `certificate_signer`.
        observers: called with a TrainingProgress as in `train`.

    Raises: RunFolderError, FileError, DataError, IntegrityError.
    """
    run_folder = RunFolder(folder)
    facts = run_folder.facts()
    certificate = read_certificate(run_folder)
    found = list(request_differences(run_folder, facts, certificate))
    signer = ""
    if signers is not None:
        try:
            signer = certificate_signer(folder, signers)
        except IntegrityError as error:
            found.append(str(error))
    epochs, sentence, parted = 0, "", False

    def restore(one: RunFolder) -> TrainingSetup:
        return restore_training(one, dataset, validation)

    try:
        setup = restore(run_folder)
        began = compute_start(run_folder, setup, restore, parent=parent, start=start)
        found += [*data_differences(facts, setup), *began.differences]
        replay = _Replay(
            folder=run_folder,
            certificate=certificate,
            setup=setup,
            observers=Observers(observers),
            position=began.position,
            keep_epochs=facts.keep_epochs,
        )
        found += replay.differences()
        epochs, sentence = replay.position.epoch - began.recorded_epochs, began.sentence
        parted = replay.parted
    except ChainruleError as error:
        if not found:
            raise
        # What run.json says was changed, so it may be what cannot be computed.
        found.append(f"computed by run.json: {error}")
    circumstances = Circumstances.of(facts, certificate)
    return Verification(
        epochs=epochs,
        difference=found[0] if found else "",
        other_versions=circumstances.other_versions,
        differences=tuple(found),
        start=sentence,
        other_conditions=circumstances.other_conditions,
        unrecorded=circumstances.unrecorded,
        cause=circumstances.cause() if parted else "",
        signer=signer,
    )


@dataclass(eq=False)
class _Replay:
    """A run that is computed again, beside what its folder holds.

    Args:
        folder: of the run.
        certificate: of the run.
        setup: of the training.
        observers: who sees it.
        position: where the computation stands.
        keep_epochs: whether there is a checkpoint of every epoch's end.
        parted: whether a tensor was computed otherwise than the certificate has it.
    """

    folder: RunFolder
    certificate: Mapping[str, Any]
    setup: TrainingSetup
    observers: Observers
    position: Position
    keep_epochs: bool
    parted: bool = False

    @property
    def _place(self) -> tuple[int, int]:
        return self.position.epoch, self.position.batch

    def differences(self) -> Iterator[str]:
        """Compute to the run's end; yield what differs, up to the first tensor after an epoch."""
        files = {checkpoint_place(path): path for path in self.folder.checkpoints()}
        ended = len(self.certificate["epochs"]), 0
        last = max(ended, *files) if files else ended
        yield from start_differences(self.certificate, self.setup, self.position)
        yield from self._checkpoint(files)
        while self._place < last:
            later = [place for place in files if place > self._place]
            try:
                epoch_ended = self._advance(min(later, default=None))
            except DivergenceError as error:
                self.parted = True
                yield f"epoch {self.position.epoch + 1}, which now diverges: {error}"
                return
            parted = self._parted_tensor() if epoch_ended else ""
            if parted:
                self.parted = True
                yield parted
                return
            yield from self._checkpoint(files)
            if epoch_ended:
                yield from snapshot_differences(self.folder, self.setup, self.position)
        yield from history_differences(self.folder, self.position)
        yield from network_differences(self.folder, self.certificate, self.setup, self.position)
        yield from certificate_differences(self.folder, self.certificate, self.setup, self.position)

    def _advance(self, stop: tuple[int, int] | None) -> bool:
        """Train on for a while, at most to a place in this epoch; whether the epoch has ended."""
        epoch, batch = self._place
        most = stop[1] - batch if stop is not None and stop[0] == epoch else None
        until = Until(seconds=CHUNK_SECONDS, batches=most)
        self.position, epoch_ended = train_chunk(self.setup, self.position, until)
        self.observers.notify(TrainingProgress.at(self.setup, self.position, epoch_ended))
        return epoch_ended

    def _parted_tensor(self) -> str:
        """The first tensor that differs after an epoch, in words; empty if none does."""
        position, epochs = self.position, self.certificate["epochs"]
        if position.epoch > len(epochs):
            return ""
        claimed, record = epochs[position.epoch - 1], position.history[-1]
        for name, digest in record.tensor_sha256.items():
            was = claimed["tensor_sha256"].get(name)
            if was != digest:
                place = f"{name} after epoch {record.epoch}, step {position.step}"
                return f"{place}: was {str(was)[:12]}…, is {digest[:12]}…"
        return ""

    def _checkpoint(self, files: Mapping[tuple[int, int], Path]) -> Iterator[str]:
        """What differs in the checkpoint of this place, if there is one or should be one."""
        path = files.get(self._place)
        if path is not None:
            yield from checkpoint_differences(path, self.setup, self.position)
        elif self.keep_epochs and not self.position.batch:
            name = checkpoint_name(self.position.epoch, 0)
            yield f"checkpoints/{name}: missing, though the checkpoint of every epoch is kept"
