"""Measure a network at one position of a training, on a sample of the training set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.diagnosis.curvature import (
    STABILITY_LIMITS,
    Curvature,
    Gradient,
    largest_eigenvalue,
    objective_gradient,
)
from chainrule.diagnosis.evidence import LayerSnapshot, Snapshot
from chainrule.diagnosis.example_measures import sample_rows
from chainrule.engine import Engine, Position, TrainingContext, make_engine
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import Trace
from chainrule.network import Architecture, Layout, predicted_classes
from chainrule.randomness import generator
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = ["SAMPLE", "NetworkMeasures"]

Array = NDArray[Any]

SAMPLE = 512
"""Number of training examples on which a network is measured."""
_NOISE_PARTS = 8
"""Parts of the sample whose gradients are compared to measure the noise."""
_MOST_BATCHES = 16
"""Batches whose gradients stand for the mean squares that a training would reach."""
_FLAT = 0.05
"""An activation is saturated if its derivative is below this fraction of its maximum."""
_SMALL_DEVIATION = 0.01
"""Dimensions that vary by less than this fraction of the greatest deviation count as none."""
_MOST_NEURONS = 64
"""Neurons by which the rank of a layer is judged, unless the classes need more."""
_CAN_DIE = ("relu",)
"""Activations that are 0, with derivative 0, for all negative sums."""
_SATURATING = ("sigmoid", "tanh")
"""Activations that are flat on both sides."""
_SQUARES = {"rmsprop": 0, "adam": 1, "adamw": 1}
"""The row of an update's state that holds its mean squares."""


@dataclass(frozen=True, eq=False)
class NetworkMeasures:
    """Measures the networks of one training, on a sample of its training set.

    Args:
        architecture: with its output activation resolved.
        recipe: with its seed.
        training: the training set.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The rows of the sample, the same for every measurement."""
        return sample_rows(self.training, SAMPLE)

    @cached_property
    def _engine(self) -> Engine:
        recipe = self.recipe.replaced(engine="reference")
        return make_engine(TrainingContext(self.architecture, recipe, self.training))

    @cached_property
    def _engine_without_normalisation(self) -> Engine:
        """The engine for networks whose normalisation is folded into the weights."""
        recipe = self.recipe.replaced(engine="reference", normalisation="none")
        return make_engine(TrainingContext(self.architecture, recipe, self.training))

    @property
    def layout(self) -> Layout:
        """The order of the tensors in the training's flat parameters."""
        return self._engine.layout

    def snapshot(
        self, position: Position, *, curvature: bool = True, inference: Array | None = None
    ) -> Snapshot:
        """Measure the network at a position.

        Args:
            position: with finite parameters.
            curvature: whether to measure noise and curvature too, which takes about 40 gradients.
            inference: parameters of the network that prediction would use, to compute cost and
                skill; None takes the position's, normalised by the means of the sample.
        """
        averaged = self._engine.schedule.has_average(position)
        theta = position.state[-1] if averaged else position.parameters
        with one_blas_thread(), np.errstate(all="ignore"):
            pass_ = self._engine.trace(theta, self.rows)
            judged = pass_
            if inference is not None and self.layout.gains:
                judged = self._engine_without_normalisation.trace(inference, self.rows)
            lambda_max = self._lambda_max(position) if curvature else math.nan
            return Snapshot(
                step=position.step,
                layers=self._layers(theta, pass_),
                cost=float(judged.cost),
                skill=self._skill(judged),
                rate=self._rate(position),
                noise_scale=self._noise_scale(position.parameters) if curvature else math.nan,
                curvature=self._curvature(position, lambda_max) if curvature else None,
                lambda_max=lambda_max,
            )

    def _rate(self, position: Position) -> float:
        if position.history and position.epoch >= self.recipe.epochs:
            return position.history[-1].learning_rate
        return self._engine.learning_rate(position)

    def _layers(self, parameters: Array, pass_: Trace) -> tuple[LayerSnapshot, ...]:
        gains = self.layout.gains_of(parameters)
        tensors = zip(self.layout.weights(parameters), gains, strict=True)
        return tuple(self._layer(i, pass_, W, gain) for i, (W, gain) in enumerate(tensors))

    def _layer(self, i: int, pass_: Trace, W: Array, gain: Array | None) -> LayerSnapshot:
        name, z, usual = self.architecture.activations[i], pass_.z[i], math.sqrt(2 / W.shape[1])
        gradient_ratio = _root_mean_square(pass_.dW[i]) / usual
        weight_ratio = _root_mean_square(W) / usual
        return LayerSnapshot(
            layer=i + 1,
            activation=name,
            weight_ratio=weight_ratio,
            mean_cosine=_mean_cosine(W),
            dead_fraction=float((z <= 0).all(axis=0).mean()) if name in _CAN_DIE else None,
            saturated_fraction=_saturated_fraction(name, z) if name in _SATURATING else None,
            signal_gain=_divide(_deviation(z), _deviation((pass_.x, *pass_.a)[i])),
            rank=_rank(pass_.a[i], max(_MOST_NEURONS, 2 * self.architecture.layers[-1])),
            gradient_ratio=gradient_ratio if gain is None else gradient_ratio * weight_ratio,
            normalised=gain is not None,
        )

    def _skill(self, pass_: Trace) -> float:
        outputs, targets = pass_.a[-1], self.training.targets[self.rows]
        if not self.training.classifies:
            squares = np.square(outputs - targets).sum()
            return 1 - _divide(
                float(squares), float(np.square(targets - targets.mean(axis=0)).sum())
            )
        right, common = predicted_classes(outputs) == targets, np.bincount(targets).max()
        wrong = len(targets) - int(right.sum())
        return 1 - _divide(wrong, len(targets) - int(common))

    def _part_gradients(self, parameters: Array) -> Array:
        """Return the gradients of the sample's parts, (parts, weights)."""
        parts = np.array_split(self._shuffled_rows, min(_NOISE_PARTS, len(self.rows)))
        passes = (self._engine.trace(parameters, rows) for rows in parts)
        flat = [np.concatenate([dW.ravel() for dW in one.dW], dtype=np.float64) for one in passes]
        return np.stack(flat)

    @cached_property
    def _shuffled_rows(self) -> NDArray[np.int64]:
        return generator(0, "diagnosis", 1).permutation(self.rows)

    def _noise_scale(self, parameters: Array) -> float:
        """Return tr Σ / ‖g‖²: variance of one example's gradient / squared norm of the mean."""
        parts = self._part_gradients(parameters)
        if len(parts) < 2:
            return 0.0
        noise = float(parts.var(axis=0, ddof=1).sum()) * len(self.rows) / len(parts)
        # The square of the measured mean contains its own noise, which is subtracted.
        signal = float(np.square(parts.mean(axis=0)).sum()) - noise / len(self.rows)
        return noise / signal if signal > 0 else float("inf")

    def _lambda_max(self, position: Position) -> float:
        """Return the largest eigenvalue of the objective's Hessian, whatever the update."""
        gradient = self._objective_gradient(self.rows)
        return largest_eigenvalue(gradient, position.parameters.astype(np.float64))

    def _curvature(self, position: Position, lambda_max: float) -> Curvature | None:
        recipe, value = self.recipe, lambda_max
        if recipe.optimiser not in STABILITY_LIMITS:
            return None
        if recipe.optimiser in _SQUARES:
            theta = position.parameters.astype(np.float64)
            squares = self._squares(position, theta)
            # A parameter whose gradient was always 0 has no scale; it is left out.
            root = np.where(squares > 0, (np.sqrt(squares) + recipe.epsilon) ** -0.5, 0.0)
            value = largest_eigenvalue(self._objective_gradient(self.rows), theta, root)
        if np.isnan(value):
            return None
        most = STABILITY_LIMITS[recipe.optimiser](recipe)
        limit = most / value if value > 0 else float("inf")
        return Curvature(value, limit, recipe.optimiser in _SQUARES)

    def _objective_gradient(self, rows: Array) -> Gradient:
        return objective_gradient(self.architecture, self.recipe, self.training, rows)

    def _squares(self, position: Position, theta: Array) -> Array:
        """Return the mean squares by which a step is divided.

        Before the first step the state has none. The mean square of the gradients of batches takes
        their place: the limit that the state would reach at these parameters.
        """
        if not position.step:
            return self._expected_squares(theta)
        stored: Array = position.state[_SQUARES[self.recipe.optimiser]].astype(np.float64)
        biased = self.recipe.optimiser == "rmsprop"  # Adam corrects its bias, RMSProp does not
        return stored if biased else stored / (1 - self.recipe.beta2**position.step)

    def _expected_squares(self, theta: Array) -> Array:
        n, size = len(self.rows), self.recipe.batch_size
        sums, parts = np.zeros(theta.size), max(1, min(_MOST_BATCHES, n // size))
        for rows in np.array_split(self._shuffled_rows, parts):
            sums += np.square(self._objective_gradient(rows)(theta))
        return sums / parts


def _root_mean_square(values: Array) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.square(values, dtype=np.float64).mean()))


def _deviation(values: Array) -> float:
    """Return the deviation over the examples, root mean square over the neurons."""
    return float(np.sqrt(values.var(axis=0, dtype=np.float64).mean()))


def _rank(activations: Array, most: int) -> int:
    """Return in how many dimensions activations vary over the examples.

    Args:
        activations: (examples, neurons).
        most: how many of the neurons are looked at, evenly spaced.
    """
    step = -(-activations.shape[1] // most)
    seen = activations[:, ::step].astype(np.float64)
    covariance = np.atleast_2d(np.cov(seen, rowvar=False, bias=True))
    if not np.isfinite(covariance).all():
        return int(seen.shape[1])
    variances = np.linalg.eigvalsh(covariance)
    # Below the second bound there is nothing but rounding.
    least = max(_SMALL_DEVIATION**2 * variances[-1], np.finfo(np.float64).tiny)
    return int((variances > least).sum())


def _divide(one: float, other: float) -> float:
    """Return one / other; 0/0 is 0."""
    return one / other if other else (float("inf") if one else 0.0)


def _mean_cosine(W: Array) -> float | None:
    """The mean cosine between two neurons; see LayerFacts."""
    n, rows = len(W), W.astype(np.float64)
    if n < 2:
        return None
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if not norms.any():
        return 1.0
    directions = rows / np.where(norms > 0, norms, 1)
    # ‖Σ directions‖² is the sum of all cosines, those of each neuron with itself included.
    whole = float(np.square(directions.sum(axis=0)).sum())
    return (whole - float((norms > 0).sum())) / (n * (n - 1))


def _saturated_fraction(name: str, z: Array) -> float:
    derivative = ACTIVATIONS[name].derivative
    assert derivative is not None, "only softmax has none"
    greatest = derivative(np.zeros((1, 1), z.dtype))[0, 0]  # at 0 for sigmoid and tanh
    return float((derivative(z) < _FLAT * greatest).mean())
