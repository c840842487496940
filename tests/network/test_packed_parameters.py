"""Parameters as kernels hold them: every number has one place, and what pads them is 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.kernels.panels import PANEL
from chainrule.network.architecture import Architecture
from chainrule.network.packed_parameters import PackedLayout
from chainrule.network.parameters import Layout

widths = st.lists(st.integers(1, 70), min_size=2, max_size=4)


def table_of(layers: list[int], *, gains: bool = False, **more: object) -> PackedLayout:
    return PackedLayout(Layout(Architecture.of(layers, **more), gains))


def place(table: PackedLayout, layer: int, j: int, k: int) -> int:
    """Where the weight to neuron j from input k lies, by the layout's own words."""
    ins, outs = table.widths[layer], table.widths[layer + 1]
    step = 16 if outs <= 16 else 32
    return int(table.tops[layer]) + (j // 32 * ins + k) * step + j % 32


def test_a_narrow_network_by_hand() -> None:
    table = table_of([2, 3, 1])
    flat = np.arange(1.0, 14.0)  # W[1] is 1 to 6, b[1] 7 to 9, W[2] 10 to 12, b[2] 13
    assert (table.tops.tolist(), table.biases.tolist(), table.size) == ([0, 32], [80, 96], 112)
    wanted = np.zeros(112)
    wanted[0:3], wanted[16:19] = [1, 3, 5], [2, 4, 6]
    wanted[[32, 48, 64]] = [10, 11, 12]
    wanted[80:83], wanted[96] = [7, 8, 9], 13
    np.testing.assert_array_equal(table.pack(flat), wanted)


def test_without_biases() -> None:
    table = table_of([2, 3, 1], biases=False)
    assert (table.biases.tolist(), table.size) == ([-1, -1], 80)
    np.testing.assert_array_equal(table.unpack(table.pack(np.arange(9.0))), np.arange(9.0))


def test_gains_follow_the_biases() -> None:
    table = table_of([2, 3, 20, 1], gains=True)
    # Weights of 32, 96 and 320 numbers, biases of 16, 32 and 16, gains of 16 and 32.
    assert table.tops.tolist() == [0, 32, 128]
    assert table.biases.tolist() == [448, 464, 496]
    assert table.gains.tolist() == [512, 528, -1]
    assert table.size == 560
    flat = np.arange(1.0, table.layout.size + 1)
    filled, gains = table.pack(flat), table.layout.gains_of(flat)
    assert gains[0] is not None
    assert gains[1] is not None
    assert filled[512:515].tolist() == gains[0].tolist()
    assert filled[528:548].tolist() == gains[1].tolist()
    assert not filled[515:528].any()
    assert not filled[548:].any()


def test_there_are_no_gains_without_normalisation_or_hidden_layers() -> None:
    assert table_of([2, 3, 1]).gains.tolist() == [-1, -1]
    single = table_of([2, 3], gains=True)
    assert (single.gains.tolist(), single.size) == ([-1], table_of([2, 3]).size)


@pytest.mark.parametrize(
    ("width", "panels", "step"), [(1, 1, 16), (16, 1, 16), (17, 1, 32), (32, 1, 32), (33, 2, 32)]
)
def test_the_panels_of_a_layer(width, panels, step) -> None:
    table = table_of([5, width])
    assert (table.tops.tolist(), table.biases.tolist()) == ([0], [5 * panels * step])
    assert table.size == 6 * panels * step


@given(widths, st.booleans(), st.booleans(), st.sampled_from(["float32", "float64"]))
def test_what_is_filled_in_is_emptied_out(layers, biases, gains, dtype) -> None:
    table = table_of(layers, biases=biases, gains=gains, dtype=dtype)
    flat = np.arange(1, table.layout.size + 1).astype(dtype)
    filled = table.pack(flat)
    assert (filled.shape, filled.dtype) == ((table.size,), np.dtype(dtype))
    np.testing.assert_array_equal(table.unpack(filled), flat)
    # Each number lies there once, and all else is padding.
    np.testing.assert_array_equal(np.sort(filled[filled != 0]), flat)


@given(widths)
def test_each_number_lies_where_kernels_look_for_it(layers) -> None:
    table = table_of(layers)
    flat = np.arange(1.0, table.layout.size + 1)
    filled = table.pack(flat)
    pairs = zip(table.layout.weights(flat), table.layout.biases(flat), strict=True)
    for layer, (W, b) in enumerate(pairs):
        outs, ins = W.shape
        for j in {0, outs // 2, outs - 1}:
            for k in {0, ins // 2, ins - 1}:
                assert filled[place(table, layer, j, k)] == W[j, k]
            at = int(table.biases[layer]) + j // PANEL * PANEL + j % PANEL
            assert filled[at] == b[j]


def test_neither_shares_memory_with_what_it_was_made_of() -> None:
    table = table_of([2, 2])
    flat = np.ones(6)
    filled = table.pack(flat)
    emptied = table.unpack(filled)
    filled[:] = 7
    assert (flat == 1).all()
    assert (emptied == 1).all()
