"""The lines of a journal file: each is sealed, and a damaged one is named and skipped."""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optuna.distributions import json_to_distribution
from optuna.storages.journal import BaseJournalBackend
from optuna.study import StudyDirection
from optuna.trial import TrialState

from chainrule.errors import DataError, FileError
from chainrule.study.seals import (
    LOST_TRIAL,
    SEALED_STUDY,
    line_seal,
    seal_line,
    sealed_part,
    study_name_of,
)

if TYPE_CHECKING:
    from chainrule.study.journal import JournalGuard

__all__ = ["DamagedLine", "SealedJournal"]

_CREATE_STUDY, _SET_ATTRIBUTE, _CREATE_TRIAL = 0, 2, 4
_OURS = ("after", "ordinal", "seal")
"""What a line has beside Optuna's operation: the seal before, the number of the trial, its seal."""
_HARMLESS = frozenset((3, 9))
"""Operations that other programs write, such as notes of optuna-dashboard."""
_NEEDED: Mapping[int, tuple[str, ...]] = {
    0: ("study_name", "directions"),
    1: ("study_id",),
    2: ("study_id", "user_attr"),
    3: ("study_id", "system_attr"),
    4: ("study_id", "datetime_start"),
    5: ("trial_id", "param_name", "param_value_internal", "distribution"),
    6: ("trial_id", "state", "values"),
    7: ("trial_id", "step", "intermediate_value"),
    8: ("trial_id", "user_attr"),
    9: ("trial_id", "system_attr"),
    10: (),
}
"""What each of Optuna's operations needs."""


@dataclass(frozen=True)
class DamagedLine:
    """A line that was skipped, or a place where lines are missing.

    Args:
        number: of the line, from 1.
        why: what is wrong with it.
    """

    number: int
    why: str


class SealedJournal(BaseJournalBackend):
    """A journal file as Optuna reads and writes it.

    Each line that is written ends with its seal and names the seal of the line before. From the
    first sealed line on, a line without one is damaged. A line that created a trial is replaced by
    one that creates a trial without a result, since Optuna counts trials.

    Args:
        path: the file.
        guard: the lock for writers.
    """

    def __init__(self, path: Path, guard: JournalGuard) -> None:
        self._path, self._guard = path, guard
        self.damage: list[DamagedLine] = []
        self._restart()

    def _restart(self) -> None:
        self.damage.clear()
        self._waiting: deque[dict[str, Any]] = deque()
        self._first = self._offset = self._line = self._trials = 0
        self._good = self._inode = self._study = 0
        self._seal = ""
        self._broken: list[bytes] = []
        self._lost_study = self._gap = False

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        """Yield the operations from a number on; those of damaged lines are left out.

        Raises: DataError if no line is an operation, FileError.
        """
        if log_number_from < self._first:
            self._restart()
        self._scan()
        while self._waiting and self._first < log_number_from:
            self._waiting.popleft()
            self._first += 1
        yield from list(self._waiting)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, sealed, in one piece."""
        self._guard.acquire()
        try:
            self._scan()
            lines = _seal_lines(logs, self._seal, self._trials)
            with self._path.open("ab") as file:
                file.write(b"".join(lines))
                file.flush()
                os.fsync(file.fileno())
        finally:
            self._guard.release()

    def sealed_content(self) -> bytes:
        """Return what the file would hold without its damaged lines, with new seals."""
        return b"".join(_seal_lines(self.read_logs(0), "", 0))

    def _scan(self) -> None:
        """Read what was written since the last time."""
        with self._path.open("rb") as file:
            state = os.fstat(file.fileno())
            self._inode = self._inode or state.st_ino
            if state.st_ino != self._inode or state.st_size < self._offset:
                raise FileError(
                    str(self._path),
                    expected="the journal that was opened",
                    got="another file",
                    remedy="Start again; repair a journal only while nothing else uses it",
                )
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n") and sealed_part(line[:-1]) is None:
                    break  # it is being written, or its writer was killed
                self._offset += len(line)
                self._line += 1
                self._waiting += self._read_line(line[:-1])
        self._waiting += self._replace_broken()
        if self.damage and not self._good:
            raise DataError(str(self._path), expected="a journal of studies", got="something else")

    def _read_line(self, line: bytes) -> Iterator[dict[str, Any]]:
        log, why = self._parse(line)
        if log is None:
            self._broken.append(line)
            self._gap = True
            self.damage.append(DamagedLine(self._line, why))
            return
        self._good += 1
        yield from self._replace_broken()
        if sealed_part(line) is not None:
            if log["after"] != self._seal and not self._gap:
                self.damage.append(DamagedLine(self._line, "lines before it are missing"))
            self._seal, self._gap = line_seal(line), False
        yield from self._found_studies(log)
        if log["op_code"] == _CREATE_TRIAL:
            yield from self._lost_trials(log.get("ordinal", self._trials), log["study_id"])
            self._trials += 1
            self._study = log["study_id"]
        yield log

    def _parse(self, line: bytes) -> tuple[dict[str, Any] | None, str]:
        """Return the operation of a line; else None, and what is wrong with it."""
        whole = sealed_part(line) is not None
        try:
            log = json.loads(line)
        except (ValueError, RecursionError):
            return None, "it is not JSON"
        if whole:
            return log, ""
        if isinstance(log, dict) and "seal" in log:
            return None, "it does not agree with its seal"
        if not _is_operation(log):
            return None, "it is no operation of a study"
        if self._seal and log["op_code"] not in _HARMLESS:
            return None, "it has no seal"
        return log, ""

    def _replace_broken(self) -> Iterator[dict[str, Any]]:
        """Yield what stands for the trials that damaged lines created."""
        raw, self._broken = b"".join(self._broken), []
        if not raw:
            return
        self._lost_study = self._lost_study or b'"directions":' in raw or b'"study_name":' in raw
        count = max(raw.count(b'"distributions":'), raw.count(b'"datetime_start":'))
        named = re.search(rb'"study_id":(\d+)', raw)
        yield from self._lost_trials(self._trials + count, int(named[1]) if named else self._study)

    def _lost_trials(self, until: int, study: int) -> Iterator[dict[str, Any]]:
        """Yield trials without results until there are so many."""
        while self._trials < until:
            self._trials += 1
            yield {
                "op_code": _CREATE_TRIAL,
                "worker_id": "",
                "study_id": study,
                "datetime_start": None,
                "state": TrialState.FAIL,
                "user_attrs": {"given_up": LOST_TRIAL},
            }

    def _found_studies(self, log: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the study that a damaged line created, by the name in its sealed description."""
        if not self._lost_study:
            return
        self._lost_study = False
        record = log["user_attr"].get(SEALED_STUDY) if log["op_code"] == _SET_ATTRIBUTE else None
        name = study_name_of(record) or f"(line {self._line - 1} is damaged)"
        yield {
            "op_code": _CREATE_STUDY,
            "worker_id": "",
            "study_name": name,
            "directions": [StudyDirection.MINIMIZE],
        }


def _seal_lines(logs: Iterable[Mapping[str, Any]], after: str, trials: int) -> list[bytes]:
    """Return operations as sealed lines.

    Args:
        logs: the operations; seals that they had are left out.
        after: the seal of the line before the first one.
        trials: how many lines before them create a trial.
    """
    lines = []
    for log in logs:
        kept = {name: value for name, value in log.items() if name not in _OURS}
        kept["after"] = after
        if log["op_code"] == _CREATE_TRIAL:
            kept["ordinal"] = trials
            trials += 1
        lines.append(seal_line(kept))
        after = line_seal(lines[-1][:-1])
    return lines


def _is_operation(log: Any) -> bool:
    """Whether Optuna can carry out what a line without a seal says."""
    try:
        for name in _NEEDED[log["op_code"]]:
            log[name]
        for value in log.get("directions", ()):
            StudyDirection(value)
        distributions = {
            name: json_to_distribution(text) for name, text in log.get("distributions", {}).items()
        }
        for name, value in log.get("params", {}).items():
            distributions[name].to_external_repr(value)
        if "state" in log:
            TrialState(log["state"])
        for name in ("datetime_start", "datetime_complete"):
            if log.get(name) is not None:
                datetime.fromisoformat(log[name])
        attributes = [log[name] for name in ("user_attr", "system_attr") if name in log]
        return isinstance(log["worker_id"], str) and all(
            isinstance(one, dict) and len(one) == 1 for one in attributes
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        return False
