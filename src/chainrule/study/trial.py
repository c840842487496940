"""One trial: a configuration trained with each of its seeds, with the same result everywhere."""

from __future__ import annotations

import base64
import os
import platform
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import EpochRecord
from chainrule.equations.costs import get_cost
from chainrule.errors import DataError, DivergenceError
from chainrule.evaluation import match_dataset, output_blocks
from chainrule.network import Network, draw_parameters, predicted_classes
from chainrule.recipe import Recipe
from chainrule.study.configuration import build_configuration
from chainrule.study.spec import StudySpec
from chainrule.study.study_data import StudyData
from chainrule.training import Observer, Run, TrainingProgress, train

__all__ = [
    "COMPLETE",
    "DROPPED",
    "PRUNED",
    "Outcome",
    "Task",
    "right_answers",
    "run_trial",
    "train_seed",
]

COMPLETE, PRUNED, DIVERGED, DROPPED = "complete", "pruned", "diverged", "dropped"

ReportMetric = Callable[[int, float], bool]
"""Receives an epoch and the metric after it; True ends the trial."""

ReportProgress = Callable[[float], object]
"""Receives the fraction of a trial that is done, over all its seeds."""


@dataclass(frozen=True)
class Task:
    """A trial to compute, as plain values that may travel to another process.

    Args:
        table: the study's description.
        name: the study's name.
        digest: digest of the study's data.
        trial: the trial's key in the storage.
        configuration: the configuration's number in the study.
        parameters: values of the parameters by name.
        storage: where the trial is stored, as a process in any folder finds it.
    """

    table: Mapping[str, Any]
    name: str
    digest: str
    trial: int
    configuration: int
    parameters: Mapping[str, Any]
    storage: str


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Args:
        trial: its key in the storage.
        ended: "complete", "pruned", "diverged", or "dropped" if it was stopped from outside.
        value: the metric's mean over the seeds, or None if there is no such mean.
        record: plain values for the storage: an entry of "runs" for each seed.
    """

    trial: int
    ended: str
    value: float | None
    record: Mapping[str, Any]


@dataclass(eq=False)
class _TrialObserver:
    """Records the metric after each epoch, and stops the training if asked to."""

    metric: str
    stopped: Callable[[], bool]
    report: ReportMetric | None
    advance: ReportProgress
    pruned: bool = False
    failure: Exception | None = None
    curve: list[float] = field(default_factory=list)

    def __call__(self, progress: TrainingProgress) -> bool:
        if progress.epoch_ended and self.metric.startswith("validation_"):
            self._record(progress.position.history[-1], progress.epochs)
        self.advance(progress.fraction_done)
        return self.pruned or self.failure is not None or self.stopped()

    def _record(self, record: EpochRecord, epochs: int) -> None:
        value = float(getattr(record, self.metric))
        self.curve.append(value)
        if self.report is None:
            return
        try:
            lags_behind = self.report(record.epoch, value)
            self.pruned = lags_behind and record.epoch < epochs  # after the last, it is complete
        except Exception as error:  # raised again when the training is over
            self.failure = error


def _ignore(_: float) -> None:
    """Do nothing."""


def run_trial(
    task: Task,
    spec: StudySpec,
    data: StudyData,
    stopped: Callable[[], bool],
    *,
    report: ReportMetric | None = None,
    advance: ReportProgress = _ignore,
) -> Outcome:
    """Train a configuration with each of its seeds.

    Args:
        task: the trial.
        spec: the study.
        data: the study's data.
        stopped: asked at most every 50 ms; True drops the trial.
        report: receives each epoch of the first seed; True prunes the trial.
        advance: receives the fraction of the trial that is done, at most every 50 ms.

    Raises: what `train` raises, except DivergenceError, which is an outcome.
    """
    runs: list[dict[str, Any]] = []
    ended, metric = COMPLETE, spec.settings.metric
    seeds = spec.seeds_for(task.configuration)
    for done, seed in enumerate(seeds):
        advance_seed = partial(_advance_seed, advance, done, len(seeds))
        observer = _TrialObserver(metric, stopped, None if runs else report, advance_seed)
        if stopped():
            return Outcome(task.trial, DROPPED, None, {})
        try:
            run = train_seed(spec, data, task.parameters, seed, [observer])
        except DivergenceError as error:
            runs.append({"seed": seed, "ended": DIVERGED, "why": str(error)})
            ended = DIVERGED
            break
        if observer.failure is not None:
            raise observer.failure
        if observer.pruned:
            runs.append({"seed": seed, "ended": PRUNED, "curve": observer.curve})
            ended = PRUNED
            break
        if run.ended == "stopped by an observer":
            return Outcome(task.trial, DROPPED, None, {})
        runs.append(_run_record(run, data, observer.curve))
    return _outcome(task, ended, metric, runs)


def train_seed(
    spec: StudySpec,
    data: StudyData,
    parameters: Mapping[str, Any],
    seed: int,
    observers: Sequence[Observer],
) -> Run:
    """Train a configuration with one of its seeds.

    Args:
        spec: the study.
        data: the study's data.
        parameters: values of the parameters by name.
        seed: of the first weights and all else that is drawn.
        observers: of the training.

    Raises: what `train` raises.
    """
    architecture, recipe = build_configuration(spec, parameters)
    return train(
        Network(architecture, draw_parameters(architecture, seed)),
        data.learned,
        recipe.replaced(seed=seed),
        validation=data.validation,
        observers=observers,
        threads=1,  # a study is parallel in its trials
    )


def _advance_seed(advance: ReportProgress, done: int, seeds: int, share: float) -> None:
    """Report a trial's progress, given that of the seed after those that are done."""
    advance((done + share) / seeds)


def _outcome(task: Task, ended: str, metric: str, runs: list[dict[str, Any]]) -> Outcome:
    value = None
    if ended == COMPLETE:
        value = float(np.mean([run[metric] for run in runs]))
    elif ended == PRUNED and runs[-1]["curve"]:
        value = runs[-1]["curve"][-1]
    seconds = sum(run.get("seconds", 0.0) for run in runs)
    place = {"host": platform.node(), "pid": os.getpid(), "seconds": round(seconds, 4)}
    return Outcome(task.trial, ended, value, {"ended": ended, **place, "runs": runs})


def _run_record(run: Run, data: StudyData, curve: list[float]) -> dict[str, Any]:
    """Return what the storage receives of one seed's run."""
    record: dict[str, Any] = {
        "seed": run.recipe.seed,
        "digest": run.network.digest,
        "epochs": len(run.history),
        "seconds": round(run.seconds, 4),
        "ended": run.ended,
        "curve": curve,
    }
    for name, dataset in (("validation", data.validation), ("test", data.test)):
        if dataset is not None:
            right, cost = _score(run.network, dataset, run.recipe)
            record[f"{name}_accuracy"] = None if right is None else float(right.mean())
            record[f"{name}_cost"] = cost
            if name == "test" and right is not None:
                record["test_right"] = _pack_answers(right)
    return record


def _score(
    network: Network, dataset: Dataset, recipe: Recipe
) -> tuple[NDArray[np.bool_] | None, float]:
    """Return which examples are classified correctly, (n,), and the mean cost."""
    data = match_dataset(network, dataset, "study")
    cost = get_cost(recipe.cost, recipe.huber_threshold)
    total, right = 0.0, []
    for block in output_blocks(network, data, cost):
        total += float(block.costs.sum())
        if data.classifies:
            right.append(predicted_classes(block.outputs) == data.targets[block.rows])
    return (np.concatenate(right) if right else None), total / len(data)


def _pack_answers(right: NDArray[np.bool_]) -> str:
    """Return the answers as text: their number, then their bits, compressed."""
    bits = zlib.compress(np.packbits(right).tobytes(), 9)
    return f"{len(right)}:{base64.b85encode(bits).decode()}"


def right_answers(text: str) -> NDArray[np.bool_]:
    """Return which test examples were classified correctly, (n,), from a run's "test_right".

    Raises: DataError if the text is damaged.
    """
    count, _, bits = text.partition(":")
    try:
        packed = np.frombuffer(zlib.decompress(base64.b85decode(bits)), np.uint8)
        return np.unpackbits(packed, count=int(count)).astype(bool)
    except (ValueError, zlib.error):
        raise DataError(
            "study", expected="a network's answers to the test examples", got="damaged ones"
        ) from None
