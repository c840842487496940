"""Comparison of two configurations on the same test examples."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from shlex import quote
from typing import Any

from chainrule.documents import Document, Table
from chainrule.errors import InputError
from chainrule.evaluation import (
    McNemarTest,
    SampleStatistics,
    count_text,
    mcnemar_test,
    percent_text,
    welch_interval,
    wilson_interval,
)
from chainrule.study.results import ConfigurationResult, parameters_text
from chainrule.study.stored_study import load_study
from chainrule.study.study_storage import StudyStore
from chainrule.study.summary import summarise_study
from chainrule.study.trial import right_answers

__all__ = ["ComparedConfiguration", "Comparison", "compare_stored"]


@dataclass(frozen=True, eq=False)
class ComparedConfiguration:
    """One of the two configurations.

    Args:
        name: as the caller named it.
        result: the configuration with its runs.
        accuracy: its test accuracy over the seeds.
        data: digest of the study's data.
        chosen_by_test: whether the test set chose it.
    """

    name: str
    result: ConfigurationResult
    accuracy: SampleStatistics
    data: str
    chosen_by_test: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """The difference between two configurations.

    Args:
        first: one of them.
        second: the other.
        pairs: a test for each pair of networks, those of the first seeds first.
        interval: 95 % interval of the difference of mean test accuracies, first minus second, or
            None for a single seed.
        warnings: reservations about the figures.
    """

    first: ComparedConfiguration
    second: ComparedConfiguration
    pairs: tuple[McNemarTest, ...]
    interval: tuple[float, float] | None
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        sides = {
            name: {
                "name": side.name,
                "parameters": dict(side.result.parameters),
                "trial": side.result.number,
                "test_accuracy": asdict(side.accuracy),
            }
            for name, side in (("first", self.first), ("second", self.second))
        }
        return {
            **sides,
            "pairs": [asdict(pair) for pair in self.pairs],
            "difference": self.first.accuracy.mean - self.second.accuracy.mean,
            "interval": self.interval,
            "warnings": list(self.warnings),
        }

    def document(self) -> Document:
        """Return the comparison as a document of two tables."""
        title = f"{self.first.name} and {self.second.name}"
        return Document(title, (self._accuracies(), self._tests()), values=self.to_dict)

    def _accuracies(self) -> Table:
        rows = []
        for side in (self.first, self.second):
            accuracy, n = side.accuracy, len(right_answers(side.result.runs[0]["test_right"]))
            low, high = wilson_interval(round(accuracy.mean * n), n)
            interval = f"{percent_text(low)} to {percent_text(high)}"
            configuration = parameters_text(side.result.parameters)
            mean = percent_text(accuracy.mean)
            rows.append((side.name, mean, interval, str(accuracy.n), configuration))
        header = ("which", "test accuracy", "95 % interval (Wilson)", "seeds", "configuration")
        return Table("Compared", header, tuple(rows))

    def _tests(self) -> Table:
        rows = tuple(
            (str(i), count_text(pair.only_first), count_text(pair.only_second), f"{pair.p:.3g}")
            for i, pair in enumerate(self.pairs, start=1)
        )
        header = ("seed", "only first right", "only second right", "p (McNemar, exact)")
        note = " ".join(f"{text}." for text in self.warnings)
        if self.interval is not None:
            ends = " to ".join(f"{100 * end:+.2f}" for end in self.interval)
            note = f"Difference of the means over seeds: {ends} points (95 %). {note}".strip()
        return Table("On the same test examples", header, rows, note)


def compare_stored(store: StudyStore, first: str, second: str) -> Comparison:
    """Compare two configurations of studies in a storage.

    Args:
        store: the storage.
        first: a study's name for its best configuration, or "NAME/12" for a trial by its number.
        second: the same.

    Raises: UnknownNameError, InputError if they have no common test set, DataError, FileError.
    """
    sides = [_find(store, name) for name in (first, second)]
    answers = [[right_answers(run["test_right"]) for run in side.result.runs] for side in sides]
    # The digest ends with 16 digits of the test set's.
    if len(answers[0][0]) != len(answers[1][0]) or sides[0].data[-16:] != sides[1].data[-16:]:
        raise InputError(
            "study compare",
            expected="two configurations with the same test set",
            got=f"{len(answers[0][0])} and {len(answers[1][0])} examples",
            why="A paired test needs the same examples",
        )
    return Comparison(
        first=sides[0],
        second=sides[1],
        pairs=tuple(
            mcnemar_test(int((a & ~b).sum()), int((b & ~a).sum()))
            for a, b in zip(*answers, strict=False)
        ),
        interval=welch_interval(sides[0].accuracy, sides[1].accuracy),
        warnings=tuple(
            f"{side.name} was chosen by the test set: its figures are too good"
            for side in sides
            if side.chosen_by_test
        ),
    )


def _find(store: StudyStore, name: str) -> ComparedConfiguration:
    study_name, _, number = name.partition("/")
    study = load_study(store, study_name)
    summary = summarise_study(study, effects=False)
    result = summary.best
    if number:
        result = next((one for one in summary.ranked if str(one.number) == number), None)
    accuracy = None if result is None else result.figure("test_accuracy")
    if (
        result is None
        or accuracy is None
        or result.ended != "complete"
        or not result.runs[0].get("test_right")
    ):
        raise InputError(
            "study compare",
            expected=f"a complete trial with classes at {name}",
            got="none" if result is None else f"one that is {result.ended}",
            remedy=f"See chainrule study show {quote(study_name)}",
            value=name,
        )
    chosen_by_test = study.spec.settings.uses_test_set and not number
    return ComparedConfiguration(name, result, accuracy, study.digest, chosen_by_test)
