import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from chainrule.data.dataset import Dataset
from chainrule.data.scaling import SCALINGS, Scaling
from chainrule.errors import DataError, ShapeError, UnknownNameError


def _set(inputs, **fields):
    return Dataset(np.asarray(inputs), np.zeros(len(inputs), int), **fields)


def test_standard_by_hand():
    # Mean 3, deviation sqrt((4 + 0 + 4) / 3).
    train = _set([[1.0, 5.0], [3.0, 5.0], [5.0, 5.0]])
    scaling = Scaling.fit(train)
    scaled = scaling.apply(train).inputs
    np.testing.assert_allclose(scaled[:, 0], np.array([-2, 0, 2]) / np.sqrt(8 / 3), rtol=1e-15)
    assert scaled[:, 1].tolist() == [0, 0, 0]
    assert scaling.shift.tolist() == [3, 5]


def test_range_by_hand():
    scaled = Scaling.fit(_set([[2.0], [6.0], [3.0]]), "range").apply(_set([[2.0], [6.0], [8.0]]))
    assert scaled.inputs.tolist() == [[0], [1], [1.5]]


def test_bytes_are_seen_as_the_network_sees_them():
    train = _set(np.array([[0, 10], [255, 10]], np.uint8), scale=1 / 255)
    scaling = Scaling.fit(train, "range")
    np.testing.assert_allclose(scaling.shift, [0, 10 / 255])
    np.testing.assert_allclose(scaling.factor, [1, 1])
    scaled = scaling.apply(train)
    assert (scaled.inputs.dtype, scaled.scale) == (np.float32, 1.0)
    assert scaled.inputs.tolist() == [[0, 0], [1, 0]]


def test_the_numbers_come_from_the_training_part_alone():
    scaling = Scaling.fit(_set([[0.0], [2.0]]))
    assert scaling.apply(_set([[11.0]])).inputs.tolist() == [[10.0]]


def test_a_constant_feature_keeps_its_distance():
    assert Scaling.fit(_set([[0.1], [0.1], [0.1]])).apply(_set([[0.6]])).inputs.tolist() == [[0.5]]


def test_everything_but_the_inputs_is_kept():
    train = Dataset(np.eye(3), np.array([0, 1, 1]), class_names=("a", "b"), name="n", source="s")
    scaled = Scaling.fit(train).apply(train)
    assert (scaled.class_names, scaled.name, scaled.source) == (("a", "b"), "n", "s")
    assert scaled.targets.tolist() == [0, 1, 1]


def test_many_rows_agree_with_numpy():
    inputs = np.random.default_rng(0).normal(1e6, 3, (10_000, 4))
    scaled = Scaling.fit(_set(inputs)).apply(_set(inputs)).inputs
    expected = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    np.testing.assert_allclose(scaled, expected, atol=1e-8)


@given(npst.arrays(np.float64, (5, 2), elements=st.floats(-1e307, 1e307)))
@settings(max_examples=200)
def test_any_finite_numbers_can_be_scaled(inputs):
    train = _set(inputs)
    for kind in SCALINGS:
        scaled = Scaling.fit(train, kind).apply(train).inputs
        low, high = (0, 1) if kind == "range" else (-3, 3)
        assert scaled.min() >= low - 1e-9
        assert scaled.max() <= high + 1e-9


def test_wrong_shapes_and_names_are_refused():
    scaling = Scaling.fit(_set([[0.0, 1.0], [2.0, 3.0]]))
    with pytest.raises(ShapeError) as refused:
        scaling.apply(_set([[0.0]]))
    assert str(refused.value) == (
        "Scaling.apply: expected a data set of 2 features, got 1. "
        "The scaling was fitted to data of another shape."
    )
    with pytest.raises(UnknownNameError) as unknown:
        Scaling.fit(_set([[0.0]]), "standart")
    assert str(unknown.value) == (
        "Scaling.fit: expected a scaling, got 'standart' (str). Did you mean 'standard'? "
        "Valid names: range, standard."
    )


def test_a_value_that_grows_beyond_all_numbers_is_refused():
    scaling = Scaling.fit(_set([[0.0], [1e-200]]))
    with pytest.raises(DataError) as refused:
        scaling.apply(_set([[1.0], [1e200]]))
    assert str(refused.value) == (
        "Dataset: expected inputs to be finite, got inf at (1, 0). "
        "Remove or fill the missing values."
    )
