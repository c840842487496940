"""Grids of batch sizes and learning rates as papers print them."""

from __future__ import annotations

from chainrule.bundled import bundled_files
from chainrule.errors import unknown_name
from chainrule.figures.rate_curves import GridPoint

__all__ = ["printed_points"]


def printed_points(paper: str) -> tuple[GridPoint, ...]:
    """The printed accuracies of a paper.

    `investigation`: the test accuracy after one pass over 60,000 images, Figures 11 and 12; at the
    rate 1, which both have, there are two points a batch size.

    Args:
        paper: the id of a paper whose printed grid comes with the package.

    Raises: UnknownNameError.

    Example:
        >>> len(printed_points("investigation"))
        800
    """
    known = bundled_files("accuracies")
    if paper not in known:
        raise unknown_name("figure", "a paper", paper, known, argument="paper")
    lines = known[paper].read_text(encoding="utf-8").splitlines()[2:]  # below source and names
    rows = [list(map(float, line.split(",")[1:])) for line in lines]
    return tuple(GridPoint(int(size), rate, accuracy / 100) for size, rate, accuracy in rows)
