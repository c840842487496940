"""Two configurations side by side, on the same test examples."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chainrule.documents import Table
from chainrule.errors import InputError
from chainrule.evaluation import count_text, percent_text, wilson_interval
from chainrule.study.runner import kept_study
from chainrule.study.statistics import McNemar, difference, mcnemar
from chainrule.study.study_storage import Store
from chainrule.study.summary import Entry, summarised
from chainrule.study.tables import chosen_text
from chainrule.study.trial import right_answers

__all__ = ["Comparison", "Side", "compared", "comparison_tables"]


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two.

    Args:
        name: as it was asked for.
        entry: the configuration.
        data: digest of the study's data.
        chosen_by_test: whether the test set chose it.
    """

    name: str
    entry: Entry
    data: str
    chosen_by_test: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """What tells two configurations apart.

    Args:
        first: one of them.
        second: the other.
        pairs: a test for each pair of networks, first seeds first.
        interval: 95 % interval of the difference of mean test accuracies, first less second; None
            with a single seed.
        warnings: what to beware of.
    """

    first: Side
    second: Side
    pairs: tuple[McNemar, ...]
    interval: tuple[float, float] | None
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain values for JSON."""
        sides = {
            name: {
                "name": side.name,
                "parameters": dict(side.entry.chosen),
                "trial": side.entry.number,
                "test_accuracy": asdict(_accuracy(side)),
            }
            for name, side in (("first", self.first), ("second", self.second))
        }
        return {
            **sides,
            "pairs": [asdict(pair) for pair in self.pairs],
            "difference": _accuracy(self.first).mean - _accuracy(self.second).mean,
            "interval": self.interval,
            "warnings": list(self.warnings),
        }


def compared(store: Store, first: str, second: str) -> Comparison:
    """Compare two configurations.

    Args:
        store: where their studies are kept.
        first: a study's name for its best, or "NAME/12" for a trial by its number.
        second: the same.

    Raises: UnknownNameError, InputError where there is nothing to compare.
    """
    sides = [_side(store, name) for name in (first, second)]
    answers = [[right_answers(run["test_right"]) for run in s.entry.runs] for s in sides]
    if len(answers[0][0]) != len(answers[1][0]) or sides[0].data[-16:] != sides[1].data[-16:]:
        raise InputError(
            "study compare",
            expected="two configurations with the same test set",
            got=f"{len(answers[0][0])} and {len(answers[1][0])} examples",
            why="A test of pairs needs the same examples",
        )
    pairs = [
        mcnemar(int((a & ~b).sum()), int((b & ~a).sum())) for a, b in zip(*answers, strict=False)
    ]
    told = [
        f"The test set chose {side.name}: its figures are too good"
        for side in sides
        if side.chosen_by_test
    ]
    interval = difference(_accuracy(sides[0]), _accuracy(sides[1]))
    return Comparison(sides[0], sides[1], tuple(pairs), interval, tuple(told))


def _accuracy(side: Side) -> Any:
    return side.entry.figure("test_accuracy")


def _side(store: Store, name: str) -> Side:
    study, _, number = name.partition("/")
    kept = kept_study(store, study)
    summary = summarised(kept)
    entry = summary.best
    if number:
        entry = next((e for e in summary.ranked if str(e.number) == number), None)
    if entry is None or entry.ended != "complete" or not entry.runs[0].get("test_right"):
        raise InputError(
            "study compare",
            expected=f"a complete trial with classes at {name}",
            got="none" if entry is None else f"one that is {entry.ended}",
            remedy=f"See chainrule study show {study}",
            value=name,
        )
    return Side(name, entry, kept.digest, kept.spec.settings.on_test and not number)


def comparison_tables(found: Comparison) -> tuple[Table, ...]:
    """The comparison as tables."""
    rows = []
    for side in (found.first, found.second):
        accuracy, n = _accuracy(side), len(right_answers(side.entry.runs[0]["test_right"]))
        low, high = wilson_interval(round(accuracy.mean * n), n)
        interval = f"{percent_text(low)} to {percent_text(high)}"
        parts = (percent_text(accuracy.mean), interval, str(accuracy.n))
        rows.append((side.name, *parts, chosen_text(side.entry.chosen)))
    header = ("which", "test accuracy", "95 % interval (Wilson)", "seeds", "configuration")
    pairs = [
        (str(i + 1), count_text(p.only_first), count_text(p.only_second), f"{p.p:.3g}")
        for i, p in enumerate(found.pairs)
    ]
    columns = ("seed", "only first right", "only second right", "p (McNemar, exact)")
    note = " ".join(f"{text}." for text in found.warnings)
    if found.interval is not None:
        ends = " to ".join(f"{100 * end:+.2f}" for end in found.interval)
        note = f"Difference of the means over seeds: {ends} points (95 %). {note}".strip()
    return (
        Table("Compared", header, tuple(rows)),
        Table("On the same test examples", columns, tuple(pairs), note),
    )
