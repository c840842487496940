"""The layout of matrices: panels of thirty-two columns, or one of sixteen."""

from __future__ import annotations

import pytest

from chainrule.kernels.panels import (
    PANEL,
    panel_count,
    panel_width,
    panelled_size,
    panels_of,
    stride_of,
    vectors_of,
)


@pytest.mark.parametrize(
    ("width", "count", "step"),
    [(1, 1, 16), (15, 1, 16), (16, 1, 16), (17, 1, 32), (32, 1, 32), (33, 2, 32), (64, 2, 32),
     (65, 3, 32), (784, 25, 32)],
)  # fmt: skip
def test_the_panels_of_a_width(width, count, step) -> None:
    assert (panel_count(width), panel_width(width)) == (count, step)
    assert (panels_of(width), stride_of(width)) == (count, step)
    assert panelled_size(7, width) == 7 * count * step


@pytest.mark.parametrize(
    ("width", "vectors"),
    [(1, [1]), (16, [1]), (17, [2]), (32, [2]), (33, [2, 1]), (48, [2, 1]), (49, [2, 2]),
     (80, [2, 2, 1])],
)  # fmt: skip
def test_the_vectors_of_each_panel(width, vectors) -> None:
    assert [vectors_of(width, panel) for panel in range(panel_count(width))] == vectors
    assert PANEL == 32
