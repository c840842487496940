import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.dataset import Dataset
from chainrule.data.splitting import split
from chainrule.errors import DataError, InputError


def _classes(labels):
    return Dataset(np.arange(len(labels), dtype=float)[:, None], np.array(labels))


def _rows(dataset):
    return dataset.inputs[:, 0].astype(int).tolist()


@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=120),
    st.floats(0.01, 0.99),
    st.integers(0, 2**63 - 1),
)
def test_both_parts_together_are_the_whole_and_each_class_is_on_both_sides(labels, fraction, seed):
    whole = _classes(labels)
    sizes = np.bincount(labels)
    if sizes.max() < 2:
        return
    rest, held = split(whole, fraction, seed)
    assert sorted(_rows(rest) + _rows(held)) == list(range(len(labels)))
    assert _rows(rest) == sorted(_rows(rest))
    assert _rows(held) == sorted(_rows(held))
    for label, size in enumerate(sizes):
        there = int((held.targets == label).sum())
        assert there == 0 if size < 2 else 1 <= there < size
        assert size < 2 or abs(there - size * fraction) <= 1


def test_the_parts_have_the_sizes_that_the_fraction_asks_for():
    labels = [0] * 333 + [1] * 333 + [2] * 334
    rest, held = split(_classes(labels), 0.1, seed=3)
    assert (len(rest), len(held)) == (900, 100)
    assert np.bincount(held.targets).tolist() == [33, 33, 34]


def test_number_targets_are_split_without_classes():
    whole = Dataset(np.arange(10.0)[:, None], np.linspace(0, 1, 10))
    rest, held = split(whole, 0.3, seed=0)
    assert (len(rest), len(held)) == (7, 3)
    np.testing.assert_array_equal(held.targets[:, 0], np.linspace(0, 1, 10)[_rows(held)])


def test_targets_and_weights_stay_with_their_rows():
    labels = np.arange(40) % 4
    whole = Dataset(np.arange(40.0)[:, None], labels, sample_weights=np.arange(40.0))
    for part in split(whole, 0.25, seed=9):
        np.testing.assert_array_equal(part.targets, labels[_rows(part)])
        np.testing.assert_array_equal(part.sample_weights, _rows(part))


def test_seed_and_purpose_choose_the_rows_and_nothing_else_does():
    whole = _classes([0, 1] * 50)
    held = lambda *given: _rows(split(whole, 0.2, *given)[1])  # noqa: E731
    assert held(1, "validation") == held(1, "validation")
    assert held(1, "validation") != held(2, "validation")
    assert held(1, "validation") != held(1, "test")


def test_class_names_that_a_part_lacks_are_kept():
    whole = Dataset(np.zeros((5, 1)), np.array([0, 0, 0, 0, 1]), class_names=("a", "b"))
    rest, held = split(whole, 0.5, seed=0)
    assert held.targets.tolist() == [0, 0]
    assert rest.class_names == held.class_names == ("a", "b")


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan"), "half", None])
def test_a_fraction_that_is_none_is_refused(fraction):
    with pytest.raises(InputError) as refused:
        split(_classes([0, 0]), fraction, seed=0)
    kind = type(fraction).__name__
    assert str(refused.value) == (
        f"split: expected fraction to be a number above 0 and below 1, got {fraction!r} ({kind}). "
        "fraction: fraction to hold out."
    )


def test_too_little_to_split_is_refused():
    with pytest.raises(DataError) as refused:
        split(_classes([0, 1, 2]), 0.5, seed=0)
    assert str(refused.value) == (
        "split: expected at least two examples of one class, got 3 in all. "
        "No examples would be left for training."
    )
    with pytest.raises(DataError) as refused:
        split(Dataset(np.zeros((1, 1)), np.array([0.5])), 0.5, seed=0)
    assert str(refused.value) == (
        "split: expected at least two examples, got 1 in all. No examples would be left for "
        "training."
    )
