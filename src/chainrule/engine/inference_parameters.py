"""The parameters of the network that a position stands for: averaged, normalisation folded in.

What a training returns, scores and keeps as its best has weights and biases alone.
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
    "inference_parameters",
    "sampled_rows",
    "training_layout",
]

Array = NDArray[Any]

STATISTICS = 8192
"""Examples whose means and deviations are folded in: such a mean is 1 % of a deviation off."""


def training_layout(architecture: Architecture, recipe: Recipe) -> Layout:
    """The order of the tensors in the flat parameters of a training: with gains, if normalised."""
    return Layout(architecture, gains=recipe.normalisation == "batch")


def sampled_rows(examples: int) -> NDArray[np.int64]:
    """Rows spread evenly over the training set, at most `STATISTICS`."""
    return np.unique(np.linspace(0, examples - 1, min(examples, STATISTICS)).astype(np.int64))


def inference_parameters(
    layout: Layout, schedule: TrainingSchedule, position: Position, dataset: Dataset
) -> Array:
    """The inference parameters that a position stands for.

    They are the average, if there is one. The means and deviations of normalised layers are those
    of examples of the training set, layer after layer, and are folded in [N5].

    Args:
        layout: of the training.
        schedule: of the training.
        position: where the training stands.
        dataset: the training set as the latest epoch had it.

    Returns: flat, (Layout(architecture).size,), read-only.
    """
    theta = position.state[-1] if schedule.has_average(position) else position.parameters
    if not layout.gains:
        return theta
    rows = sampled_rows(len(dataset))
    x = dataset.scaled_inputs(rows, theta.dtype)
    with one_blas_thread(), np.errstate(all="ignore"):
        folded_parameters = _fold_normalisation(layout, theta, x)
    folded_parameters.flags.writeable = False
    return folded_parameters


def _fold_normalisation(layout: Layout, theta: Array, x: Array) -> Array:
    """Weights and biases with every normalised layer folded in, by statistics of these inputs."""
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
