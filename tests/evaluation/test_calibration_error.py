from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.evaluation.calibration_error import BINS, CalibrationBin, calibration
from chainrule.evaluation.wilson import wilson_interval


def test_four_bins_by_hand() -> None:
    confidence = np.array([0.1, 0.6, 0.7, 0.9, 1.0])
    correct = np.array([False, True, False, True, True])
    found = calibration(confidence, correct, np.array([2.0, 0.5, 1.0, 0.5, 0.0]), bins=4)
    assert [b.count for b in found.bins] == [1, 0, 2, 2]
    assert [b.correct for b in found.bins] == [0, 0, 1, 2]
    assert found.bins[0] == CalibrationBin(0.0, 0.25, 1, 0, 0.1, 0.0, wilson_interval(0, 1))
    assert found.bins[1] == CalibrationBin(0.25, 0.5, 0, 0, None, None, None)
    assert found.bins[2].confidence == pytest.approx(0.65)
    assert found.bins[3].confidence == pytest.approx(0.95)
    # gaps 0.1, 0.15 and 0.05, weighted 1, 2, 2
    assert found.expected_error == pytest.approx((0.1 + 2 * 0.15 + 2 * 0.05) / 5)
    assert found.greatest_error == pytest.approx(0.15)
    assert found.mean_confidence == pytest.approx(3.3 / 5)
    assert found.brier == pytest.approx(0.8)


def test_an_edge_belongs_to_the_bin_above_and_1_to_the_last() -> None:
    for k in range(10):
        one = np.array([k / 10])
        counts = [b.count for b in calibration(one, one > 2, one, bins=10).bins]
        assert counts.index(1) == k
    one = np.array([1.0])
    assert calibration(one, one > 0, one, bins=10).bins[-1].count == 1


def test_a_network_as_good_as_it_says_has_no_error() -> None:
    confidence, correct = np.full(4, 0.75), np.array([True, True, True, False])
    found = calibration(confidence, correct, np.zeros(4))
    assert found.expected_error == 0
    assert len(found.bins) == BINS


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80))
def test_every_example_lies_in_the_one_bin_around_it(rows: list[tuple[float, bool]]) -> None:
    confidence = np.array([c for c, _ in rows])
    correct = np.array([right for _, right in rows])
    found = calibration(confidence, correct, np.zeros(len(rows)), bins=7)
    for k, b in enumerate(found.bins):
        inside = [r for c, r in rows if b.low <= c and (c < b.high or k == 6)]
        assert (b.count, b.correct) == (len(inside), sum(inside))
    assert 0 <= found.expected_error <= found.greatest_error + 1e-12 <= 1 + 1e-12
