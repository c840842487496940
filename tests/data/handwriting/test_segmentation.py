from __future__ import annotations

import numpy as np

from chainrule.data.handwriting.segmentation import segment_digit, segment_digits

DRAW = np.random.default_rng(5)


def page(noise: float = 0.0, contrast: float = 0.8) -> np.ndarray:
    """Ink amounts: a bar of 40 x 10 on clean or grainy paper of 100 x 80."""
    amount = np.random.default_rng(5).normal(0, noise, (100, 80)) if noise else np.zeros((100, 80))
    amount[30:70, 35:45] += contrast
    return amount.astype(np.float32)


def test_clean_ink() -> None:
    found = segment_digit(page())
    assert found is not None
    np.testing.assert_allclose(found.ink, page() / 0.8, atol=1e-6)
    np.testing.assert_array_equal(found.mask, page() > 0)
    assert 0 < found.threshold < 0.8
    assert found.contrast == np.float32(0.8)
    assert (found.texture, found.fraction, found.specks) == (0, 1, 0)


def test_grey_edges_stay_grey() -> None:
    amount = page()
    amount[29, 35:45] = 0.2
    found = segment_digit(amount)
    assert found is not None
    np.testing.assert_allclose(found.ink[29, 35:45], 0.25, atol=1e-6)


def test_grain_is_no_ink() -> None:
    found = segment_digit(page(0.03))
    assert found is not None
    assert 0.03 < found.texture < 0.1
    outside = np.ones((100, 80), bool)
    outside[26:74, 31:49] = False
    assert found.ink[outside].max() == 0
    assert found.ink[32:68, 37:43].min() > 0.8


def test_pale_ink_on_fine_paper() -> None:
    assert segment_digit(page(0.005, 0.1)) is not None


def test_nothing_but_grain() -> None:
    assert segment_digit(DRAW.normal(0, 0.05, (100, 80)).astype(np.float32)) is None


def test_nothing() -> None:
    assert segment_digit(np.zeros((20, 20), np.float32)) is None


def test_less_than_grain() -> None:
    assert segment_digit(page(0.1, 0.2)) is None


def test_three_pixels_are_no_digit() -> None:
    amount = np.zeros((20, 20), np.float32)
    amount[5:8, 5] = 1
    assert segment_digit(amount) is None


def test_pale_lines_on_the_paper_are_texture() -> None:
    amount = page()
    amount[::12] = np.maximum(amount[::12], 0.3)
    found = segment_digit(amount)
    assert found is not None
    np.testing.assert_allclose(found.texture, 0.3, atol=1e-6)
    assert found.ink[24].max() == 0
    assert found.ink[36, 36:44].min() == 1


def test_specks_are_counted_and_left_out() -> None:
    amount = page()
    amount[5, 5] = amount[90, 70:72] = 0.8
    found = segment_digit(amount)
    assert found is not None
    assert found.specks == 2
    assert found.ink[5, 5] == 0
    np.testing.assert_allclose(found.fraction, 400 / 403)


def test_a_speck_beside_the_digit_is_its_frayed_edge() -> None:
    amount = page()
    amount[50, 46] = 0.8
    found = segment_digit(amount)
    assert found is not None
    assert found.specks == 0
    assert found.ink[50, 46] == 1


def test_several_digits_are_cut_out_in_windows_of_their_own() -> None:
    amount = page(0.01)
    amount[32:70, 60:68] += 0.5
    first, second = segment_digits(amount)
    assert (first.box, second.box) == ((30, 35, 70, 45), (32, 60, 70, 68))
    assert first.contrast > second.contrast > 0.4
    for one in (first, second):
        np.testing.assert_array_equal(one.ink[one.window.slices], one.part)
        assert (one.ink > 0).sum() == (one.part > 0).sum()
    assert first.window == (28, 33, 72, 47)
    assert not (first.ink > 0)[second.window.slices].any()


def test_nothing_to_read() -> None:
    assert segment_digits(np.zeros((20, 20), np.float32)) == ()
