"""Repair of a study: the storage's file made whole, and what was lost computed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chainrule.documents import Block, Document, Heading, Table
from chainrule.study.process_identity import current_process
from chainrule.study.runner import resume_study
from chainrule.study.scheduler import FinishedTrial
from chainrule.study.storage_repair import RepairedFile, repair_file
from chainrule.study.stored_study import StoredStudy, load_study, write_description
from chainrule.study.study_storage import open_store
from chainrule.study.trial_queue import abandon_trial
from chainrule.study.verified_trials import DAMAGED, DamagedTrial, VerifiedTrials

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = ["RecomputedConfiguration", "StudyRepair", "repair_stored"]

_SAME = {True: "same as before", False: "other than before", None: "new"}


@dataclass(frozen=True)
class RecomputedConfiguration:
    """A configuration that was computed while a study was repaired.

    Args:
        configuration: its number in the study.
        attempt: from 1.
        same: whether its networks have the digests that an earlier attempt had; None if there
            was none, or its digests were lost.
    """

    configuration: int
    attempt: int
    same: bool | None


@dataclass(frozen=True, eq=False)
class StudyRepair:
    """What was damaged of a study, and what was done.

    Args:
        study: the study after the repair.
        file: what was found in the storage's file.
        damaged: the trials that were taken as not computed.
        computed: the configurations that were computed.
    """

    study: StoredStudy
    file: RepairedFile
    damaged: tuple[DamagedTrial, ...]
    computed: tuple[RecomputedConfiguration, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "study": self.study.spec.name,
            "storage": self.study.store.display_name,
            "copy": self.file.copy,
            "lines": [asdict(line) for line in self.file.lines],
            "trials": [asdict(trial) for trial in self.damaged],
            "computed": [asdict(one) for one in self.computed],
        }

    def document(self) -> Document:
        """Return the repair as a document: what was damaged, then what was computed."""
        facts = [
            ("storage", self.study.store.display_name),
            ("damaged", self._damage_text()),
            ("computed again", str(len(self.computed))),
        ]
        if self.file.copy is not None:
            facts.insert(1, ("damaged file", f"kept as {self.file.copy}"))
        blocks: list[Block] = [Table("", (), tuple(facts))]
        damage = [(f"line {line.number}", line.why) for line in self.file.lines]
        damage += [(f"trial {trial.number}", trial.why) for trial in self.damaged]
        if damage:
            blocks += [Heading("Damaged"), Table("", ("what", "why"), tuple(damage))]
        if self.computed:
            rows = tuple(
                (str(one.configuration), str(one.attempt), _SAME[one.same]) for one in self.computed
            )
            header = ("configuration", "attempt", "digests of the networks")
            blocks += [Heading("Computed"), Table("", header, rows)]
        return Document(f"Study {self.study.spec.name}", tuple(blocks), values=self.to_dict)

    def _damage_text(self) -> str:
        if self.file.copy is None and not self.damaged:
            return "nothing"
        return f"{len(self.file.lines)} lines, {len(self.damaged)} trials"


def repair_stored(
    url: str,
    name: str,
    *,
    changes: Mapping[str, Any],
    on_trial: Callable[[FinishedTrial], object],
    on_begin: Callable[[StoredStudy], object],
) -> StudyRepair:
    """Repair a study, and continue it to its end.

    Arguments are those of `resume_study`.

    Raises: IntegrityError if nothing can be read, and what `resume_study` raises.
    """
    file = repair_file(url)
    study = load_study(open_store(url), name)
    trials = VerifiedTrials(study)
    trials.refresh()
    damaged = tuple(
        trial for number, trial in sorted(trials.damaged.items()) if number not in study.repaired
    )
    for trial in trials.under_way():
        # A trial of this process that is not being computed: the line with its end was lost.
        if trial.user_attrs.get("owner") == current_process():
            abandon_trial(study.store, trial._trial_id, DAMAGED)
    before = _digests(study.store.trials(study.key))
    computed: list[RecomputedConfiguration] = []

    def observe(finished: FinishedTrial) -> None:
        computed.append(_compare(finished, before))
        on_trial(finished)

    resume_study(url, name, changes=changes, on_trial=observe, on_begin=on_begin)
    repaired = study.repaired | {trial.number for trial in damaged}
    write_description(study, {"repaired": sorted(repaired)} if damaged else {})
    computed.sort(key=lambda one: one.configuration)
    return StudyRepair(load_study(open_store(url), name), file, damaged, tuple(computed))


def _digests(trials: Sequence[FrozenTrial]) -> dict[int, list[Any]]:
    """Return the networks' digests of each configuration, as far as a storage still has them."""
    found = {}
    for trial in trials:
        record = trial.user_attrs.get("result")
        runs = record.get("runs") if isinstance(record, dict) else None
        number = trial.user_attrs.get("configuration")
        if isinstance(runs, list) and isinstance(number, int):
            found[number] = _run_digests(runs)
    return found


def _run_digests(runs: Sequence[Any]) -> list[Any]:
    return [run.get("digest") if isinstance(run, dict) else None for run in runs]


def _compare(
    finished: FinishedTrial, before: Mapping[int, Sequence[Any]]
) -> RecomputedConfiguration:
    claim = finished.claim
    known, now = before.get(claim.configuration), _run_digests(finished.outcome.record["runs"])
    same = None if known is None else known == now
    return RecomputedConfiguration(claim.configuration, claim.attempt, same)
