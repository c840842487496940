"""The log of a preparation: each stage between a picture and the digit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.centring import Placing
from chainrule.data.handwriting.mnist_statistics import describe_unusual, measure
from chainrule.data.handwriting.segmentation import Window

__all__ = ["PixelBox", "Preparation", "PreparationLog", "Stage"]

_INVERTED = "The ink was inverted: it is dark on light; MNIST has light on dark."

_COMPARABLE = 20


@dataclass(frozen=True, eq=False)
class Stage:
    """One step on the way from the picture to the digit.

    Args:
        name: one or two words.
        sentence: what was done, with its figures.
        image: what it led to, (rows, columns); from 0 to 1, or bytes in the last stage.
    """

    name: str
    sentence: str
    image: NDArray[Any]


class PixelBox(NamedTuple):
    """Where a digit lies in its picture, in the picture's own pixels counted from the upper left.

    The first two belong to the digit, the last two do not.
    """

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, eq=False)
class Preparation:
    """A digit as MNIST has it, and how it came to be so.

    Args:
        stages: the steps, the picture first and `image` last.
        image: ink from 0 to 255 on 0, uint8, of the shape asked for.
        remarks: sentences on what is unusual about the input compared with MNIST.
        figures: the measured figures of `image`, by name; see `measure`.
        dark_ink: whether the ink of the picture is darker than its paper.
        box: where the digit lies in the picture; None if the picture is the digit already.
        size: rows and columns of the picture.
        parts: what the digit can be cut into if it is several that touch, from left to right;
            empty if it is narrow, or cannot be cut into what may be digits.
    """

    stages: tuple[Stage, ...]
    image: NDArray[np.uint8]
    remarks: tuple[str, ...]
    figures: Mapping[str, float]
    dark_ink: bool = False
    box: PixelBox | None = None
    size: tuple[int, int] | None = None
    parts: tuple[Preparation, ...] = ()


@dataclass
class PreparationLog:
    """The stages and remarks of a preparation, collected while it runs.

    Args:
        source: the picture's file, for error texts.
        remarks: what was already unusual about the file.
        stages: none yet.
        size: rows and columns in the file.
        frame: the width of a frame that was left out, in pixels worked on.
        enlargement: the factor by which the picture was enlarged to work on.
        placing: size and place of the digits if not as MNIST's, with which they are compared.
        dark_ink: whether the ink of the picture is darker than its paper.
        widening: the factor by which the digits are widened.
        box: where the digit lies in the picture, once it was found.
    """

    source: str
    remarks: list[str]
    stages: list[Stage] = field(default_factory=list)
    size: tuple[int, int] = (0, 0)
    frame: int = 0
    enlargement: int = 1
    placing: Placing | None = None
    dark_ink: bool = False
    widening: float = 1.0
    box: PixelBox | None = None

    def stage(self, name: str, sentence: str, image: NDArray[Any]) -> None:
        """Add a step, as `Stage` has it."""
        self.stages.append(Stage(name, sentence, image))

    def remark(self, sentence: str) -> None:
        """Add a sentence on what is unusual."""
        self.remarks.append(sentence)

    def invert(self) -> None:
        """Note that the ink is dark, with a sentence if MNIST's digits are meant."""
        self.dark_ink = True
        if self.placing is None:
            self.remark(_INVERTED)

    def copy(self) -> PreparationLog:
        """Return a log that goes on from here for one of several digits."""
        return replace(self, remarks=[*self.remarks], stages=[*self.stages])

    def locate(self, window: Window) -> None:
        """Note where the digit lies, from its place in the picture worked on."""
        shrunk = self.stages[0].image.shape
        rows, columns = self.size[0] / shrunk[0], self.size[1] / shrunk[1]
        top, left, bottom, right = (k / self.enlargement + self.frame for k in window)
        self.box = PixelBox(
            math.floor(left * columns),
            math.floor(top * rows),
            math.ceil(right * columns),
            math.ceil(bottom * rows),
        )

    def finish(self, image: NDArray[np.uint8], parts: tuple[Preparation, ...] = ()) -> Preparation:
        """Return all that was collected, with the finished digit measured."""
        figures = measure(image)
        # Smaller pictures cannot show strokes as MNIST's do.
        comparable = self.placing is None and min(image.shape) >= _COMPARABLE
        compared = figures if comparable else {}
        remarks = (*self.remarks, *describe_unusual(compared))
        return Preparation(
            stages=tuple(self.stages),
            image=image,
            remarks=remarks,
            figures=figures,
            dark_ink=self.dark_ink,
            box=self.box,
            size=self.size,
            parts=parts,
        )
