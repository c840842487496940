"""The way from a picture to the ink on its paper: frame, size, polarity, light, printed lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.background import frame_width, ink_amount, paper_brightness
from chainrule.data.handwriting.line_removal import clean_paper
from chainrule.data.handwriting.paper_lines import PaperLines
from chainrule.data.handwriting.polarity import ink_is_dark
from chainrule.data.handwriting.preprocessing_trace import PreparationLog
from chainrule.data.picture_decoding import MOST_SHRUNK_PIXELS

__all__ = ["ExtractedInk", "extract_ink"]

Grey = NDArray[np.float32]
# A picture with a shorter side below 64 pixels is enlarged to about 112, four times MNIST's 28: the
# steps of its pixels would otherwise become the edges of the strokes.
_SMALL = 64
_ENLARGED = 112
# Paper whose brightness varies by a quarter is worth a remark: a poor answer has a likely cause.
_UNEVEN = 0.25


@dataclass(frozen=True, eq=False)
class ExtractedInk:
    """The ink on a picture's paper.

    Args:
        amount: how much of the paper's light each pixel takes, (rows, columns).
        lines: the printed lines that were removed from it, in one or two directions.
    """

    amount: Grey
    lines: tuple[PaperLines, ...]


def extract_ink(record: PreparationLog, grey: Grey) -> ExtractedInk:
    """Find the ink of a picture, whatever its polarity, light and paper.

    Args:
        record: where the stages and what is unusual are noted.
        grey: brightness from 0 to 1, (rows, columns).
    """
    cleaned = clean_paper(_even_light(record, *_orient(record, grey)))
    if cleaned.lines:
        sentence = f"The paper's printed lines were removed: {cleaned.describe()}."
        record.stage("lines", sentence, np.clip(cleaned.amount, 0, 1))
        record.remark(sentence)
    return ExtractedInk(cleaned.amount, cleaned.lines)


def _orient(record: PreparationLog, grey: Grey) -> tuple[Grey, bool]:
    """The picture without a frame, large enough to work on, ink darker than paper; was it so?"""
    width = frame_width(grey)
    if width:
        grey = grey[width:-width, width:-width]
        record.frame = width
        record.remark("A frame at the edge of the picture was left out.")
    grey = _enlarge(record, grey)
    before = f"A frame of {width} pixels left out. " if width else ""
    before += f"Enlarged {record.enlargement} times. " if record.enlargement > 1 else ""
    if ink_is_dark(grey):
        record.stage("polarity", before + "Dark ink on light paper: inverted.", 1 - grey)
        record.invert()
        return grey, True
    record.stage("polarity", before + "Light ink on dark, as in MNIST: unchanged.", grey)
    return 1 - grey, False


def _enlarge(record: PreparationLog, grey: Grey) -> Grey:
    """A small picture made larger, so that its pixels' edges do not become the strokes'."""
    short = min(grey.shape)
    factor = min(math.ceil(_ENLARGED / short), math.isqrt(MOST_SHRUNK_PIXELS // grey.size))
    if short >= _SMALL or factor < 2:
        return grey
    from PIL import Image

    record.enlargement = factor
    size = (grey.shape[1] * factor, grey.shape[0] * factor)
    larger = Image.fromarray(grey).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(np.clip(np.asarray(larger), 0, 1), np.float32)


def _even_light(record: PreparationLog, grey: Grey, dark_ink: bool) -> Grey:
    """The amount of ink, whatever the light."""
    paper = paper_brightness(grey)
    amount = ink_amount(grey, paper)
    least, most = float(paper.min()), float(paper.max())
    low, high = (least, most) if dark_ink else (1 - most, 1 - least)
    bounds = f"from {low:.2f} to {high:.2f}"
    sentence = f"The paper, of brightness {bounds}, was made uniform."
    record.stage("light", sentence, np.clip(amount, 0, 1))
    if most - least > _UNEVEN * most:
        record.remark(f"The light was uneven: the paper's brightness runs {bounds}.")
    return amount
