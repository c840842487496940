"""A story as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.story import Block, Gallery, Lines, Picture, Story
from chainrule.documents import Table, plain_text

__all__ = ["story_page"]

Array = NDArray[Any]

_SIDE = 168
"""Pixels of a picture's longer side, about."""

_FOR, _AGAINST = (178, 24, 43), (33, 102, 172)
"""Colours of contributions above and below 0."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 1.6rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
th, td { padding: .15rem .8rem .15rem 0; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
figure { display: inline-block; margin: 0 1rem 1rem 0; } figcaption { font-size: 13px; }
img { image-rendering: pixelated; border: 1px solid #ccc; }
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #161616; }
  th, td { border-color: #444; } img { border-color: #555; } }
"""


def story_page(story: Story) -> str:
    """The story as HTML.

    Args:
        story: to be told.
    """
    body = "\n".join(part for block in story.blocks for part in _block(block))
    title = escape(story.title)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f"{body}\n</body>\n</html>\n"
    )


def _block(block: Block) -> Iterator[str]:
    if block.title:
        yield f"<h2>{escape(block.title)}</h2>"
    if isinstance(block, Lines):
        yield from _lines(block)
    elif isinstance(block, Table):
        yield from _table(block)
    else:
        yield from _gallery(block)


def _lines(block: Lines) -> Iterator[str]:
    if any(line.startswith(" ") for line in block.lines):  # formulas keep their columns
        yield f"<pre>{escape(chr(10).join(block.lines))}</pre>"
    else:
        yield from (f"<p>{escape(line)}</p>" for line in block.lines)


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide"><table>'
    yield _row("th", table.header)
    yield from (_row("td", tuple(map(plain_text, row))) for row in table.rows)
    yield "</table></div>"
    if table.note:
        yield f"<p>{escape(table.note)}</p>"


def _row(tag: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _gallery(gallery: Gallery) -> Iterator[str]:
    for picture in gallery.pictures:
        caption = escape(picture.caption)
        data = base64.b64encode(_png(picture)).decode()
        height, width = (int(side) * _zoom(picture) for side in picture.image.shape)
        size = f'width="{width}" height="{height}"'
        image = f'<img src="data:image/png;base64,{data}" {size} alt="{caption}">'
        yield f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
    if any(picture.signed for picture in gallery.pictures):
        yield "<p>Red is above 0, blue below; white is 0.</p>"


def _zoom(picture: Picture) -> int:
    return max(1, _SIDE // int(max(picture.image.shape)))


def _png(picture: Picture) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    colours = _coloured(picture.image) if picture.signed else _grey(picture.image)
    Image.fromarray(colours).save(stream, "png")
    return stream.getvalue()


def _grey(image: Array) -> Array:
    low, high = float(image.min()), float(image.max())
    share = (image - low) / (high - low) if high > low else np.zeros(image.shape)
    return np.rint(255 * share).astype(np.uint8)


def _coloured(values: Array) -> Array:
    """White at 0, red above and blue below, (height, width, 3) bytes."""
    most = float(np.abs(values).max()) or 1.0
    share = np.abs(values)[..., None] / most
    ink = np.where(values[..., None] > 0, _FOR, _AGAINST)
    return np.rint(255 * (1 - share) + ink * share).astype(np.uint8)
