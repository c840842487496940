"""Which kernels compute, and by how many threads."""

from __future__ import annotations

import pytest

from chainrule.engine.kernel_selection import (
    BY_COLUMN_WIDTH,
    LOOPS_BATCH,
    THREAD_WORK,
    KernelSelection,
    select_kernels,
)
from chainrule.network.architecture import Architecture

NARROW = Architecture.of([784, 32, 16, 10])
WIDE = Architecture.of([200, 200])  # 40,000 multiplications an example
ENOUGH = THREAD_WORK // 40_000
"""Examples of the wide one that give a thread enough to do."""


def test_the_rules_figures_leave_room_on_both_sides() -> None:
    assert 1 <= LOOPS_BATCH < ENOUGH
    assert 16 < BY_COLUMN_WIDTH < 1000
    assert THREAD_WORK == ENOUGH * 40_000


@pytest.mark.parametrize(
    ("batch", "loops"),
    [(1, True), (LOOPS_BATCH, True), (LOOPS_BATCH + 1, False), (10_000, False)],
)
def test_the_smallest_batches_go_by_loops(batch, loops) -> None:
    assert select_kernels(NARROW, batch).loops is loops


def test_a_softmax_below_the_last_layer_goes_by_loops() -> None:
    within = Architecture.of([4, 3, 2], ["softmax", "sigmoid"])
    assert select_kernels(within, 100).loops is True
    at_the_end = Architecture.of([4, 3, 2], ["sigmoid", "softmax"])
    assert select_kernels(at_the_end, 100).loops is False


@pytest.mark.parametrize(
    ("width", "by_column"), [(1, False), (BY_COLUMN_WIDTH - 1, False), (BY_COLUMN_WIDTH, True)]
)
def test_a_wide_first_layer_goes_by_column(width, by_column) -> None:
    architecture = Architecture.of([9, width, BY_COLUMN_WIDTH + 1])
    assert select_kernels(architecture, 10).by_column is by_column


@pytest.mark.parametrize(
    ("batch", "threads", "useful"),
    [
        (LOOPS_BATCH + 1, 8, 1),
        (2 * ENOUGH - 1, 8, 1),
        (2 * ENOUGH, 8, 2),
        (3 * ENOUGH - 1, 8, 2),
        (3 * ENOUGH, 8, 3),
        (8 * ENOUGH, 8, 8),
        (10_000, 8, 8),
        (8 * ENOUGH, 1, 1),
    ],
)
def test_each_thread_has_enough_to_do(batch, threads, useful) -> None:
    assert select_kernels(WIDE, batch, threads).threads == useful


def test_loops_go_by_one_thread() -> None:
    huge = Architecture.of([100_000, 1000])
    alone = KernelSelection(loops=True, by_column=True, threads=1)
    assert select_kernels(huge, LOOPS_BATCH, 8) == alone
    assert select_kernels(huge, LOOPS_BATCH + 1, 8) == KernelSelection(
        loops=False, by_column=True, threads=8
    )


def test_as_many_threads_as_there_are_processors_or_the_variable_says(monkeypatch) -> None:
    monkeypatch.setenv("CHAINRULE_THREADS", "5")
    assert select_kernels(WIDE, 100).threads == 5
    assert select_kernels(WIDE, 100, 2).threads == 2


def test_the_kernels_do_not_depend_on_the_threads() -> None:
    for threads in (1, 2, 64):
        found = select_kernels(WIDE, 100, threads)
        assert (found.loops, found.by_column) == (False, True)
