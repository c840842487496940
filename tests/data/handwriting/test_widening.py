from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.widening import find_widening, widen


def loop(width: int, height: int = 100) -> np.ndarray:
    """A nought of this width."""
    rows, columns = np.indices((height + 10, width + 10))
    down, across = (rows - 5 - height / 2) / (height / 2), (columns - 5 - width / 2) / (width / 2)
    away = np.hypot(down, across)
    return ((away <= 1) & (away > 0.7)).astype(np.float32)


def bar(width: int = 8) -> np.ndarray:
    """A one."""
    return np.ones((100, width), np.float32)


def test_narrow_writing() -> None:
    assert find_widening([loop(25), bar()]) == pytest.approx(0.8 * 99 / 25, rel=0.05)


@pytest.mark.parametrize(
    "digits",
    [[loop(25)], [bar(), bar()], [loop(60), loop(25), bar()]],
    ids=["one digit", "ones", "usual writing"],
)
def test_usual_writing(digits) -> None:
    assert find_widening(digits) == 1


def test_widened() -> None:
    wide = widen(loop(20), 3)
    assert wide.shape == (110, 90)
    assert 0 <= wide.min() <= wide.max() <= 1
