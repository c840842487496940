"""Networks of trials, trained once more in the background while the page says how far they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from chainrule.errors import InputError
from chainrule.evaluation import match_dataset
from chainrule.lab.study_shelf import StudyShelf
from chainrule.lab.subject import LabSubject
from chainrule.ledger.steps import supported_recipe
from chainrule.study import TrialNetwork, parameters_text
from chainrule.training import TrainingProgress

__all__ = ["MOST_SECONDS", "TrialKey", "TrialTraining", "TrialTrainings"]

MOST_SECONDS = 300.0
"""A training that took longer when the study ran is not repeated for the page."""
_MOST_TRAININGS = 8
_ABANDONED_AFTER = 10.0
"""Seconds without a question of the page after which a training is given up."""
_ONE_AT_A_TIME = threading.Lock()
"""Trainings take turns: a page that asks for several gets each as fast as it can be."""


class TrialKey(NamedTuple):
    """Which network of a study.

    Args:
        study: its name.
        number: of the trial.
        seed: of the training.
    """

    study: str
    number: int
    seed: int

    @classmethod
    def parse(cls, text: str) -> TrialKey:
        """Return what `LabState.trial` names."""
        study, number, seed = text.split("/")
        return cls(study, int(number), int(seed))


@dataclass(frozen=True, eq=False)
class TrialTraining:
    """How far the training of a trial's network is.

    Args:
        key: which.
        share: the fraction that is done, 0 to 1.
        subject: the network with the study's test examples; None while it is trained.
        is_same: whether it is the trial's network, to the bit.
    """

    key: TrialKey
    share: float
    subject: LabSubject | None = None
    is_same: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for the page."""
        return {
            **self.key._asdict(),
            "share": self.share,
            "trained": self.subject is not None,
            "same": self.is_same,
        }


class _Job:
    """One training in a thread of its own; it ends early when nobody asks for it any more."""

    def __init__(self, shelf: StudyShelf, key: TrialKey) -> None:
        self.key, self._shelf = key, shelf
        self._share = 0.0
        self._found: TrialNetwork | None = None
        self._failure: Exception | None = None
        self._asked = time.monotonic()
        self._ended = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            with _ONE_AT_A_TIME:
                if not self._is_abandoned():
                    self._found = self._shelf.open(self.key.study).train_trial(
                        self.key.number, self.key.seed, observers=[self._observe]
                    )
        except Exception as error:  # raised again where it is asked for
            self._failure = error
        self._ended.set()

    def _observe(self, progress: TrainingProgress) -> bool:
        self._share = progress.fraction_done
        return self._is_abandoned()

    def _is_abandoned(self) -> bool:
        return time.monotonic() - self._asked > _ABANDONED_AFTER

    @property
    def can_be_asked(self) -> bool:
        """Whether it is under way or has a network, rather than to be begun anew."""
        return self._found is not None or not self._ended.is_set()

    def wait(self, seconds: float | None) -> TrialTraining:
        """Return how far it is after some time.

        Raises: what the training raised.
        """
        self._asked = time.monotonic()
        while not self._ended.wait(_ABANDONED_AFTER / 2 if seconds is None else seconds):
            self._asked = time.monotonic()
            if seconds is not None:
                return TrialTraining(self.key, self._share)
        if self._failure is not None:
            raise self._failure
        if self._found is None:  # it was abandoned, and is begun anew when it is asked for again
            return TrialTraining(self.key, self._share)
        return TrialTraining(self.key, 1.0, self._subject, self._found.is_same)

    @cached_property
    def _subject(self) -> LabSubject:
        assert self._found is not None, "asked for once it is trained"
        return _make_subject(self.key, self._found)


def _make_subject(key: TrialKey, found: TrialNetwork) -> LabSubject:
    """The network as the lab shows any other: with the study's test examples."""
    recipe = supported_recipe(found.recipe).replaced(batch_size=1, shuffle=False)
    chosen = parameters_text(found.parameters)
    return LabSubject(
        f"{key.study}, trial {key.number}: {chosen}",
        found.network,
        recipe,
        match_dataset(found.network, found.test, "lab"),
        columns=found.test if found.test.is_raw_table else None,
        loaded=found.test,
    )


class TrialTrainings:
    """The networks of trials that were looked at last.

    Args:
        shelf: with their studies.
    """

    def __init__(self, shelf: StudyShelf) -> None:
        self._shelf = shelf
        self._jobs: dict[TrialKey, _Job] = {}
        self._lock = threading.Lock()

    def find(self, name: str, seconds: float | None) -> TrialTraining:
        """Return a trial's network, or how far its training is.

        Args:
            name: "NAME/NUMBER/SEED".
            seconds: to wait for it; None until it is trained.

        Raises: InputError for a trial without a network, or whose training takes too long; what
            training it raises.
        """
        key = TrialKey.parse(name)
        with self._lock:
            job = self._jobs.pop(key, None)
            if job is None or not job.can_be_asked:
                self._require_short(key)
                job = _Job(self._shelf, key)
            self._jobs[key] = job
            while len(self._jobs) > _MOST_TRAININGS:
                self._jobs.pop(next(iter(self._jobs)))
        return job.wait(seconds)

    def _require_short(self, key: TrialKey) -> None:
        results = self._shelf.open(key.study).results()
        runs = next((one.runs for one in results if one.number == key.number), ())
        seconds = _recorded_seconds(runs, key.seed)
        if seconds > MOST_SECONDS:
            raise InputError(
                "lab",
                expected=f"a trial of at most {MOST_SECONDS:.0f} s of training",
                got=f"{seconds:.0f} s",
                remedy="Train it with chainrule train --run, and open that run",
                argument="trial",
                value=key.number,
            )


def _recorded_seconds(runs: Any, seed: int) -> float:
    found: Mapping[str, Any] = next((one for one in runs if one.get("seed") == seed), {})
    return float(found.get("seconds", 0.0))
