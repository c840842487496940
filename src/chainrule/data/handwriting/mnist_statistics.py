"""Statistics of MNIST's digits, and how a picture differs from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import find_components
from chainrule.data.handwriting.centring import centre_of_mass
from chainrule.schema import stroke_widths

__all__ = ["NORMS", "compute_norms", "describe_unusual", "measure", "stroke_thickness"]

_QUANTILES = (0.005, 0.5, 0.995)

# compute_norms(load_mnist().train.inputs.reshape(-1, 28, 28)), rounded: figure -> its quantiles.
NORMS: dict[str, tuple[float, float, float]] = {
    "ink": (0.045, 0.127, 0.260),
    "thickness": (1.38, 2.36, 4.60),
    "aspect": (0.20, 0.80, 1.43),
    "solid": (0.58, 0.77, 0.93),
    "lean": (-31.4, 5.9, 40.6),
    "pieces": (1.0, 1.0, 2.0),
    "row": (13.50, 13.99, 14.50),
    "column": (13.50, 14.01, 14.50),
}

# For each figure: what it means to lie below and above MNIST's, decimals, and the unit.
# No word means no harm: ink without grey edges is drawn, not scanned.
_WORDS = {
    "thickness": ("The strokes are thin", "The strokes are thick", 2, "pixels"),
    "aspect": ("The digit is narrow", "The digit is wide", 2, "of its height"),
    "solid": ("The ink is pale or blurred", "", 2, "of it solid"),
    "lean": ("The digit leans to the left", "The digit leans to the right", 1, "degrees"),
    "pieces": ("There is no ink", "The digit is in many pieces", 0, "pieces"),
    "row": ("The digit sits high", "The digit sits low", 2, "pixels down"),
    "column": ("The digit sits to the left", "The digit sits to the right", 2, "pixels across"),
    "ink": ("There is little ink", "There is much ink", 3, "of the picture"),
}

_SIDE = 28
# Bytes of ink: from the first on a pixel is inked, from the second on it is solid, more than half.
_INK = 32
_SOLID = 128


def measure(image: NDArray[Any]) -> dict[str, float]:
    """The figures by which a digit is compared with MNIST's.

    Args:
        image: ink from 0 to 255 on 0, (rows, columns), uint8, with some ink. Lengths are given as
            if the shorter side had 28 pixels.

    Returns: by name
        ink: ink as a share of the whole picture blackened;
        thickness: of the strokes in pixels, 2 A / V, where A is the sum of ink and V that of its
            gradient's length: a stroke of length l and width w has A = l w and V = 2 l;
        aspect: width by height of the box around the ink;
        solid: share of the inked pixels that are more than half black;
        lean: of the strokes to the right in degrees, from the ink's second moments;
        pieces: how many pieces do not touch;
        row, column: the centre of mass.

    Example:
        >>> image = np.zeros((28, 28), np.uint8)
        >>> image[4:24, 12:16] = 255
        >>> figures = measure(image)
        >>> round(figures["thickness"], 2), figures["aspect"], figures["row"]
        (3.37, 0.2, 13.5)
    """
    grey = image.astype(np.float64) / 255
    unit = _SIDE / min(image.shape)
    inked = image >= _INK
    height, width = (int(np.ptp(np.flatnonzero(inked.any(axis=k)))) + 1 for k in (1, 0))
    row, column, lean = _moments(grey)
    return {
        "ink": float(grey.mean()),
        "thickness": unit * stroke_thickness(grey),
        "aspect": width / height,
        "solid": float((image[inked] >= _SOLID).mean()),
        "lean": lean,
        "pieces": float(len(find_components(image >= _SOLID // 2))),
        "row": unit * row,
        "column": unit * column,
    }


def stroke_thickness(ink: NDArray[np.floating]) -> float:
    """The mean thickness of strokes in pixels, as `stroke_widths` has it.

    Args:
        ink: from 0 to 1 on 0, (rows, columns), with some ink.
    """
    return float(stroke_widths(ink[None])[0])


def _moments(grey: NDArray[np.float64]) -> tuple[float, float, float]:
    """Centre of mass in rows and columns, and the lean in degrees."""
    rows, columns = np.indices(grey.shape)
    row, column = centre_of_mass(grey)
    spread = float(((rows - row) ** 2 * grey).sum())
    shear = float(((rows - row) * (column - columns) * grey).sum())
    return row, column, math.degrees(math.atan2(shear, spread))


def compute_norms(images: NDArray[np.uint8]) -> dict[str, tuple[float, ...]]:
    """The quantiles of each figure over many digits.

    Args:
        images: (n, 28, 28), ink from 0 to 255 on 0.

    Returns: for each figure of `measure` its quantiles of 0.5 %, 50 % and 99.5 %.
    """
    figures = [measure(image) for image in images]
    names = figures[0]
    values = np.array([list(one.values()) for one in figures])
    table = np.quantile(values, _QUANTILES, axis=0).T
    return {name: tuple(map(float, row)) for name, row in zip(names, table, strict=True)}


def describe_unusual(figures: Mapping[str, float]) -> tuple[str, ...]:
    """Sentences on the figures that lie outside those of 99 % of MNIST's training digits.

    Args:
        figures: as `measure` gives them.

    Example:
        >>> describe_unusual({"thickness": 0.8, "aspect": 0.7})
        ('The strokes are thin: 0.80 pixels; 99 % of MNIST digits lie between 1.38 and 4.60.',)
    """
    sentences = (_sentence(name, figures[name]) for name in _WORDS if name in figures)
    return tuple(sentence for sentence in sentences if sentence)


def _sentence(name: str, value: float) -> str:
    low, _, high = NORMS[name]
    below, above, decimals, unit = _WORDS[name]
    remark = below if value < low else above if value > high else ""
    if not remark:
        return ""
    bounds = f"between {low:.{decimals}f} and {high:.{decimals}f}"
    return f"{remark}: {value:.{decimals}f} {unit}; 99 % of MNIST digits lie {bounds}."
