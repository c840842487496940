"""What follows a step: rows of the length allowed, and the average."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.kernels.updates import average_segment, limit_panel
from chainrule.network.architecture import Architecture
from chainrule.network.kernel_workspace import kernel_layout
from chainrule.network.packed_parameters import PackedLayout
from chainrule.network.parameters import Layout

LONGEST = 1.5


@pytest.mark.parametrize("width", [1, 16, 17, 33, 70])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_rows_of_a_panel_are_limited(width: int, dtype: str) -> None:
    table = PackedLayout(Layout(Architecture.of([5, width, 2], dtype=dtype)))
    flat = np.random.default_rng(4).normal(size=table.layout.size).astype(dtype)
    theta, plan = table.pack(flat), kernel_layout(table, 1)
    for panel in range((width + 31) // 32):
        limit_panel(plan, theta, 0, panel, LONGEST)
    found = table.unpack(theta)
    before, after = (table.layout.weights(of) for of in (flat, found))
    lengths = np.linalg.norm(before[0].astype(float), axis=1)
    assert (lengths > LONGEST).any()
    wanted = before[0] * np.minimum(1, LONGEST / lengths)[:, None]
    np.testing.assert_allclose(after[0], wanted, rtol=1e-6 if dtype == "float32" else 1e-14)
    np.testing.assert_array_equal(after[0][lengths <= LONGEST], before[0][lengths <= LONGEST])
    np.testing.assert_array_equal(after[1], before[1])  # another layer
    biases = zip(table.layout.biases(flat), table.layout.biases(found), strict=True)
    for b, same in biases:
        assert b is not None
        assert same is not None
        np.testing.assert_array_equal(b, same)


def test_average_segment_by_hand() -> None:
    average, theta = np.array([1.0, -4.0]), np.array([3.0, 4.0])
    average_segment(average, theta, 0.25)
    assert average.tolist() == [1.5, -2]
    average_segment(average, theta, 1.0)
    assert average.tolist() == theta.tolist() == [3, 4]
