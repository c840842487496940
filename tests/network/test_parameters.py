"""One flat buffer with a view for each tensor, and how it is drawn and checked."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import numpy as np
import pytest

from chainrule.errors import DataError, ShapeError
from chainrule.network.architecture import Architecture
from chainrule.network.parameters import (
    Layout,
    check_parameters,
    draw_parameters,
    flatten,
    tensor_digests,
)

THREE_TO_FOUR = Architecture.of([3, 4])
THREE = Architecture.of([3, 2, 4], "tanh")


def layout(**more: Any) -> Layout:
    return Layout(Architecture.of([3, 2, 4], "tanh", **more))


def test_the_order_of_the_tensors() -> None:
    found = [(s.name, s.start, s.stop, s.shape, s.layer) for s in layout().slots]
    assert found == [
        ("W[1]", 0, 6, (2, 3), 1),
        ("b[1]", 6, 8, (2,), 1),
        ("W[2]", 8, 16, (4, 2), 2),
        ("b[2]", 16, 20, (4,), 2),
    ]
    assert layout().size == 20


def test_the_order_without_biases() -> None:
    found = [(s.name, s.start, s.shape) for s in layout(biases=False).slots]
    assert found == [("W[1]", 0, (2, 3)), ("W[2]", 6, (4, 2))]
    assert layout(biases=False).size == 14
    assert layout(biases=False).biases(np.arange(14.0)) == [None, None]


def test_the_order_with_gains_of_hidden_layers() -> None:
    normal = Layout(Architecture.of([3, 2, 2, 4], "tanh"), gains=True)
    found = [(s.name, s.start, s.shape, s.layer) for s in normal.slots]
    assert found == [
        ("W[1]", 0, (2, 3), 1),
        ("b[1]", 6, (2,), 1),
        ("gain[1]", 8, (2,), 1),
        ("W[2]", 10, (2, 2), 2),
        ("b[2]", 14, (2,), 2),
        ("gain[2]", 16, (2,), 2),
        ("W[3]", 18, (4, 2), 3),
        ("b[3]", 26, (4,), 3),
    ]
    flat = np.arange(30.0)
    gains = normal.gains_of(flat)
    assert [None if g is None else g.tolist() for g in gains] == [[8, 9], [16, 17], None]
    assert [b.tolist() for b in normal.biases(flat) if b is not None][:2] == [[6, 7], [14, 15]]
    assert np.flatnonzero(normal.is_weight).tolist() == [*range(6), *range(10, 14), *range(18, 26)]
    assert flatten(normal.weights(flat), normal.biases(flat), gains).tolist() == flat.tolist()
    plain = flatten(normal.weights(flat), normal.biases(flat))
    assert plain.tolist() == [*range(8), *range(10, 16), *range(18, 30)]


def test_a_layout_without_gains_has_none_of_any_layer() -> None:
    assert layout().gains_of(np.arange(20.0)) == [None, None]
    assert Layout(Architecture.of([3, 4]), gains=True).gains_of(np.arange(16.0)) == [None]
    assert Layout(Architecture.of([3, 4]), gains=True).slots == Layout(THREE_TO_FOUR).slots


def test_layers_from_ten_on_have_their_number() -> None:
    deep = Layout(Architecture.of([1] * 13))
    assert [s.layer for s in deep.slots[::2]] == list(range(1, 13))
    assert deep.slots[-1].name == "b[12]"


def test_views_share_the_buffer() -> None:
    flat = np.arange(20.0)
    weights, biases = layout().weights(flat), layout().biases(flat)
    assert weights[0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert weights[1].tolist() == [[8, 9], [10, 11], [12, 13], [14, 15]]
    assert [b.tolist() for b in biases if b is not None] == [[6, 7], [16, 17, 18, 19]]
    weights[1][2, 1] = -1
    assert flat[13] == -1
    flat[6] = 99
    assert biases[0] is not None
    assert biases[0][0] == 99


def test_flatten_undoes_the_views() -> None:
    for which in (layout(), layout(biases=False)):
        flat = np.arange(float(which.size))
        again = flatten(which.weights(flat), which.biases(flat))
        assert again.tolist() == flat.tolist()
        assert not np.shares_memory(again, flat)


def test_the_mask_of_weights() -> None:
    mask = layout().is_weight
    assert mask.tolist() == [1] * 6 + [0] * 2 + [1] * 8 + [0] * 4
    assert mask.dtype == np.float32
    assert layout(biases=False).is_weight.tolist() == [1] * 14


def test_the_digest_of_each_tensor() -> None:
    flat = np.arange(20, dtype=np.float32)
    digests = tensor_digests(layout(), flat)
    assert list(digests) == ["W[1]", "b[1]", "W[2]", "b[2]"]
    assert digests["b[1]"] == hashlib.sha256(np.array([6, 7], np.float32).tobytes()).hexdigest()
    flat[7] = np.nextafter(flat[7], np.float32(8))
    changed = tensor_digests(layout(), flat)
    assert [name for name in digests if digests[name] != changed[name]] == ["b[1]"]


def test_the_same_seed_draws_the_same_bits() -> None:
    first = draw_parameters(THREE, 7)
    assert first.tobytes() == draw_parameters(THREE, 7).tobytes()
    assert first.tobytes() != draw_parameters(THREE, 8).tobytes()
    assert first.dtype == np.float32


def test_the_draw_of_a_seed_is_settled_for_ever() -> None:
    """Any change of the generator, its purposes or its order would break old recipes."""
    drawn = draw_parameters(Architecture.of([2, 2], "identity", dtype="float64"), 0)
    r = (6 / 4) ** 0.5
    words = np.random.SeedSequence([0, zlib.crc32(b"weights"), 1])
    assert drawn[4:].tolist() == [0, 0]
    expected = np.random.Generator(np.random.Philox(words)).uniform(-r, r, (2, 2))
    assert drawn[:4].tolist() == expected.ravel().tolist()


def test_float64_draws_the_same_numbers_unrounded() -> None:
    double = draw_parameters(Architecture.of([3, 2, 4], "tanh", dtype="float64"), 7)
    assert double.dtype == np.float64
    assert double.astype(np.float32).tobytes() == draw_parameters(THREE, 7).tobytes()


def test_one_layers_width_does_not_change_another_layers_numbers() -> None:
    def drawn(*widths: int) -> list[np.ndarray]:
        described = Architecture.of(list(widths), "tanh", initialiser="normal")
        return Layout(described).weights(draw_parameters(described, 5))

    narrow, wide = drawn(3, 2, 4, 2), drawn(3, 2, 9, 2)
    assert narrow[0].tolist() == wide[0].tolist()
    # The same stream fills more rows of layer 2, and layer 3 has a stream of its own.
    assert narrow[1].tolist() == wide[1][:4].tolist()
    assert narrow[2].ravel().tolist() == wide[2].ravel()[:8].tolist()


def test_layers_and_biases_have_streams_of_their_own() -> None:
    described = Architecture.of(
        [4, 4, 4], "tanh", initialiser="normal", bias_initialiser="normal", dtype="float64"
    )
    flat = draw_parameters(described, 0)
    assert len(set(flat.tolist())) == flat.size


@pytest.mark.parametrize(
    ("initialiser", "fan_in", "fan_out", "deviation"),
    [
        ("lecun", 400, 300, 1 / 20),
        ("he", 400, 300, (2 / 400) ** 0.5),
        ("glorot", 400, 200, (2 / 600) ** 0.5),
        ("normal", 400, 300, 3.0),
        ("uniform", 400, 300, 0.5 / 12**0.5),
    ],
)
def test_the_spread_of_the_weights(
    initialiser: str, fan_in: int, fan_out: int, deviation: float
) -> None:
    described = Architecture.of(
        [fan_in, fan_out],
        initialiser=initialiser,
        initialiser_low=-0.25,
        initialiser_high=0.25,
        initialiser_deviation=3,
        biases=False,
        dtype="float64",
    )
    flat = draw_parameters(described, 1)
    assert flat.std() == pytest.approx(deviation, rel=0.01)
    assert abs(flat.mean()) < 5 * deviation / flat.size**0.5


def test_zeros() -> None:
    assert not draw_parameters(Architecture.of([4, 3], initialiser="zeros"), 1).any()


def test_biases_are_drawn_as_asked() -> None:
    described = Architecture.of(
        [3, 200],
        bias_initialiser="uniform",
        initialiser="zeros",
        initialiser_low=2,
        initialiser_high=3,
    )
    flat = draw_parameters(described, 1)
    assert not flat[:600].any()
    assert 2 <= flat[600:].min() < 2.1
    assert 2.9 < flat[600:].max() <= 3


def test_a_bias_is_drawn_as_a_weight_from_a_neuron_that_is_always_1() -> None:
    described = Architecture.of([9, 50, 3], bias_initialiser="lecun", dtype="float64")
    drawn = Layout(described).biases(draw_parameters(described, 7))[1]
    words = np.random.SeedSequence([7, zlib.crc32(b"biases"), 2])
    expected = np.random.Generator(np.random.Philox(words)).standard_normal((3, 50)) / 50**0.5
    assert drawn is not None
    assert drawn.tolist() == expected[:, 0].tolist()


def test_the_widest_limits_draw_finite_numbers() -> None:
    for initialiser in ("uniform", "normal"):
        described = Architecture.of(
            [30, 30],
            initialiser=initialiser,
            initialiser_low=-1e30,
            initialiser_high=1e30,
            initialiser_deviation=1e30,
        )
        assert np.isfinite(draw_parameters(described, 0)).all()


def test_checked_parameters_are_a_copy_that_nobody_can_write() -> None:
    given = np.arange(20.0)
    flat = check_parameters(layout(), given, "Network")
    assert flat.dtype == np.float32
    given[0] = 5
    assert flat[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        flat[0] = 1


@pytest.mark.parametrize(
    ("given", "got"),
    [
        (np.zeros(19), "an array of shape (19,) (float32)"),
        (np.zeros((4, 5)), "an array of shape (4, 5) (float32)"),
        (1.0, "array(1., dtype=float32) (ndarray)"),
    ],
)
def test_parameters_of_another_shape(given: object, got: str) -> None:
    with pytest.raises(ShapeError) as caught:
        check_parameters(layout(), given, "Network")
    assert str(caught.value) == f"Network: expected 20parameters in one row, got {got}."


@pytest.mark.parametrize(
    ("place", "value", "got"),
    [
        (0, np.nan, "nan in W[1]"),
        (5, np.inf, "inf in W[1]"),
        (6, -np.inf, "-inf in b[1]"),
        (19, np.nan, "nan in b[2]"),
        (9, 1e300, "inf in W[2]"),
    ],
)
def test_parameters_that_are_not_finite(place: int, value: float, got: str) -> None:
    given = np.zeros(20)
    given[place] = value
    with pytest.raises(DataError) as caught:
        check_parameters(layout(), given, "Network")
    assert str(caught.value) == f"Network: expected finite parameters, got {got}."
