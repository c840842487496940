"""The queue of trials: each configuration ends exactly once, even if processes are killed.

A claim is a trial under way with the number of its configuration, written in one piece. Numbers of
trials have one order for all processes: of several claims on a configuration the first one counts
whose process is alive, and later ones are withdrawn. A claim whose process is gone is given up, and
the configuration is claimed again. Ending a trial succeeds once; a process that was taken for dead
and comes late finds its trial ended, and drops its result.
"""

from __future__ import annotations

import bisect
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError
from chainrule.study.configuration import build_configuration
from chainrule.study.configuration_plan import plan_configurations
from chainrule.study.process_identity import current_process, is_gone, lease_end
from chainrule.study.seals import claim_seal
from chainrule.study.search import sample_configuration, store_parameters
from chainrule.study.space import configuration_key, read_parameters
from chainrule.study.stored_study import StoredStudy
from chainrule.study.study_storage import StudyStore
from chainrule.study.verified_trials import VerifiedTrials, has_ended

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = [
    "LOST",
    "TrialClaim",
    "TrialQueue",
    "abandon_trial",
    "is_stale",
]

LOST = "its worker died"
"""The mark of a trial whose worker died under this process."""

_GONE = "its process is gone"
"""The mark of a trial that another process left behind."""

_MOST_LOSSES = 5
"""Workers that a configuration may take along. Kills from outside hit a configuration once or
twice; one that ends every worker, say for want of memory, would go on forever."""


@dataclass(frozen=True)
class TrialClaim:
    """A configuration that this process is to compute.

    Args:
        trial: the trial's key in the storage.
        configuration: the configuration's number in the study.
        parameters: values of the parameters by name.
        attempt: from 1.
    """

    trial: int
    configuration: int
    parameters: Mapping[str, Any]
    attempt: int


def is_stale(trial: FrozenTrial) -> bool:
    """Whether a trial is under way by the storage, but its process is gone."""
    attributes = trial.user_attrs
    running = trial.state.name == "RUNNING"
    return running and is_gone(attributes.get("owner", {}), float(attributes.get("lease", 0.0)))


def abandon_trial(store: StudyStore, trial: int, why: str) -> None:
    """Mark a trial and end it without a result, unless it has ended by now."""
    store.set_trial_attribute(trial, "given_up", why)
    store.end_trial(trial, "FAIL")


class TrialQueue:
    """Hands out the configurations of a study to one process.

    Args:
        study: the study.
        spread_out: whether to begin at a random open configuration while others are at work, so
            that processes seldom claim the same one; else at the first.
    """

    def __init__(self, study: StoredStudy, *, spread_out: bool) -> None:
        self._study, self._store = study, study.store
        self._plan = plan_configurations(study.spec, study.count, study.earlier)
        self._offset = uuid.uuid4().int if spread_out else 0
        self._lock = threading.Lock()
        self._owner = current_process()
        self._trials = VerifiedTrials(study)
        self._open = list(range(study.count))
        """The configurations to claim, in their order."""

    def next(self) -> TrialClaim | None:
        """Return a claim that counts, or None if nothing is left to claim now.

        Raises: FileError; ChainruleError if a configuration ends its worker again and again.
        """
        with self._lock:
            while True:
                self._look()
                number = self._find_open()
                if number is None:
                    self._abandon(self._trials.under_way())
                    return None
                claim = self._claim(number)
                if claim is not None:
                    return claim

    def running(self) -> int:
        """Return how many configurations other processes are computing."""
        with self._lock:
            self._look()
            alive = {_configuration(t) for t in self._trials.under_way() if _is_alive(t)}
            return sum(
                number < self._study.count
                and not any(map(has_ended, self._trials.attempts_of(number)))
                for number in alive
            )

    def _look(self) -> None:
        """Read the storage, and note which configurations are open.

        Beside those whose trials have changed, it may be those whose process is gone.
        """
        changed = self._trials.refresh()
        changed |= {_configuration(trial) for trial in self._trials.under_way()}
        for number in changed:
            at = bisect.bisect_left(self._open, number)
            listed = at < len(self._open) and self._open[at] == number
            is_open = 0 <= number < self._study.count and _is_open(self._trials.attempts_of(number))
            self._open[at : at + listed] = [number] if is_open else []

    def _abandon(self, attempts: Sequence[FrozenTrial]) -> None:
        for trial in attempts:
            if is_stale(trial):
                abandon_trial(self._store, trial._trial_id, _GONE)

    def _find_open(self) -> int | None:
        """Return a configuration that has no result and that no process is computing."""
        if not self._open:
            return None
        others = any(map(_is_alive, self._trials.under_way()))
        return self._open[self._offset % len(self._open) if others else 0]

    def _claim(self, number: int) -> TrialClaim | None:
        """Return the claim, or None if another process was first."""
        earlier = list(self._trials.attempts_of(number))
        self._require_bearable(number, earlier)
        self._abandon(earlier)
        self._look()
        before = self._trials.count
        parameters = self._parameters(number, earlier)
        attempt = len(earlier) + 1
        key = self._write_claim(number, parameters, [trial.number for trial in earlier])
        mine = self._store.trial(key).number
        self._look()
        for rival in self._trials.attempts_of(number):
            if rival.number < mine and (has_ended(rival) or rival.state.name == "RUNNING"):
                abandon_trial(self._store, key, f"trial {rival.number} has its configuration")
                return None
        double = self._find_double(parameters, range(before, mine))
        if double is not None:
            abandon_trial(self._store, key, f"trial {double.number} has its values")
            return None
        return TrialClaim(key, number, parameters, attempt)

    def _parameters(self, number: int, earlier: Sequence[FrozenTrial]) -> dict[str, Any]:
        """Return the values of a configuration: those of its first attempt, if it had one."""
        if self._plan is not None:
            return self._plan(number)
        space = self._study.spec.space
        tried = [trial for trial in earlier if not _is_withdrawn(trial)]
        if tried:
            return read_parameters(space, tried[0])
        trials = self._trials.readable()
        seen = {self._key(trial) for trial in trials if not _is_withdrawn(trial)}
        return sample_configuration(self._study.spec, trials, number, seen)

    def _key(self, trial: FrozenTrial) -> str:
        return configuration_key(read_parameters(self._study.spec.space, trial))

    def _find_double(self, parameters: Mapping[str, Any], numbers: range) -> FrozenTrial | None:
        """Return a claim of another process that sampled the same values at the same time."""
        if self._plan is not None:
            return None
        key = configuration_key(parameters)
        rivals = self._trials.readable(numbers)
        doubles = (t for t in rivals if not _is_withdrawn(t) and self._key(t) == key)
        return next(doubles, None)

    def _write_claim(
        self, number: int, parameters: Mapping[str, Any], retries: Sequence[int]
    ) -> int:
        """Write a trial under way into the storage, and return its key."""
        spec = self._study.spec
        architecture, recipe = build_configuration(spec, parameters)
        stored = store_parameters(spec.space, self._study.first_space, parameters)
        attributes = {
            "configuration": number,
            "attempt": len(retries) + 1,
            **({"retries_trials": list(retries)} if retries else {}),
            **({"parameters": dict(stored.others)} if stored.others else {}),
            "owner": self._owner,
            "lease": lease_end(),
            "seeds": list(spec.seeds_for(number)),
            "architecture": architecture.for_cost(recipe.cost).to_dict(),
            "recipe": {k: v for k, v in recipe.to_dict().items() if k != "seed"},
        }
        attributes["seal"] = claim_seal(stored.values, attributes)
        return self._store.create_trial(
            self._study.key, stored.values, stored.distributions, attributes
        )

    def _require_bearable(self, number: int, earlier: Sequence[FrozenTrial]) -> None:
        """Refuse a configuration that no worker survives, such as one that takes all memory."""
        losses = sum(trial.user_attrs.get("given_up") == LOST for trial in earlier)
        if losses >= _MOST_LOSSES:
            raise ChainruleError(
                f"study {self._study.spec.name}",
                why=f"Configuration {number} was being computed when a worker died, {losses} times",
                remedy="Check whether it needs more memory than there is, or use fewer workers",
            )


def _configuration(trial: FrozenTrial) -> int:
    """Return the number of a trial's configuration, or -1."""
    number = trial.user_attrs.get("configuration")
    return number if isinstance(number, int) else -1


def _is_withdrawn(trial: FrozenTrial) -> bool:
    """Whether a claim was given up since another one has its configuration or its values."""
    return str(trial.user_attrs.get("given_up", "")).startswith("trial ")


def _is_alive(trial: FrozenTrial) -> bool:
    return trial.state.name == "RUNNING" and not is_stale(trial)


def _is_open(attempts: Sequence[FrozenTrial]) -> bool:
    return not any(has_ended(trial) or _is_alive(trial) for trial in attempts)
