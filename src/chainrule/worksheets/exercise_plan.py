"""The plan of a random exercise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from chainrule.errors import InputError
from chainrule.limits import Limit, check_record, limited
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["MAX_LAYERS", "MAX_WIDTH", "ExercisePlan"]

MAX_WIDTH = 20
"""Neurons of a layer that a person can still go through by hand."""
MAX_LAYERS = 10
_WHERE = "worksheet"
_QUICK = ("sgd", "momentum", "nesterov")
"""Updates whose steps are as long as the gradient; others have a size of their own."""
_exercise = partial(Limit, group="exercise")


def _costs() -> tuple[str, ...]:
    from chainrule.equations.costs import COSTS

    return tuple(COSTS)


def _optimisers() -> tuple[str, ...]:
    from chainrule.equations.updates import UPDATES

    return tuple(UPDATES)


@dataclass(frozen=True, kw_only=True)
class ExercisePlan:
    """The network and the training of an exercise; its numbers are drawn.

    Args:
        layers: neurons of each layer, the inputs first; 2 to 11 of them, each 1 to 20.
        activation: one name for all layers, or one per layer after the inputs.
        cost: of one example.
        optimiser: how a gradient becomes a step.
        learning_rate: None takes 0.5, or 0.1 for an optimiser whose steps have a size of their own.
        examples: in the one batch of every step.
        steps: of training.
        biases: whether layers have biases.

    Raises: InputError, ShapeError, UnknownNameError.

    Example:
        >>> ExercisePlan(layers=(2, 2, 1)).recipe.learning_rate
        0.5
    """

    layers: tuple[int, ...] = (2, 2, 1)
    activation: str | tuple[str, ...] = "sigmoid"
    cost: str = limited("half_squared_error", _exercise(str, "cost of one example", choices=_costs))
    optimiser: str = limited("sgd", _exercise(str, "update rule", choices=_optimisers))
    learning_rate: float | None = limited(
        None, _exercise(float, "step size of the update", 0, low_open=True, optional=True)
    )
    examples: int = limited(1, _exercise(int, "number of examples in the batch", 1, 20))
    steps: int = limited(1, _exercise(int, "number of training steps", 1, 20))
    biases: bool = limited(True, _exercise(bool, "whether layers have biases"))

    def __post_init__(self) -> None:
        check_record(self, _WHERE)
        object.__setattr__(self, "layers", _checked_layers(self.layers))
        architecture = self.architecture
        if architecture.layers[-1] == 1 and architecture.activations[-1] == "softmax":
            raise InputError(
                _WHERE,
                expected="at least 2 outputs for softmax",
                got="1",
                why="A softmax of one number is always 1",
                remedy="Choose wider layers, another activation or another cost",
                argument="layers",
                value=self.layers,
            )

    @property
    def architecture(self) -> Architecture:
        """Of the network, with its output activation decided."""
        names = [self.activation] if isinstance(self.activation, str) else list(self.activation)
        made = Architecture.of(self.layers, names, dtype="float64", biases=self.biases)
        return made.for_cost(self.cost)

    @property
    def recipe(self) -> Recipe:
        """Of the steps."""
        rate = self.learning_rate
        if rate is None:
            rate = 0.5 if self.optimiser in _QUICK else 0.1
        return Recipe(
            cost=self.cost,
            optimiser=self.optimiser,
            learning_rate=rate,
            batch_size=self.examples,
            epochs=self.steps,
            shuffle=False,
            seed=0,
        )


def _checked_layers(layers: Sequence[int]) -> tuple[int, ...]:
    width = Limit(int, "neurons of each layer, the inputs first", 1, MAX_WIDTH)
    if not 2 <= len(layers) <= MAX_LAYERS + 1:
        raise InputError(
            _WHERE,
            expected=f"layers to be 2 to {MAX_LAYERS + 1} widths, the inputs first",
            got=str(len(layers)),
            why="Larger networks are too much work by hand",
            argument="layers",
            value=tuple(layers),
        )
    return tuple(width.check(_WHERE, "layers", one) for one in layers)
