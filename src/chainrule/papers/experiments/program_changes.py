"""Changes that make four-equations' program learn: all combinations of five."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chainrule.documents import Block, Paragraph, Table
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
)
from chainrule.papers.experiments.result_text import mean_text
from chainrule.papers.experiments.study_trials import accuracies, run_trials

__all__ = ["PROGRAM_CHANGES"]

_UPDATES = 200
"""Updates in an epoch of the study, which has batches of 32 of 6,400 images."""


class _Setup(NamedTuple):
    """What may be changed in the program."""

    weights: str
    rate: float
    optimiser: str
    hidden: str
    updates: int

    def texts(self) -> tuple[str, ...]:
        """The five as reports show them."""
        return (
            _WORDS[self.weights],
            f"{self.rate:g}",
            _WORDS[self.optimiser],
            _WORDS.get(self.hidden, self.hidden),
            f"{self.updates:,}",
        )

    def changes(self) -> int:
        """How many of the five differ from the program's."""
        return sum(one != printed for one, printed in zip(self, _PRINTED, strict=True))

    def difference(self) -> str:
        """What is changed, in words."""
        words = ("weights from {}", "rate {}", "{}", "{} in the hidden layers", "{} updates")
        texts = zip(words, self.texts(), self, _PRINTED, strict=True)
        return " and ".join(
            word.format(text) for word, text, own, printed in texts if own != printed
        )


_PRINTED = _Setup("uniform", 0.003, "sgd", "sigmoid", _UPDATES)
_WORDS = {
    "uniform": "[0, 0.01)",
    "lecun": "N(0, 1/n)",
    "sgd": "plain descent",
    "adam": "Adam",
    "relu": "ReLU",
}


def _measure_changes(options: ExperimentOptions) -> Measurements:
    """Weights, rate, update, hidden activation, updates, and the accuracy of each seed."""
    rows = []
    for entry in run_trials("four-equations", options):
        chosen = entry.parameters
        activation = chosen["activation"]
        setup = _Setup(
            weights=chosen["initialiser"],
            rate=chosen["learning_rate"],
            optimiser=chosen["optimiser"],
            hidden=activation if isinstance(activation, str) else activation[0],
            updates=_UPDATES * chosen["epochs"],
        )
        rows.append([*setup, accuracies(entry)])
    return {"changes": rows}


def _report_changes(measured: Measurements) -> list[Block]:
    reached = {_Setup(*row[:-1]): row[-1] for row in measured["changes"]}
    ranked = sorted(reached, key=lambda setup: (setup.changes(), -np.mean(reached[setup])))
    single = [setup for setup in ranked if setup.changes() == 1]
    double = [setup for setup in ranked if setup.changes() == 2]
    shown = [setup for setup in ranked if setup in (_PRINTED, *single, *double[:3])]
    rows = [(*setup.texts(), f"{setup.changes()}", mean_text(reached[setup], 1)) for setup in shown]
    header = ("weights", "rate", "update", "hidden", "updates", "changes", "accuracy")
    seeds = len(next(iter(reached.values())))
    return [
        Paragraph(
            f"What helps: all combinations of five changes, {seeds} seeds each, on 6,400 images. "
            "The printed program, each single change, and the best pairs of changes:"
        ),
        Table("", header, tuple(rows), leftward=("update", "hidden")),
        *_conclusion(reached, single, double),
    ]


def _conclusion(
    reached: dict[_Setup, list[float]], single: list[_Setup], double: list[_Setup]
) -> list[Block]:
    """Which changes are enough; nothing if there are no pairs of changes, as in a quick run."""
    if not single or not double:
        return []

    def mean(setup: _Setup) -> float:
        return float(np.mean(reached[setup]))

    best, pair = max(single, key=mean), max(double, key=mean)
    quick = [setup for setup in double if setup.updates == _UPDATES]
    quick_pair = max(quick, key=mean, default=pair)
    return [
        Paragraph(
            f"No single change is enough: the best of them, {best.difference()}, reaches "
            f"{mean_text(reached[best], 1)}. Two are. Within the 200 updates: "
            f"{quick_pair.difference()}, {mean_text(reached[quick_pair], 1)}. With ten times as "
            f"many, {pair.difference()} reach {mean_text(reached[pair], 1)}, with the weights as "
            "printed: given time, Adam's steps, which are all of about one size, separate even "
            "such neurons. The four equations of the paper are right, and so is its code; its "
            "numbers are what does not learn."
        ),
    ]


PROGRAM_CHANGES = ExperimentSet(
    experiments=(
        PaperExperiment("changes", "what helps: five changes, combined", _measure_changes),
    ),
    sections=(ReportSection("What helps", ("changes",), _report_changes),),
)
"""The experiment on changes to four-equations' program."""
