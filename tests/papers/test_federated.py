"""Federated learning: how images are dealt, and what the mean of networks is."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.network import Network
from chainrule.papers.experiments.federated import average_networks, deal_images

DIGITS = np.arange(400) % 10


@pytest.mark.parametrize("sharing", ["all alike", "by digit"])
def test_every_image_is_dealt_once(sharing: str) -> None:
    parts = deal_images(DIGITS, sharing, 0)
    assert len(parts) == 10
    assert sorted(np.concatenate(parts).tolist()) == list(range(400))
    assert {len(part) for part in parts} == {40}


def test_by_digit_each_client_has_few_digits() -> None:
    kinds = [len(set(DIGITS[part].tolist())) for part in deal_images(DIGITS, "by digit", 0)]
    assert max(kinds) <= 3
    assert min(len(set(DIGITS[p].tolist())) for p in deal_images(DIGITS, "all alike", 0)) > 5


def test_the_mean_is_weighted_by_the_images() -> None:
    one, other = (Network.create([3, 2, 1], "sigmoid", seed=seed) for seed in (0, 1))
    mean = average_networks([one, other], [30, 10])
    assert mean.parameters == pytest.approx(0.75 * one.parameters + 0.25 * other.parameters)
    assert mean.parameters.dtype == one.parameters.dtype
    assert average_networks([one], [5]).parameters == pytest.approx(one.parameters)
