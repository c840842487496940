"""Permutation importance: how much worse a network gets when one column is shuffled.

Shuffling keeps a column's values and breaks what they have to do with the target. A category is
shuffled as a whole, with all inputs that it becomes. Columns that say the same share their
importance, since the network can read the one where the other is shuffled.

Sources: Breiman (2001), Random forests, Machine Learning 45, section 10; Fisher, Rudin & Dominici
(2019), All models are wrong, but many are useful, Journal of Machine Learning Research 20.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.column_inputs import ColumnInputs
from chainrule.attribution.example_view import is_image
from chainrule.attribution.inspection import (
    TOP,
    WHERE,
    InspectedRun,
    Report,
    check_number,
    open_inspected,
)
from chainrule.data import Dataset
from chainrule.documents import Block, Document, Gallery, Heading, Paragraph, Picture, Table
from chainrule.equations.costs import Cost, get_cost
from chainrule.evaluation import (
    SampleStatistics,
    count_text,
    default_cost,
    match_dataset,
    number_text,
    output_blocks,
    plain_values,
    sample_statistics,
)
from chainrule.network import Network, predicted_classes
from chainrule.randomness import generator

__all__ = [
    "REPEATS",
    "ColumnImportance",
    "PermutationImportance",
    "inspect_importance",
    "measure_importance",
]

REPEATS = 10
"""Times that each column is shuffled."""
_WORK = 5_000_000
"""Predictions of one example in all; of many examples, a sample is taken."""
_FEWEST_ROWS = 500
_ANNOUNCED = 1_000_000
"""Predictions that are made without a word about it."""

Array = NDArray[Any]


def inspect_importance(
    run: InspectedRun,
    *,
    part: str = "test",
    repeats: int = REPEATS,
    seed: int = 0,
    top: int = TOP,
    data: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show which columns a network needs: how much worse it gets when one is shuffled.

    Args:
        run: the folder of a run or a network file, or an opened one.
        part: "test", "train" or "all"; examples that it did not learn from tell what counts.
        repeats: how many times each column is shuffled, at least 2 for an interval.
        seed: seed of the shuffling, and of the sample of examples if there are too many.
        top: number of columns to list.
        data: a name or a path, if the run's data were moved; a network file needs it.
        report: called with a sentence before a computation that takes long.

    Raises: what opening the run and loading its data raises.
    """
    opened = open_inspected(run)
    most = check_number("top", top)
    recipe = opened.recipe
    found = measure_importance(
        opened.network,
        opened.data(part, data),
        repeats=repeats,
        seed=seed,
        cost=None if recipe is None else recipe.cost,
        huber_threshold=1.0 if recipe is None else recipe.huber_threshold,
        report=report,
    )
    return found.document(opened.path, most)


@dataclass(frozen=True)
class ColumnImportance:
    """How much worse a network gets when one column is shuffled.

    Args:
        name: the column's name, or the input's number and place.
        score: fall of the accuracy, as a fraction, or of R²; mean and interval over the repeats.
        cost: rise of the mean cost; likewise.
    """

    name: str
    score: SampleStatistics
    cost: SampleStatistics


@dataclass(frozen=True, eq=False)
class PermutationImportance:
    """The importance of all columns of a data set.

    Args:
        columns: in the order of the data set.
        score_name: "accuracy" or "R²".
        cost_name: the cost's name.
        score: that of the network without any shuffling; R² is that of all outputs together, and
            None, with falls of 0, for targets that are all equal.
        cost: its mean cost without any shuffling.
        data: the data set's name.
        examples: how many examples were predicted.
        of_examples: how many the data set has.
        repeats: how many times each column was shuffled.
        seed: seed of the shuffling.
        shape: the shape of an image; empty otherwise.
    """

    columns: tuple[ColumnImportance, ...]
    score_name: str
    cost_name: str
    score: float | None
    cost: float
    data: str
    examples: int
    of_examples: int
    repeats: int
    seed: int
    shape: tuple[int, ...]

    @property
    def ranked(self) -> tuple[ColumnImportance, ...]:
        """The columns, those whose shuffling raises the cost most first."""
        return tuple(sorted(self.columns, key=lambda column: -column.cost.mean))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule inspect RUN importance --format json` prints."""
        return {**plain_values(self), "columns": plain_values(self.ranked)}

    def document(self, path: str = "", top: int = TOP) -> Document:
        """Return the importance as a document.

        Args:
            path: the run, for the title.
            top: number of columns to list.
        """
        title = f"What {path or 'the network'} needs: permutation importance"
        return Document(title, tuple(self._blocks(top)), values=self.to_dict)

    def _blocks(self, top: int) -> Iterator[Block]:
        some = "" if self.examples == self.of_examples else f" of {count_text(self.of_examples)}"
        yield Paragraph(
            f"On {count_text(self.examples)}{some} examples of {self.data}: {self.score_name} "
            f"{number_text(self.score)}, mean cost {number_text(self.cost)} ({self.cost_name}). "
            f"Each column was shuffled {self.repeats} times, seed {self.seed}.",
            style="lead",
        )
        yield self._table(top)
        if self.shape:
            rises = np.array([column.cost.mean for column in self.columns])
            yield Heading("Where the network looks")
            caption = "rise of the cost when a pixel is shuffled"
            yield Gallery((Picture(caption, rises.reshape(self.shape[:2]), signed=True),))

    def _table(self, top: int) -> Table:
        rows = tuple(
            (
                column.name,
                f"{column.score.mean:+.4f}",
                _ends(column.score),
                f"{column.cost.mean:+.4g}",
                _ends(column.cost),
            )
            for column in self.ranked[:top]
        )
        interval = "95 % interval"
        header = ("column", f"{self.score_name} falls by", interval, "cost rises by", interval)
        left = len(self.columns) - len(rows)
        note = "Intervals are over the repeats, by Student's t; columns that say the same share it."
        more = f" {left} more columns matter less." if left else ""
        return Table("Columns, those that count most first", header, rows, note + more)


def _ends(found: SampleStatistics) -> str:
    return "-" if found.interval is None else " to ".join(f"{end:+.4g}" for end in found.interval)


def measure_importance(
    network: Network,
    dataset: Dataset,
    *,
    repeats: int = REPEATS,
    seed: int = 0,
    cost: str | None = None,
    huber_threshold: float = 1.0,
    report: Report | None = None,
) -> PermutationImportance:
    """Measure how much worse a network gets when one column is shuffled.

    Args:
        network: a trained network.
        dataset: examples as they were loaded, preferably such as it did not learn from.
        repeats: as in `inspect_importance`.
        seed: likewise.
        cost: the cost's name; None takes the one that suits the network.
        huber_threshold: as in `evaluate`.
        report: as in `inspect_importance`.

    Raises: what `evaluate` raises.

    Example:
        >>> network = Network.create([2, 1], "identity").with_parameters([3.0, 0.0, 0.0])
        >>> data = Dataset([[0.0, 5.0], [1.0, 2.0], [2.0, 7.0]], [[0.0], [3.0], [6.0]])
        >>> [column.score.mean > 0 for column in measure_importance(network, data).columns]
        [True, False]
    """
    check_number("repeats", repeats)
    check_number("seed", seed)
    every = ColumnInputs.open(network, dataset)
    count = len(every.names)
    rows = _sample(len(dataset), max(_FEWEST_ROWS, _WORK // (count * repeats)), seed)
    seen = every.subset(rows)
    if report is not None and len(rows) * count * repeats > _ANNOUNCED:
        report(f"Shuffling each of {count} columns {repeats} times …")
    chosen = get_cost(cost or default_cost(network, dataset), huber_threshold)
    whole = _judge(network, seen.dataset, chosen)

    def measure(at: int) -> ColumnImportance:
        judged = [
            _judge(network, seen.exchanged(at, _shuffle(seen.values(at), seed, at, turn)), chosen)
            for turn in range(repeats)
        ]
        return ColumnImportance(
            name=seen.names[at],
            score=sample_statistics([whole.fall(one) for one in judged]),
            cost=sample_statistics([one.cost - whole.cost for one in judged]),
        )

    return PermutationImportance(
        columns=tuple(measure(at) for at in range(count)),
        score_name="accuracy" if dataset.classifies else "R²",
        cost_name=chosen.name,
        score=whole.score,
        cost=whole.cost,
        data=dataset.name,
        examples=len(rows),
        of_examples=len(dataset),
        repeats=repeats,
        seed=seed,
        shape=seen.dataset.shape if is_image(seen.dataset) else (),
    )


def _sample(count: int, most: int, seed: int) -> NDArray[np.int64]:
    """Return sorted rows: all of them, or a sample."""
    if count <= most:
        return np.arange(count)
    return np.sort(generator(seed, "importance sample").permutation(count)[:most])


def _shuffle(values: Array, seed: int, place: int, turn: int) -> Array:
    return np.asarray(generator(seed, "importance", place, turn).permutation(values))


class _Judgement(NamedTuple):
    """Accuracy or R² of all outputs together, and the mean cost; every example counts alike."""

    score: float | None
    cost: float

    def fall(self, other: _Judgement) -> float:
        """Return how far the score of the other is below this one; 0 without scores."""
        return 0.0 if self.score is None or other.score is None else self.score - other.score


def _judge(network: Network, dataset: Dataset, cost: Cost) -> _Judgement:
    data = match_dataset(network, dataset, WHERE)
    blocks = list(output_blocks(network, data, cost))
    outputs = np.concatenate([block.outputs for block in blocks])
    mean = float(np.concatenate([block.costs for block in blocks]).mean())
    if data.classifies:
        return _Judgement(float((predicted_classes(outputs) == data.targets).mean()), mean)
    spread = float(np.square(data.targets - data.targets.mean(axis=0)).sum())
    squares = float(np.square(outputs - data.targets).sum())
    return _Judgement(1 - squares / spread if spread else None, mean)
