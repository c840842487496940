"""What decides all of the room Train: examples, network, recipe, and how far it has learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.equations.updates import UPDATES
from chainrule.lab.room_settings import (
    LAYER_READERS,
    LAYER_WRITERS,
    RoomSettings,
    check_layers,
)
from chainrule.limits import Limit, check_record, limited

__all__ = ["TrainSettings"]

_READERS: Mapping[str, Callable[[str], Any]] = {
    **LAYER_READERS,
    **dict.fromkeys(("examples", "batch_size", "seed", "updates", "point"), int),
    **dict.fromkeys(("learning_rate", "l1", "l2"), float),
}


@dataclass(frozen=True, kw_only=True)
class TrainSettings(RoomSettings):
    """The digits, the network, the recipe and the number of updates done.

    Args:
        examples: of MNIST's training digits, from the first, that are learned from.
        hidden: widths of the hidden layers; empty for none.
        activations: one for each hidden layer.
        optimiser: one of the update rules by examples.
        learning_rate: of every update.
        batch_size: examples of an update.
        l1: strength of the penalty on the weights' sizes.
        l2: strength of the penalty on the weights' squares.
        seed: of the first weights and the order of examples.
        updates: steps of training that have been done.
        point: the test digit whose numbers are shown.

    Raises: InputError, UnknownNameError.
    """

    room = "train"
    writers = LAYER_WRITERS
    readers = _READERS

    # fmt: off
    examples: int = limited(20_000, Limit(int, "digits learned from", 100, 60_000))
    hidden: tuple[int, ...] = (32, 16)
    activations: tuple[str, ...] = ("relu", "relu")
    optimiser: str = limited("sgd", Limit(str, "update rule", choices=lambda: tuple(UPDATES)))
    learning_rate: float = limited(0.1, Limit(float, "step size", 0, 100, low_open=True))
    batch_size: int = limited(20, Limit(int, "examples of an update", 1, 1000))
    l1: float = limited(0.0, Limit(float, "strength of the penalty Σ|W|", 0, 10))
    l2: float = limited(0.0, Limit(float, "strength of the penalty ½ΣW²", 0, 10))
    seed: int = limited(1, Limit(int, "seed of all random numbers", 0, 2**32 - 1))
    updates: int = limited(0, Limit(int, "updates done", 0, 100_000))
    point: int = limited(0, Limit(int, "number of a test digit", 0, 1999))
    # fmt: on

    def __post_init__(self) -> None:
        check_record(self, "lab")
        check_layers(self.hidden, self.activations)
