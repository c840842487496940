"""What figures are made from: networks, data, runs, tables and worked examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from chainrule.data import Dataset
from chainrule.engine import EpochRecord
from chainrule.errors import InputError
from chainrule.evaluation import Report, evaluate
from chainrule.figures.study_table import StudyTable, read_study_table
from chainrule.ledger import Ledger
from chainrule.network import Network

if TYPE_CHECKING:
    from chainrule.attribution import RunReplay

__all__ = ["FigureInputs"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class FigureInputs:
    """What figures are made from; each figure takes what it needs and ignores the rest.

    Args:
        network: a trained one.
        dataset: examples to show, or to judge the network by.
        histories: the epochs of runs, by the run's name.
        settings: recipe, layers, data and other settings of each of these runs, by its name.
        replay: a run with the data that it learned from.
        ledger: of a worked example.
        table: a CSV file with the trainings of a study.
        metric: the table's column to judge by; None for the first that is a metric.
        cost: the name of the cost to judge by; None for the network's natural one.
        names: which activations, parameters, rates or other things to draw; empty for the default.
        most: the most neurons, images or mistakes to show; None for the figure's default.
        seed: seed for the choice of samples.
    """

    network: Network | None = None
    dataset: Dataset | None = None
    histories: Mapping[str, Sequence[EpochRecord]] | None = None
    settings: Mapping[str, Mapping[str, Any]] | None = None
    replay: RunReplay | None = None
    ledger: Ledger | None = None
    table: str | None = None
    metric: str | None = None
    cost: str | None = None
    names: tuple[str, ...] = ()
    most: int | None = None
    seed: int = 0

    def limit(self, default: int) -> int:
        """Return how many things to show, with the figure's default."""
        return default if self.most is None else self.most

    def require_network(self) -> Network:
        """Return the network. Raises: InputError if there is none."""
        return _require(self.network, "network")

    def require_dataset(self) -> Dataset:
        """Return the data set. Raises: InputError if there is none."""
        return _require(self.dataset, "dataset")

    def require_replay(self) -> RunReplay:
        """Return the run with its data. Raises: InputError if there is none."""
        return _require(self.replay, "run with its data")

    def require_ledger(self) -> Ledger:
        """Return the ledger of a worked example. Raises: InputError if there is none."""
        return _require(self.ledger, "worked example")

    def read_table(self) -> StudyTable:
        """Return the trainings of the table.

        Raises: InputError if there is none, and what `read_study_table` raises.
        """
        return read_study_table(_require(self.table, "table"), self.metric)

    def evaluate(self, mistakes: int = 0) -> Report:
        """Return the network's report on the data set, with its surest mistakes.

        Raises: InputError if one of them is missing, and what `evaluate` raises.
        """
        network, dataset = self.require_network(), self.require_dataset()
        return evaluate(network, dataset, cost=self.cost, mistakes=mistakes)


def _require(value: T | None, what: str) -> T:
    if value is None:
        raise InputError("figure", expected=f"a {what}", got="none", argument=what)
    return value
