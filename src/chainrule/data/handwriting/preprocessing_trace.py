"""The log of a preparation: each stage between a picture and the digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.mnist_statistics import describe_unusual, measure

__all__ = ["Preparation", "PreparationLog", "Stage"]

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


@dataclass(frozen=True, eq=False)
class Preparation:
    """A digit as MNIST has it, and how it came to be so.

    Args:
        stages: the steps, the picture first and `image` last.
        image: ink from 0 to 255 on 0, uint8, of the shape asked for.
        remarks: sentences on what is unusual about the input compared with MNIST.
        figures: the measured figures of `image`, by name; see `measure`.
        dark_ink: whether the ink of the picture is darker than its paper.
    """

    stages: tuple[Stage, ...]
    image: NDArray[np.uint8]
    remarks: tuple[str, ...]
    figures: Mapping[str, float]
    dark_ink: bool = False


@dataclass
class PreparationLog:
    """The stages and remarks of a preparation, collected while it runs.

    Args:
        source: the picture's file, for error texts.
        remarks: what was already unusual about the file.
        stages: none yet.
        enlargement: the factor by which the picture was enlarged to work on.
        like_mnist: whether the digit is to be like those of MNIST, with which it is compared then.
        dark_ink: whether the ink of the picture is darker than its paper.
    """

    source: str
    remarks: list[str]
    stages: list[Stage] = field(default_factory=list)
    enlargement: int = 1
    like_mnist: bool = True
    dark_ink: bool = False

    def stage(self, name: str, sentence: str, image: NDArray[Any]) -> None:
        """Add a step, as `Stage` has it."""
        self.stages.append(Stage(name, sentence, image))

    def remark(self, sentence: str) -> None:
        """Add a sentence on what is unusual."""
        self.remarks.append(sentence)

    def invert(self, sentence: str) -> None:
        """Note that the ink is dark, with a sentence if MNIST's digits are meant."""
        self.dark_ink = True
        if self.like_mnist:
            self.remark(sentence)

    def finish(self, image: NDArray[np.uint8]) -> Preparation:
        """Return all that was collected, with the finished digit measured."""
        figures = measure(image)
        # Smaller pictures cannot show strokes as MNIST's do.
        compared = figures if self.like_mnist and min(image.shape) >= _COMPARABLE else {}
        remarks = (*self.remarks, *describe_unusual(compared))
        return Preparation(tuple(self.stages), image, remarks, figures, self.dark_ink)
