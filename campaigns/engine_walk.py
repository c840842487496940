"""The reference engine's own steps, for the campaign `explained_numbers.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.contract import Until
from chainrule.engine.dataset_view import normalised_weights
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.affine import input_gradient
from chainrule.equations.backpropagation import Layer, Trace, trace
from chainrule.equations.costs import batch_shares, get_cost, smooth_targets
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.updates import clip_norm
from chainrule.ledger.steps.quantity import Quantity
from chainrule.ledger.steps.worked_example import WorkedExample
from chainrule.network.network import network_layers
from chainrule.network.parameters import flatten

__all__ = ["EngineStep", "key_of", "walk"]

Array = NDArray[Any]
Key = tuple[str, int | None, int | None]
"""Kind, layer, example; of a parameter's kinds "g W" and "g b"."""


@dataclass(frozen=True, eq=False)
class EngineStep:
    """What the engine makes of one batch.

    Args:
        example: what is trained.
        engine: of its own, which knows nothing of the ledger.
        before: the position before the step, with nothing added up yet.
        after: the one after it.
        rows: the examples of the batch.
        trace: of the batch.
        layers: before the step.
    """

    example: WorkedExample
    engine: ReferenceEngine
    before: Position
    after: Position
    rows: Array
    trace: Trace
    layers: list[Layer]

    def arrays(self) -> dict[Key, Any]:
        """All that is made in the step.

        What the engine keeps to itself (slopes, shares, da, gradients with the penalty's) is made
        from the engine's arrays by the same functions of the book.
        """
        return {
            **self._numbers(),
            **dict(self._of_examples()),
            **dict(self._of_layers()),
            **dict(self._of_parameters()),
        }

    def _numbers(self) -> dict[Key, Any]:
        sums, cost, recipe = self.after.sums, float(self.trace.cost), self.engine.recipe
        strengths = (self.example.layout.is_weight, recipe.l1, recipe.l2)
        extra = float(penalty(self.before.parameters, *strengths))
        added_up = (sums.examples * cost, sums.examples * extra)
        assert (sums.cost, sums.penalty) == added_up, "the engine has another cost or penalty"
        numbers = {
            "cost": cost,
            "penalty": extra,
            "total_cost": cost + extra,
            "gradient_norm": sums.gradient_norm,
            "learning_rate": self.engine.learning_rate(self.before),
        }
        return {(kind, None, None): np.asarray(number) for kind, number in numbers.items()}

    def _of_examples(self) -> Iterator[tuple[Key, Any]]:
        shares = np.broadcast_to(self._shares(), (len(self.rows), 1))
        for at, row in enumerate(self.rows):
            example = int(row) if self.example.has_many else None
            if example is not None:
                yield ("cost", None, example), np.asarray(self.trace.c[at])
            yield ("y", None, example), self.trace.y[at]
            yield ("share", None, example), shares[at, 0]
            for number, layer in enumerate(self.layers, 1):
                yield from self._of_layer(number, layer, at, example)

    def _shares(self) -> Array | float:
        weights = self.example.view.weights
        chosen = None if weights is None else weights[self.rows]
        return batch_shares(chosen, len(self.rows))

    def _of_layer(
        self, number: int, layer: Layer, at: int, example: int | None
    ) -> Iterator[tuple[Key, Any]]:
        trace = self.trace
        for kind in ("z", "a", "delta"):
            yield (kind, number, example), getattr(trace, kind)[number - 1][at]
        if layer.activation.derivative is not None:
            yield ("slope", number, example), layer.activation.derivative(trace.z[number - 1])[at]
        yield ("da", number, example), self._after_activation(number)[at]

    def _after_activation(self, number: int) -> Array:
        trace, recipe = self.trace, self.engine.recipe
        if number < len(self.layers):
            return input_gradient(self.layers[number].W, trace.delta[number])
        cost = get_cost(recipe.cost, recipe.huber_threshold)
        return cost.gradient(trace.a[-1], trace.y) * self._shares()

    def _of_layers(self) -> Iterator[tuple[Key, Any]]:
        for number, (dW, db) in enumerate(zip(self.trace.dW, self.trace.db, strict=True), 1):
            yield ("dW", number, None), dW
            yield ("db", number, None), db

    def _of_parameters(self) -> Iterator[tuple[Key, Any]]:
        recipe, layout = self.engine.recipe, self.example.layout
        pull = penalty_gradient(self.before.parameters, layout.is_weight, recipe.l1, recipe.l2)
        g = flatten(self.trace.dW, self.trace.db) + pull
        flat = {"g": g, "new": self.after.parameters}
        if recipe.clip_norm is not None:
            flat["g_clipped"] = clip_norm(g, recipe.clip_norm)[0]
        flat |= dict(zip(self.example.slots, self.after.state, strict=True))
        for slot in layout.slots:
            for kind, array in flat.items():
                name = f"{slot.name[0]}_new" if kind == "new" else f"{kind} {slot.name[0]}"
                yield (name, slot.layer, None), slot.view(array)


def key_of(quantity: Quantity) -> Key:
    """Under which key the array stands that a located quantity is in."""
    kind = quantity.kind
    if quantity.form == "parameter":
        kind += " W" if len(quantity.index) == 2 else " b"
    return kind, quantity.layer, quantity.example


def walk(example: WorkedExample) -> Iterator[dict[Key, Any]]:
    """The arrays of each step, as the engine goes from batch to batch.

    Args:
        example: with training.

    Raises: DivergenceError where a step's numbers are not finite.
    """
    assert example.recipe is not None
    assert example.state is not None
    engine = ReferenceEngine(TrainingContext(example.architecture, example.recipe, example.dataset))
    position = Position(example.parameters, example.state)
    for _ in range(example.steps):
        step = _step(example, engine, position)
        yield step.arrays()
        position = replace(step.after, sums=EpochSums())
        if position.batch == engine.schedule.batches(0):
            position = replace(position, epoch=position.epoch + 1, batch=0)


def _step(example: WorkedExample, engine: ReferenceEngine, before: Position) -> EngineStep:
    size = engine.recipe.batch_size
    rows = engine.context.order(before.epoch)[before.batch * size : (before.batch + 1) * size]
    return EngineStep(
        example=example,
        engine=engine,
        before=before,
        after=engine.advance(before, Until(batches=1)),
        rows=rows,
        trace=_trace(engine, before.parameters, rows),
        layers=network_layers(example.architecture, before.parameters),
    )


def _trace(engine: ReferenceEngine, theta: Array, rows: Array) -> Trace:
    """The engine's pass over a batch; its own has the targets as they are given."""
    plain, recipe = engine.trace(theta, rows), engine.recipe
    if not recipe.label_smoothing:
        return plain
    y = smooth_targets(plain.y, recipe.label_smoothing)
    cost = get_cost(recipe.cost, recipe.huber_threshold)
    weights = normalised_weights(engine.context.training, None)
    shares = batch_shares(None if weights is None else weights[rows], len(rows))
    return trace(plain.x, y, network_layers(engine.context.architecture, theta), cost, shares)
