"""The scheduler of a study: compute configurations, store results, replace lost workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chainrule.errors import FileError
from chainrule.study.executors import Executor, WorkerLost
from chainrule.study.process_identity import LEASE_SECONDS, lease_end
from chainrule.study.seals import result_seal
from chainrule.study.stored_study import StoredStudy
from chainrule.study.trial import COMPLETE, DROPPED, Outcome, Task
from chainrule.study.trial_queue import LOST, TrialClaim, TrialQueue, abandon_trial

__all__ = ["FinishedTrial", "Scheduler"]

_INTERRUPTED = "it was interrupted"
_POLL_SECONDS = 0.5
"""Seconds between two reads of other processes' trials; each reads the whole storage."""


@dataclass(frozen=True)
class FinishedTrial:
    """A trial that has just ended, as observers receive it.

    Args:
        claim: what was computed.
        outcome: how it ended.
    """

    claim: TrialClaim
    outcome: Outcome


class Scheduler:
    """Computes the open configurations of a study.

    Args:
        study: the study.
        queue: hands out its configurations.
        on_trial: called with each trial that ends.
    """

    def __init__(
        self, study: StoredStudy, queue: TrialQueue, on_trial: Callable[[FinishedTrial], object]
    ) -> None:
        self._study, self._store, self._queue = study, study.store, queue
        self._on_trial = on_trial
        self._under_way: dict[int, TrialClaim] = {}
        self._lock = threading.Lock()
        self._deadline = float("inf")
        if study.spec.settings.seconds is not None:
            self._deadline = time.monotonic() + study.spec.settings.seconds

    def run(self, executor: Executor, *, wait: bool) -> None:
        """Compute until nothing is open, or the time for new trials is over.

        Args:
            executor: entered already.
            wait: whether to stay until the trials of other processes have ended, and to take over
                those whose process dies.

        Raises: FileError if the storage fails, KeyboardInterrupt, and what a trial raises. Trials
            under way are given up first.
        """
        with self._renewed_leases():
            try:
                self._compute_open(executor)
                while wait and time.monotonic() <= self._deadline and self._queue.running():
                    time.sleep(_POLL_SECONDS)
                    self._compute_open(executor)
            except BaseException as error:
                why = _INTERRUPTED if isinstance(error, KeyboardInterrupt) else "the study stopped"
                self._give_up(why)
                raise

    def _compute_open(self, executor: Executor) -> None:
        """Compute all that is open now, again after a worker has died."""
        while True:
            try:
                for outcome in executor.results(self._tasks()):
                    self._record(outcome)
                return
            except WorkerLost:
                self._give_up(LOST)

    def _tasks(self) -> Iterator[Task]:
        while time.monotonic() < self._deadline:
            claim = self._queue.next()
            if claim is None:
                return
            with self._lock:
                self._under_way[claim.trial] = claim
            yield self._task(claim)

    def _task(self, claim: TrialClaim) -> Task:
        spec = self._study.spec
        return Task(
            table=dict(spec.source.table),
            name=spec.name,
            digest=self._study.digest,
            trial=claim.trial,
            configuration=claim.configuration,
            parameters=claim.parameters,
            storage=self._store.address,
        )

    def _record(self, outcome: Outcome) -> None:
        """Store a result; one that comes too late is dropped."""
        with self._lock:
            claim = self._under_way.pop(outcome.trial)
        if outcome.ended == DROPPED:
            abandon_trial(self._store, outcome.trial, _INTERRUPTED)
            return
        state = "COMPLETE" if outcome.ended == COMPLETE else "PRUNED"
        seal = result_seal(self._store.trial(outcome.trial), state, outcome.value, outcome.record)
        record = {**outcome.record, "seal": seal}
        stored = self._store.set_trial_attribute(outcome.trial, "result", record)
        if stored and self._store.end_trial(outcome.trial, state, outcome.value):
            self._on_trial(FinishedTrial(claim, outcome))

    def _give_up(self, why: str) -> None:
        """End the trials under way without results, as far as the storage answers."""
        with self._lock:
            trials, self._under_way = list(self._under_way), {}
        for trial in trials:
            try:
                abandon_trial(self._store, trial, why)
            except FileError:  # later processes find that the owner is gone
                return

    @contextmanager
    def _renewed_leases(self) -> Iterator[None]:
        """Within the block, show other machines that this process is alive."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(LEASE_SECONDS / 4):
                with self._lock:
                    trials = list(self._under_way)
                self._renew_leases(trials)

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _renew_leases(self, trials: list[int]) -> None:
        for trial in trials:
            try:
                self._store.set_trial_attribute(trial, "lease", lease_end())
            except FileError:  # recording the trial will fail too, and that error is reported
                return
