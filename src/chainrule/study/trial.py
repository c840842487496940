"""One trial: a configuration trained with each of its seeds, the same wherever that is done."""

from __future__ import annotations

import base64
import os
import platform
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import EpochRecord
from chainrule.equations.costs import get_cost
from chainrule.errors import DivergenceError
from chainrule.evaluation import answered, matched
from chainrule.network import Network, draw_parameters, predicted_classes
from chainrule.recipe import Recipe
from chainrule.study.configuration import built
from chainrule.study.spec import Spec
from chainrule.study.study_data import Material
from chainrule.training import Run, TrainingProgress, train

__all__ = [
    "COMPLETE",
    "DIVERGED",
    "DROPPED",
    "PRUNED",
    "Outcome",
    "Task",
    "right_answers",
    "run_trial",
]

COMPLETE, PRUNED, DIVERGED, DROPPED = "complete", "pruned", "diverged", "dropped"

Report = Callable[[int, float], bool]
"""Told an epoch and the metric after it; True ends the trial."""


@dataclass(frozen=True)
class Task:
    """What is computed: it may travel to another process.

    Args:
        table: the study's description, as plain values.
        name: the study's name.
        digest: of its data.
        trial: the trial's key in the storage.
        configuration: its number in the study.
        chosen: values of parameters by name.
        storage: where a pruner looks trials up; None where nothing is pruned.
    """

    table: dict[str, Any]
    name: str
    digest: str
    trial: int
    configuration: int
    chosen: dict[str, Any]
    storage: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Args:
        trial: its key in the storage.
        ended: "complete", "pruned", "diverged", or "dropped" where it was stopped from outside.
        value: the metric's mean over the seeds; None where there is none.
        record: what is kept of it, as plain values: an entry of "runs" for each seed.
    """

    trial: int
    ended: str
    value: float | None
    record: dict[str, Any]


@dataclass(eq=False)
class _Watcher:
    """Sees a training go by, stops it where it is told to."""

    metric: str
    stopped: Callable[[], bool]
    report: Report | None
    pruned: bool = False
    failure: Exception | None = None
    curve: list[float] = field(default_factory=list)

    def __call__(self, moment: TrainingProgress) -> bool:
        if moment.epoch_ended and self.metric.startswith("validation_"):
            self._note(moment.position.history[-1], moment.epochs)
        return self.pruned or self.failure is not None or self.stopped()

    def _note(self, record: EpochRecord, epochs: int) -> None:
        value = float(getattr(record, self.metric))
        self.curve.append(value)
        if self.report is None:
            return
        try:
            lags = self.report(record.epoch, value)
            self.pruned = lags and record.epoch < epochs
        except Exception as error:  # raised again when the training is over
            self.failure = error


def run_trial(
    task: Task,
    spec: Spec,
    material: Material,
    stopped: Callable[[], bool],
    report: Report | None = None,
) -> Outcome:
    """Train a configuration with each of its seeds.

    Args:
        task: which.
        spec: the study.
        material: its data.
        stopped: asked at most every 50 ms; True drops the trial.
        report: told of each epoch of the first seed; True prunes the trial.

    Raises: what `train` raises, but for DivergenceError, which is an outcome.
    """
    architecture, recipe = built(spec, task.chosen)
    runs: list[dict[str, Any]] = []
    ended, metric = COMPLETE, spec.settings.metric
    for seed in spec.seeds_of(task.configuration):
        watcher = _Watcher(metric, stopped, None if runs else report)
        network = Network(architecture, draw_parameters(architecture, seed))
        how: dict[str, Any] = {"validation": material.validation, "threads": 1}
        seeded = recipe.replaced(seed=seed)
        if stopped():
            return Outcome(task.trial, DROPPED, None, {})
        try:
            run = train(network, material.learned, seeded, observers=[watcher], **how)
        except DivergenceError as error:
            runs.append({"seed": seed, "ended": DIVERGED, "why": str(error)})
            ended = DIVERGED
            break
        if watcher.failure is not None:
            raise watcher.failure
        if watcher.pruned:
            runs.append({"seed": seed, "ended": PRUNED, "curve": watcher.curve})
            ended = PRUNED
            break
        if run.ended == "stopped by an observer":
            return Outcome(task.trial, DROPPED, None, {})
        runs.append(_told(run, seeded, material, watcher.curve))
    return _outcome(task, ended, metric, runs)


def _outcome(task: Task, ended: str, metric: str, runs: list[dict[str, Any]]) -> Outcome:
    value = None
    if ended == COMPLETE:
        value = float(np.mean([run[metric] for run in runs]))
    elif ended == PRUNED and runs[-1]["curve"]:
        value = runs[-1]["curve"][-1]
    seconds = sum(run.get("seconds", 0.0) for run in runs)
    place = {"host": platform.node(), "pid": os.getpid(), "seconds": round(seconds, 4)}
    return Outcome(task.trial, ended, value, {"ended": ended, **place, "runs": runs})


def _told(run: Run, recipe: Recipe, material: Material, curve: list[float]) -> dict[str, Any]:
    """What is kept of one seed's run."""
    told: dict[str, Any] = {
        "seed": recipe.seed,
        "digest": run.network.digest,
        "epochs": len(run.history),
        "seconds": round(run.seconds, 4),
        "ended": run.ended,
        "curve": curve,
    }
    for name, dataset in (("validation", material.validation), ("test", material.test)):
        if dataset is not None:
            right, cost = _judged(run.network, dataset, recipe)
            told[f"{name}_accuracy"] = None if right is None else float(right.mean())
            told[f"{name}_cost"] = cost
            if name == "test" and right is not None:
                told["test_right"] = _packed(right)
    return told


def _judged(
    network: Network, dataset: Dataset, recipe: Recipe
) -> tuple[NDArray[np.bool_] | None, float]:
    """Which examples are answered rightly, and the mean cost."""
    data = matched(network, dataset, "study")
    cost = get_cost(recipe.cost, recipe.huber_threshold)
    total, right = 0.0, []
    for block in answered(network, data, cost):
        total += float(block.costs.sum())
        if data.classifies:
            right.append(predicted_classes(block.outputs) == data.targets[block.rows])
    return (np.concatenate(right) if right else None), total / len(data)


def _packed(right: NDArray[np.bool_]) -> str:
    """Truths as a text: bits, compressed, after their count."""
    bits = zlib.compress(np.packbits(right).tobytes(), 9)
    return f"{len(right)}:{base64.b85encode(bits).decode()}"


def right_answers(text: str) -> NDArray[np.bool_]:
    """Which test examples were answered rightly, (n,), from a run's "test_right"."""
    count, _, bits = text.partition(":")
    packed = np.frombuffer(zlib.decompress(base64.b85decode(bits)), np.uint8)
    return np.unpackbits(packed, count=int(count)).astype(bool)
