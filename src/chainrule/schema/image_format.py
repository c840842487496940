"""How the images of a training set lie: what a picture must be made like to be understood."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["ImageFormat", "measure_ink", "stroke_widths"]

Light = NDArray[np.float32]

_MOST_MEASURED = 2000
"""Images measured at most, evenly spaced; more tell nothing new."""
_VISIBLE = 0.02
"""The least difference of brightness that counts, of 1."""
_EVEN = 0.1
_EVEN_RING = 0.6
"""Paper is even if this fraction of the border lies within `_EVEN` of its median."""
_CLEAR = 0.9
"""The fraction of images that must have one polarity."""
_LEAST_INK = 0.2
"""Ink begins at this fraction of the darkest ink; below lies the noise that JPEG leaves."""
_GREY = np.array([0.299, 0.587, 0.114], np.float32)
_SLACK = 0.04
"""How much more than most training images an image may differ, of the side and of all greys."""
_MOST = 0.99
"""The quantile of sides and centres that counts as the greatest; a few images may lie oddly."""
_USUAL = 0.95
"""The quantile that a digit's height and width do not exceed where one is converted."""
_PAIRS = ("paper_range", "light_range", "side_range", "heights", "widths", "centre")
_MNIST_BOX, _MNIST_SIDE = 20, 28
_ALIKE, _NARROW = 0.8, 1.0
"""The least side, of the box, and the farthest centre, in pixels, of digits boxed and centred."""


class _PaperMeasurement(NamedTuple):
    """What the borders of images show.

    Args:
        lighter: the fraction of images whose ink is lighter than their border, of those that show
            ink; 0.5 if none does.
        even: whether the border of most images has one brightness, as it has on paper.
    """

    lighter: float
    even: bool

    @property
    def polarity(self) -> str:
        """The polarity that nearly all images have, or "mixed"."""
        if self.lighter >= _CLEAR:
            return "light on dark"
        return "dark on light" if self.lighter <= 1 - _CLEAR else "mixed"


class _Ink(NamedTuple):
    """The ink of images.

    Args:
        heights: of its box, in pixels, (n,).
        widths: the same.
        centres: down and right, in pixels, (n, 2).
        strokes: the width of its strokes, in pixels, (n,).
    """

    heights: NDArray[np.int64]
    widths: NDArray[np.int64]
    centres: NDArray[np.float64]
    strokes: NDArray[np.float64]

    @property
    def sides(self) -> NDArray[np.int64]:
        """The longer sides of the boxes."""
        return np.maximum(self.heights, self.widths)


@dataclass(frozen=True, kw_only=True)
class ImageFormat:
    """The form of the images of a training set, measured on its training part.

    Args:
        height: rows of pixels.
        width: columns of pixels.
        channels: numbers a pixel: 1 for grey, 3 for colours.
        bottom: the value of black.
        top: the value of white: 255 for bytes, 16 for the digits of scikit-learn, 1 for fractions.
        bytes_stored: whether values are whole numbers in bytes; otherwise they are floats.
        polarity: how ink and paper lie: "light on dark" as in MNIST, "dark on light" as on paper,
            or "mixed", neither throughout.
        paper_range: quantiles of 1 % and 99 % of the border's brightness, from 0 to 1.
        light_range: the same quantiles of an image's mean brightness.
        side: median of the longer side of the ink's box, in pixels; 0 if nothing was measured.
        side_range: the least and the greatest.
        heights: quantiles of 5 % and 95 % of the height of the ink's box, in pixels.
        widths: the same of its width.
        stroke: median width of the strokes, in pixels.
        centre: median centre of the ink's mass, (down, right), in pixels from 0.
        centre_range: how far a centre lies from that at most, down or right, in pixels.

    Example:
        >>> images = np.zeros((3, 8, 8), np.uint8)
        >>> images[:, 2:6, 3:5] = 16
        >>> form = ImageFormat.fit(images, top=16)
        >>> form.polarity, form.side, form.centre
        ('light on dark', 4.0, (3.5, 3.5))
    """

    height: int
    width: int
    channels: int = 1
    bottom: float = 0.0
    top: float = 255.0
    bytes_stored: bool = True
    polarity: str = "mixed"
    paper_range: tuple[float, float] = (0.0, 1.0)
    light_range: tuple[float, float] = (0.0, 1.0)
    side: float = 0.0
    side_range: tuple[float, float] = (0.0, 0.0)
    heights: tuple[float, float] = (0.0, 0.0)
    widths: tuple[float, float] = (0.0, 0.0)
    stroke: float = 0.0
    centre: tuple[float, float] = (0.0, 0.0)
    centre_range: float = 0.0

    @classmethod
    def fit(cls, images: NDArray[Any], *, bottom: float = 0.0, top: float = 255.0) -> Self:
        """Return the form of images.

        Args:
            images: (n, height, width) or (n, height, width, 3).
            bottom: the value of black.
            top: the value of white.
        """
        light = _sample_light(images, bottom, top)
        known = cls(
            height=images.shape[1],
            width=images.shape[2],
            channels=1 if images.ndim == 3 else images.shape[3],
            bottom=float(bottom),
            top=float(top),
            bytes_stored=images.dtype == np.uint8,
        )
        return known._with_ink(light)

    def _with_ink(self, light: Light) -> Self:
        """Return the form with what brightness from 0 to 1 tells, (n, height, width)."""
        paper, found = _measure_paper(light), _measure_ink(light)
        if not paper.even or found is None:
            return self
        centre = np.median(found.centres, axis=0)
        return replace(
            self,
            polarity=paper.polarity,
            paper_range=_range(_paper(light)[0]),
            light_range=_range(light.mean(axis=(1, 2))),
            side=float(np.median(found.sides)),
            side_range=_range(found.sides, 1.0),
            heights=_range(found.heights, _USUAL),
            widths=_range(found.widths, _USUAL),
            stroke=float(np.median(found.strokes)),
            centre=(float(centre[0]), float(centre[1])),
            centre_range=float(np.abs(found.centres - centre).max()),
        )

    @property
    def has_ink(self) -> bool:
        """Whether the images show ink on even paper, rather than things in a photo."""
        return self.side > 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def scale(self) -> float:
        """What a network multiplies stored values by, so that they run from 0 to 1."""
        return 1 / self.top if self.bottom == 0 and self.top > 1 else 1.0

    @property
    def box(self) -> int:
        """The longer side of the ink's box, in whole pixels."""
        return max(1, round(self.side))

    @property
    def middle(self) -> tuple[float, float]:
        """The centre of the ink's mass to the nearest half of a pixel."""
        return round(2 * self.centre[0]) / 2, round(2 * self.centre[1]) / 2

    @property
    def lies_as_mnist(self) -> bool:
        """Whether the images are light on dark and placed as MNIST's are."""
        return self.polarity == "light on dark" and self.placed_as_mnist

    @property
    def placed_as_mnist(self) -> bool:
        """Whether ink is in a box of 20/28 of the shorter side, its centre in the middle."""
        return (
            self.has_ink
            and self.box == round(_MNIST_BOX * min(self.shape) / _MNIST_SIDE)
            and self.side_range[0] >= _ALIKE * self.box
            and self.middle == (self.height // 2, self.width // 2)
            and self.centre_range <= _NARROW
        )

    def resembles(self, light: Light, *, scaled: bool = False) -> bool:
        """Return whether an image has the size of the training images and lies as they do.

        A little more or less than in these is allowed: 4 % of the shorter side in size and place,
        and of the range of grey in the paper's brightness.

        Args:
            light: brightness from 0 to 1, (rows, columns).
            scaled: whether the image had another size; its ink must then have the usual side.
        """
        if light.shape != self.shape or not self.has_ink:
            return light.shape == self.shape
        found, paper = _measure_ink(light[None]), _measure_paper(light[None])
        if not paper.even:  # ink nearly all around, as in small images: the border tells nothing
            return _within(float(light.mean()), self.light_range, _SLACK)
        if found is None or self.polarity not in ("mixed", paper.polarity):
            return False
        slack = _SLACK * min(self.shape)
        sides = (self.side, self.side) if scaled else self.side_range
        offset = float(np.abs(found.centres[0] - np.array(self.centre)).max())
        return (
            _within(float(_paper(light[None])[0][0]), self.paper_range, _SLACK)
            and _within(float(found.sides[0]), sides, slack)
            and offset <= self.centre_range + slack
        )

    def paper(self, images: NDArray[Any]) -> _PaperMeasurement:
        """Return how ink and paper lie in images stored as these are, (n, height, width …)."""
        return _measure_paper(_sample_light(images, self.bottom, self.top))

    def store(self, light: Light) -> NDArray[Any]:
        """Return brightness from 0 to 1 as the training images store it, bytes or float32."""
        values = np.float32(self.bottom) + light * np.float32(self.top - self.bottom)
        return np.rint(values).astype(np.uint8) if self.bytes_stored else values

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `read_record` makes the format again."""
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _PAIRS}}


def _sample_light(images: NDArray[Any], bottom: float, top: float) -> Light:
    """Brightness from 0 to 1 of evenly spaced images, (n, rows, columns)."""
    count = min(len(images), _MOST_MEASURED)
    sample = images[np.linspace(0, len(images) - 1, count).astype(int)].astype(np.float32)
    light: Light = (sample - np.float32(bottom)) / np.float32(top - bottom)
    return light @ _GREY if light.ndim == 4 else light


def _measure_paper(light: Light) -> _PaperMeasurement:
    """Return how ink and paper lie in images, of which the border shows the paper.

    Args:
        light: brightness from 0 to 1, (n, rows, columns).
    """
    paper, evenness = _paper(light)
    difference = light - paper[:, None, None]
    seen = np.abs(difference).max(axis=(1, 2)) >= _VISIBLE
    even = bool(np.median(evenness) >= _EVEN_RING)
    if not seen.any():
        return _PaperMeasurement(0.5, even)
    return _PaperMeasurement(float((difference.sum(axis=(1, 2)) > 0)[seen].mean()), even)


def _paper(light: Light) -> tuple[Light, NDArray[np.float64]]:
    """The brightness of each image's border, and the fraction of the border that is like it."""
    edges = (light[:, 0], light[:, -1], light[:, 1:-1, 0], light[:, 1:-1, -1])
    ring = np.concatenate(edges, axis=1)
    paper: Light = np.median(ring, axis=1)
    return paper, (np.abs(ring - paper[:, None]) <= _EVEN).mean(axis=1)


def _range(values: NDArray[Any], most: float = _MOST) -> tuple[float, float]:
    low, high = np.quantile(values, (1 - most, most))
    return float(low), float(high)


def _within(value: float, bounds: tuple[float, float], slack: float) -> bool:
    return bounds[0] - slack <= value <= bounds[1] + slack


def measure_ink(light: Light) -> Light:
    """Return the ink of images, from 0 to 1 at its darkest; 0 throughout in one that is blank.

    Ink is what differs from the brightness of the border, in the direction that prevails.

    Args:
        light: brightness from 0 to 1, (n, rows, columns).
    """
    difference = light - _paper(light)[0][:, None, None]
    lighter = difference.sum(axis=(1, 2)) > 0
    amount = np.maximum(np.where(lighter[:, None, None], difference, -difference), 0)
    most = amount.max(axis=(1, 2))
    amount /= np.where(most >= _VISIBLE, most, np.inf)[:, None, None]
    amount[amount < _LEAST_INK] = 0
    return np.asarray(amount, np.float32)


def _measure_ink(light: Light) -> _Ink | None:
    """The ink of those images that have any; None if none has."""
    amount = measure_ink(light)
    amount = amount[amount.any(axis=(1, 2))]
    if not len(amount):
        return None
    return _Ink(
        heights=_extents(amount.any(axis=2)),
        widths=_extents(amount.any(axis=1)),
        centres=np.column_stack([_centres(amount, axis) for axis in (1, 2)]),
        strokes=stroke_widths(amount),
    )


def stroke_widths(ink: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the width of the strokes in each image, in pixels, (n,).

    It is 2 A / V, where A is the sum of the ink and V that of its gradient's norm over the image
    and a margin of paper: a stroke of length l and width w has A = l w and V = 2 l.

    Args:
        ink: from 0 to 1, some in each image, (n, rows, columns).
    """
    framed = np.pad(ink.astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    down, across = np.diff(framed, axis=1)[:, :, :-1], np.diff(framed, axis=2)[:, :-1]
    variation = np.hypot(down, across).sum(axis=(1, 2))
    return np.asarray(2 * framed.sum(axis=(1, 2)) / variation)


def _extents(marked: Any) -> NDArray[np.int64]:
    """The distance from the first to the last mark of each row, both counted."""
    first, last = marked.argmax(axis=1), marked[:, ::-1].argmax(axis=1)
    return np.asarray(marked.shape[1] - first - last)


def _centres(amount: Light, axis: int) -> NDArray[np.float64]:
    """The mean place along an axis, weighted by the ink."""
    sums = amount.sum(axis=3 - axis, dtype=np.float64)
    return np.asarray(sums @ np.arange(sums.shape[1]) / sums.sum(axis=1))
