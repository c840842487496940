"""Paired comparison of two settings that were cross-validated on the same folds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Document, Table
from chainrule.errors import InputError
from chainrule.evaluation import (
    MISSING,
    McNemarTest,
    SampleStatistics,
    count_text,
    fold_p_value,
    fold_statistics,
    mcnemar_test,
    number_text,
)
from chainrule.experiment.cross_validation import SCORES, CrossValidation, score_text

__all__ = ["FoldComparison", "FoldDifference", "compare_folds"]


@dataclass(frozen=True)
class FoldDifference:
    """The difference of one score, first minus second, over the folds.

    Args:
        statistics: mean, deviation and corrected 95 % interval of the paired differences.
        p: two-sided p-value of the corrected resampled t-test (Nadeau & Bengio 2003).
    """

    statistics: SampleStatistics
    p: float | None


@dataclass(frozen=True, eq=False)
class FoldComparison:
    """How far the scores of two settings are from each other on the same folds.

    Args:
        first: one of them.
        second: the other.
        differences: first minus second, by the score's name.
        right: McNemar's exact test on all held-out examples together; None for numbers.
    """

    first: CrossValidation
    second: CrossValidation
    differences: Mapping[str, FoldDifference]
    right: McNemarTest | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule train --cross-validate --against` prints of it."""
        differences = {name: asdict(found) for name, found in self.differences.items()}
        return {
            "second": self.second.to_dict(),
            "differences": differences,
            "right": None if self.right is None else asdict(self.right),
        }

    def document(self) -> Document:
        """Return the comparison as a document."""
        title = f"Two settings on the same {len(self.first.folds)} folds"
        return Document(title, self.tables(), values=self.to_dict)

    def tables(self) -> tuple[Table, ...]:
        """Return the differences, and what only one of the two gets right, as tables."""
        rows = []
        for name, found in self.differences.items():
            pair = (self.first.statistics[name].mean, self.second.statistics[name].mean)
            ends = " to ".join(f"{end:+.4g}" for end in found.statistics.interval or ())
            texts = (f"{found.statistics.mean:+.4g}", ends or MISSING, number_text(found.p))
            rows.append((SCORES[name], *(score_text(name, mean) for mean in pair), *texts))
        header = ("score", "first", "second", "difference", "95 % interval", "p")
        note = "Paired over the folds, corrected for shared examples (Nadeau & Bengio 2003)."
        tables = [Table("First minus second", header, tuple(rows), note)]
        if self.right is not None:
            cells = (count_text(self.right.only_first), count_text(self.right.only_second))
            head = ("only first right", "only second right", "p (McNemar, exact)")
            tables.append(Table("Held-out examples", head, ((*cells, f"{self.right.p:.3g}"),)))
        return tuple(tables)


def compare_folds(first: CrossValidation, second: CrossValidation) -> FoldComparison:
    """Compare two settings by their cross-validations, fold by fold.

    Args:
        first: `Experiment.cross_validate` of the one.
        second: of the other, with the same data, number of folds and seed.

    Raises: InputError if they were not on the same folds.
    """
    _require_same_folds(first, second)
    shared = [name for name in first.statistics if name in second.statistics]
    if first.cost_name != second.cost_name:
        shared.remove("cost")  # the costs are not in one unit
    differences = {}
    for name in shared:
        values = [
            (one.scores[name] or 0.0) - (other.scores[name] or 0.0)
            for one, other in zip(first.folds, second.folds, strict=True)
        ]
        differences[name] = FoldDifference(
            fold_statistics(values, first.test_ratio), fold_p_value(values, first.test_ratio)
        )
    right = _compare_right(first, second)
    return FoldComparison(first, second, MappingProxyType(differences), right)


def _require_same_folds(first: CrossValidation, second: CrossValidation) -> None:
    described = [
        f"{len(one.folds)} folds of {one.data_sha256[:12]}… by seed {one.seed}"
        for one in (first, second)
    ]
    if described[0] != described[1]:
        raise InputError(
            "compare_folds",
            expected=f"a cross-validation on the same folds: {described[0]}",
            got=described[1],
            remedy="Give both experiments the same data, seed and number of folds",
            argument="second",
        )


def _compare_right(first: CrossValidation, second: CrossValidation) -> McNemarTest | None:
    one, other = _all_right(first), _all_right(second)
    if not one.size or not other.size:
        return None
    return mcnemar_test(int((one & ~other).sum()), int((other & ~one).sum()))


def _all_right(found: CrossValidation) -> NDArray[np.bool_]:
    """Return whether each held-out example was classified correctly, fold after fold."""
    return np.concatenate([np.zeros(0, bool) if f.right is None else f.right for f in found.folds])
