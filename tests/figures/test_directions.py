from __future__ import annotations

import numpy as np
import pytest

from chainrule.figures.directions import principal_directions, project_points, random_direction
from chainrule.network.network import Network
from chainrule.network.parameters import Layout


def test_each_neuron_changes_by_its_own_length() -> None:
    network = Network.create([4, 5, 3], seed=2)
    layout, theta = Layout(network.architecture), network.parameters.astype(np.float64)
    direction = random_direction(network.architecture, theta, seed=7)
    for own, drawn in zip(layout.weights(theta), layout.weights(direction), strict=True):
        np.testing.assert_allclose(np.linalg.norm(own, axis=1), np.linalg.norm(drawn, axis=1))
    assert not any(b.any() for b in layout.biases(direction) if b is not None)
    other = random_direction(network.architecture, theta, seed=7, number=1)
    cosine = direction @ other / (np.linalg.norm(direction) * np.linalg.norm(other))
    assert abs(cosine) < 0.6
    assert (direction == random_direction(network.architecture, theta, seed=7)).all()


def test_principal_directions_are_those_of_the_scatter() -> None:
    chance = np.random.default_rng(0)
    points = list(chance.normal(size=(6, 8)) * np.array([9, 4, 1, 1, 1, 1, 1, 1]))
    directions, shares = principal_directions(points)
    away = np.stack(points[:-1]) - points[-1]
    values, vectors = np.linalg.eigh(away.T @ away)
    for found, expected in zip(directions, vectors.T[::-1], strict=False):
        assert abs(found @ expected) == pytest.approx(1)
    assert shares == pytest.approx(values[::-1][:2] / values.sum())
    np.testing.assert_allclose(directions @ directions.T, np.eye(2), atol=1e-12)


def test_shadows_lie_in_the_plane() -> None:
    centre = np.array([1.0, 1, 1])
    axes = np.array([[2.0, 0, 0], [1, 1, 0]])
    points = [centre + 3 * axes[0] - axes[1] + np.array([0, 0, 5.0]), centre]
    np.testing.assert_allclose(project_points(points, centre, axes), [[3, -1], [0, 0]], atol=1e-12)
