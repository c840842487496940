"""A formula as a paper prints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from chainrule.papers.small_networks import SmallNetwork

__all__ = ["Printed"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Printed:
    """A formula as it stands in a paper.

    Args:
        paper: its id.
        place: equation number or section.
        left: what the formula says that it is, in the paper's letters.
        right: the formula, in the paper's letters.
        cost: under which it is meant, by our name.
        network: on which it is tried, a name of SMALL.
        value: the formula as printed, computed.
        truth: what it should come to: "W[3]", "b[2]", "z[1]" or "a[2]" for the slope of the cost in
            that array; or a function for what is no slope of the cost.
        remedy: what is right, or what is wrong with it, in words; empty where it holds.
    """

    paper: str
    place: str
    left: str
    right: str
    cost: str
    network: str
    value: Callable[[SmallNetwork], Array]
    truth: str | Callable[[SmallNetwork], Array]
    remedy: str = ""

    @property
    def text(self) -> str:
        """The formula as printed."""
        return f"{self.left} = {self.right}"
