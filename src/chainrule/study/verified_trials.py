"""The trials of a study: each is read until it has ended, and checked once against its seals."""

from __future__ import annotations

import bisect
import copy
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any

from chainrule.study.seals import LOST_TRIAL, find_damage
from chainrule.study.space import read_parameters
from chainrule.study.stored_study import StoredStudy

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = ["DAMAGED", "DamagedTrial", "VerifiedTrials", "has_ended", "read_attempts"]

_FIGURES = (
    *("seconds", "epochs", "validation_accuracy", "validation_cost"),
    *("test_accuracy", "test_cost"),
)
"""The numbers of a seed's training; each may be left out."""

DAMAGED = "it is damaged"
"""The mark of a trial whose result is not taken since it does not agree with its seal."""


@dataclass(frozen=True)
class DamagedTrial:
    """A trial that is taken as not computed.

    Args:
        number: the trial's.
        why: what of it is damaged.
    """

    number: int
    why: str


def has_ended(trial: FrozenTrial) -> bool:
    """Whether a trial has a result, rather than being under way or given up."""
    return trial.state.name in ("COMPLETE", "PRUNED")


class VerifiedTrials:
    """Trials of a study by their configurations; those that are damaged have no result.

    A trial that has ended is not read again, so that the time of a look depends on what has
    changed, not on the size of the study.

    Args:
        study: the study.
    """

    def __init__(self, study: StoredStudy) -> None:
        self.study = study
        self._trials: dict[int, FrozenTrial] = {}
        self._attempts: dict[int, list[FrozenTrial]] = defaultdict(list)
        self._open: dict[int, int] = {}
        self._latest = self._highest = -1
        self._sound: set[int] = set()
        self.damaged: dict[int, DamagedTrial] = {}
        self.unsealed = 0

    def refresh(self) -> set[int]:
        """Read what has changed, and return the configurations that it concerns.

        Damaged and missing trials are named.

        Raises: FileError.
        """
        study, changed = self.study, set()
        found = study.store.changed_trials(
            study.key, self._open, count=len(self._trials), latest=self._latest
        )
        for trial in found:
            changed |= self._take(trial)
        if self._highest >= len(self._trials):
            self._name_missing()
        if self.unsealed:
            study.store.remark(
                f"{self.unsealed} results of the study {study.spec.name!r} are from a version "
                "without seals; damage to them would not be noticed",
                about=("unsealed", study.key),
            )
        return changed

    def _take(self, stored: FrozenTrial) -> set[int]:
        """Take a trial in, and return the number of its configuration, if it has one."""
        trial = self._verify(stored)
        number, before = trial.number, self._trials.get(trial.number)
        self._highest = max(self._highest, number)
        if before is None or before._trial_id == stored._trial_id:
            self._trials[number] = trial
        elif number not in self.damaged:
            self._note_damage(number, "another trial has its number")
        if trial.state.is_finished():
            self._open.pop(trial._trial_id, None)
            self._latest = max(self._latest, trial._trial_id)
        else:
            self._open[trial._trial_id] = number
        configuration = trial.user_attrs.get("configuration")
        if not isinstance(configuration, int):
            return set()
        attempts = self._attempts[configuration]
        at = bisect.bisect_left(attempts, number, key=lambda attempt: attempt.number)
        same = at < len(attempts) and attempts[at].number == number
        attempts[at : at + same] = [trial]
        return {configuration}

    def _verify(self, trial: FrozenTrial) -> FrozenTrial:
        """Return a trial as it is; one that is damaged without what cannot be trusted."""
        why = self._damage(trial)
        if not why:
            return trial
        self._note_damage(trial.number, why)
        return _without_result(trial, keep=why.startswith("its result"))

    def _damage(self, trial: FrozenTrial) -> str:
        stands_for_a_line = trial.user_attrs.get("given_up") == LOST_TRIAL
        if stands_for_a_line or (trial._trial_id in self._sound and not has_ended(trial)):
            return ""
        why = find_damage(trial, sealed=self.study.sealed)
        if not why and "seal" not in trial.user_attrs:
            why = self._unreadable(trial)
            self.unsealed += has_ended(trial) and not why
        if not why:
            self._sound.add(trial._trial_id)
        return why

    def _unreadable(self, trial: FrozenTrial) -> str:
        """Return what of a trial without a seal cannot be what chainrule wrote."""
        try:
            read_parameters(self.study.spec.space, trial)
        except (ValueError, TypeError, LookupError, AttributeError):
            return "its configuration"
        record = trial.user_attrs.get("result")
        runs = record.get("runs", []) if isinstance(record, dict) else None
        whole = isinstance(runs, list) and all(map(_is_run, runs))
        return "" if whole or not has_ended(trial) else "its result"

    def _note_damage(self, number: int, why: str) -> None:
        self.damaged[number] = DamagedTrial(number, why)
        if number in self.study.repaired:
            return
        name = self.study.spec.name
        self.study.store.remark(
            f"trial {number} of the study {name!r} is damaged, and taken as not computed: "
            f"{why}; chainrule study repair {quote(name)} computes it again",
            about=("trial", self.study.key, number),
        )

    def _name_missing(self) -> None:
        for number in range(self._highest):
            if number not in self._trials and number not in self.damaged:
                self._note_damage(number, "it is missing")

    @property
    def count(self) -> int:
        """How many numbers of trials have been given."""
        return self._highest + 1

    @property
    def attempts(self) -> Mapping[int, Sequence[FrozenTrial]]:
        """The trials of each configuration, the earliest first."""
        return self._attempts

    def attempts_of(self, configuration: int) -> Sequence[FrozenTrial]:
        """Return the trials of a configuration, the earliest first."""
        return self._attempts.get(configuration, ())

    def under_way(self) -> list[FrozenTrial]:
        """Return the trials that have not ended, by the storage."""
        return [self._trials[number] for number in self._open.values()]

    def readable(self, numbers: range | None = None) -> list[FrozenTrial]:
        """Return the trials whose configurations are whole, in the order of their numbers.

        Args:
            numbers: only those; None takes all.
        """
        chosen: Collection[int] = sorted(self._trials) if numbers is None else numbers
        found = (self._trials[number] for number in chosen if number in self._trials)
        return [trial for trial in found if "configuration" in trial.user_attrs]


def read_attempts(study: StoredStudy) -> dict[int, Sequence[FrozenTrial]]:
    """Return the trials of each configuration at this moment, the earliest first.

    Trials that have ended are read and checked once for each opened study.

    Args:
        study: the study.

    Raises: FileError.
    """
    store = study.store
    with store.lock:
        reader = store.readers.get(study.key)
        if not isinstance(reader, VerifiedTrials) or reader.study is not study:
            reader = store.readers[study.key] = VerifiedTrials(study)
        reader.refresh()
        return {number: tuple(attempts) for number, attempts in reader.attempts.items()}


def _is_run(run: Any) -> bool:
    """Whether a value can be the record of a seed's training."""
    if not isinstance(run, dict) or not isinstance(run.get("seed"), int):
        return False
    curve = run.get("curve", [])
    figures = [run.get(name) for name in _FIGURES]
    numbers = [value for value in figures if value is not None]
    numbers += curve if isinstance(curve, list) else [None]
    return all(isinstance(value, (int, float)) for value in numbers)


def _without_result(trial: FrozenTrial, *, keep: bool) -> FrozenTrial:
    """Return a copy of a trial as one that was given up.

    Args:
        trial: as it is stored.
        keep: whether its configuration is whole.
    """
    from optuna.trial import TrialState

    given_up = copy.copy(trial)
    given_up.state = TrialState.FAIL
    given_up.user_attrs = {**trial.user_attrs, "given_up": DAMAGED} if keep else {}
    return given_up
