"""Mixup: who is mixed with whom, and by how much."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.equations.hashing import make_key, random_bits, uniforms
from chainrule.equations.mixing import mix, mixing_weights, partners

KEY = make_key(1, "mixup", 0)


def test_everyone_has_another_partner() -> None:
    chosen = partners(KEY, 1000)
    assert ((chosen >= 0) & (chosen < 1000)).all()
    assert (chosen != np.arange(1000)).all()
    assert 0.6 < len(set(chosen.tolist())) / 1000 < 0.66  # 1 - 1/e are chosen at least once


def test_a_partner_by_hand() -> None:
    number = int(random_bits(KEY, np.array(3 * 5)))
    assert partners(KEY, 10)[5] == (5 + 1 + 9 * number // 2**32) % 10


def test_all_partners_are_alike() -> None:
    away = (partners(KEY, 40_000) - np.arange(40_000)) % 40_000
    counts, _ = np.histogram(away, 20, (1, 40_000))
    assert np.square(counts - 2000).sum() / 2000 < 50


def test_a_lone_example_is_its_own_partner() -> None:
    assert partners(KEY, 1).tolist() == [0]
    assert partners(KEY, 2).tolist() == [1, 0]


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.4, 1.0, 2.0, 8.0])
def test_shares_have_the_moments_of_the_beta_distribution(alpha: float) -> None:
    kept = mixing_weights(KEY, 200_000, alpha)
    assert ((kept >= 0.5) & (kept <= 1)).all()
    assert np.mean(np.square(2 * kept - 1)) == pytest.approx(1 / (2 * alpha + 1), rel=0.01)
    fourth = 3 / ((2 * alpha + 1) * (2 * alpha + 3))
    assert np.mean((2 * kept - 1) ** 4) == pytest.approx(fourth, rel=0.02)


def test_a_share_of_the_even_distribution_is_even() -> None:
    counts, _ = np.histogram(mixing_weights(KEY, 100_000, 1.0), 20, (0.5, 1))
    assert np.square(counts - 5000).sum() / 5000 < 50


def test_a_share_by_hand() -> None:
    u, v = uniforms(KEY, np.array([3 * 2 + 1, 3 * 2 + 2]))
    q = (u ** (-1 / 0.4) - 1) * math.cos(2 * math.pi * v) ** 2
    assert mixing_weights(KEY, 3, 0.4)[2] == pytest.approx(
        0.5 + 0.5 / math.sqrt(1 + 1 / q), rel=1e-12
    )


def test_a_very_small_alpha_leaves_examples_alone() -> None:
    kept = mixing_weights(KEY, 1000, 1e-5)
    assert (kept == 1).mean() > 0.99


def test_mix_rows_and_targets() -> None:
    share = np.array([1.0, 0.75])
    x, other = np.array([[4.0, 8.0], [0.0, 4.0]]), np.array([[9.0, 9.0], [4.0, 0.0]])
    assert mix(x, other, share).tolist() == [[4.0, 8.0], [1.0, 3.0]]
    assert mix(np.array([2.0, 4.0]), np.array([0.0, 0.0]), share).tolist() == [2.0, 3.0]
