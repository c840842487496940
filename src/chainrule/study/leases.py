"""Which process computes which configuration: each ends exactly once, whoever is killed.

A claim is a trial under way with the number of its configuration, written in one piece. Numbers of
trials have one order for all processes: of several claims on a configuration the first one counts
whose owner is alive, and who came later steps back. A claim whose owner is gone is given up, and
the configuration is claimed anew. Ending a trial succeeds once; a process that was taken for dead
and comes late finds its trial ended, and drops its result.
"""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError
from chainrule.study.configuration import built
from chainrule.study.process_identity import is_gone, lease, owner
from chainrule.study.search import distributions_of, kept_form, planned, sampled
from chainrule.study.spec import Spec
from chainrule.study.study_storage import Store

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = ["GONE", "LOST", "Claim", "Claims", "attempts", "given_up", "has_ended", "is_stale"]

GONE = "its process is gone"
"""The mark of a trial that was given up."""

LOST = "its worker died"
_MOST_LOSSES = 5


@dataclass(frozen=True)
class Claim:
    """A configuration that this process is to compute.

    Args:
        trial: the trial's key in the storage.
        configuration: the number in the study.
        chosen: values of parameters by name.
        attempt: from 1.
    """

    trial: int
    configuration: int
    chosen: dict[str, Any]
    attempt: int


def attempts(trials: Sequence[FrozenTrial]) -> dict[int, list[FrozenTrial]]:
    """The trials of each configuration, the earliest first."""
    found: dict[int, list[FrozenTrial]] = defaultdict(list)
    for trial in trials:
        number = trial.user_attrs.get("configuration")
        if isinstance(number, int):
            found[number].append(trial)
    return found


def has_ended(trial: FrozenTrial) -> bool:
    """Whether a trial is a result, rather than under way or given up."""
    return trial.state.name in ("COMPLETE", "PRUNED")


def is_stale(trial: FrozenTrial) -> bool:
    """Whether a trial is under way by the storage, but its process is gone."""
    facts = trial.user_attrs
    running = trial.state.name == "RUNNING"
    return running and is_gone(facts.get("owner", {}), float(facts.get("lease", 0.0)))


class Claims:
    """Hands out the configurations of a study to one process.

    Args:
        store: where the study is kept.
        key: the study's key.
        spec: the study.
        count: how many configurations it has.
        apart: whether to look elsewhere than at the first one where others are at work.
    """

    def __init__(self, store: Store, key: int, spec: Spec, count: int, *, apart: bool) -> None:
        self._store, self._key, self._spec, self._count = store, key, spec, count
        self._plan = planned(spec, count)
        self._apart = uuid.uuid4().int if apart else 0
        self._door = threading.Lock()
        self._owner = owner()

    def next(self) -> Claim | None:
        """A claim that counts; None where nothing is left to claim now.

        Raises: FileError; ChainruleError where a configuration ends its worker again and again.
        """
        with self._door:
            while True:
                trials = attempts(self._store.trials(self._key))
                number = self._open(trials)
                if number is None:
                    self._tidy(trials)
                    return None
                claim = self._claimed(number, trials.get(number, []))
                if claim is not None:
                    return claim

    def running(self) -> int:
        """How many configurations others are computing."""
        trials = attempts(self._store.trials(self._key))
        return sum(
            not any(map(has_ended, several)) and any(map(_is_alive, several))
            for number, several in trials.items()
            if number < self._count
        )

    def _tidy(self, trials: Mapping[int, Sequence[FrozenTrial]]) -> None:
        """Give up what was left under way of configurations that have a result."""
        for trial in [trial for several in trials.values() for trial in several]:
            if is_stale(trial):
                given_up(self._store, trial._trial_id, GONE)

    def _open(self, trials: Mapping[int, Sequence[FrozenTrial]]) -> int | None:
        """A configuration that has no result and that nobody is computing.

        The first one; another one where others are at work, who would want the same.
        """
        found = [number for number in range(self._count) if _is_open(trials.get(number, ()))]
        alone = not any(_is_alive(trial) for several in trials.values() for trial in several)
        return found[0 if alone else self._apart % len(found)] if found else None

    def _claimed(self, number: int, earlier: Sequence[FrozenTrial]) -> Claim | None:
        """The claim, or None where somebody else has it."""
        self._require_bearable(number, earlier)
        for trial in earlier:
            if is_stale(trial):
                given_up(self._store, trial._trial_id, GONE)
        chosen = self._chosen(number, earlier)
        attempt = len(earlier) + 1
        key = self._begun(number, chosen, attempt, [trial.number for trial in earlier])
        mine = self._store.trial(key).number
        for rival in attempts(self._store.trials(self._key))[number]:
            if rival.number < mine and (has_ended(rival) or rival.state.name == "RUNNING"):
                given_up(self._store, key, f"trial {rival.number} has its configuration")
                return None
        return Claim(key, number, chosen, attempt)

    def _chosen(self, number: int, earlier: Sequence[FrozenTrial]) -> dict[str, Any]:
        """The values of a configuration: those of its first attempt where there was one."""
        if self._plan is not None:
            return self._plan(number)
        for trial in earlier:
            return {
                p.name: p.read(trial.params[p.name])
                for p in self._spec.space
                if p.name in trial.params
            }
        return sampled(self._spec, self._store.trials(self._key), number)

    def _begun(
        self, number: int, chosen: Mapping[str, Any], attempt: int, retries: list[int]
    ) -> int:
        architecture, recipe = built(self._spec, chosen)
        facts = {
            "configuration": number,
            "attempt": attempt,
            **({"retries_trials": retries} if retries else {}),
            "owner": self._owner,
            "lease": lease(),
            "seeds": list(self._spec.seeds_of(number)),
            "architecture": architecture.for_cost(recipe.cost).to_dict(),
            "recipe": {k: v for k, v in recipe.to_dict().items() if k != "seed"},
        }
        distributions = distributions_of(self._spec, chosen)
        return self._store.begun(self._key, kept_form(chosen), distributions, facts)

    def _require_bearable(self, number: int, earlier: Sequence[FrozenTrial]) -> None:
        """Refuse a configuration that nothing survives, such as one that takes all memory."""
        losses = sum(trial.user_attrs.get("given_up") == LOST for trial in earlier)
        if losses >= _MOST_LOSSES:
            raise ChainruleError(
                f"study {self._spec.name}",
                why=f"Configuration {number} was under way {losses} times when a worker died",
                remedy="See whether it needs more memory than there is, or use fewer workers",
            )


def _is_alive(trial: FrozenTrial) -> bool:
    return trial.state.name == "RUNNING" and not is_stale(trial)


def _is_open(several: Sequence[FrozenTrial]) -> bool:
    return not any(has_ended(trial) or _is_alive(trial) for trial in several)


def given_up(store: Store, trial: int, why: str) -> None:
    """Mark a trial and end it without a result, unless it has ended by now."""
    store.noted(trial, "given_up", why)
    store.ended(trial, "FAIL")
