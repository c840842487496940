import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.batch_order import batch_bounds, epoch_order


@given(st.integers(1, 300), st.integers(1, 80))
def test_batches_cover_every_row_once_and_in_order(n, batch_size):
    bounds = batch_bounds(n, batch_size)
    assert [row for first, last in bounds for row in range(first, last)] == list(range(n))
    assert all(last - first == batch_size for first, last in bounds[:-1])
    assert 1 <= bounds[-1][1] - bounds[-1][0] <= batch_size


@pytest.mark.parametrize(
    ("n", "batch_size", "expected"),
    [
        (6, 3, [(0, 3), (3, 6)]),
        (7, 3, [(0, 3), (3, 6), (6, 7)]),
        (2, 5, [(0, 2)]),
        (0, 5, []),
    ],
)
def test_the_last_batch_may_be_smaller(n, batch_size, expected):
    assert batch_bounds(n, batch_size) == expected


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6), st.integers(1, 200))
def test_an_order_takes_every_example_once(seed, epoch, n):
    order = epoch_order(seed, epoch, n)
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(n))


def test_the_order_of_a_seed_and_epoch_never_changes():
    assert epoch_order(0, 0, 10).tolist() == [8, 3, 9, 0, 6, 2, 1, 5, 4, 7]


def test_seeds_and_epochs_have_orders_of_their_own():
    orders = {tuple(epoch_order(seed, epoch, 50)) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


def test_every_place_is_equally_likely():
    # 4,000 epochs of 4 examples: each of 16 cells holds 1,000 on average, 27 is one deviation.
    counts = np.zeros((4, 4))
    for epoch in range(4000):
        counts[np.arange(4), epoch_order(1, epoch, 4)] += 1
    assert abs(counts - 1000).max() < 5 * 27
