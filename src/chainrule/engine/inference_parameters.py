"""The plain network that a position stands for: averaged, and without batch normalisation.

What a training returns, scores and keeps as its best is always plain: weights and biases alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.position import Position
from chainrule.engine.training_schedule import TrainingSchedule
from chainrule.equations.activations import ACTIVATIONS, activate
from chainrule.equations.affine import affine
from chainrule.equations.normalisation import fold_normalisation, normalise, scale_and_shift
from chainrule.network import Architecture, Layout, flatten
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = [
    "STATISTICS",
    "add_gains",
    "drop_gains",
    "inference_parameters",
    "sampled_rows",
    "training_layout",
]

Array = NDArray[Any]

STATISTICS = 8192
"""Examples whose means and deviations a trained network keeps: about 1 % of a deviation off."""


def training_layout(architecture: Architecture, recipe: Recipe) -> Layout:
    """The order of the tensors in the flat buffer of a training."""
    return Layout(architecture, gains=recipe.normalisation == "batch")


def add_gains(layout: Layout, plain: Array) -> Array:
    """The flat buffer of a training: gains of 1 where it has any."""
    if not layout.gains:
        return plain
    of = Layout(layout.architecture)
    gains = [np.ones(width, plain.dtype) for width in layout.architecture.layers[1:-1]]
    return flatten(of.weights(plain), of.biases(plain), gains)


def drop_gains(layout: Layout, theta: Array) -> Array:
    """Weights and biases of a training's flat buffer as they are."""
    return flatten(layout.weights(theta), layout.biases(theta)) if layout.gains else theta


def sampled_rows(examples: int) -> NDArray[np.int64]:
    """Rows spread evenly over the training set, at most `STATISTICS`."""
    return np.unique(np.linspace(0, examples - 1, min(examples, STATISTICS)).astype(np.int64))


def inference_parameters(
    layout: Layout, schedule: TrainingSchedule, position: Position, dataset: Dataset
) -> Array:
    """The plain parameters that a position stands for.

    Where there is an average, it counts. Where layers are normalised, their means and deviations
    are those of examples of the training set, layer after layer, and are folded in [N5].

    Args:
        layout: of the training.
        schedule: of the training.
        position: where it stands.
        dataset: the training set as the latest epoch had it.

    Returns: flat, (Layout(architecture).size,), read-only.
    """
    theta = position.state[-1] if schedule.has_average(position) else position.parameters
    if not layout.gains:
        return theta
    rows = sampled_rows(len(dataset))
    x = dataset.scaled_inputs(rows, theta.dtype)
    with one_blas_thread(), np.errstate(all="ignore"):
        plain = _folded(layout, theta, x)
    plain.flags.writeable = False
    return plain


def _folded(layout: Layout, theta: Array, x: Array) -> Array:
    """Every normalised layer as a plain one, by the statistics of these inputs."""
    weights, biases = layout.weights(theta), layout.biases(theta)
    names = layout.architecture.activations
    for layer, gain in enumerate(layout.gains_of(theta)[:-1]):
        b = biases[layer]
        assert gain is not None, "a hidden layer of this layout has gains"
        assert b is not None, "a normalised layer has biases"
        normal = normalise(affine(x, weights[layer], None))
        x = activate(ACTIVATIONS[names[layer]], scale_and_shift(normal, gain, b))
        plain = fold_normalisation(weights[layer], b, gain, normal.mean, normal.deviation)
        weights[layer], biases[layer] = plain
    return flatten(weights, biases)
