"""Cross-validation of an experiment: a training for each fold, judged by what it did not see."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from statistics import fmean
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset, DatasetFold, split_folds
from chainrule.documents import Document, Paragraph, Table
from chainrule.evaluation import (
    MISSING,
    Report,
    SampleStatistics,
    count_text,
    evaluate,
    fold_statistics,
    number_text,
    percent_text,
)
from chainrule.network import Architecture, Network, draw_parameters
from chainrule.recipe import Recipe
from chainrule.training import Observer, train

__all__ = ["SCORES", "CrossValidation", "FoldResult", "cross_validate", "score_text"]

SCORES: Mapping[str, str] = MappingProxyType(
    {
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced accuracy",
        "auc": "ROC AUC",
        "r_squared": "R²",
        "mean_absolute_error": "mean absolute error",
        "root_mean_squared_error": "root mean squared error",
        "cost": "mean cost",
    }
)
"""The scores of a fold by name, with their titles."""
_FRACTIONS = ("accuracy", "balanced_accuracy")
_LEAST: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(SCORES, 0.0) | {"r_squared": -math.inf}
)
_GREATEST: Mapping[str, float] = MappingProxyType(
    dict.fromkeys((*_FRACTIONS, "auc", "r_squared"), 1.0)
)
"""The ends of the scores that have one; intervals are cut off there."""


@dataclass(frozen=True, eq=False)
class FoldResult:
    """One training of a cross-validation.

    Args:
        fold: its number, from 1.
        seed: the seed of its training.
        learned: how many examples it learned from.
        held_out: how many it was judged by.
        epochs: how many it took.
        seconds: how long.
        network_sha256: digest of its network.
        scores: by name, such as "accuracy" or "r_squared"; None where the held-out examples do not
            define one.
        right: whether each held-out example was classified correctly; None for numbers.
    """

    fold: int
    seed: int
    learned: int
    held_out: int
    epochs: int
    seconds: float
    network_sha256: str
    scores: Mapping[str, float | None]
    right: NDArray[np.bool_] | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as in `CrossValidation.to_dict`."""
        names = ("fold", "seed", "learned", "held_out", "epochs", "seconds", "network_sha256")
        return {**{name: getattr(self, name) for name in names}, "scores": dict(self.scores)}


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """The result of a cross-validation.

    No network is kept, and none learns from all examples; `Experiment.train` makes that one.

    Args:
        data: the name of the data set that was split: the training set.
        data_sha256: digest of its content, in hex.
        examples: how many examples it has.
        seed: seed of the folds; fold k is trained with the seed `seed` + k - 1.
        cost_name: the cost's name.
        folds: a training for each.
    """

    data: str
    data_sha256: str
    examples: int
    seed: int
    cost_name: str
    folds: tuple[FoldResult, ...]

    @cached_property
    def statistics(self) -> Mapping[str, SampleStatistics]:
        """Mean, deviation and corrected 95 % interval of each score that every fold defines."""
        found = {}
        for name in self.folds[0].scores:
            values = [value for fold in self.folds if (value := fold.scores[name]) is not None]
            if len(values) == len(self.folds):
                found[name] = _bounded(name, fold_statistics(values, self.test_ratio))
        return MappingProxyType(found)

    @property
    def test_ratio(self) -> float:
        """Examples that a fold holds out, divided by those that it learns from."""
        return 1 / (len(self.folds) - 1)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule train --cross-validate --json` prints of it."""
        names = ("data", "data_sha256", "examples", "seed", "cost_name")
        return {
            **{name: getattr(self, name) for name in names},
            "folds": [fold.to_dict() for fold in self.folds],
            "statistics": {name: asdict(found) for name, found in self.statistics.items()},
        }

    def document(self) -> Document:
        """Return the folds and the means as a document."""
        count = len(self.folds)
        about = (
            f"{count_text(self.examples)} examples of {self.data} in {count} folds, seed "
            f"{self.seed}. Each network learned from {count - 1} folds and was judged by the other."
        )
        title = f"Cross-validation on {self.data}"
        blocks = (Paragraph(about), self.folds_table(), self.means_table())
        return Document(title, blocks, values=self.to_dict)

    def folds_table(self) -> Table:
        """Return the scores of each fold as a table."""
        rows = tuple(
            (
                str(fold.fold),
                count_text(fold.learned),
                count_text(fold.held_out),
                str(fold.epochs),
                *(score_text(name, value) for name, value in fold.scores.items()),
            )
            for fold in self.folds
        )
        names = (SCORES[name] for name in self.folds[0].scores)
        return Table("Folds", ("fold", "learned", "held out", "epochs", *names), rows)

    def means_table(self) -> Table:
        """Return the means with their intervals as a table."""
        rows = tuple(
            (
                SCORES[name],
                score_text(name, found.mean),
                score_text(name, found.deviation),
                " to ".join(score_text(name, end) for end in found.interval or ()) or MISSING,
            )
            for name, found in self.statistics.items()
        )
        header = ("score", "mean", "deviation", "95 % interval")
        note = "Intervals are corrected for folds that share examples (Nadeau & Bengio 2003)."
        return Table("Means over the folds", header, rows, note)


def _bounded(name: str, found: SampleStatistics) -> SampleStatistics:
    """Return the statistics with an interval that stays within the range of the score."""
    if found.interval is None:
        return found
    low, high = found.interval
    ends = max(_LEAST[name], low), min(_GREATEST.get(name, math.inf), high)
    return replace(found, interval=ends)


def score_text(name: str, value: float | None) -> str:
    """Return a score as a text: per cent for fractions of examples.

    >>> score_text("accuracy", 0.9312), score_text("r_squared", 0.4567)
    ('93.12 %', '0.4567')
    """
    return percent_text(value) if name in _FRACTIONS else number_text(value)


def cross_validate(
    training: Dataset,
    architecture: Architecture,
    recipe: Recipe,
    folds: int = 5,
    *,
    validation: Dataset | None = None,
    observers: Iterable[Observer] = (),
    threads: int | None = None,
    on_fold: Callable[[FoldResult], object] | None = None,
) -> CrossValidation:
    """Train once for each fold; `Experiment.cross_validate` is the same for an experiment.

    Args:
        training: what is split.
        architecture: as its weights are drawn.
        recipe: with its seed.
        folds: how many, at least 2.
        validation: a validation set of its own, the same for each training.
        observers: see each training.
        threads: as in `train`.
        on_fold: called with each fold's result.

    Raises: InputError, DataError, and what `train` raises.
    """
    assert recipe.seed is not None, "Recipe.with_seed comes first"
    given = _Given(architecture, recipe, validation, tuple(observers), threads)
    found = []
    for number, fold in enumerate(split_folds(training, folds, recipe.seed), 1):
        found.append(_train_fold(number, fold, recipe.seed + number - 1, given))
        if on_fold is not None:
            on_fold(found[-1])
    return CrossValidation(
        data=training.name,
        data_sha256=training.digest,
        examples=len(training),
        seed=recipe.seed,
        cost_name=recipe.cost,
        folds=tuple(found),
    )


class _Given(NamedTuple):
    """What all folds have in common; see `cross_validate`."""

    architecture: Architecture
    recipe: Recipe
    validation: Dataset | None
    observers: tuple[Observer, ...]
    threads: int | None


def _train_fold(number: int, fold: DatasetFold, seed: int, given: _Given) -> FoldResult:
    recipe = given.recipe.replaced(seed=seed)
    run = train(
        Network(given.architecture, draw_parameters(given.architecture, seed)),
        fold.train,
        recipe,
        validation=given.validation,
        observers=given.observers,
        threads=given.threads,
    )
    report = evaluate(
        run.network, fold.test, cost=recipe.cost, huber_threshold=recipe.huber_threshold
    )
    return FoldResult(
        fold=number,
        seed=seed,
        learned=len(fold.train),
        held_out=len(fold.test),
        epochs=len(run.history),
        seconds=run.seconds,
        network_sha256=run.network.digest,
        scores=MappingProxyType(dict(_scores(report))),
        right=None if report.classes is None else report.classes.examples.right,
    )


def _scores(report: Report) -> Iterator[tuple[str, float | None]]:
    if report.classes is not None:
        yield "accuracy", report.classes.accuracy
        yield "balanced_accuracy", report.classes.macro.recall
        yield "auc", report.classes.scores.auc.value
    if report.numbers is not None:
        outputs = report.numbers.outputs
        yield "r_squared", _mean([one.r_squared for one in outputs])
        yield "mean_absolute_error", _mean([one.mean_absolute_error for one in outputs])
        yield "root_mean_squared_error", _mean([one.root_mean_squared_error for one in outputs])
    yield "cost", report.cost


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean over the outputs, or None if one of them is not defined."""
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None
