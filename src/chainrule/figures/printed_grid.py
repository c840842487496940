"""What papers print about grids of batch sizes and learning rates."""

from __future__ import annotations

from importlib import resources

from chainrule.errors import unknown_name
from chainrule.figures.rate_curves import GridPoint

__all__ = ["PRINTED", "printed_points"]

PRINTED = ("investigation",)
"""Papers whose printed grid comes with the package, by their ids."""


def printed_points(paper: str) -> tuple[GridPoint, ...]:
    """The printed accuracies of a paper.

    `investigation`: the test accuracy after one pass over 60,000 images, Figures 11 and 12; at the
    rate 1, which both have, there are two points a batch size.

    Args:
        paper: one of PRINTED.

    Raises: UnknownNameError.

    Example:
        >>> len(printed_points("investigation"))
        800
    """
    if paper not in PRINTED:
        raise unknown_name("figure", "a paper", paper, PRINTED, argument="paper")
    file = resources.files("chainrule.figures") / "papers" / f"{paper}.csv"
    lines = file.read_text(encoding="utf-8").splitlines()[2:]  # below the source and the names
    rows = [list(map(float, line.split(",")[1:])) for line in lines]
    return tuple(GridPoint(int(size), rate, accuracy / 100) for size, rate, accuracy in rows)
