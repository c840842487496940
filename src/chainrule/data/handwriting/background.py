"""Background of a picture: frames at the edge and uneven light, found with NumPy alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import otsu_threshold

__all__ = ["frame_width", "ink_amount", "paper_brightness", "ring_fraction"]

Grey = NDArray[np.float32]

# A frame is at most 15 % of the shorter side wide. 85 % of the pixels of each of its rings have one
# shade, and it gives way to the paper within 3 % of the shorter side, as no shadow does.
_FRAME_DEPTH = 0.15
_UNIFORM = 0.85
_FRAME_EDGE = 0.03
# The darkest paper that brightness is divided by; darker is shadow in which nothing can be read.
_DARKEST_PAPER = 0.25
# Sixteen tiles across follow a shadow, and five of them, the window of the closing, are wider than
# any stroke: a third of the picture.
_TILES = 16
_CLOSING = 5
# A tile is seldom covered by ink to more than a quarter; its upper quartile is then paper.
_PAPER_QUANTILE = 0.75
# How many of the surface's six terms each round fits: a level, a slope, then a curve.
_FIT_TERMS = (1, 3, 3, 6, 6, 6)
# The first round fits the tiles of the border only, which are most likely paper.
_BORDER = 0.85
# Tiles within this distance of the surface, or within twice the median distance, are paper.
_NEAR = 0.03


def frame_width(grey: Grey) -> int:
    """How many pixels at the edge are a frame of the other shade than what it surrounds, or 0.

    Args:
        grey: (rows, columns) from 0 to 1.
    """
    if np.ptp(grey) == 0:
        return 0
    dark = grey < otsu_threshold(grey)
    short = min(grey.shape)
    fractions = [ring_fraction(dark, depth) for depth in range(int(short * _FRAME_DEPTH) + 1)]
    return _last_change(fractions, max(1, round(short * _FRAME_EDGE)))


def _last_change(fractions: list[float], edge: int) -> int:
    """The depth of the last change between dark and light within `edge` rings, or 0.

    The last one counts: a line drawn inside a margin is left out together with the margin.
    """
    change, seen_at, seen = 0, 0, 0
    for depth, fraction in enumerate(fractions):
        shade = int(fraction >= _UNIFORM) - int(fraction <= 1 - _UNIFORM)
        if shade:
            change = depth if shade == -seen and depth - seen_at <= edge else change
            seen, seen_at = shade, depth
    return change


def ring_fraction(dark: NDArray[np.bool_], depth: int) -> float:
    """The fraction of the ring of pixels `depth` away from the edge for which a mask holds.

    >>> ring_fraction(np.eye(3, dtype=bool), 0)
    0.3333333333333333
    """
    height, width = dark.shape
    inner = dark[depth : height - depth, depth : width - depth]
    sides = (inner[0], inner[-1], inner[:, 0], inner[:, -1])
    return float(np.concatenate(sides).mean())


def ink_amount(grey: Grey, paper: Grey) -> Grey:
    """How much darker than its paper each pixel is, as a fraction of the paper's brightness.

    Some pixels of grainy paper are lighter than it and have less than no ink.

    Args:
        grey: from 0 to 1, the ink darker than the paper.
        paper: from `paper_brightness`, the same shape.
    """
    return np.asarray((paper - grey) / np.maximum(paper, _DARKEST_PAPER), np.float32)


def paper_brightness(grey: Grey) -> Grey:
    """The brightness that each pixel would have without ink darker than the paper.

    The upper quartile of each of about 16 x 16 tiles; their distance from a smooth surface is
    closed (the greatest of 5 x 5 tiles, then the least), so that strokes narrower than a third of
    the picture vanish; then smoothed and interpolated.

    Args:
        grey: (rows, columns) from 0 to 1, the ink darker than the paper.
    """
    tile = max(2, -(-max(grey.shape) // _TILES))
    coarse = _tile_quantiles(grey, tile)
    # Closing alone would brighten the darkest edge of a slope, so the slope is taken out first.
    slope = _surface(coarse)
    closed = _windowed(_windowed(coarse - slope, np.max, _CLOSING), np.min, _CLOSING)
    smooth = slope + _windowed(closed, np.mean, 3)
    rows = _interpolation(grey.shape[0], smooth.shape[0], tile)
    columns = _interpolation(grey.shape[1], smooth.shape[1], tile)
    return np.asarray(np.clip(rows @ smooth @ columns.T, 0, 1), np.float32)


def _tile_quantiles(grey: Grey, tile: int) -> Grey:
    down, across = (-(-size // tile) for size in grey.shape)
    missing = [(0, down * tile - grey.shape[0]), (0, across * tile - grey.shape[1])]
    tiles = np.pad(grey, missing, mode="edge").reshape(down, tile, across, tile)
    stacked = tiles.swapaxes(1, 2).reshape(down, across, -1)
    place = int(_PAPER_QUANTILE * (stacked.shape[-1] - 1))
    return np.asarray(np.partition(stacked, place, axis=-1)[..., place], np.float32)


def _surface(tiles: Grey) -> Grey:
    """A quadratic surface through the brightness of most tiles, those of the border first."""
    height, width = tiles.shape
    y, x = (g.ravel() for g in np.meshgrid(_places(height), _places(width), indexing="ij"))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    values = tiles.ravel().astype(np.float64)
    near = np.maximum(np.abs(x), np.abs(y)) > _BORDER
    for count in _FIT_TERMS:
        weights, *_ = np.linalg.lstsq(terms[near, :count], values[near], rcond=None)
        fitted = terms[:, :count] @ weights
        distance = np.abs(values - fitted)
        near = distance <= max(_NEAR, 2 * float(np.median(distance)))
    fitted = np.clip(fitted, values.min(), values.max())
    return np.asarray(fitted.reshape(tiles.shape), np.float32)


def _places(size: int) -> NDArray[np.float64]:
    return np.linspace(-1.0, 1.0, size) if size > 1 else np.ones(1)


def _windowed(tiles: Grey, reduce: Callable[..., Any], size: int) -> Grey:
    """`reduce` over the size x size tiles around each tile."""
    padded = np.pad(tiles, size // 2, mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    return np.asarray(reduce(views, axis=(-2, -1)), np.float32)


def _interpolation(pixels: int, tiles: int, tile: int) -> Grey:
    """The matrix that interpolates linearly between the tiles' centres, (pixels, tiles)."""
    if tiles == 1:
        return np.ones((pixels, 1), np.float32)
    place = (np.arange(pixels) + 0.5) / tile - 0.5
    left = np.clip(np.floor(place), 0, tiles - 2)
    # Beyond the outermost centres the line goes on, so that a slope stays one up to the edge.
    right_weight = (place - left)[:, None]
    number = np.arange(tiles)
    weights = np.where(number == left[:, None] + 1, right_weight, 0.0)
    return np.where(number == left[:, None], 1 - right_weight, weights).astype(np.float32)
