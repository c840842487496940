"""Where kernels find a network's tensors, and room for the numbers of one batch."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.kernels.activations import ACTIVATION_CODES
from chainrule.network.architecture import Architecture
from chainrule.network.kernel_workspace import allocate_buffers, kernel_layout
from chainrule.network.packed_parameters import PackedLayout
from chainrule.network.parameters import Layout


def table_of(layers: list[int], *, gains: bool = False, **more: object) -> PackedLayout:
    names = ["tanh"] * (len(layers) - 2) + ["relu"]
    return PackedLayout(Layout(Architecture.of(layers, names, **more), gains))


def test_a_plan_by_hand() -> None:
    table = table_of([2, 20, 3])
    plan = kernel_layout(table, 33)
    assert plan.widths.tolist() == [2, 20, 3]
    assert plan.capacity == 64
    # 64 rows of sixteen inputs, then of thirty-two neurons, then of sixteen.
    assert plan.matrix_starts.tolist() == [0, 1024, 3072]
    np.testing.assert_array_equal(plan.weight_starts, table.tops)
    np.testing.assert_array_equal(plan.bias_starts, table.biases)
    assert plan.activations.tolist() == [ACTIVATION_CODES["tanh"], ACTIVATION_CODES["relu"]]


@pytest.mark.parametrize(("rows", "capacity"), [(1, 32), (32, 32), (33, 64), (64, 64)])
def test_a_sheet_has_room_for_whole_panels_of_rows(rows, capacity) -> None:
    assert kernel_layout(table_of([2, 2]), rows).capacity == capacity


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_buffers(dtype) -> None:
    table = table_of([2, 20, 3], dtype=dtype)
    buffers = allocate_buffers(kernel_layout(table, 33), table, 3)
    for sheets in (
        buffers.z,
        buffers.a,
        buffers.derivative,
        buffers.delta,
        buffers.delta_transposed,
    ):
        assert (sheets.shape, sheets.dtype) == ((4096,), np.dtype(dtype))
    assert (buffers.gradient.shape, buffers.gradient.dtype) == ((table.size,), np.dtype(dtype))
    assert (len(buffers.output_rows), len(buffers.blocks), buffers.probes.shape) == (3, 3, (3,))
    assert (buffers.costs.dtype, buffers.correct.dtype) == (np.dtype("float64"), np.dtype("int64"))
    assert buffers.costs.shape == buffers.correct.shape == (64,)
    assert not any(np.asarray(buffer).any() for buffer in buffers)


def test_room_for_what_normalised_layers_keep() -> None:
    table = table_of([2, 20, 40, 3], gains=True)
    plan = kernel_layout(table, 33)
    assert plan.sum_starts.tolist() == [0, 32, 96]
    np.testing.assert_array_equal(plan.gain_starts, table.gains)
    buffers = allocate_buffers(plan, table)
    assert buffers.normalised.shape == buffers.z.shape
    assert buffers.norm_sums.shape == (3, 32 + 64 + 16)
    plain = table_of([2, 20, 40, 3])
    buffers = allocate_buffers(kernel_layout(plain, 33), plain)
    assert (buffers.normalised.size, buffers.norm_sums.shape) == (0, (3, 0))
    assert kernel_layout(plain, 33).gain_starts.tolist() == [-1, -1, -1]


def test_room_for_the_way_forward_only() -> None:
    table = table_of([2, 20, 3])
    buffers = allocate_buffers(kernel_layout(table, 33), table, backward=False)
    for unused in (buffers.derivative, buffers.delta, buffers.delta_transposed, buffers.gradient):
        assert unused.size == 0
    assert buffers.z.size == buffers.a.size == 4096
    assert len(buffers.output_rows) == 1
