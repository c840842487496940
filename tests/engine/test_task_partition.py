"""The tasks of a step: together all parameters, each once, whatever the number of threads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.engine.example_storage import kernel_examples
from chainrule.engine.kernel_selection import KernelSelection, partition_tasks
from chainrule.kernels.gradient_tiles import COLUMN_PANELS
from chainrule.kernels.panels import panel_count
from chainrule.kernels.records import TaskPartition
from chainrule.network.kernel_workspace import kernel_layout
from chainrule.network.packed_parameters import PackedLayout
from chainrule.network.parameters import Layout


def pieces_of(
    layers: list[int], *, sparse: bool = False, by_column: bool = False, rows: int = 8
) -> TaskPartition:
    network = cr.Network.create(layers)
    inputs = np.ones((9, layers[0]), np.float32)
    if sparse:
        inputs[:, 1:] = 0
        inputs[0] = 1
    examples = kernel_examples(
        cr.Dataset(inputs, np.zeros((9, layers[-1]))), network.architecture, None
    )
    plan = kernel_layout(PackedLayout(Layout(network.architecture)), rows)
    return partition_tasks(plan, examples, KernelSelection(False, by_column, 2), "float32")


def test_dense_tasks_are_panels_of_128_inputs() -> None:
    found = pieces_of([300, 33, 20])
    assert found.tasks.tolist() == [
        [0, 0, 0, 128], [0, 0, 128, 256], [0, 0, 256, 300],
        [0, 1, 0, 128], [0, 1, 128, 256], [0, 1, 256, 300],
        [1, 0, 0, 33],
    ]  # fmt: skip
    assert found.sums.shape == (7, 2)
    assert (found.by_column, found.column_rows.size) == (False, 0)


def test_sparse_tasks_by_row_are_whole_panels() -> None:
    found = pieces_of([300, 33, 20], sparse=True)
    assert found.tasks.tolist() == [[0, 0, 0, 300], [0, 1, 0, 300], [1, 0, 0, 33]]
    assert not found.by_column


def test_sparse_tasks_by_column_are_groups_of_panels() -> None:
    found = pieces_of([200, 150, 20], sparse=True, by_column=True)
    inputs = ([0, 128], [128, 200])
    of_the_first = [[0, panel, *ends] for panel in range(0, 5, COLUMN_PANELS) for ends in inputs]
    assert found.tasks.tolist() == [*of_the_first, [1, 0, 0, 128], [1, 0, 128, 150]]
    assert found.by_column
    assert (found.column_starts.shape, found.column_starts.dtype) == ((201,), np.dtype("int64"))
    assert (found.column_rows.dtype, found.column_values.dtype) == (
        np.dtype("int32"),
        np.dtype("float32"),
    )


@pytest.mark.parametrize(("rows", "most"), [(1, 300 + 8), (8, 300 + 8)])
def test_room_for_the_non_zeros_of_any_batch(rows, most) -> None:
    """The first example has 300 of them, the other eight have one each."""
    found = pieces_of([300, 33], sparse=True, by_column=True, rows=rows)
    assert found.column_rows.size == found.column_values.size == most


def test_dense_examples_never_go_by_column() -> None:
    assert not pieces_of([300, 150], by_column=True).by_column


@given(
    st.lists(st.integers(1, 300), min_size=2, max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_every_weight_is_in_one_task(layers, sparse, by_column) -> None:
    found = pieces_of(layers, sparse=sparse, by_column=by_column)
    times = [np.zeros((panel_count(outs), ins)) for ins, outs in itertools.pairwise(layers)]
    for layer, panel, first, after in found.tasks:
        panels = COLUMN_PANELS if found.by_column and layer == 0 else 1
        assert first < after
        times[layer][panel : panel + panels, first:after] += 1
    assert all((one == 1).all() for one in times)
