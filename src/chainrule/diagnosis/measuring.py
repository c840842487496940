"""Measure a network at one position of a training, on a sample of the training set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.diagnosis.curvature import STABILITY, Curvature, gradient_of, greatest_eigenvalue
from chainrule.diagnosis.evidence import LayerFacts, Snapshot
from chainrule.engine import Engine, Position, TrainingContext, make_engine
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import Trace
from chainrule.network import Architecture, Layout, predicted_classes
from chainrule.randomness import generator
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = ["SAMPLE", "Measure"]

Array = NDArray[Any]

SAMPLE = 512
"""Examples of the training set on which a network is measured."""
_PARTS = 8
_MOST_BATCHES = 16
_FLAT = 0.05
_ABRUPT = ("relu",)
_BOUNDED = ("sigmoid", "tanh")
_SQUARES = {"rmsprop": 0, "adam": 1, "adamw": 1}
"""The row of an update's state that holds its mean squares."""


@dataclass(frozen=True, eq=False)
class Measure:
    """What measures the networks of one training.

    Args:
        architecture: with its output activation settled.
        recipe: with its seed.
        training: the examples to learn from.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The rows of the sample, the same for every measurement."""
        n = len(self.training)
        if n <= SAMPLE:
            return np.arange(n)
        return np.sort(generator(0, "diagnosis").permutation(n)[:SAMPLE])

    @cached_property
    def _engine(self) -> Engine:
        recipe = self.recipe.replaced(engine="reference")
        return make_engine(TrainingContext(self.architecture, recipe, self.training))

    @cached_property
    def _plain_engine(self) -> Engine:
        """That of networks whose normalisation is folded in."""
        recipe = self.recipe.replaced(engine="reference", normalisation="none")
        return make_engine(TrainingContext(self.architecture, recipe, self.training))

    @property
    def layout(self) -> Layout:
        """The order of the tensors in the training's flat parameters."""
        return self._engine.layout

    def snapshot(
        self, position: Position, *, curved: bool = True, plain: Array | None = None
    ) -> Snapshot:
        """The figures at a position.

        Args:
            position: with finite parameters.
            curved: whether to measure noise and curvature too, which takes some forty gradients.
            plain: parameters of the plain network that the position stands for, to judge cost and
                skill by; where None, normalised layers have the means of the sample.
        """
        averaged = self._engine.schedule.has_average(position)
        theta = position.state[-1] if averaged else position.parameters
        with one_blas_thread(), np.errstate(all="ignore"):
            pass_ = self._engine.trace(theta, self.rows)
            judged = pass_
            if plain is not None and self.layout.gains:
                judged = self._plain_engine.trace(plain, self.rows)
            return Snapshot(
                step=position.step,
                layers=self._layers(theta, pass_),
                cost=float(judged.cost),
                skill=self._skill(judged),
                rate=self._rate(position),
                noise_scale=self._noise_scale(position.parameters) if curved else math.nan,
                curvature=self._curvature(position) if curved else None,
            )

    def _rate(self, position: Position) -> float:
        if position.history and position.epoch >= self.recipe.epochs:
            return position.history[-1].learning_rate
        return self._engine.learning_rate(position)

    def _layers(self, parameters: Array, pass_: Trace) -> tuple[LayerFacts, ...]:
        gains = self.layout.gains_of(parameters)
        tensors = zip(self.layout.weights(parameters), gains, strict=True)
        return tuple(self._layer(i, pass_, W, gain) for i, (W, gain) in enumerate(tensors))

    def _layer(self, i: int, pass_: Trace, W: Array, gain: Array | None) -> LayerFacts:
        name, z, usual = self.architecture.activations[i], pass_.z[i], math.sqrt(2 / W.shape[1])
        pull, ratio = _size(pass_.dW[i]) / usual, _size(W) / usual
        return LayerFacts(
            layer=i + 1,
            activation=name,
            weight_ratio=ratio,
            alike=_alike(W),
            dead=float((z <= 0).all(axis=0).mean()) if name in _ABRUPT else None,
            saturated=_saturated(name, z) if name in _BOUNDED else None,
            gain=_ratio(_spread(z), _spread((pass_.x, *pass_.a)[i])),
            pull=pull if gain is None else pull * ratio,
            normalised=gain is not None,
        )

    def _skill(self, pass_: Trace) -> float:
        outputs, targets = pass_.a[-1], self.training.targets[self.rows]
        if not self.training.classifies:
            left = np.square(outputs - targets).sum()
            return 1 - _ratio(float(left), float(np.square(targets - targets.mean(axis=0)).sum()))
        right, common = predicted_classes(outputs) == targets, np.bincount(targets).max()
        wrong = len(targets) - int(right.sum())
        return 1 - _ratio(wrong, len(targets) - int(common))

    def _parts(self, parameters: Array) -> Array:
        """Gradients of the sample's parts, (parts, weights)."""
        parts = np.array_split(self._mixed, min(_PARTS, len(self.rows)))
        passes = (self._engine.trace(parameters, rows) for rows in parts)
        flat = [np.concatenate([dW.ravel() for dW in one.dW], dtype=np.float64) for one in passes]
        return np.stack(flat)

    @cached_property
    def _mixed(self) -> NDArray[np.int64]:
        return generator(0, "diagnosis", 1).permutation(self.rows)

    def _noise_scale(self, parameters: Array) -> float:
        """tr Σ / ‖g‖²: the variance of one example's gradient by the mean's squared length."""
        parts = self._parts(parameters)
        if len(parts) < 2:
            return 0.0
        noise = float(parts.var(axis=0, ddof=1).sum()) * len(self.rows) / len(parts)
        signal = float(np.square(parts.mean(axis=0)).sum()) - noise / len(self.rows)
        return noise / signal if signal > 0 else float("inf")

    def _curvature(self, position: Position) -> Curvature | None:
        recipe = self.recipe
        gradient = gradient_of(self.architecture, recipe, self.training, self.rows)
        if recipe.optimiser not in STABILITY:
            return None
        theta = position.parameters.astype(np.float64)
        root: Array | float = 1.0
        if recipe.optimiser in _SQUARES:
            squares = self._squares(position, theta)
            # Where nothing was ever pulled there is no scale by which to measure.
            root = np.where(squares > 0, (np.sqrt(squares) + recipe.epsilon) ** -0.5, 0.0)
        value = greatest_eigenvalue(gradient, theta, root)
        if np.isnan(value):
            return None
        most = STABILITY[recipe.optimiser](recipe)
        limit = most / value if value > 0 else float("inf")
        return Curvature(value, limit, recipe.optimiser in _SQUARES)

    def _squares(self, position: Position, theta: Array) -> Array:
        """The mean squares by which a step is divided.

        Before the first step the state has none; what it would come to if the network stood still
        takes their place: the mean square of the gradients of batches.
        """
        if not position.step:
            return self._squares_to_come(theta)
        kept: Array = position.state[_SQUARES[self.recipe.optimiser]].astype(np.float64)
        biased = self.recipe.optimiser == "rmsprop"
        return kept if biased else kept / (1 - self.recipe.beta2**position.step)

    def _squares_to_come(self, theta: Array) -> Array:
        n, size = len(self.rows), self.recipe.batch_size
        whole = (self.architecture, self.recipe, self.training)
        sums, parts = np.zeros(theta.size), max(1, min(_MOST_BATCHES, n // size))
        for rows in np.array_split(self._mixed, parts):
            sums += np.square(gradient_of(*whole, rows)(theta))
        return sums / parts


def _size(values: Array) -> float:
    """Root mean square."""
    return float(np.sqrt(np.square(values, dtype=np.float64).mean()))


def _spread(values: Array) -> float:
    """How far values lie from their mean over the examples, root mean square over the neurons."""
    return float(np.sqrt(values.var(axis=0, dtype=np.float64).mean()))


def _ratio(one: float, other: float) -> float:
    """one / other; 0/0 is 0."""
    return one / other if other else (float("inf") if one else 0.0)


def _alike(W: Array) -> float | None:
    """The mean cosine between two neurons; see LayerFacts."""
    n, rows = len(W), W.astype(np.float64)
    if n < 2:
        return None
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.any():
        return 1.0
    directions = rows / np.where(lengths > 0, lengths, 1)
    whole = float(np.square(directions.sum(axis=0)).sum())
    return (whole - float((lengths > 0).sum())) / (n * (n - 1))


def _saturated(name: str, z: Array) -> float:
    slope = ACTIVATIONS[name].derivative
    assert slope is not None, "bounded functions have slopes of their own"
    greatest = slope(np.zeros((1, 1), z.dtype))[0, 0]
    return float((slope(z) < _FLAT * greatest).mean())
