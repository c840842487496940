from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.paper_lines import find_lines


def page(
    step: float = 40,
    *,
    slope: float = 0.0,
    converging: float = 0.0,
    width: int = 3,
    strength: float = 0.5,
    grain: float = 0.01,
    shape: tuple[int, int] = (400, 320),
) -> np.ndarray:
    """Ink amounts of ruled paper; the lines converge to the right if asked."""
    rows, columns = np.indices(shape, dtype=float)
    across = columns - shape[1] / 2
    place = (rows - slope * across) / (1 - converging * across / shape[1])
    lines = (place % step) < width
    noise = np.random.default_rng(2).normal(0, grain, shape)
    return (strength * lines + noise).astype(np.float32)


@pytest.mark.parametrize("step", [12, 25, 40, 90])
@pytest.mark.parametrize("strength", [0.1, 0.5, 0.9])
def test_straight_lines(step, strength) -> None:
    found = find_lines(page(step, strength=strength))
    assert found is not None
    assert len(found.rows) == -(-400 // step)
    assert found.distance == pytest.approx(step, abs=0.5)
    assert found.strength == pytest.approx(strength, abs=0.1)
    assert found.half_width in (1, 2)
    inside = found.rows[1:-1]
    np.testing.assert_allclose(inside % step, 1, atol=1)


@pytest.mark.parametrize("slope", [-0.17, -0.05, 0.03, 0.12])
def test_lines_that_lean(slope) -> None:
    found = find_lines(page(slope=slope))
    assert found is not None
    np.testing.assert_allclose(np.diff(found.rows, axis=1).mean(), slope, atol=0.01)
    # Lines that the upper and the lower edge cut off are there as well.
    assert found.rows.min() < 0
    assert found.rows.max() > 400


def test_lines_that_converge() -> None:
    found = find_lines(page(converging=0.15, slope=0.05))
    assert found is not None
    distances = np.diff(found.rows, axis=0).mean(axis=0)
    assert distances[0] > distances[-1] * 1.1


def test_bent_lines() -> None:
    rows, columns = np.indices((400, 320), dtype=float)
    bent = ((rows - 4 * np.sin(np.pi * columns / 320)) % 40 < 3) * np.float32(0.6)
    found = find_lines(bent.astype(np.float32))
    assert found is not None
    middle, left = found.rows[4, 160], found.rows[4, 0]
    assert middle - left == pytest.approx(4, abs=1)


def test_a_line_hidden_by_ink_is_inserted() -> None:
    amount = page()
    amount[75:90, 20:300] = 0.9
    found = find_lines(amount)
    assert found is not None
    np.testing.assert_allclose(np.diff(found.rows.mean(axis=1)), 40, atol=2)


@pytest.mark.parametrize(
    "amount",
    [
        np.zeros((400, 320), np.float32),
        np.random.default_rng(3).normal(0, 0.02, (400, 320)).astype(np.float32),
        page(180),
        page(8, width=4),
        page(shape=(60, 200)),
        page(shape=(200, 60)),
    ],
    ids=["nothing", "grain", "three lines at most", "half of it ink", "too low", "too narrow"],
)
def test_no_lines(amount) -> None:
    found = find_lines(amount)
    assert found is None or len(found.rows) >= 3


def test_lines_at_no_regular_distance() -> None:
    amount = np.zeros((400, 320), np.float32)
    for row in (20, 61, 77, 150, 172, 260, 301, 377):
        amount[row : row + 3] = 0.5
    assert find_lines(amount) is None


def test_the_bars_of_a_digit_are_no_lines(sheet, grey) -> None:
    for digit in (2, 3, 5, 7):
        ink = 1 - grey(sheet(digit=digit, box=(0.1, 0.1, 0.8, 0.8)).image())
        assert find_lines(ink) is None


def test_a_row_of_ones_is_no_ruled_paper() -> None:
    amount = np.zeros((300, 700), np.float32)
    for k in range(6):
        amount[40:260, 60 + 100 * k : 72 + 100 * k] = 0.8
    assert find_lines(amount.T) is None


def test_a_page_may_end_before_the_picture() -> None:
    amount = page(30)
    amount[:, :50] = amount[:, 270:] = 0
    found = find_lines(amount)
    assert found is not None
    assert found.distance == pytest.approx(30, abs=0.5)
