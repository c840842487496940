from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.line_removal import clean_paper


def written(ruled: str, strength: float = 0.8, width: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """A slanting stroke and a bar of ink, and the same on ruled or squared paper."""
    rows, columns = np.indices((400, 320))
    ink = ((np.abs(columns - 100 - rows / 4) < 10) & (rows > 50) & (rows < 350)).astype(float)
    ink[210:228, 120:280] = 1
    lines = (rows % 40 < width).astype(float)
    if ruled == "squared":
        lines = np.maximum(lines, columns % 40 < width)
    page = np.maximum(0.8 * ink, strength * lines)
    return (0.8 * ink).astype(np.float32), page.astype(np.float32)


@pytest.mark.parametrize("ruled", ["ruled", "squared"])
@pytest.mark.parametrize("strength", [0.2, 0.5, 0.8])
def test_strokes_stay_and_lines_go(ruled, strength) -> None:
    ink, page = written(ruled, strength)
    cleaned = clean_paper(page)
    assert np.abs(cleaned.amount - ink).mean() < 0.012
    # The strokes are whole, and nothing is left of a line away from them.
    assert (cleaned.amount[ink > 0.5] > 0.4).mean() > 0.95
    assert cleaned.amount[360:, :80].max() < 0.1
    assert cleaned.amount[:3].max() < 0.1


def test_both_directions_are_described() -> None:
    assert clean_paper(written("squared")[1]).describe() == "10 across, 8 down"
    assert clean_paper(written("ruled")[1]).describe() == "10 across"
    turned = clean_paper(np.ascontiguousarray(written("ruled")[1].T))
    assert turned.describe() == "10 down"
    assert turned.lines == (turned.down,)


def test_plain_paper_is_left_alone() -> None:
    ink, _ = written("ruled")
    cleaned = clean_paper(ink)
    assert cleaned.lines == ()
    assert cleaned.amount is ink


@pytest.mark.parametrize("ruled", ["ruled", "squared"])
def test_a_thin_stroke_along_a_line_stays_if_the_pen_is_darker(ruled) -> None:
    _, page = written(ruled, 0.45)
    # On the line from row 280 to row 284, hardly wider than it.
    page[279:285, 40:90] = 0.8
    cleaned = clean_paper(page)
    assert (cleaned.amount[279:285, 45:85] > 0.7).mean() > 0.95
    assert cleaned.amount[281:283, 200:300].max() < 0.1
    _, dark = written(ruled, 0.8)
    assert clean_paper(dark).amount[281:283, 200:300].max() < 0.1
