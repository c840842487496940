"""Batch normalisation: by hand, its invariances, its gradients by two kinds of steps, its fold."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.affine import affine
from chainrule.equations.arrays import Array
from chainrule.equations.normalisation import (
    NORMALISATION_EPSILON,
    NormalisedBatch,
    fold_normalisation,
    gain_gradient,
    normalisation_gradient,
    normalise,
    scale_and_shift,
)

# Columns of means 3 and 2, and of variances 8/3 and 32/3.
U = np.array([[1.0, 2.0], [3.0, 6.0], [5.0, -2.0]])
# A Normal without ε, of numbers that can be reckoned with.
EXACT = NormalisedBatch(
    mean=np.array([1.0, 0.0]),
    deviation=np.array([1.0, 4.0]),
    values=np.array([[-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]),
)
DELTA = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0], [0.0, 1.0]])


def _drawn(seed: int, batch: int = 7, width: int = 3) -> tuple[Array, Array, Array, Array]:
    """Sums, gains, shifts and errors."""
    rng = np.random.default_rng(seed)
    u, delta = rng.normal(2, 3, (batch, width)), rng.normal(size=(batch, width))
    return u, rng.normal(size=width), rng.normal(size=width), delta


def test_normalise_by_hand() -> None:
    n = normalise(U)
    deviations = [
        math.sqrt(8 / 3 + NORMALISATION_EPSILON),
        math.sqrt(32 / 3 + NORMALISATION_EPSILON),
    ]
    assert n.mean.tolist() == [3, 2]
    assert_allclose(n.deviation, deviations, rtol=1e-15)
    assert_allclose(n.values, (U - [3, 2]) / deviations, rtol=1e-15, atol=0)


def test_epsilon_is_part_of_the_variance_and_not_of_the_deviation() -> None:
    tiny = np.array([[-0.001], [0.001]])
    assert_allclose(normalise(tiny).deviation, [math.sqrt(1e-6 + 1e-5)], rtol=1e-14)


def test_a_column_that_never_changes_and_a_lone_row_become_0() -> None:
    assert normalise(np.full((4, 1), 7.0)).values.tolist() == [[0], [0], [0], [0]]
    n = normalise(np.array([[7.0, -3.0]]))
    assert n.values.tolist() == [[0, 0]]
    assert_allclose(n.deviation, math.sqrt(NORMALISATION_EPSILON), rtol=1e-15)


@given(
    seed=st.integers(0, 10_000),
    batch=st.integers(2, 40),
    moved=st.floats(-100, 100),
    stretched=st.floats(1, 100),
)
def test_mean_and_length_of_a_column_do_not_matter(
    seed: int, batch: int, moved: float, stretched: float
) -> None:
    u = np.random.default_rng(seed).uniform(-0.5, 0.5, (batch, 2))
    u[0], u[1] = -10, 10  # so that ε counts little beside the variance
    n = normalise(u)
    assert_allclose(n.values.mean(axis=0), 0, atol=1e-13)
    variance = n.deviation**2 - NORMALISATION_EPSILON
    assert_allclose(np.square(n.values).mean(axis=0), variance / n.deviation**2, rtol=1e-12)
    assert_allclose(normalise(u + moved).values, n.values, atol=1e-11)
    assert_allclose(normalise(u * stretched).values, n.values, rtol=1e-5)


def test_scale_and_shift_by_hand() -> None:
    z = scale_and_shift(EXACT, np.array([2.0, -3.0]), np.array([10.0, 1.0]))
    assert z.tolist() == [[8, -2], [12, -2], [8, 4], [12, 4]]


def test_gain_gradient_by_hand() -> None:
    assert gain_gradient(EXACT, DELTA).tolist() == [-1 - 3, 2 + 1 - 1]


def test_normal_gradient_by_hand() -> None:
    # Means of δ: 1 and 1; of δ û: -1 and ½. γ/σ: 3 and ½.
    du = normalisation_gradient(EXACT, np.array([3.0, 2.0]), DELTA)
    first = [3 * (1 - 1 - 1), 3 * (0 - 1 + 1), 3 * (3 - 1 - 1), 3 * (0 - 1 + 1)]
    second = [0.5 * (2 - 1 - 0.5), 0.5 * (1 - 1 - 0.5), 0.5 * (0 - 1 + 0.5), 0.5 * (1 - 1 + 0.5)]
    assert du.tolist() == [list(row) for row in zip(first, second, strict=True)]


def test_two_rows_always_end_at_the_same_places_so_nothing_moves_them() -> None:
    n = normalise(np.array([[0.0], [2000.0]]))
    du = normalisation_gradient(n, np.array([3.0]), np.array([[1.0], [0.0]]))
    assert_allclose(du, 0, atol=1e-12)
    lone = normalisation_gradient(normalise(np.array([[5.0]])), np.array([3.0]), np.array([[1.0]]))
    assert lone.tolist() == [[0]]


def _slope(u: Array, gain: Array, b: Array, delta: Array, step: complex) -> complex:
    """Σ δ z changed by a step, whose derivative by z is δ."""
    return complex((delta * scale_and_shift(normalise(u + step), gain + 0 * step, b)).sum())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("batch", [2, 3, 8])
def test_gradients_are_derivatives_by_complex_step(seed: int, batch: int) -> None:
    u, gain, b, delta = _drawn(seed, batch)
    n, h = normalise(u), 1e-30
    by_u = np.empty_like(u)
    for place in np.ndindex(u.shape):
        step = np.zeros(u.shape, complex)
        step[place] = 1j * h
        by_u[place] = _slope(u, gain, b, delta, step).imag / h  # type: ignore[arg-type]
    assert_allclose(normalisation_gradient(n, gain, delta), by_u, rtol=1e-10, atol=1e-13)
    by_gain = np.array([(delta * (n.values * (np.arange(3) == j))).sum() for j in range(3)])
    assert_allclose(gain_gradient(n, delta), by_gain, rtol=1e-13)


def test_normal_gradient_is_the_derivative_by_central_differences() -> None:
    u, gain, b, delta = _drawn(9)
    by_u, h = np.empty_like(u), 1e-6
    for place in np.ndindex(u.shape):
        ends = []
        for sign in (1, -1):
            moved = u.copy()
            moved[place] += sign * h
            ends.append((delta * scale_and_shift(normalise(moved), gain, b)).sum())
        by_u[place] = (ends[0] - ends[1]) / (2 * h)
    assert_allclose(normalisation_gradient(normalise(u), gain, delta), by_u, atol=1e-8)


@given(seed=st.integers(0, 10_000), batch=st.integers(1, 30))
def test_errors_before_normalising_sum_to_0_and_do_not_stretch(seed: int, batch: int) -> None:
    u, gain, _, delta = _drawn(seed, batch)
    n = normalise(u)
    du = normalisation_gradient(n, gain, delta)
    size = np.abs(gain / n.deviation).max() * np.abs(delta).max() * batch
    assert_allclose(du.sum(axis=0), 0, atol=1e-14 * size)
    along = gain * gain_gradient(n, delta) * NORMALISATION_EPSILON / n.deviation**2
    assert_allclose((du * u).sum(axis=0), along, atol=1e-12 * size)


@given(seed=st.integers(0, 10_000), batch=st.integers(2, 30))
def test_fold_normalisation_gives_the_normalised_layer(seed: int, batch: int) -> None:
    rng = np.random.default_rng(seed)
    x, W = rng.normal(size=(batch, 4)), rng.normal(size=(3, 4))
    gain, b = rng.normal(size=3), rng.normal(size=3)
    n = normalise(affine(x, W, None))
    z = scale_and_shift(n, gain, b)
    size = 1 + np.abs(gain * n.mean / n.deviation).max() + np.abs(z).max()
    found = affine(x, *fold_normalisation(W, b, gain, n.mean, n.deviation))
    assert_allclose(found, z, atol=1e-13 * size * max(1, 1 / n.deviation.min()))


def test_fold_normalisation_by_hand() -> None:
    W, b = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([1.0, 0.5])
    gain, mean, deviation = np.array([3.0, 1.0]), np.array([4.0, -6.0]), np.array([1.5, 0.5])
    plain = fold_normalisation(W, b, gain, mean, deviation)
    assert plain[0].tolist() == [[2, 4], [6, -8]]
    assert plain[1].tolist() == [1 - 8, 0.5 + 12]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_is_kept_and_nothing_is_written_to(dtype: Any) -> None:
    u, gain, b = U.astype(dtype), np.array([2, -1], dtype), np.array([0.5, 1], dtype)
    n = normalise(u)
    delta = scale_and_shift(n, gain, b)
    made = [n.mean, n.deviation, n.values, delta, gain_gradient(n, delta)]
    made += [
        normalisation_gradient(n, gain, delta),
        *fold_normalisation(u[:2], b, gain, n.mean, n.deviation),
    ]
    assert {array.dtype for array in made} == {np.dtype(dtype)}
    assert_array_equal(u, U)
    assert (gain.tolist(), b.tolist()) == ([2, -1], [0.5, 1])


def test_a_normal_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        EXACT.mean = U  # type: ignore[misc]
