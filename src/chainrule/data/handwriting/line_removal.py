"""Removal of printed lines from a picture, without the strokes that cross them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import otsu_threshold
from chainrule.data.handwriting.paper_lines import PaperLines, find_lines

__all__ = ["CleanedPaper", "clean_paper"]

Grey = NDArray[np.float32]

# A stroke is followed across a line if it is at most so oblique: rows across by columns along.
_OBLIQUE = 1.5
# A pen that is darker than the lines by this factor is seen where it runs along one of them, in
# pieces that are longer than a line is wide by the second factor.
_DARKER = 1.3
_SHORTEST = 5


@dataclass(frozen=True, eq=False)
class CleanedPaper:
    """A picture of ink amounts without its paper's printed lines.

    Args:
        amount: the ink that remains, (rows, columns).
        across: lines from left to right that were removed, or None.
        down: lines from top to bottom that were removed, with rows and columns exchanged, or None.
    """

    amount: Grey
    across: PaperLines | None
    down: PaperLines | None

    @property
    def lines(self) -> tuple[PaperLines, ...]:
        """The lines of both directions."""
        return tuple(lines for lines in (self.across, self.down) if lines is not None)

    def describe(self) -> str:
        """Return how many lines were removed in which direction, as "20 across, 15 down"."""
        counts = (
            f"{len(self.across.rows)} across" if self.across else "",
            f"{len(self.down.rows)} down" if self.down else "",
        )
        return ", ".join(count for count in counts if count)


def clean_paper(amount: Grey) -> CleanedPaper:
    """Remove printed lines in both directions.

    Args:
        amount: how much ink each pixel has, (rows, columns).
    """
    cleaned = amount
    across = find_lines(cleaned)
    if across is not None:
        cleaned = _remove(cleaned, across)
    down = find_lines(cleaned.T)
    if down is not None:
        cleaned = np.ascontiguousarray(_remove(cleaned.T, down).T)
    if across is not None:
        cleaned = np.where(_strokes_along(amount, across, cleaned), amount, cleaned)
    if down is not None:
        cleaned = np.where(_strokes_along(amount.T, down, cleaned).T, amount, cleaned)
    return CleanedPaper(cleaned, across, down)


def _strokes_along(amount: Grey, lines: PaperLines, cleaned: Grey) -> NDArray[np.bool_]:
    """Where a stroke that is darker than the lines runs along one of them; it was removed with it.

    A crossing of two lines may be as dark as the pen, but is shorter than any stroke.
    """
    from scipy import ndimage

    pen = float(np.median(cleaned[cleaned >= otsu_threshold(cleaned)]))
    if pen < _DARKER * lines.strength:
        return np.zeros(amount.shape, bool)
    dark = (amount > (lines.strength + pen) / 2).astype(np.uint8)
    shortest = _SHORTEST * (2 * lines.half_width + 1)
    eroded = ndimage.minimum_filter1d(dark, shortest, axis=1, mode="constant")
    dilated = ndimage.maximum_filter1d(eroded, shortest, axis=1, mode="constant")
    return np.asarray(dilated, bool)


def _remove(amount: Grey, lines: PaperLines) -> Grey:
    """Each line filled with what a stroke from one of its sides to the other has there."""
    height, columns = amount.shape
    middles = np.rint(lines.rows).astype(int)
    margin = lines.half_width + 1
    gap = 2 * margin + 1
    above = _side(amount, middles - margin - 1)
    below = _side(amount, middles + margin + 1)
    cleaned = amount.copy()
    place = np.arange(columns)
    for offset in range(-margin, margin + 1):
        fraction = (offset + margin + 1) / (gap + 1)
        filled = _across(above, below, fraction, gap)
        rows = middles + offset
        inside = (rows >= 0) & (rows < height)
        at = rows[inside], np.broadcast_to(place, rows.shape)[inside]
        cleaned[at] = np.minimum(filled[inside], np.maximum(amount[at], 0))
    return cleaned


def _side(amount: Grey, rows: NDArray[np.int64]) -> Grey:
    """The amount at the foot of each line; paper beyond the edge of the picture."""
    inside = (rows >= 0) & (rows < amount.shape[0])
    values = amount[np.clip(rows, 0, amount.shape[0] - 1), np.arange(amount.shape[1])]
    return np.where(inside, values, np.float32(0))


def _across(above: Grey, below: Grey, fraction: float, gap: int) -> Grey:
    """The darkest straight stroke through each place: as dark as the paler of its two ends."""
    most = round(_OBLIQUE * gap)
    best = np.full_like(above, -1)
    for lean in range(-most, most + 1):
        start, end = round(lean * fraction), round(lean * (1 - fraction))
        stroke = np.minimum(_shifted(above, start), _shifted(below, -end))
        best = np.maximum(best, stroke)
    return best


def _shifted(values: Grey, columns: int) -> Grey:
    """The values so many columns further left."""
    last = values.shape[1] - 1
    return values[:, np.clip(np.arange(last + 1) - columns, 0, last)]
