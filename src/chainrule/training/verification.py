"""Verification: compute a kept run again and compare it epoch by epoch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.position import EpochRecord, Position
from chainrule.errors import RunFolderError
from chainrule.storage import read_bytes
from chainrule.training.certificate import versions
from chainrule.training.epochs import ENDS, advanced
from chainrule.training.observers import SLICE_SECONDS, Moment, Observer, Observers
from chainrule.training.plan import Plan
from chainrule.training.run_folder import RunFolder
from chainrule.training.train import plan_of

__all__ = ["Verification", "verify"]


@dataclass(frozen=True)
class Verification:
    """What came of verifying a run.

    Args:
        epochs: epochs computed again.
        difference: the first thing that differs, in words; empty where nothing does.
        other_versions: software that is of another version now, which may be the reason.
    """

    epochs: int
    difference: str
    other_versions: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the run was reproduced to the bit."""
        return not self.difference


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
        observers: called with a Moment as in `train`.

    Raises: RunFolderError, FileError, DataError, IntegrityError.
    """
    kept = RunFolder(folder)
    facts, certificate = kept.facts(), _certificate(kept)
    plan = plan_of(kept, dataset, validation)
    watching, position = Observers(observers), kept.first()
    for claimed in certificate["epochs"]:
        position = _next_epoch(plan, position, watching)
        difference = _epoch_difference(claimed, position.history[-1])
        if difference:
            break
    else:
        difference = _difference_in_files(kept, certificate, position, facts.recipe.monitor)
    return Verification(position.epoch, difference, _changed(certificate["versions"]))


def _certificate(kept: RunFolder) -> dict[str, Any]:
    if not (kept.path / "certificate.json").exists():
        raise RunFolderError(
            str(kept.path),
            expected="a run that has ended",
            got="one without certificate.json",
            remedy=f"End it with: chainrule train --resume {kept.path}",
        )
    return kept.read_json("certificate.json")


def _next_epoch(plan: Plan, position: Position, watching: Observers) -> Position:
    closed = False
    while not closed:
        position, closed = advanced(plan, position, Until(seconds=SLICE_SECONDS))
        watching.see(Moment(position, plan.recipe.epochs, plan.engine.batches, closed))
    return position


def _epoch_difference(claimed: Mapping[str, Any], record: EpochRecord) -> str:
    """The first tensor that differs after an epoch, in words; empty where none does."""
    for name, digest in record.tensor_sha256.items():
        was = claimed["tensor_sha256"].get(name)
        if was != digest:
            return f"{name} after epoch {record.epoch}: was {str(was)[:12]}…, is {digest[:12]}…"
    if claimed["weights_sha256"] != record.weights_sha256:
        return f"the digest of all weights after epoch {record.epoch}"
    return ""


def _difference_in_files(
    kept: RunFolder, certificate: Mapping[str, Any], position: Position, monitor: str | None
) -> str:
    """What differs in the history or the result although every epoch's weights agree."""
    lines = read_bytes(kept.path / "history.jsonl").decode(errors="replace").splitlines()
    for record, line in zip_longest(position.history, lines):
        if record is None or line != json.dumps(record.line()):
            return f"history.jsonl, line {lines.index(line) + 1 if line else len(lines) + 1}"
    network = kept.network()
    if network.digest != certificate["network_sha256"]:
        return "network.safetensors: other weights than the certificate's"
    at_an_end = certificate["ended"] in ENDS
    best = position.best.parameters if monitor and position.best else position.parameters
    if (at_an_end or monitor) and network.parameters.tobytes() != best.tobytes():
        return "network.safetensors: other weights than the run's"
    return ""


def _changed(then: Mapping[str, str]) -> tuple[str, ...]:
    now = versions()
    return tuple(
        f"{name} was {then.get(name)}, is {now[name]}"
        for name in now
        if then.get(name) != now[name]
    )
