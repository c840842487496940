"""The runner of a study: start it, continue it, or add one more process to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from chainrule.study.clusters import make_executor
from chainrule.study.configuration import resolve_study
from chainrule.study.configuration_plan import count_configurations
from chainrule.study.executors import Executor, SerialExecutor
from chainrule.study.scheduler import FinishedTrial, Scheduler
from chainrule.study.search import require_search
from chainrule.study.spec import StudySpec
from chainrule.study.stored_study import StoredStudy, create_study, load_study
from chainrule.study.study_data import load_study_data, load_verified_data, with_absolute_path
from chainrule.study.study_storage import open_store
from chainrule.study.trial_queue import TrialQueue

__all__ = ["begin_stored_study", "resume_study", "run_study", "work_on_study"]

OnTrial = Callable[[FinishedTrial], object]
OnBegin = Callable[[StoredStudy], object]


class _Preparation(NamedTuple):
    """A description with the values that its data decide, their digest, and what it states."""

    spec: StudySpec
    digest: str
    stated: frozenset[str]


def run_study(spec: StudySpec, url: str, *, on_trial: OnTrial, on_begin: OnBegin) -> StoredStudy:
    """Start a study, or continue it, and run it to its end.

    Nothing is written before everything is checked: the data, every value of the space, the
    executor, the storage.

    Args:
        spec: the study; its settings say where it is computed.
        url: the storage.
        on_trial: called with each trial that ends.
        on_begin: called once, before the first trial.

    Raises: InputError if the storage has another study of that name, KeyboardInterrupt, and what
        loading data, training and storing raise.
    """
    prepared = _prepare(spec)
    with make_executor(prepared.spec, spec.settings) as executor:
        study = create_study(open_store(url, create=True), *prepared)
        _compute(study, executor, on_trial, on_begin)
    return study


def begin_stored_study(spec: StudySpec, url: str) -> StoredStudy:
    """Write a study into a storage without computing anything, so that workers can begin.

    Arguments and errors are those of `run_study`.
    """
    prepared = _prepare(spec)
    return create_study(open_store(url, create=True), *prepared)


def _prepare(spec: StudySpec) -> _Preparation:
    require_search(spec)
    data = load_study_data(spec, fresh=True)
    resolved = resolve_study(spec.replaced(data=with_absolute_path(spec.data)), data.learned)
    count_configurations(resolved)  # a grid that is too large is refused here
    return _Preparation(resolved, data.digest, frozenset((*spec.network, *spec.recipe)))


def resume_study(
    url: str, name: str, *, changes: Mapping[str, Any], on_trial: OnTrial, on_begin: OnBegin
) -> StoredStudy:
    """Continue a study of a storage to its end.

    Args:
        url: the storage.
        name: the study's.
        changes: settings of the place where it is computed that differ from the study's own.
        on_trial: as in `run_study`.
        on_begin: as in `run_study`.

    Raises: UnknownNameError, and what `run_study` raises.
    """
    study = load_study(open_store(url), name)
    load_verified_data(study.spec, study.digest)
    settings = replace(study.spec.settings, **changes)
    with make_executor(study.spec, settings) as executor:
        _compute(study, executor, on_trial, on_begin)
    return study


def work_on_study(url: str, name: str, *, on_trial: OnTrial, on_begin: OnBegin) -> StoredStudy:
    """Compute trials of a study in this process, beside any others, until none is open.

    Arguments and errors are those of `resume_study`.
    """
    study = load_study(open_store(url), name)
    load_verified_data(study.spec, study.digest)
    on_begin(study)
    queue = TrialQueue(study, spread_out=True)
    Scheduler(study, queue, on_trial).run(SerialExecutor(), wait=False)
    return study


def _compute(study: StoredStudy, executor: Executor, on_trial: OnTrial, on_begin: OnBegin) -> None:
    on_begin(study)
    queue = TrialQueue(study, spread_out=False)
    Scheduler(study, queue, on_trial).run(executor, wait=True)
