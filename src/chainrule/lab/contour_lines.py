"""Lines of equal height of a function of two variables, as polylines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ContourLine", "contour_lines"]

Array = NDArray[np.float64]

_LEVELS = 14


class ContourLine(NamedTuple):
    """One line.

    Args:
        points: (n, 2).
        share: of its height among the levels, from 0, the lowest, to 1.
    """

    points: Array
    share: float


def contour_lines(first: Array, second: Array, grid: Array) -> tuple[ContourLine, ...]:
    """Return the lines at heights between which are as many numbers of the grid; none of a plain.

    Args:
        first: numbers of the first variable, (n,), ascending.
        second: those of the second, (m,).
        grid: the function's values, (m, n); NaN if there is no value.
    """
    from matplotlib.figure import Figure

    values = grid[np.isfinite(grid)]
    if not values.size or values.min() == values.max():
        return ()
    levels = np.unique(np.quantile(values, np.linspace(0.02, 0.98, _LEVELS)))
    drawn = Figure().subplots().contour(first, second, np.ma.masked_invalid(grid), levels=levels)
    return tuple(
        ContourLine(np.asarray(points, np.float64), float(share))
        for path, share in zip(drawn.get_paths(), np.linspace(0, 1, len(levels)), strict=True)
        for points in path.cleaned(simplify=False).to_polygons(closed_only=False)
    )
