"""Directions in the space of all parameters, along which a cost is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chainrule.network import Architecture, Layout
from chainrule.randomness import generator

__all__ = ["principal_directions", "project_points", "random_direction"]

Array = NDArray[np.float64]


def random_direction(
    architecture: Architecture, parameters: Array, seed: int, number: int = 0
) -> Array:
    """A random direction in which each neuron's weights are as long as the neuron's own.

    So a step of 1 changes every neuron by as much as it has, however the layers are scaled;
    biases stay as they are.

    Args:
        architecture: of the network.
        parameters: flat, (n,).
        seed: which.
        number: of the direction, from 0.

    Returns: (n,).
    """
    drawn = generator(seed, "direction", number).normal(size=len(parameters))
    direction = np.zeros(len(parameters))
    for slot in Layout(architecture).slots:
        if slot.name[0] == "W":
            own, chance = slot.view(parameters), slot.view(drawn)
            lengths = np.linalg.norm(own, axis=1) / np.linalg.norm(chance, axis=1)
            slot.view(direction)[:] = chance * lengths[:, None]
    return direction


def principal_directions(points: Sequence[Array]) -> tuple[Array, Array]:
    """The two directions in which positions lie furthest from the last one.

    Args:
        points: flat parameters, (n,) each; at least three, and of at least two numbers.

    Returns: directions of length 1, (2, n), and the share of all squared distances from the last
        position that lies along each, (2,).
    """
    away = np.stack(points[:-1]) - points[-1]
    _, sizes, directions = np.linalg.svd(away, full_matrices=False)
    squares = np.square(sizes)
    return directions[:2], squares[:2] / (squares.sum() or 1.0)


def project_points(points: Sequence[Array], centre: Array, directions: Array) -> Array:
    """Where positions lie in the plane of two directions, by least squares.

    Args:
        points: flat parameters, (n,) each.
        centre: the plane's origin, (n,).
        directions: that span it, (2, n).

    Returns: (points, 2), in steps along the directions.
    """
    away = np.stack(points) - centre
    found, *_ = np.linalg.lstsq(directions.T, away.T, rcond=None)
    return np.asarray(found.T)
