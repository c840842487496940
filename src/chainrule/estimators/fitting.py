"""One call of `fit`: a training from a position to its last epoch, watched and judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from chainrule.engine import Position, Until
from chainrule.estimators.fit_callbacks import FitTasks
from chainrule.network import Network
from chainrule.training import (
    PatienceCounter,
    TrainingSetup,
    final_parameters,
    stop_reason,
    stop_requests,
    train_chunk,
)

__all__ = ["Fitting", "ScoreMonitor"]

_CHUNK = Until(seconds=0.05)
_BATCH = Until(batches=1)


@dataclass(eq=False)
class ScoreMonitor:
    """Scores a network after each epoch and remembers the best one; greater scores are better.

    Args:
        score: the score of a network on the examples held out.
        patience: epochs without a better score after which training stops; None for no end.
        min_delta: least gain that counts.
    """

    score: Callable[[Network], float]
    patience: int | None
    min_delta: float
    scores: list[float] = field(default_factory=list)
    best: NDArray[Any] | None = None
    best_score: float | None = None
    _mark: float | None = None
    _waited: int = 0

    def judge(self, network: Network) -> bool:
        """Score the network of an epoch's end; whether patience is exhausted."""
        value = float(self.score(network))
        self.scores.append(value)
        if self.best_score is None or value > self.best_score:
            self.best, self.best_score = network.parameters, value
        if self._mark is None or value > self._mark + self.min_delta:
            self._mark, self._waited = value, 0
        else:
            self._waited += 1
        return self.patience is not None and self._waited >= self.patience


@dataclass(eq=False)
class Fitting:
    """A training under way.

    How it is cut into chunks does not change its bits, so neither do callbacks.

    Args:
        setup: what is trained.
        position: where it stands.
        monitor: the scorer's judgement; None without a scorer.
    """

    setup: TrainingSetup
    position: Position
    monitor: ScoreMonitor | None = None

    @property
    def network(self) -> Network:
        """The network that the training gives now: the best one, or that of the position."""
        if self.monitor is not None and self.monitor.best is not None:
            return self.setup.network.with_parameters(self.monitor.best)
        return self.setup.network.with_parameters(final_parameters(self.setup, self.position))

    def run(self, tasks: FitTasks) -> None:
        """Train to the last epoch, or until something asks to stop.

        Raises: DivergenceError; KeyboardInterrupt after Ctrl-C, with the position at which the
            training stopped.
        """
        counter = PatienceCounter(self.setup.recipe)
        with stop_requests() as stop_requested:
            ended = stop_reason(self.setup.recipe, self.position, counter) is not None
            while not ended:
                ended = self._epoch(tasks, stop_requested)
                reason = stop_reason(self.setup.recipe, self.position, counter)
                ended = ended or reason is not None
            if stop_requested():
                raise KeyboardInterrupt

    def _epoch(self, tasks: FitTasks, stop_requested: Callable[[], bool]) -> bool:
        """Train to the end of the epoch; whether something asks to stop."""
        tasks.begin_epoch(self.setup.engine.schedule.batches(self.position.epoch))
        ended = False
        while not ended:
            tasks.begin_batch()
            chunk = train_chunk(self.setup, self.position, _BATCH if tasks.watched else _CHUNK)
            self.position, ended = chunk
            if tasks.end_batch() or stop_requested():
                return True
        stops = self.monitor is not None and self.monitor.judge(self._latest)
        return tasks.end_epoch() or stops

    @property
    def _latest(self) -> Network:
        parameters = self.setup.engine.inference_parameters(self.position)
        return self.setup.network.with_parameters(parameters)
