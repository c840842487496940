"""The position of a run between two batches: all that is needed to continue it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from numpy.typing import NDArray

__all__ = ["Best", "EpochRecord", "EpochSums", "Position"]

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


@dataclass(frozen=True)
class EpochRecord:
    """The figures of an epoch: one line of the history.

    The training figures are means over the epoch's batches, each taken before its step.

    Args:
        epoch: its number, from 1.
        cost: data term.
        penalty: penalty.
        total_cost: their sum, which training minimises.
        learning_rate: the rate of the epoch's last step.
        gradient_norm: norm of the objective's gradient in the epoch's last batch.
        weights_sha256: SHA-256 of the parameters after the epoch, in hex.
        tensor_sha256: the same for each tensor, by its name.
        accuracy: fraction of examples classified correctly; None if targets are numbers.
        validation_cost: data term on the validation set; None without one.
        validation_accuracy: None without a validation set, or if targets are numbers.
    """

    epoch: int
    cost: float
    penalty: float
    total_cost: float
    learning_rate: float
    gradient_norm: float
    weights_sha256: str
    tensor_sha256: Mapping[str, str]
    accuracy: float | None = None
    validation_cost: float | None = None
    validation_accuracy: float | None = None

    def line(self) -> dict[str, Any]:
        """The record as one line of the history: all but the digests of single tensors."""
        return {k: v for k, v in asdict(self).items() if k != "tensor_sha256"}


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
    history: tuple[EpochRecord, ...] = ()
    best: Best | None = None
