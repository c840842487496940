"""Whether a digit lies on its side or is upside down, and what it reads upright.

A network of its own, trained on MNIST's digits in four orientations, tells how a digit lies
(benchmarks/orientation_network.py makes and measures it). A 6 and a 9, and a 0, 1 or 8, look alike
upside down: such a digit is read as it lies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting import Preparation
from chainrule.experiment.prediction_records import Prediction, UprightReading
from chainrule.network import Network

__all__ = [
    "NETWORK_FILE",
    "ORIENTATIONS",
    "UprightReading",
    "read_upright",
    "turn_images",
    "upright_probability",
]

NETWORK_FILE = Path(__file__).with_name("digit-orientation.safetensors")
ORIENTATIONS = ("upright", "turned left", "upside down", "turned right")
"""How a digit may lie: turned anticlockwise by so many quarters."""

# From these probabilities on a digit is said to lie on its side, or to be upside down; 0.3 % of
# MNIST's upright test digits reach one of them and read differently when turned.
_ON_ITS_SIDE = 0.95
_UPSIDE_DOWN = 0.97
# The other way to turn a digit that lies on its side is named if it is at least so likely.
_OTHER_WAY = 0.2
_SHAPE = (28, 28)
_UPSIDE_DOWN_PAIRS = (frozenset("69"),)


def read_upright(
    found: Prediction, answer: Callable[[Preparation], Prediction]
) -> UprightReading | None:
    """Return how a digit reads upright, or None if it is upright or reads the same.

    Only digits prepared as MNIST's are judged.

    Args:
        found: the answer to the digit as it lies.
        answer: gives the answer to another image of the digit.
    """
    _, left, down, right = _orientation_probabilities(found)
    if left + right >= _ON_ITS_SIDE:
        return _on_its_side(found, answer, left >= right, min(left, right) / (left + right))
    return _upside_down(found, answer) if down >= _UPSIDE_DOWN else None


def upright_probability(found: Prediction) -> float:
    """Return how likely a digit stands upright; 1 for what is not judged.

    Args:
        found: the answer to the digit.
    """
    return _orientation_probabilities(found)[0]


def _orientation_probabilities(found: Prediction) -> list[float]:
    """How likely each of `ORIENTATIONS` is; certainly upright is what was not prepared as MNIST."""
    prepared = found.preparation
    if prepared is None or not prepared.figures or prepared.image.shape != _SHAPE:
        return [1.0, 0.0, 0.0, 0.0]
    likely = _orientation_network().predict(prepared.image.reshape(1, -1))[0]
    return [float(share) for share in likely]


def _on_its_side(
    found: Prediction, answer: Callable[[Preparation], Prediction], to_left: bool, doubt: float
) -> UprightReading | None:
    """The reading of a digit that lies on its side; `doubt` is how likely the other side is."""
    first, second = (1, 3) if to_left else (3, 1)
    upright = _turned_answer(found, answer, first)
    other = _turned_answer(found, answer, second).answer if doubt >= _OTHER_WAY else None
    if upright.answer == found.answer and other in (None, found.answer):
        return None
    return UprightReading(
        ORIENTATIONS[first],
        str(upright.answer),
        upright.outputs[0].value,
        None if other == upright.answer else other,
    )


def _upside_down(
    found: Prediction, answer: Callable[[Preparation], Prediction]
) -> UprightReading | None:
    upright = _turned_answer(found, answer, 2)
    pair = frozenset((str(found.answer), str(upright.answer)))
    if len(pair) == 1 or pair in _UPSIDE_DOWN_PAIRS:
        return None
    return UprightReading(ORIENTATIONS[2], str(upright.answer), upright.outputs[0].value)


def _turned_answer(
    found: Prediction, answer: Callable[[Preparation], Prediction], quarters: int
) -> Prediction:
    """The answer to a digit that lies turned anticlockwise by so many quarters, set upright."""
    assert found.preparation is not None
    image = turn_images(found.preparation.image[None], -quarters)[0]
    return answer(replace(found.preparation, image=image))


def turn_images(images: NDArray[np.uint8], quarters: int) -> NDArray[Any]:
    """Return images turned anticlockwise, their centres of mass at row 14 and column 14 as before.

    Args:
        images: (n, 28, 28).
        quarters: by how many right angles.
    """
    turned = np.rot90(images, quarters, axes=(1, 2))
    # Row 14 is half a pixel below the middle: a turn about the middle takes it to row 13.
    down, across = int(quarters % 4 in (1, 2)), int(quarters % 4 in (2, 3))
    return np.roll(turned, (down, across), axis=(1, 2))


@cache
def _orientation_network() -> Network:
    return Network.load(NETWORK_FILE)
