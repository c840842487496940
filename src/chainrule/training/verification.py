"""Verification: compute a saved run again and compare it epoch by epoch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from chainrule.data import Dataset
from chainrule.engine import EpochRecord, Position, Until
from chainrule.errors import DataError, DivergenceError, RunFolderError
from chainrule.network import Network
from chainrule.storage import read_bytes
from chainrule.training.certificate import FORMAT, certify, versions
from chainrule.training.epoch_end import ENDS, final_parameters, stop_reason
from chainrule.training.loop import CHUNK_SECONDS, train_chunk
from chainrule.training.observers import Observer, Observers, TrainingProgress
from chainrule.training.run_folder import RunFolder, complete_recipe
from chainrule.training.setup import TrainingSetup, first_position, restore_training

__all__ = ["Verification", "verify"]


@dataclass(frozen=True)
class Verification:
    """The result of verifying a run.

    Args:
        epochs: number of epochs computed again.
        difference: the first thing that differs, in words; empty if nothing does.
        other_versions: software whose version has changed, which may be the reason.
    """

    epochs: int
    difference: str
    other_versions: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the run was reproduced to the bit."""
        return not self.difference

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as `chainrule verify --json` prints them."""
        return {"holds": self.holds, **asdict(self)}


def verify(
    folder: str | Path,
    dataset: Dataset,
    *,
    validation: Dataset | None = None,
    observers: Iterable[Observer] = (),
) -> Verification:
    """Compute a run again from its first checkpoint and name the first thing that differs.

    Args:
        folder: the run's folder.
        dataset: the training set with which it began.
        validation: the validation set with which it began.
        observers: called with a TrainingProgress as in `train`.

    Raises: RunFolderError, FileError, DataError, IntegrityError.
    """
    run_folder = RunFolder(folder)
    run_folder.facts()
    certificate = _certificate(run_folder)
    setup = restore_training(run_folder, dataset, validation)
    watching, position = Observers(observers), first_position(setup)
    difference = ""
    for claimed in certificate["epochs"]:
        try:
            position = _compute_epoch(setup, position, watching)
        except DivergenceError as error:
            difference = f"epoch {position.epoch + 1}, which now diverges: {error}"
            break
        difference = _epoch_difference(claimed, position.history[-1])
        if difference:
            break
    difference = difference or _difference_in_files(run_folder, certificate, setup, position)
    return Verification(position.epoch, difference, _version_differences(certificate["versions"]))


def _certificate(folder: RunFolder) -> dict[str, Any]:
    if not folder.has("certificate.json"):
        raise RunFolderError(
            str(folder.path),
            expected="a run that has ended",
            got="one without certificate.json",
            remedy=f"Finish it with `chainrule train --resume {folder.path}`",
        )
    certificate = folder.read_json("certificate.json")
    if not _is_whole(certificate):
        raise DataError(
            str(folder.path / "certificate.json"),
            expected=f"a complete certificate of format {FORMAT!r}",
            got=f"one of format {certificate.get('format')!r} that is not",
        )
    return certificate


def _is_whole(certificate: Mapping[str, Any]) -> bool:
    """Whether a certificate has the parts that are read one by one."""
    epochs = certificate.get("epochs")
    return (
        certificate.get("format") == FORMAT
        and isinstance(certificate.get("versions"), dict)
        and isinstance(epochs, list)
        and all(isinstance(e, dict) and isinstance(e.get("tensor_sha256"), dict) for e in epochs)
    )


def _compute_epoch(setup: TrainingSetup, position: Position, observers: Observers) -> Position:
    """The position one epoch later."""
    epoch_ended = False
    while not epoch_ended:
        position, epoch_ended = train_chunk(setup, position, Until(seconds=CHUNK_SECONDS))
        observers.notify(TrainingProgress.at(setup, position, epoch_ended))
    return position


def _epoch_difference(claimed: Mapping[str, Any], record: EpochRecord) -> str:
    """The first tensor that differs after an epoch, in words; empty if none does."""
    for name, digest in record.tensor_sha256.items():
        was = claimed["tensor_sha256"].get(name)
        if was != digest:
            return f"{name} after epoch {record.epoch}: was {str(was)[:12]}…, is {digest[:12]}…"
    return ""


def _difference_in_files(
    folder: RunFolder, certificate: Mapping[str, Any], setup: TrainingSetup, position: Position
) -> str:
    """What differs in the files although every epoch's weights agree, in words."""
    return (
        _history_difference(folder, position)
        or _network_difference(folder, certificate, setup, position)
        or _certificate_difference(folder, certificate, position)
    )


def _history_difference(folder: RunFolder, position: Position) -> str:
    lines = read_bytes(folder.path / "history.jsonl").decode(errors="replace").splitlines()
    again = [json.dumps(record.line()) for record in position.history]
    for number, (line, due) in enumerate(zip_longest(lines, again), 1):
        if line != due:
            return f"history.jsonl, line {number}"
    return ""


def _network_difference(
    folder: RunFolder, certificate: Mapping[str, Any], setup: TrainingSetup, position: Position
) -> str:
    network = folder.network()
    if network.digest != certificate.get("network_sha256"):
        return "network.safetensors: other weights than the certificate's"
    due = setup.network.with_parameters(final_parameters(setup, position))
    # Without a monitor, a run that was cut off in mid-epoch gives weights of no epoch's end.
    ended = position.best is not None or stop_reason(setup.recipe, position) is not None
    if ended and network.digest != due.digest:
        return "network.safetensors: other weights than the run's"
    if network.preprocessing is None:  # a run from before the meaning of images was kept
        due = replace(due, preprocessing=None)
    if _described(network) != _described(due):
        return "network.safetensors: other architecture, scale, shape, class names or preprocessing"
    return ""


def _described(network: Network) -> tuple[Any, ...]:
    return (
        network.architecture,
        network.input_scale,
        network.input_shape,
        network.class_names,
        network.preprocessing,
    )


def _certificate_difference(
    folder: RunFolder, certificate: Mapping[str, Any], position: Position
) -> str:
    """The first entry of the certificate that is not what it would be now."""
    facts, claimed = folder.facts(), certificate.get("ended")
    due = stop_reason(facts.recipe, position)
    ended = str(due if due or claimed in ENDS else claimed)
    again = certify(facts, position, folder.network(), ended)
    if isinstance(certificate.get("recipe"), dict):
        certificate = {**certificate, "recipe": complete_recipe(certificate["recipe"])}
    for name, value in json.loads(json.dumps(again)).items():
        if name != "versions" and certificate.get(name) != value:
            return f"certificate.json: {name}"
    return ""


def _version_differences(then: Mapping[str, str]) -> tuple[str, ...]:
    now = versions()
    return tuple(
        f"{name} was {then.get(name)}, is {now[name]}"
        for name in now
        if then.get(name) != now[name]
    )
