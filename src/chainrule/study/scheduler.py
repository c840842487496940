"""A study under way: claims are computed, results kept, and who dies is replaced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chainrule.errors import FileError
from chainrule.study.executors import Executor, WorkerLost
from chainrule.study.leases import LOST, Claim, Claims, given_up
from chainrule.study.process_identity import LEASE_SECONDS, lease
from chainrule.study.spec import Spec
from chainrule.study.study_storage import Store
from chainrule.study.trial import COMPLETE, DROPPED, Outcome, Task

__all__ = ["INTERRUPTED", "Conductor", "Ended"]

INTERRUPTED = "it was interrupted"
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Ended:
    """A trial that has just ended, for whoever watches.

    Args:
        claim: what was computed.
        outcome: how it ended.
    """

    claim: Claim
    outcome: Outcome


class Conductor:
    """Computes the open configurations of a study.

    Args:
        store: where it is kept.
        key: its key.
        spec: the study.
        claims: what hands configurations out.
        digest: of its data.
        watch: called with each trial that ends.
    """

    def __init__(
        self,
        store: Store,
        key: int,
        spec: Spec,
        claims: Claims,
        *,
        digest: str,
        watch: Callable[[Ended], object],
    ) -> None:
        self._store, self._key, self._spec, self._claims = store, key, spec, claims
        self._digest, self._watch = digest, watch
        self._under_way: dict[int, Claim] = {}
        self._door = threading.Lock()
        self._until = float("inf")
        if spec.settings.seconds is not None:
            self._until = time.monotonic() + spec.settings.seconds

    def run(self, executor: Executor, *, wait: bool) -> None:
        """Compute until nothing is open, or the time for new trials is over.

        Args:
            executor: entered already.
            wait: whether to stay until the trials of other processes have ended, and to take over
                those whose process dies.

        Raises: FileError where the storage fails, KeyboardInterrupt, and what a trial raises. What
            was under way is given up first.
        """
        with self._leases():
            try:
                self._rounds(executor, wait=wait)
            except BaseException as error:
                why = INTERRUPTED if isinstance(error, KeyboardInterrupt) else "the study stopped"
                self._give_up(why)
                raise

    def _rounds(self, executor: Executor, *, wait: bool) -> None:
        """Compute what is open, and again what others leave open."""
        while True:
            self._round(executor)
            if not wait or time.monotonic() > self._until or not self._claims.running():
                return
            time.sleep(_LOOK_SECONDS)

    def _round(self, executor: Executor) -> None:
        """Compute all that is open now."""
        while True:
            try:
                for outcome in executor.results(self._tasks()):
                    self._record(outcome)
                return
            except WorkerLost:
                self._give_up(LOST)

    def _tasks(self) -> Iterator[Task]:
        while time.monotonic() < self._until:
            claim = self._claims.next()
            if claim is None:
                return
            with self._door:
                self._under_way[claim.trial] = claim
            yield self._task(claim)

    def _task(self, claim: Claim) -> Task:
        pruned = self._spec.settings.pruner != "none"
        return Task(
            table=dict(self._spec.source.table),
            name=self._spec.name,
            digest=self._digest,
            trial=claim.trial,
            configuration=claim.configuration,
            chosen=claim.chosen,
            storage=self._store.url if pruned else None,
        )

    def _record(self, outcome: Outcome) -> None:
        """Keep a result; one that comes too late is dropped."""
        with self._door:
            claim = self._under_way.pop(outcome.trial)
        if outcome.ended == DROPPED:
            given_up(self._store, outcome.trial, INTERRUPTED)
            return
        state = "COMPLETE" if outcome.ended == COMPLETE else "PRUNED"
        kept = self._store.noted(outcome.trial, "result", outcome.record)
        if kept and self._store.ended(outcome.trial, state, outcome.value):
            self._watch(Ended(claim, outcome))

    def _give_up(self, why: str) -> None:
        """End what is under way without results, as far as the storage answers."""
        with self._door:
            claims, self._under_way = list(self._under_way), {}
        for trial in claims:
            try:
                given_up(self._store, trial, why)
            except FileError:  # the owner is known: it will be found gone
                return

    @contextmanager
    def _leases(self) -> Iterator[None]:
        """While it is entered, other machines are told that this process is alive."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(LEASE_SECONDS / 4):
                with self._door:
                    trials = list(self._under_way)
                self._renewed(trials)

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _renewed(self, trials: list[int]) -> None:
        for trial in trials:
            try:
                self._store.noted(trial, "lease", lease())
            except FileError:  # whoever records the trial will meet it, and tell
                return
