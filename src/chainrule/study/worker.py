"""A trial where it is computed, in whichever process that is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from chainrule.study.search import pruner_of
from chainrule.study.spec import Spec, study_of
from chainrule.study.study_data import opened_again
from chainrule.study.study_storage import Store, open_store
from chainrule.study.toml_source import StudySource
from chainrule.study.trial import Outcome, Task, run_trial

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

__all__ = ["work"]

_STORES: dict[str, Store] = {}
_DOOR = threading.Lock()


def _never() -> bool:
    return False


def work(task: Task, stopped: Callable[[], bool] = _never) -> Outcome:
    """Compute a trial: the data are opened once in a process, and verified by their digest.

    Args:
        task: which.
        stopped: asked at most every 50 ms; True drops the trial.

    Raises: IntegrityError where the data are others, and what `run_trial` raises.
    """
    spec = study_of(StudySource(task.name, task.table), task.name)
    material = opened_again(spec, task.digest)
    pruner = None if task.storage is None else pruner_of(spec)
    if pruner is None or task.storage is None:
        return run_trial(task, spec, material, stopped)
    reporter = _reporter(_opened(task.storage), spec, task.trial, pruner)
    return run_trial(task, spec, material, stopped, reporter)


def _opened(url: str) -> Store:
    """A storage, opened once in a process."""
    with _DOOR:
        if url not in _STORES:
            _STORES[url] = open_store(url)
        return _STORES[url]


def _reporter(
    store: Store, spec: Spec, trial: int, pruner: BasePruner
) -> Callable[[int, float], bool]:
    from optuna.exceptions import UpdateFinishedTrialError

    def report(epoch: int, value: float) -> bool:
        if not store.reported(trial, epoch, value):
            return True  # it was given up, and is computed elsewhere
        try:
            return pruner.prune(store.study(spec.name), store.trial(trial))
        except UpdateFinishedTrialError:  # at this moment
            return True

    return report
