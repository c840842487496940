"""Batch normalisation of panels, forward and back, against the book."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from chainrule.equations.normalisation import (
    gain_gradient,
    normalisation_gradient,
    normalise,
    scale_and_shift,
)
from chainrule.kernels.batch_norm_tiles import (
    DELTA_SUM,
    GAIN_SUM,
    normalise_panel,
    pull_back_normalisation,
)
from chainrule.kernels.panels import PANEL
from chainrule.kernels.records import Buffers, KernelLayout
from chainrule.kernels.simd import LANES
from chainrule.network.architecture import Architecture
from chainrule.network.kernel_workspace import allocate_buffers, kernel_layout
from chainrule.network.packed_parameters import PackedLayout
from chainrule.network.parameters import Layout

CAPACITY = 64


class Layer(NamedTuple):
    """A normalised layer of a network, with its numbers in the kernels' places and in rows."""

    plan: KernelLayout
    buffers: Buffers
    theta: Any
    gain: Any
    b: Any
    u: Any


def layer_of(width: int, rows: int, dtype: str = "float64") -> Layer:
    chance = np.random.default_rng(width)
    architecture = Architecture.of([3, width, 2], ["tanh", "softmax"], dtype=dtype)
    layout = Layout(architecture, gains=True)
    table = PackedLayout(layout)
    flat = chance.normal(size=layout.size).astype(dtype)
    plan = kernel_layout(table, CAPACITY)
    buffers = allocate_buffers(plan, table)
    u = (5 * chance.normal(size=(rows, width)) + 2).astype(dtype)
    for row, (i, j) in zip(np.ndindex(u.shape), np.ndindex(u.shape), strict=True):
        buffers.z[place(plan, i, j)] = u[row]
    gain, b = layout.gains_of(flat)[0], layout.biases(flat)[0]
    return Layer(plan, buffers, table.pack(flat), gain, b, u)


def place(plan: KernelLayout, i: int, j: int) -> int:
    step = 16 if plan.widths[1] <= 16 else 32
    return int(plan.matrix_starts[1]) + (j // PANEL * plan.capacity + i) * step + j % PANEL


def rows_of(layer: Layer, sheet: Any) -> Any:
    found = np.empty_like(layer.u)
    for at in np.ndindex(found.shape):
        found[at] = sheet[place(layer.plan, *at)]
    return found


def forward(layer: Layer) -> None:
    for panel in range((layer.u.shape[1] + PANEL - 1) // PANEL):
        normalise_panel(layer.plan, layer.buffers, layer.theta, 0, panel, len(layer.u))


SHAPES = [(width, rows) for width in (1, 16, 17, 33, 70) for rows in (1, 2, 33, CAPACITY)]


@pytest.mark.parametrize(("width", "rows"), SHAPES)
def test_forward_is_the_books(width: int, rows: int) -> None:
    layer = layer_of(width, rows)
    forward(layer)
    normal = normalise(layer.u)
    z = scale_and_shift(normal, layer.gain, layer.b)
    for sheet, wanted in (
        (layer.buffers.normalised, normal.values),
        (layer.buffers.z, z),
    ):
        np.testing.assert_allclose(rows_of(layer, sheet), wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("width", "rows"), SHAPES)
def test_back_is_the_books(width: int, rows: int) -> None:
    layer = layer_of(width, rows)
    forward(layer)
    delta = np.random.default_rng(rows).normal(size=(rows, width))
    for at in np.ndindex(delta.shape):
        layer.buffers.delta[place(layer.plan, *at)] = delta[at]
    for task in range((width + LANES - 1) // LANES):
        pull_back_normalisation(layer.plan, layer.buffers, layer.theta, 0, task, rows)
    normal = normalise(layer.u)
    du = normalisation_gradient(normal, layer.gain, delta)
    np.testing.assert_allclose(rows_of(layer, layer.buffers.delta), du, rtol=1e-9, atol=1e-10)
    sums = layer.buffers.norm_sums[:, layer.plan.sum_starts[0] : layer.plan.sum_starts[0] + width]
    np.testing.assert_allclose(sums[DELTA_SUM], delta.sum(axis=0), rtol=1e-12, atol=1e-12)
    turned = gain_gradient(normal, delta)
    np.testing.assert_allclose(sums[GAIN_SUM], turned, rtol=1e-10, atol=1e-12)


def test_what_pads_a_panel_stays_0() -> None:
    """Its gains and biases are 0, and so are its weighted sums."""
    layer = layer_of(20, 9)
    forward(layer)
    for sheet in (layer.buffers.z, layer.buffers.normalised):
        step = int(layer.plan.matrix_starts[1])
        padded = sheet[step : step + 9 * 32].reshape(9, 32)[:, 20:]
        assert not padded.any()


def test_float32_is_as_good_as_it_can_be() -> None:
    layer = layer_of(17, 64, "float32")
    forward(layer)
    wanted = normalise(layer.u.astype(np.float64)).values
    np.testing.assert_allclose(rows_of(layer, layer.buffers.normalised), wanted, atol=3e-6)
