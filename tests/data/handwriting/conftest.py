"""For the tests of handwriting: a pen, paper, light and a bad camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Grey = NDArray[np.float32]

# Strokes in a box of 1 x 1, x to the right, y down; a 5 has its bar apart.
_STROKES = {
    0: [[(0.5, 0), (0.15, 0.25), (0.15, 0.75), (0.5, 1), (0.85, 0.75), (0.85, 0.25), (0.5, 0)]],
    2: [[(0.1, 0.25), (0.3, 0), (0.7, 0), (0.85, 0.3), (0.1, 1), (0.9, 1)]],
    3: [[(0.1, 0.05), (0.85, 0.15), (0.4, 0.48), (0.85, 0.75), (0.5, 1), (0.1, 0.9)]],
    5: [
        [(0.2, 0.08), (0.2, 0.45), (0.8, 0.6), (0.7, 0.95), (0.1, 0.9)],
        [(0.32, -0.1), (0.9, -0.1)],
    ],
    7: [[(0.1, 0), (0.9, 0), (0.45, 1)]],
    9: [[(0.8, 0.2), (0.4, 0), (0.2, 0.3), (0.75, 0.4), (0.8, 0.2), (0.6, 1)]],
}


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper and how it is lit and photographed.

    Args:
        digit: what is written.
        size: width and height.
        box: left, top, width and height of the digit, as shares of the sheet.
        pen: width of the strokes as a share of the digit's height.
        ink: its colour.
        paper: its colour.
        light: how much darker the far corner is than the near one, as a share.
        shadow: how much darker the right third is.
        noise: deviation of the grain, in levels of 255.
        blur: radius.
    """

    digit: int = 3
    size: tuple[int, int] = (400, 300)
    box: tuple[float, float, float, float] = (0.35, 0.2, 0.25, 0.6)
    pen: float = 0.1
    ink: Colour = (40, 40, 60)
    paper: Colour = (235, 230, 220)
    light: float = 0.0
    shadow: float = 0.0
    noise: float = 0.0
    blur: float = 0.7

    def image(self) -> Image.Image:
        """The sheet with its digit, seen in even light."""
        image = Image.new("RGB", self.size, self.paper)
        self.write(image, self.digit, self.box)
        return image

    def write(self, image: Image.Image, digit: int, box: tuple[float, ...]) -> None:
        """Write one more digit on the sheet."""
        draw = ImageDraw.Draw(image)
        left, top, width, height = (share * self.size[k % 2] for k, share in enumerate(box))
        radius = self.pen * height / 2
        for stroke in _STROKES[digit]:
            points = [(left + width * x, top + height * y) for x, y in stroke]
            draw.line(points, fill=self.ink, width=max(1, round(2 * radius)), joint="curve")
            for x, y in points:
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=self.ink)

    def photographed(self, image: Image.Image | None = None) -> Image.Image:
        """The sheet, or another image of its size, in its light and with its camera."""
        image = (image or self.image()).filter(ImageFilter.GaussianBlur(self.blur))
        y, x = np.mgrid[0 : self.size[1], 0 : self.size[0]]
        x, y = x / self.size[0], y / self.size[1]
        light = 1 - self.light * (0.7 * x + 0.3 * y)
        light = light * (1 - self.shadow / (1 + np.exp(-60 * (x - 0.66))))
        grain = np.random.default_rng(self.digit).normal(0, self.noise, (*light.shape, 3))
        levels = np.asarray(image, np.float64) * light[..., None] + grain
        return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def sheet() -> type[Sheet]:
    return Sheet


@pytest.fixture(scope="session")
def grey() -> Callable[[Image.Image], Grey]:
    """An image as brightness from 0 to 1."""
    return lambda image: np.asarray(image.convert("L"), np.float32) / np.float32(255)
