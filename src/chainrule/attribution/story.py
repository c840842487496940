"""What is told of a real network: words, tables and pictures, the same for every format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

from chainrule.evaluation import Table

__all__ = ["Block", "Gallery", "Lines", "Picture", "Story"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Lines:
    """Sentences or formulas, one a line, below a title that may be empty."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Picture:
    """Something to look at.

    Args:
        caption: what it is.
        image: (height, width); brightness, or contributions of either sign.
        signed: whether they are contributions: above 0 for, below 0 against.
    """

    caption: str
    image: Array
    signed: bool = False


@dataclass(frozen=True, eq=False)
class Gallery:
    """Pictures of one size beside each other."""

    title: str
    pictures: tuple[Picture, ...]


Block: TypeAlias = Lines | Table | Gallery


@dataclass(frozen=True, eq=False)
class Story:
    """An explanation.

    Args:
        title: what is explained.
        blocks: in the order in which they are read.
        numbers: the same as plain values for JSON, with nothing left out.
    """

    title: str
    blocks: tuple[Block, ...]
    numbers: dict[str, Any]
