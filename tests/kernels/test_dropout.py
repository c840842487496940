"""Dropout of one panel against the book's masks, and every hashed number of a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.engine.step_hyperparameters import step_hyperparameters
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.dropout import dropout_mask
from chainrule.equations.hashing import make_key
from chainrule.kernels.dropout import activate_rows
from chainrule.kernels.panels import PANEL
from chainrule.kernels.records import Batch, PanelRows
from chainrule.network.architecture import Architecture
from chainrule.network.kernel_workspace import allocate_buffers, kernel_layout
from chainrule.network.packed_parameters import PackedLayout
from chainrule.network.parameters import Layout
from chainrule.recipe import Recipe

KEY = make_key(3, "dropout", 8, 1)
ROWS = 21


def activated(
    width: int, share: float, ends: tuple[int, int], place: int = 0, dtype: str = "float64"
) -> tuple[Any, Any, Any]:
    """z, a and slopes of the last panel of a tanh layer, (rows, columns of the panel)."""
    architecture = Architecture.of([3, width, 2], ["tanh", "softmax"], dtype=dtype)
    table = PackedLayout(Layout(architecture))
    plan = kernel_layout(table, ROWS)
    buffers = allocate_buffers(plan, table)
    panel, step = (width - 1) // PANEL, 16 if width <= 16 else 32
    at = int(plan.matrix_starts[1]) + panel * plan.capacity * step
    sheets = [sheet[at : at + ROWS * step].reshape(ROWS, step) for sheet in
              (buffers.z, buffers.a, buffers.derivative)]  # fmt: skip
    z, a, slope = (sheet[:, : width - panel * PANEL] for sheet in sheets)
    z[...] = np.random.default_rng(1).normal(size=z.shape)
    course = step_hyperparameters(Recipe(), table.pack(table.layout.is_weight), (share, 0.0))
    keys = np.array([KEY, 0])
    batch = Batch(np.arange(ROWS), place, 64, keys, 0.1, 9, True)
    activate_rows(plan, buffers, course, PanelRows(0, panel, *ends), batch)
    return z, a, slope


@pytest.mark.parametrize("width", [1, 16, 17, 32, 33, 70])
@pytest.mark.parametrize(("share", "place"), [(0.0, 0), (0.5, 0), (0.3, 40), (0.999, 7)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_panel_is_masked_as_the_book_has_it(
    width: int, share: float, place: int, dtype: str
) -> None:
    z, a, slope = activated(width, share, (0, ROWS), place, dtype)
    m = dropout_mask(KEY, np.arange(place, place + ROWS), width, share, dtype)[
        :, width - z.shape[1] :
    ]
    tanh = ACTIVATIONS["tanh"].value(z)
    tolerance = 1e-6 if dtype == "float32" else 1e-14
    np.testing.assert_allclose(a, tanh * m, rtol=tolerance, atol=1e-30)
    np.testing.assert_allclose(slope, (1 - tanh**2) * m, rtol=100 * tolerance, atol=1e-30)
    np.testing.assert_array_equal(a == 0, m == 0)


def test_rows_outside_are_left_alone() -> None:
    _, a, slope = activated(20, 0.5, (4, 9))
    for sheet in (a, slope):
        assert not sheet[:4].any()
        assert not sheet[9:].any()
        assert sheet[4:9].any()


def test_some_rows_at_a_time_are_all_of_them_at_once() -> None:
    whole = activated(40, 0.4, (0, ROWS))[1]
    for first in range(0, ROWS, 5):
        ends = (first, min(first + 5, ROWS))
        np.testing.assert_array_equal(
            activated(40, 0.4, ends)[1][slice(*ends)], whole[slice(*ends)]
        )
