"""The results of a study: how many trials have ended, and the result of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chainrule.evaluation import (
    SampleStatistics,
    count_text,
    number_text,
    percent_text,
    sample_statistics,
)
from chainrule.study.space import read_parameters, value_text
from chainrule.study.spec import StudySpec
from chainrule.study.stored_study import StoredStudy
from chainrule.study.trial_queue import is_stale
from chainrule.study.verified_trials import DAMAGED, has_ended, read_attempts

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

__all__ = [
    "ConfigurationResult",
    "StudyCounts",
    "count_trials",
    "metric_text",
    "parameters_text",
    "read_results",
]


_MOST_SHARES = 4
"""Configurations under way whose progress is written out one by one."""


@dataclass(frozen=True)
class StudyCounts:
    """How far a study has come.

    Args:
        planned: configurations of the study.
        complete: configurations trained to the end.
        pruned: configurations stopped by the pruner.
        diverged: configurations stopped because NaN or infinity appeared.
        running: configurations under way.
        stale: configurations under way by the storage whose process is gone; `resume` takes them
            over.
        given_up: attempts without a result; each configuration was or will be tried again.
        progress: the fraction that is done of each configuration under way, as far as its process
            has noted it.
    """

    planned: int
    complete: int
    pruned: int
    diverged: int
    running: int
    stale: int
    given_up: int
    progress: tuple[float, ...] = ()

    @property
    def ended(self) -> int:
        """Number of configurations that have a result."""
        return self.complete + self.pruned + self.diverged

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as `chainrule study status --json` prints them."""
        return {**asdict(self), "ended": self.ended}

    def __str__(self) -> str:
        """The counts in one line; those of 0 are left out."""
        parts = [
            f"{count_text(self.ended)} of {count_text(self.planned)} configurations have ended"
        ]
        others = {
            "pruned": self.pruned,
            "diverged": self.diverged,
            "running": self.running,
            "stale": self.stale,
        }
        parts += [
            f"{count_text(count)} {name}" + (self._progress_text() if name == "running" else "")
            for name, count in others.items()
            if count
        ]
        if self.given_up:
            parts.append(f"{count_text(self.given_up)} attempts were abandoned and repeated")
        return ", ".join(parts)

    def _progress_text(self) -> str:
        """Return how far the configurations under way are, or nothing if it is not known."""
        if not any(self.progress):
            return ""
        if len(self.progress) > _MOST_SHARES:
            return f" at {percent_text(sum(self.progress) / len(self.progress), 0)} on average"
        return " at " + " and ".join(percent_text(share, 0) for share in self.progress)


@dataclass(frozen=True, eq=False)
class ConfigurationResult:
    """The result of one configuration.

    Args:
        number: the trial's number, by which Optuna knows it.
        configuration: the configuration's number in the study.
        attempt: from 1.
        ended: "complete", "pruned" or "diverged".
        parameters: values of the parameters by name.
        value: the metric's mean over the seeds, or None if there is no such mean.
        runs: the record of each seed's training.
        seconds: time spent training.
    """

    number: int
    configuration: int
    attempt: int
    ended: str
    parameters: Mapping[str, Any]
    value: float | None
    runs: Sequence[Mapping[str, Any]]
    seconds: float

    def figure(self, name: str) -> SampleStatistics | None:
        """Return the statistics of a figure over the seeds, or None if no run has it.

        Args:
            name: such as "test_accuracy".
        """
        values = [run[name] for run in self.runs if run.get(name) is not None]
        return sample_statistics(values) if values else None


def count_trials(study: StoredStudy) -> StudyCounts:
    """Return how far a study has come."""
    ended = {"complete": 0, "pruned": 0, "diverged": 0}
    stale = given_up = 0
    progress: list[float] = []
    for attempts in read_attempts(study).values():
        results = [trial for trial in attempts if has_ended(trial)]
        if results:
            ended[_outcome(results[0])] += 1
        marks = [t.user_attrs.get("given_up") for t in attempts if t.state.name == "FAIL"]
        given_up += len(marks) - marks.count(DAMAGED)
        under_way = [] if results else [t for t in attempts if t.state.name == "RUNNING"]
        alive = [trial for trial in under_way if not is_stale(trial)]
        stale += len(under_way) - len(alive)
        progress += [float(trial.user_attrs.get("progress", 0.0)) for trial in alive]
    return StudyCounts(
        planned=study.count,
        complete=ended["complete"],
        pruned=ended["pruned"],
        diverged=ended["diverged"],
        running=len(progress),
        stale=stale,
        given_up=given_up,
        progress=tuple(progress),
    )


def _outcome(trial: FrozenTrial) -> str:
    return str(trial.user_attrs.get("result", {}).get("ended", "complete"))


def read_results(study: StoredStudy) -> list[ConfigurationResult]:
    """Return the results so far, in the order of the configurations."""
    attempts = sorted(read_attempts(study).items())
    ended = ((number, [t for t in trials if has_ended(t)]) for number, trials in attempts)
    return [_read_result(study.spec, number, trials[0]) for number, trials in ended if trials]


def _read_result(spec: StudySpec, number: int, trial: FrozenTrial) -> ConfigurationResult:
    record = trial.user_attrs.get("result", {})
    return ConfigurationResult(
        number=trial.number,
        configuration=number,
        attempt=int(trial.user_attrs.get("attempt", 1)),
        ended=_outcome(trial),
        parameters=read_parameters(spec.space, trial),
        value=None if trial.values is None else trial.values[0],
        runs=tuple(record.get("runs", ())),
        seconds=float(record.get("seconds", 0.0)),
    )


def parameters_text(parameters: Mapping[str, Any]) -> str:
    """Return a configuration in one line.

    >>> parameters_text({"batch_size": 10, "learning_rate": 0.123456789})
    'batch_size=10 learning_rate=0.123457'
    """
    return " ".join(f"{name}={value_text(value)}" for name, value in parameters.items())


def metric_text(metric: str, value: float | None) -> str:
    """Return the value of a metric: accuracies as per cent, costs as numbers.

    >>> metric_text("test_accuracy", 0.98), metric_text("test_cost", 0.25)
    ('98.00 %', '0.25')
    """
    return percent_text(value) if metric.endswith("accuracy") else number_text(value)
