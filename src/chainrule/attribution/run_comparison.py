"""Two runs beside each other: settings, where they part, curves, weights, answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import sentences
from chainrule.attribution.inspection import InspectedRun, Report, open_inspected
from chainrule.attribution.parting import Parting, find_parting
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.term_sums import number_cell
from chainrule.data import Dataset
from chainrule.documents import Block, Document, Gallery, Heading, Paragraph, Picture, Table
from chainrule.engine import EpochRecord
from chainrule.equations.costs import get_cost
from chainrule.evaluation import (
    McNemarTest,
    count_text,
    match_dataset,
    mcnemar_test,
    output_blocks,
    percent_text,
    wilson_interval,
)
from chainrule.experiment import SavedRun
from chainrule.network import Layout, Network, predicted_classes
from chainrule.training import (
    RunFolder,
    ValueDifference,
    tensor_differences,
    value_differences,
    value_text,
)

__all__ = ["RunComparison", "TensorComparison", "compare_runs", "compare_tensors"]

Array = NDArray[Any]

_MOST_EPOCHS = 12
"""Epochs that the table of curves shows; plain values and pictures have all."""
_NO_TEST = "There is no paired test: it takes the same test examples, of classes"


@dataclass(frozen=True, eq=False)
class ComparedRun:
    """One of two runs.

    Args:
        name: its folder.
        history: the records of its epochs.
        network: that it gave, or stands for as far as it has come.
        right: whether each test example is classified correctly; None without common classes.
    """

    name: str
    history: tuple[EpochRecord, ...]
    network: Network
    right: NDArray[np.bool_] | None


@dataclass(frozen=True)
class TensorComparison:
    """One tensor of two networks.

    Args:
        name: such as "W[1]".
        first_norm: Euclidean norm of the one.
        second_norm: of the other.
        distance: norm of their difference.
        cosine: of the angle between them, -1 to 1; NaN if one is 0.
        at: the address of the number that differs most; empty if none does.
        largest: its absolute difference.
    """

    name: str
    first_norm: float
    second_norm: float
    distance: float
    cosine: float
    at: str
    largest: float


@dataclass(frozen=True, eq=False)
class RunComparison:
    """Two runs beside each other.

    Args:
        first: one run.
        second: the other.
        settings: what they were asked for differently: recipe, network, data, parent.
        parting: where their parameters part.
        weights: their networks tensor by tensor; empty if these are of different shapes.
        test: the exact McNemar test on the test set; None without common examples of classes.
        test_note: why there is no test.
    """

    first: ComparedRun
    second: ComparedRun
    settings: tuple[ValueDifference, ...]
    parting: Parting
    weights: tuple[TensorComparison, ...]
    test: McNemarTest | None
    test_note: str = ""

    @property
    def histories(self) -> dict[str, tuple[EpochRecord, ...]]:
        """The records of both by names that differ."""
        return {self._name(0): self.first.history, self._name(1): self.second.history}

    @property
    def networks(self) -> dict[str, Network]:
        """The networks of both by names that differ."""
        return {self._name(0): self.first.network, self._name(1): self.second.network}

    def _name(self, number: int) -> str:
        names = (self.first.name, self.second.name)
        return names[number] if names[0] != names[1] else f"{names[number]} ({number + 1})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule compare --json` prints."""
        return {
            "first": _side(self.first),
            "second": _side(self.second),
            "settings": [
                {"setting": one.path, "first": _plain(one.first), "second": _plain(one.second)}
                for one in self.settings
            ],
            "parting": self.parting.to_dict(),
            "weights": [
                {**asdict(one), "cosine": None if np.isnan(one.cosine) else one.cosine}
                for one in self.weights
            ],
            "mcnemar": None if self.test is None else asdict(self.test),
            "mcnemar_note": self.test_note,
        }

    def document(self, pictures: Mapping[str, bytes] | None = None) -> Document:
        """Return the comparison as a document.

        Args:
            pictures: PNG or SVG files by what they show; `comparison_report` draws them.
        """
        return Document(
            f"{self.first.name} and {self.second.name}",
            tuple(self._blocks(pictures or {})),
            values=self.to_dict,
        )

    def _blocks(self, pictures: Mapping[str, bytes]) -> Iterator[Block]:
        yield sentences(self.parting.sentences())
        if self.settings:
            yield self._settings_table()
        else:
            yield Paragraph("They were asked for the same: recipe, network and data agree.")
        if self.first.history or self.second.history:
            yield self._curves_table()
        if self.weights:
            yield self._weights_table()
        yield self._test_table() if self.test is not None else Paragraph(f"{self.test_note}.")
        if pictures:
            yield Heading("Curves and weights")
            yield Gallery(tuple(Picture(words, image) for words, image in pictures.items()))

    def _settings_table(self) -> Table:
        rows = tuple(
            (one.path, value_text(one.first), value_text(one.second)) for one in self.settings
        )
        header = ("setting", self._name(0), self._name(1))
        return Table("Asked for differently", header, rows)

    def _curves_table(self) -> Table:
        columns = [
            name
            for name in ("cost", "accuracy", "validation_cost", "validation_accuracy")
            if any(getattr(one, name) is not None for one in self._records())
        ]
        header = ("epoch", *(f"{name} {n}" for name in columns for n in ("(1)", "(2)")))
        last = max(len(self.first.history), len(self.second.history))
        epochs = sorted({round(e) for e in np.linspace(1, last, min(last, _MOST_EPOCHS))})
        rows = tuple(
            (str(epoch), *(self._cell(n, name, epoch) for name in columns for n in (0, 1)))
            for epoch in epochs
        )
        left = last - len(epochs)
        note = f"(1) is {self._name(0)}, (2) is {self._name(1)}."
        note += f" {left} epochs between these are left out." if left else ""
        return Table("Curves", header, rows, note)

    def _records(self) -> tuple[EpochRecord, ...]:
        return (*self.first.history, *self.second.history)

    def _cell(self, number: int, name: str, epoch: int) -> str:
        history = (self.first.history, self.second.history)[number]
        value = getattr(history[epoch - 1], name) if epoch <= len(history) else None
        if value is None:
            return ""
        return percent_text(value) if name.endswith("accuracy") else number_cell(float(value))

    def _weights_table(self) -> Table:
        rows = tuple(
            (
                one.name,
                number_cell(one.first_norm),
                number_cell(one.second_norm),
                number_cell(one.distance),
                "" if np.isnan(one.cosine) else f"{one.cosine:.4f}",
                f"{number_cell(one.largest)} in {one.at}" if one.at else "0",
            )
            for one in self.weights
        )
        header = ("tensor", "norm (1)", "norm (2)", "norm of difference", "cosine", "largest")
        return Table("The networks they gave", header, rows)

    def _test_table(self) -> Table:
        assert self.test is not None, "there is a note otherwise"
        rows = []
        for number, side in enumerate((self.first, self.second)):
            assert side.right is not None, "a test has answers"
            n, right = len(side.right), int(side.right.sum())
            low, high = wilson_interval(right, n)
            only = (self.test.only_first, self.test.only_second)[number]
            interval = f"{percent_text(low)} to {percent_text(high)}"
            rows.append((self._name(number), percent_text(right / n), interval, count_text(only)))
        n = len(self.first.right) if self.first.right is not None else 0
        header = ("run", "right", "95 % interval (Wilson)", "only this one right")
        note = f"Exact McNemar test on {count_text(n)} test examples: p = {self.test.p:.3g}."
        return Table("On the same test examples", header, tuple(rows), note)


def _side(run: ComparedRun) -> dict[str, Any]:
    right = None if run.right is None else int(run.right.sum())
    return {
        "run": run.name,
        "network_sha256": run.network.digest,
        "history": [record.line() for record in run.history],
        "right": right,
        "examples": None if run.right is None else len(run.right),
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else None


def compare_runs(
    first: InspectedRun,
    second: InspectedRun,
    *,
    data: str | None = None,
    validation: str | None = None,
    report: Report | None = None,
) -> RunComparison:
    """Compare two saved runs: where they part, and how they differ in the end.

    Both are computed again from the last epoch after which they agree, to find the first step and
    tensor in which they differ. Their networks are compared tensor by tensor and, on the test set,
    by the exact test of McNemar (1947).

    Args:
        first: the folder of a run, or an opened one; it need not have ended.
        second: the same.
        data: a name or a path, if the runs' data were moved; both read them.
        validation: the same for their validation set.
        report: called with a sentence before a computation that takes long.

    Raises: InputError for a network file; what opening the runs and loading their data raises.

    Example:
        >>> compare_runs("runs/a", "runs/b").parting.steps  # doctest: +SKIP
        (2814, 2814)
    """
    runs = [open_inspected(one) for one in (first, second)]
    replays = [RunReplay.open(one, data, validation, report) for one in runs]
    networks = [_network(one) for one in replays]
    tests = _common_test(runs, data)
    right = [
        None if test is None else _right_answers(network, test, run)
        for network, test, run in zip(networks, tests, runs, strict=True)
    ]
    sides = [
        ComparedRun(run.path, tuple(replay.newest.history), network, answers)
        for run, replay, network, answers in zip(runs, replays, networks, right, strict=True)
    ]
    return RunComparison(
        first=sides[0],
        second=sides[1],
        settings=_setting_differences(runs),
        parting=find_parting(replays[0], replays[1]),
        weights=tuple(compare_tensors(*networks)),
        test=_test(*right),
        test_note="" if right[0] is not None else _NO_TEST,
    )


def _network(replay: RunReplay) -> Network:
    """What a run gave; if it has not ended, the network of its newest position."""
    folder = RunFolder(replay.path)
    if folder.has("network.safetensors"):
        return folder.network()
    return replay.network(replay.setup.engine.inference_parameters(replay.newest))


def _setting_differences(runs: Sequence[SavedRun]) -> tuple[ValueDifference, ...]:
    """What the two were asked for differently; where their data were is noted, not asked."""
    asked = []
    for run in runs:
        values = json.loads(json.dumps(run.require_facts().to_dict()))
        data = {n: v for n, v in values["data"].items() if n not in ("name", "source")}
        origin = values.get("parent", {})
        parent = {name: origin[name] for name in ("run", "epoch") if name in origin}
        asked.append(
            {
                "recipe": values["recipe"],
                "architecture": values["architecture"],
                "data": data,
                "parent": parent,
            }
        )
    return tuple(value_differences(asked[0], asked[1]))


def _common_test(runs: Sequence[SavedRun], data: str | None) -> list[Dataset | None]:
    """The test set of each; None unless both have the same examples of classes."""
    raw = [run.find_data(data).load().test for run in runs]
    if raw[0].digest != raw[1].digest or not raw[0].classifies:
        return [None, None]
    return [*raw]


def _right_answers(network: Network, dataset: Dataset, run: SavedRun) -> NDArray[np.bool_]:
    recipe = run.require_facts().recipe
    cost = get_cost(recipe.cost, recipe.huber_threshold)
    fitting = match_dataset(network, dataset, "compare")
    blocks = output_blocks(network, fitting, cost)
    right = [predicted_classes(one.outputs) == fitting.targets[one.rows] for one in blocks]
    return np.concatenate(right)


def _test(first: NDArray[np.bool_] | None, second: NDArray[np.bool_] | None) -> McNemarTest | None:
    if first is None or second is None:
        return None
    return mcnemar_test(int((first & ~second).sum()), int((second & ~first).sum()))


def compare_tensors(first: Network, second: Network) -> Iterator[TensorComparison]:
    """Yield each tensor of two networks beside that of the other; none if their shapes differ.

    Args:
        first: one network.
        second: the other.
    """
    layouts = [Layout(one.architecture) for one in (first, second)]
    if layouts[0].slots != layouts[1].slots:
        return
    vectors = [one.parameters.astype(np.float64) for one in (first, second)]
    apart = {one.name: one for one in tensor_differences(layouts[0], *vectors)}
    for slot in layouts[0].slots:
        one, other = (slot.view(vector).ravel() for vector in vectors)
        norms = float(np.linalg.norm(one)), float(np.linalg.norm(other))
        whole, found = norms[0] * norms[1], apart.get(slot.name)
        yield TensorComparison(
            name=slot.name,
            first_norm=norms[0],
            second_norm=norms[1],
            distance=float(np.linalg.norm(one - other)),
            cosine=float(one @ other) / whole if whole else float("nan"),
            at="" if found is None else found.place,
            largest=0.0 if found is None else found.largest,
        )
