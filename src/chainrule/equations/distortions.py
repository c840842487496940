"""The distorted copy of an image: what is drawn by lot, and the steps one after the other.

The pen comes first, then the hand, then the paper: thickness, the map of the plane, noise, cutout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array
from chainrule.equations.hashing import derive_key, normals, uniforms
from chainrule.equations.inking import add_noise, cut_out, thicken
from chainrule.equations.warping import AffineMap, displacements, interpolate, source_positions

__all__ = ["Augmentation", "Distortion", "distort", "draw_distortion"]

DOWN, RIGHT, ROTATION, TALL, WIDE, SHEAR, THICKNESS, CUT_TOP, CUT_LEFT = range(9)
"""Which number of an example's key decides what."""
FIELD, NOISE = 1, 2
"""The parts of an example's key, for the elastic field and for noise."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How strongly training examples are distorted; by default not at all.

    Args:
        shift: pixels, at most, up or down and left or right.
        rotation: degrees, at most, either way.
        zoom: share by which heights and widths change at most, each by itself; below 1.
        shear: pixels to the left or right, at most, for each pixel of height.
        elastic: strength α of the elastic field, in pixels before smoothing.
        elastic_smoothness: width of the bell that smooths the field, in pixels, above 0.
        thickness: pixels by which strokes become thicker or thinner at most.
        noise: standard deviation of Gaussian noise, as a share of full ink.
        cutout: side of a square that is set to 0, in pixels.
        mixup: α of the Beta distribution that examples are mixed by; 0 for none.

    Example:
        >>> Augmentation(shift=2, rotation=10).distorts
        True
    """

    shift: float = 0.0
    rotation: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    elastic_smoothness: float = 4.0
    thickness: float = 0.0
    noise: float = 0.0
    cutout: int = 0
    mixup: float = 0.0

    @property
    def moves(self) -> bool:
        """Whether pixels go elsewhere."""
        return bool(self.shift or self.rotation or self.zoom or self.shear or self.elastic)

    @property
    def needs_images(self) -> bool:
        """Whether it makes sense for rows and columns of pixels only."""
        return self.moves or bool(self.thickness or self.cutout)

    @property
    def distorts(self) -> bool:
        """Whether examples themselves change, mixup apart."""
        return self.needs_images or bool(self.noise)

    @property
    def changes(self) -> bool:
        """Whether it does anything."""
        return self.distorts or bool(self.mixup)


@dataclass(frozen=True)
class Distortion:
    """What an example draws.

    Args:
        move: the affine map.
        thickness: pixels by which strokes become thicker.
        top: first row of the square cut out.
        left: its first column.
    """

    move: AffineMap
    thickness: float
    top: int
    left: int


def draw_distortion(key: int, shape: tuple[int, int], strengths: Augmentation) -> Distortion:
    """[X9] What an example draws: v = m (2u - 1), between -m and m, m being the most allowed.

    Factors of height and width are 1 + v; the square's first row is ⌊u (h - side + 1)⌋.

    Args:
        key: of the example in this epoch.
        shape: (h, w).
        strengths: the most of each; a square's side is at most the image's shorter one.
    """
    u = uniforms(key, np.arange(9))
    v = 2 * u - 1
    turn = math.radians(strengths.rotation)
    move = AffineMap(
        strengths.shift * v[DOWN],
        strengths.shift * v[RIGHT],
        turn * v[ROTATION],
        1 + strengths.zoom * v[TALL],
        1 + strengths.zoom * v[WIDE],
        strengths.shear * v[SHEAR],
    )
    side = min(strengths.cutout, *shape)
    top, left = (int(u[k] * (n - side + 1)) for k, n in ((CUT_TOP, shape[0]), (CUT_LEFT, shape[1])))
    return Distortion(move, strengths.thickness * v[THICKNESS], top, left)


def _plane(plane: Array, lot: Distortion, positions: Array | None) -> NDArray[np.float64]:
    pen = thicken(plane, lot.thickness)
    return pen if positions is None else interpolate(pen, positions)


def distort(image: Array, key: int, strengths: Augmentation, full: float) -> Array:
    """[X10] An example's copy: thickness [X4], map and field [X1-X3], noise [X5], cutout [X6].

    Args:
        image: (h, w, channels), bytes or numbers; all channels move alike.
        key: of the example in this epoch.
        strengths: of each distortion.
        full: what full ink is.

    Returns:
        The copy, of the same shape and type; bytes are rounded to the nearest.
    """
    h, w, channels = image.shape
    lot, positions = draw_distortion(key, (h, w), strengths), None
    if strengths.moves:
        white = 2 * uniforms(derive_key(key, FIELD), np.arange(2 * h * w)).reshape(2, h, w) - 1
        field = displacements(white, strengths.elastic, strengths.elastic_smoothness)
        positions = source_positions((h, w), lot.move) + field
    planes = [_plane(image[:, :, k], lot, positions) for k in range(channels)]
    made: Array = np.stack(planes, axis=2)
    if strengths.noise:
        g = normals(derive_key(key, NOISE), np.arange(made.size)).reshape(made.shape)
        made = add_noise(made, g, strengths.noise, full)
    made = cut_out(made, lot.top, lot.left, min(strengths.cutout, h, w))
    if image.dtype == np.uint8:
        made = np.floor(made + 0.5)
    return made.astype(image.dtype)
