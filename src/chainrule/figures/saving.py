"""Figures as files: the same figure gives the same bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.errors import InputError
from chainrule.figures.style import figure_style
from chainrule.storage import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SUFFIXES", "figure_bytes", "save_figure"]

# What Matplotlib would write beside the picture: the date, and its own version.
_METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}

SUFFIXES = tuple(f".{kind}" for kind in _METADATA)
"""The kinds of file that can be written."""


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure to a file, whose suffix determines the format, in one atomic step.

    Args:
        figure: drawn by any `draw_*`.
        path: ends with .png (150 dots an inch), .svg or .pdf.

    Raises: InputError for another suffix, FileError.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in _METADATA:
        raise InputError(
            str(path),
            expected=f"a name that ends with {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}",
            got=repr(Path(path).suffix) if kind else "no suffix",
            argument="path",
            value=str(path),
        )
    write_atomically(path, figure_bytes(figure, kind))


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """Return a figure as the content of a file.

    Args:
        figure: drawn by any `draw_*`.
        kind: "png" (150 dots an inch), "svg" or "pdf".
    """
    content = io.BytesIO()
    with figure_style():
        figure.savefig(content, format=kind, metadata=_METADATA[kind])
    return content.getvalue()
