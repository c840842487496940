"""Computation of one trial in any process, on this machine or another."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from chainrule.errors import ChainruleError
from chainrule.study.search import make_pruner
from chainrule.study.spec import StudySpec, parse_study
from chainrule.study.study_data import load_verified_data
from chainrule.study.study_storage import StudyStore, open_store
from chainrule.study.toml_source import StudySource
from chainrule.study.trial import Outcome, Task, run_trial

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

__all__ = ["ProgressWriter", "run_task"]

_STORES: dict[str, StudyStore] = {}
"""The storages that this process has opened, by address."""
_STORES_LOCK = threading.Lock()

_PROGRESS_SECONDS, _PROGRESS_STEP = 1.0, 0.01
"""The least time, and the least fraction of a trial, between two notes on its progress."""


def _never() -> bool:
    return False


def run_task(task: Task, stopped: Callable[[], bool] = _never) -> Outcome:
    """Compute a trial; a process loads the data once, and verifies them by their digest.

    Args:
        task: the trial.
        stopped: asked at most every 50 ms; True drops the trial.

    Raises: IntegrityError if the data have changed, and what `run_trial` raises.
    """
    spec = parse_study(StudySource(task.name, task.table), task.name)
    data = load_verified_data(spec, task.digest)
    pruner, report = make_pruner(spec), None
    if pruner is not None:
        report = _make_reporter(_open_once(task.storage), spec, task.trial, pruner)
    advance = ProgressWriter(task.storage, task.trial)
    return run_trial(task, spec, data, stopped, report=report, advance=advance)


class ProgressWriter:
    """Writes the progress of a trial into its storage: seldom, and only if it can be reached.

    Args:
        storage: the storage.
        trial: the trial's key.
        clock: gives seconds.
    """

    def __init__(
        self, storage: str, trial: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._storage, self._trial, self._clock = storage, trial, clock
        self._written, self._share = clock(), 0.0

    def __call__(self, share: float) -> None:
        """Note the fraction of the trial that is done, unless the last note is fresh."""
        now = self._clock()
        if now - self._written < _PROGRESS_SECONDS or share - self._share < _PROGRESS_STEP:
            return
        self._written, self._share = now, share
        with contextlib.suppress(ChainruleError):  # a worker may reach the data alone
            _open_once(self._storage).set_trial_attribute(self._trial, "progress", round(share, 4))


def _open_once(url: str) -> StudyStore:
    with _STORES_LOCK:
        if url not in _STORES:
            _STORES[url] = open_store(url)
        return _STORES[url]


def _make_reporter(
    store: StudyStore, spec: StudySpec, trial: int, pruner: BasePruner
) -> Callable[[int, float], bool]:
    from optuna.exceptions import UpdateFinishedTrialError

    def report(epoch: int, value: float) -> bool:
        if not store.report_value(trial, epoch, value):
            return True  # the trial was given up, and another process computes it
        try:
            return pruner.prune(store.study(spec.name), store.trial(trial))
        except UpdateFinishedTrialError:  # given up since the line above
            return True

    return report
