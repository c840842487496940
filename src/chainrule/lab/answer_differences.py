"""Where two models answer differently: the examples, and how often each is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.evaluation import McNemarTest, mcnemar_test, wilson_interval
from chainrule.lab.compared_models import ModelPair
from chainrule.lab.shown_step import compute_outputs
from chainrule.ledger.formulas import number_text
from chainrule.network import BLOCK, Network, predicted_classes

__all__ = ["AnswerDifferences", "answer_differences", "restore_outputs"]

Array = NDArray[Any]

_MOST_EXAMPLES = 10_000
"""Examples that both models answer; of more, the first."""
_MOST_ROWS = 100
"""Examples that are listed."""


@dataclass(frozen=True, eq=False)
class AnswerDifferences:
    """The answers of two models to the same examples.

    Args:
        count: examples that both answered.
        examples: of the data.
        rows: those on which the answers differ, at most 100: classes in the order of the data,
            numbers by the size of the difference.
        differing: how many answers differ.
        outputs: of both models for these rows, (rows, outputs) each.
        targets: what they should be, as text.
        answers: the answers of both as text, by row.
        right: how many examples of classes each has right; None for numbers.
        test: the exact McNemar test of classes; None for numbers.
    """

    count: int
    examples: int
    rows: tuple[int, ...]
    differing: int
    outputs: tuple[Array, Array]
    targets: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    right: tuple[int, int] | None = None
    test: McNemarTest | None = None

    def to_dict(self, digits: int) -> dict[str, Any]:
        """Return plain values.

        Args:
            digits: significant digits of numbers.
        """
        right = self.right
        return {
            "count": self.count,
            "examples": self.examples,
            "differing": self.differing,
            "classifies": right is not None,
            "right": None if right is None else list(right),
            "intervals": None
            if right is None
            else [list(wilson_interval(one, self.count)) for one in right],
            "only": None if self.test is None else [self.test.only_first, self.test.only_second],
            "p": None if self.test is None else number_text(self.test.p, 3),
            "rows": [
                {
                    "row": row,
                    "target": self.targets[at],
                    "answers": list(self.answers[at]),
                    "texts": [number_text(self._shown(which, at), digits) for which in (0, 1)],
                }
                for at, row in enumerate(self.rows)
            ],
        }

    def _shown(self, which: int, at: int) -> float:
        """The greatest output of a row; of a single output, itself."""
        return float(self.outputs[which][at].max())


def answer_differences(pair: ModelPair) -> AnswerDifferences | None:
    """Return where two models answer differently; None without common examples.

    Classes are compared by their names, numbers to the bit.

    Args:
        pair: with the same examples.
    """
    examples = [one.examples for one in pair.subjects]
    if examples[0] is None or examples[1] is None or pair.misfit is not None:
        return None
    outputs = [
        _outputs(one.network, dataset)
        for one, dataset in zip(pair.subjects, (examples[0], examples[1]), strict=True)
    ]
    if not (examples[0].classifies and examples[1].classifies):
        return _number_differences(pair, outputs)
    return _class_differences((examples[0], examples[1]), pair, outputs)


def _outputs(network: Network, dataset: Dataset) -> Array:
    rows = dataset.inputs[:_MOST_EXAMPLES]
    blocks = range(0, len(rows), BLOCK)
    return np.concatenate([compute_outputs(network, rows[at : at + BLOCK]) for at in blocks])


def _class_differences(
    examples: tuple[Dataset, Dataset], pair: ModelPair, outputs: list[Array]
) -> AnswerDifferences:
    names, right = [], []
    for dataset, found in zip(examples, outputs, strict=True):
        answers = predicted_classes(found)
        right.append(answers == dataset.targets[: len(answers)])
        names.append(np.array(dataset.class_names)[answers])
    rows = np.flatnonzero(names[0] != names[1])
    shown = rows[:_MOST_ROWS]
    first = examples[0]
    return AnswerDifferences(
        count=len(names[0]),
        examples=len(first),
        rows=tuple(shown.tolist()),
        differing=len(rows),
        outputs=(outputs[0][shown], outputs[1][shown]),
        targets=tuple(first.class_names[int(first.targets[row])] for row in shown),
        answers=tuple((str(names[0][row]), str(names[1][row])) for row in shown),
        right=(int(right[0].sum()), int(right[1].sum())),
        test=mcnemar_test(int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())),
    )


def _number_differences(pair: ModelPair, learned: list[Array]) -> AnswerDifferences:
    """The differences in the unit of the data, in which both models answer."""
    first = pair.subjects[0].loaded
    assert first is not None, "examples that both take were loaded"
    outputs = [restore_outputs(*one) for one in zip(pair.networks, learned, strict=True)]
    apart = np.abs(outputs[0] - outputs[1]).max(axis=1)
    order = np.argsort(-apart, kind="stable")
    shown = order[apart[order] > 0][:_MOST_ROWS]
    return AnswerDifferences(
        count=len(apart),
        examples=len(first),
        rows=tuple(shown.tolist()),
        differing=int((apart > 0).sum()),
        outputs=(outputs[0][shown], outputs[1][shown]),
        targets=tuple(", ".join(f"{one:.6g}" for one in first.targets[row]) for row in shown),
        answers=tuple(("", "") for _ in shown),
    )


def restore_outputs(network: Network, outputs: Array) -> NDArray[np.float64]:
    """Return outputs in the unit of the data.

    Args:
        network: for numbers.
        outputs: (rows, outputs), in the unit in which it learned.
    """
    steps = network.preprocessing
    restored = outputs if steps is None else steps.restore_outputs(outputs)
    return np.asarray(restored, np.float64)
