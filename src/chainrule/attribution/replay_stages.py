"""Stages of a run: a few positions from early to late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chainrule.attribution.replay import RunReplay
from chainrule.documents import Table
from chainrule.engine import History, Position
from chainrule.equations.backpropagation import Layer
from chainrule.ledger.formulas import number_text
from chainrule.network import Network, network_layers
from chainrule.training import RunFolder

__all__ = ["REPLAY_BUDGET", "RunStage", "RunStages", "run_stages", "stages_table"]

MAX_STAGES = 5
"""Number of ends of epochs: the first, the last and, by equal ratios, some between them, since a
run learns most at its beginning."""

REPLAY_BUDGET = 500_000_000_000
"""Greatest number of multiplications of training to compute again, which takes seconds."""


@dataclass(frozen=True, eq=False)
class RunStage:
    """Where a run stood.

    Args:
        step: steps done.
        epoch: epochs that had begun; at an epoch's end, its number.
        rate: the learning rate of the step before.
        network: as it was then.
    """

    step: int
    epoch: int
    rate: float
    network: Network

    @cached_property
    def layers(self) -> list[Layer]:
        """What the equations compute with, in float64."""
        architecture = replace(self.network.architecture, dtype="float64")
        return network_layers(architecture, self.network.parameters.astype(np.float64))


@dataclass(frozen=True, eq=False)
class RunStages:
    """What is looked at of a run.

    Args:
        stages: in order; at least one.
        left_out: epochs whose ends would have been looked at too, were it not too long a way to
            compute the run again up to there.
    """

    stages: tuple[RunStage, ...]
    left_out: tuple[int, ...] = ()

    @property
    def sentences(self) -> Iterator[str]:
        """What was left out, in words."""
        if self.left_out:
            epochs = ", ".join(map(str, self.left_out))
            noun = "epoch" if len(self.left_out) == 1 else "epochs"
            yield f"The end of {noun} {epochs} is left out: computing the run again takes too long."


def run_stages(replay: RunReplay, afforded: float = REPLAY_BUDGET) -> RunStages:
    """The stages of a run: ends of epochs up to the network that it gave.

    The network is that of the best epoch where the recipe has a monitor; what came later has no
    part in it.

    Args:
        replay: of the run.
        afforded: multiplications that may be spent on computing the run again, beside those that
            reach its newest checkpoint.

    Raises: RunFolderError; InputError if the run has done no step.
    """
    final, history = _final(replay), replay.newest.history
    first = RunFolder(replay.path).facts().first_epoch  # of a branch; before are its parent's
    wanted = _epochs(replay.epoch_position(final.step)[0], first)
    stages, left_out, spent = [], [], 0.0
    position = RunFolder(replay.path).first()
    for epoch in wanted:
        done = replay.steps_by(epoch)
        if done == final.step:
            continue
        nearest = max(position, replay.nearest_checkpoint(done), key=lambda one: one.step)
        way = (done - nearest.step) * _work(replay, epoch)
        if spent + way > afforded:
            left_out.append(epoch)
            continue
        spent += way
        position = replay.position_at(done, nearest)
        stages.append(_stage(replay, position, history[epoch - 1].learning_rate))
    return RunStages((*stages, final), tuple(left_out))


def _epochs(last: int, first: int) -> list[int]:
    """Numbers of the epochs that are looked at, those after `first`."""
    if last <= first:
        return []
    ends = {round(epoch) for epoch in np.geomspace(1, last - first, MAX_STAGES)}
    return sorted(first + epoch for epoch in ends)


def _final(replay: RunReplay) -> RunStage:
    """Where the network is from that the run gave, or gives as far as it has come."""
    newest = replay.newest
    if newest.best is None:
        return _stage(replay, newest, replay.setup.engine.learning_rate(_before_last(replay)))
    best = newest.best
    rate = newest.history[best.epoch - 1].learning_rate
    done = replay.steps_by(best.epoch)
    return RunStage(done, best.epoch, rate, replay.network(best.parameters))


def _before_last(replay: RunReplay) -> Position:
    """Where the newest position's last step began, as far as its rate depends on it."""
    newest = replay.newest
    epoch, batch = replay.epoch_position(newest.step - 1)
    history = History(newest.history[:epoch])
    return replace(newest, epoch=epoch, batch=batch, step=newest.step - 1, history=history)


def _stage(replay: RunReplay, position: Position, rate: float) -> RunStage:
    """The plain network that a position stands for: averaged, and with normalisation folded in."""
    epoch = position.epoch + (position.batch > 0)  # one that is under way counts
    network = replay.network(replay.setup.engine.inference_parameters(position))
    return RunStage(position.step, epoch, rate, network)


def _work(replay: RunReplay, epoch: int) -> float:
    """Multiplications of a step up to an epoch's end, about: forward, and twice as many back."""
    setup = replay.setup
    times = setup.recipe.iterations if setup.recipe.optimiser == "lbfgs" else 1
    weights = sum(layer.W.size for layer in setup.network.layers)
    return 3.0 * times * setup.engine.schedule.size(epoch - 1) * weights


def stages_table(stages: RunStages, columns: Mapping[str, tuple[str, ...]]) -> Table:
    """The stages with other columns beside each.

    Args:
        stages: in order.
        columns: the cells of other columns by their names.
    """
    pairs = zip(stages.stages, zip(*columns.values(), strict=True), strict=True)
    rows = ((str(s.step), str(s.epoch), number_text(s.rate, 6), *cells) for s, cells in pairs)
    return Table("Looked at after", ("step", "epoch", "learning rate", *columns), tuple(rows))
