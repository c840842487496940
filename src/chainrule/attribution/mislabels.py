"""Training examples whose labels look wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import example_picture, is_image, sentences, target_text
from chainrule.attribution.gradient_factors import visit_blocks
from chainrule.attribution.inspection import (
    SUSPECTS,
    InspectedRun,
    Report,
    check_number,
    open_inspected,
)
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import RunStage, RunStages, run_stages, stages_table
from chainrule.documents import Block, Document, Gallery, Heading, Picture, Table
from chainrule.equations.backpropagation import forward
from chainrule.errors import InputError
from chainrule.ledger.formulas import number_text
from chainrule.network import predicted_classes

__all__ = [
    "LabelDisagreement",
    "inspect_mislabels",
    "measure_label_disagreement",
    "mislabels_document",
]

Array = NDArray[Any]

_JUDGING_FRACTION = 0.8
"""A stage judges if it agrees with at least this fraction of the labels of the best stage."""


def inspect_mislabels(
    run: InspectedRun,
    count: int = SUSPECTS,
    *,
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> Document:
    """Show the training examples whose labels look wrong, the most doubtful first.

    Args:
        run: the folder of a run, or an opened run.
        count: greatest number of labels to list.
        data: as in `inspect_weight`.
        validation: as in `inspect_weight`.
        report: as in `inspect_weight`.

    Raises: InputError if the run did not learn classes; what opening the run and loading its data
        raises.
    """
    most = check_number("count", count)
    replay = RunReplay.open(open_inspected(run), data, validation, report)
    return mislabels_document(replay, run_stages(replay), most)


@dataclass(frozen=True, eq=False)
class LabelDisagreement:
    """How much a network doubted each training label while it learned.

    A network that is large enough learns wrong labels too, but later than right ones: what it said
    at its early stages counts as much as what it says at the end. (The length of an example's own
    gradient is no use where a saturated output has no slope: there the surest mistakes have the
    smallest gradients.)

    Args:
        leads: by how much the greatest other output exceeds the label's, (n,).
        outputs: mean over the stages that judge, (n, outputs).
        last: classes that the network says at the last stage, (n,).
        agreed: share of the labels that it said itself at each stage, (stages,).
        judges: which stages judge: those that had learned enough, (stages,) bool.
    """

    leads: Array
    outputs: Array
    last: NDArray[np.int64]
    agreed: Array
    judges: NDArray[np.bool_]

    @cached_property
    def ranked(self) -> NDArray[np.int64]:
        """All examples, the most doubtful first, (n,)."""
        return np.argsort(-self.leads, kind="stable")


def measure_label_disagreement(replay: RunReplay, stages: Sequence[RunStage]) -> LabelDisagreement:
    """Measure how far a network disagrees with the labels that it learned from.

    Args:
        replay: of the run.
        stages: of it.

    Raises: InputError if the targets are numbers.
    """
    data, width = replay.setup.training, replay.outputs
    if not data.classifies:
        raise InputError(
            "inspect",
            expected="a run that learned classes",
            got="targets that are numbers",
            argument="mislabels",
        )
    outputs = np.empty((len(stages), len(data), width))

    def look(rows: slice, x: Array, _: Array) -> None:
        for into, stage in zip(outputs, stages, strict=True):
            into[rows] = forward(x, stage.layers)[1][-1]

    visit_blocks(data, width, look)
    said = np.array([predicted_classes(a) for a in outputs])
    agreed = (said == data.targets).mean(axis=1)
    judges = agreed >= _JUDGING_FRACTION * agreed.max()
    mean = outputs[judges].mean(axis=0)
    return LabelDisagreement(_leads(mean, data.targets), mean, said[-1], agreed, judges)


def _leads(outputs: Array, labels: NDArray[np.int64]) -> Array:
    """How far each label's output is below the greatest of the others."""
    both = np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs.copy()
    own = both[np.arange(len(both)), labels]
    both[np.arange(len(both)), labels] = -np.inf
    return np.asarray(both.max(axis=1) - own)


def mislabels_document(replay: RunReplay, stages: RunStages, most: int) -> Document:
    """The training examples whose labels the network doubted most while it learned.

    Args:
        replay: of the run.
        stages: of it.
        most: how many are listed, at most.

    Raises: InputError if the targets are numbers.
    """
    producer = _MislabelsProducer(
        replay, stages, most, measure_label_disagreement(replay, stages.stages)
    )
    return Document(
        title=f"Labels that look wrong to {replay.path}",
        blocks=tuple(producer.blocks()),
        values=producer.record,
    )


@dataclass(frozen=True, eq=False)
class _MislabelsProducer:
    replay: RunReplay
    stages: RunStages
    most: int
    found: LabelDisagreement

    @cached_property
    def suspects(self) -> list[dict[str, Any]]:
        """The examples that are listed: only such as the network took for another class."""
        found, data = self.found, self.replay.setup.training
        rows = [int(i) for i in found.ranked[: self.most] if found.leads[i] > 0]
        return [
            {
                "example": i,
                "label": target_text(data, i),
                "says": data.class_names[self._other(i)],
                "says_output": self._output(i, self._other(i)),
                "label_output": self._output(i, int(data.targets[i])),
                "lead": float(found.leads[i]),
                "says_last": data.class_names[found.last[i]],
            }
            for i in rows
        ]

    def _other(self, row: int) -> int:
        """The class that the network took a suspect for."""
        outputs = self.found.outputs[row]
        if len(outputs) == 1:
            return 1 - int(self.replay.setup.training.targets[row])
        return int(outputs.argmax())

    def _output(self, row: int, chosen: int) -> float:
        outputs = self.found.outputs[row]
        if len(outputs) == 1:
            return float(outputs[0] if chosen else 1 - outputs[0])
        return float(outputs[chosen])

    def blocks(self) -> Iterator[Block]:
        yield sentences(self._sentences())
        agreed = tuple(f"{100 * share:.2f} %" for share in self.found.agreed)
        judges = tuple("yes" if judge else "no" for judge in self.found.judges)
        yield stages_table(self.stages, {"labels agreed with": agreed, "judges": judges})
        if not self.suspects:
            return
        yield self._table()
        data = self.replay.setup.training
        if is_image(data):
            yield Heading("What they look like")
            yield Gallery(tuple(self._picture(one) for one in self.suspects))

    def _picture(self, one: dict[str, Any]) -> Picture:
        caption = f"{one['example']}: label {one['label']}, taken for {one['says']}"
        return example_picture(self.replay.setup.training, one["example"], caption)

    def _sentences(self) -> Iterator[str]:
        total, doubted = len(self.found.leads), int((self.found.leads > 0).sum())
        yield (
            "Outputs are means over those stages below that judge: stages that agree with at least "
            f"{_JUDGING_FRACTION} times as many labels as the best one. Early stages have learned "
            "too little, and late ones have memorised wrong labels. A lead is how far the "
            "output of "
            "another class was above that of the label."
        )
        if self.found.judges.sum() == 1:
            yield "Only one stage judges, so wrong labels that it has memorised are missed."
        yield from self.stages.sentences
        yield (
            f"Of {total} training examples, {doubted} were taken for another class than their "
            f"label; the {len(self.suspects)} by the largest leads follow."
            if doubted
            else f"All {total} training examples were taken for the class of their label."
        )
        yield "A doubt is no proof: unusual shapes are doubted too, so look at the pictures."
        if self.replay.setup.recipe.validation_fraction:
            yield "The numbers of examples do not count those held out for validation."

    def _table(self) -> Table:
        header = ("example", "label", "taken for", "its output", "label's", "lead", "in the end")
        rows = tuple(
            (
                str(one["example"]),
                one["label"],
                one["says"],
                *(_short(one[name]) for name in ("says_output", "label_output", "lead")),
                one["says_last"],
            )
            for one in self.suspects
        )
        return Table("The most doubtful labels", header, rows)

    def record(self) -> dict[str, Any]:
        found = self.found
        stages = zip(self.stages.stages, found.agreed.tolist(), found.judges.tolist(), strict=True)
        return {
            "run": self.replay.path,
            "stages": [
                {
                    "step": stage.step,
                    "epoch": stage.epoch,
                    "learning_rate": stage.rate,
                    "labels_agreed_with": share,
                    "judges": judge,
                }
                for stage, share, judge in stages
            ],
            "epochs_left_out": list(self.stages.left_out),
            "suspects": self.suspects,
            "doubted": int((found.leads > 0).sum()),
            "leads": found.leads.tolist(),
        }


def _short(value: float) -> str:
    """An output in a table."""
    return number_text(value, 3)
