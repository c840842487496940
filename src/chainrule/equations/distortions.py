"""Distorted copies of images: their random parameters, and the steps in order.

The order is that of writing, from the pen to the paper: stroke thickness, the map of the plane,
noise, cutout.
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
"""The counters of the random parameters under the key of an example."""
FIELD, NOISE = 1, 2
"""The keys derived from the key of an example: for the elastic field, and for noise."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How strongly training examples are distorted; by default not at all.

    Args:
        shift: greatest shift, up or down and left or right, in pixels.
        rotation: greatest rotation in either direction, in degrees.
        zoom: greatest relative change of height and of width, independent of each other; below 1.
        shear: greatest shear in either direction, in pixels per pixel of height.
        elastic: strength α of the elastic field, in pixels before smoothing.
        elastic_smoothness: standard deviation of the smoothing of the field, in pixels, above 0.
        thickness: greatest change of the stroke width, in pixels.
        noise: standard deviation of Gaussian noise, as a fraction of full ink.
        cutout: side of a square that is set to 0, in pixels.
        mixup: α of the Beta distribution of the mixing weights; 0 for no mixup.

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
        """Whether pixels are moved."""
        return bool(self.shift or self.rotation or self.zoom or self.shear or self.elastic)

    @property
    def needs_images(self) -> bool:
        """Whether it applies only to images, not to other inputs."""
        return self.moves or bool(self.thickness or self.cutout)

    @property
    def distorts(self) -> bool:
        """Whether single examples are changed: all but mixup."""
        return self.needs_images or bool(self.noise)

    @property
    def changes(self) -> bool:
        """Whether anything is changed."""
        return self.distorts or bool(self.mixup)


@dataclass(frozen=True)
class Distortion:
    """The random parameters of the distortion of one example.

    Args:
        move: the affine map.
        thickness: the change of the stroke width, in pixels.
        top: first row of the square that is cut out.
        left: first column of the square that is cut out.
    """

    move: AffineMap
    thickness: float
    top: int
    left: int


def draw_distortion(key: int, shape: tuple[int, int], strengths: Augmentation) -> Distortion:
    """[X9] The random parameters of a distortion, uniform between -m and m.

        v = m (2u - 1)      z = 1 + v      i₀ = ⌊u (h - side + 1)⌋

    m is the strength, z a factor of height or width, i₀ the first row of the square.

    Args:
        key: the key [H2] of the example in this epoch.
        shape: (h, w).
        strengths: m, of each distortion; the side of the square is cut to the shorter side of the
            image.

    Returns:
        The parameters.

    Source: Cireşan et al. (2010) [ciresan2010].
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


def _distort_channel(
    channel: Array, thickness: float, positions: Array | None
) -> NDArray[np.float64]:
    drawn = thicken(channel, thickness)
    return drawn if positions is None else interpolate(drawn, positions)


def distort(image: Array, key: int, strengths: Augmentation, full: float) -> Array:
    """[X10] A distorted copy: thickness [X4], map and field [X1-X3], noise [X5], cutout [X6].

    Args:
        image: (h, w, channels), bytes or numbers; all channels are moved alike.
        key: the key [H2] of the example in this epoch.
        strengths: the strength of each distortion.
        full: the value of full ink.

    Returns:
        The copy, of the same shape and type; bytes are rounded to the nearest.

    Source: Cireşan et al. (2010) [ciresan2010], a new copy of every example in every epoch; the
    steps are those of the equations named above.
    """
    h, w, channels = image.shape
    drawn, positions = draw_distortion(key, (h, w), strengths), None
    if strengths.moves:
        white = 2 * uniforms(derive_key(key, FIELD), np.arange(2 * h * w)).reshape(2, h, w) - 1
        field = displacements(white, strengths.elastic, strengths.elastic_smoothness)
        positions = source_positions((h, w), drawn.move) + field
    copies = [_distort_channel(image[:, :, k], drawn.thickness, positions) for k in range(channels)]
    made: Array = np.stack(copies, axis=2)
    if strengths.noise:
        g = normals(derive_key(key, NOISE), np.arange(made.size)).reshape(made.shape)
        made = add_noise(made, g, strengths.noise, full)
    made = cut_out(made, drawn.top, drawn.left, min(strengths.cutout, h, w))
    if image.dtype == np.uint8:
        made = np.floor(made + 0.5)  # halves go up; np.round would send them to the even number
    return made.astype(image.dtype)
