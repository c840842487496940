"""The result of training an experiment: the run, its test report, and its warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chainrule.data import Dataset
from chainrule.evaluation import Report, plain_values
from chainrule.experiment.description import describe_report
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import Observer, Run, TrainingProgress

__all__ = ["TrainingResult", "WarningObserver"]

_REPORTED = ("data", "data_sha256", "examples", "accuracy", "interval", "cost_name", "cost")


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A training that has ended, with its test report.

    Args:
        run: network, history and certificate.
        test: the report on the test set.
        warnings: sentences on conditions that kept the training from learning, in order.
        seed_drawn: whether the seed was drawn rather than set.
    """

    run: Run
    test: Report
    warnings: tuple[str, ...] = ()
    seed_drawn: bool = False

    @property
    def network(self) -> Network:
        """The trained network, with the best weights by the recipe's monitor."""
        return self.run.network

    def describe_test(self) -> str:
        """Return the result of the test in a line."""
        return describe_report(self.test)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule train --json` prints."""
        run = self.run
        return {
            "data": run.certificate["data"],
            "architecture": run.certificate["architecture"],
            "recipe": run.recipe.to_dict(),
            "seed_drawn": self.seed_drawn,
            "history": [record.line() for record in run.history],
            "ended": run.ended,
            "best_epoch": run.certificate["best_epoch"],
            "seconds": run.seconds,
            "network_sha256": run.network.digest,
            "test": {name: plain_values(getattr(self.test, name)) for name in _REPORTED},
            "folder": None if run.folder is None else str(run.folder),
            "warnings": list(self.warnings),
        }


class WarningObserver:
    """An observer that collects the warnings of a training.

    Nothing is measured, nor even imported, before the first epoch has ended.

    Args:
        network: gives the network with which the training begins.
        training: the training set, without the part that is held out.
        recipe: the recipe, with its seed.
        report: called with each warning; None only collects them.
    """

    def __init__(
        self,
        network: Callable[[], Network],
        training: Callable[[], Dataset],
        recipe: Recipe,
        report: Callable[[str], object] | None = None,
    ) -> None:
        self.warnings: list[str] = []
        self._network, self._training, self._recipe = network, training, recipe
        self._report = report
        self._observer: Observer | None = None

    def __call__(self, progress: TrainingProgress) -> None:
        """Look at the epoch that has just ended; within an epoch do nothing."""
        if not progress.epoch_ended:
            return
        if self._observer is None:
            from chainrule.diagnosis import warning_observer

            self._observer = warning_observer(
                self._network(), self._training(), self._recipe, self._warn
            )
        self._observer(progress)

    def _warn(self, sentence: str) -> None:
        self.warnings.append(sentence)
        if self._report is not None:
            self._report(sentence)
