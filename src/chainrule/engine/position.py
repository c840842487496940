"""The position of a run between two batches: all that is needed to continue it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from chainrule.engine.history import History

__all__ = ["Best", "EpochSums", "Position"]

Array = NDArray[Any]


@dataclass(frozen=True)
class EpochSums:
    """The sums of an epoch so far, each over its examples.

    Args:
        examples: examples seen.
        cost: data term.
        penalty: penalty.
        correct: examples classified correctly before their step; 0 if targets are numbers.
        gradient_norm: norm of the objective's gradient before any clipping, in the latest batch
            that measured it; an epoch's last batch always does.
    """

    examples: int = 0
    cost: float = 0.0
    penalty: float = 0.0
    correct: int = 0
    gradient_norm: float = 0.0


@dataclass(frozen=True, eq=False)
class Best:
    """The best epoch by the monitored metric so far, with its parameters, (n,)."""

    epoch: int
    value: float
    parameters: Array


@dataclass(frozen=True, eq=False)
class Position:
    """A run between two batches.

    Args:
        parameters: flat, (n,).
        state: the update's state, (slots, n).
        epoch: epochs ended.
        batch: batches done in the epoch under way.
        step: steps done in all.
        sums: of the epoch under way.
        history: a record for each epoch ended.
        best: None until the monitor has a value.
    """

    parameters: Array
    state: Array
    epoch: int = 0
    batch: int = 0
    step: int = 0
    sums: EpochSums = EpochSums()
    history: History = field(default_factory=History)
    best: Best | None = None
