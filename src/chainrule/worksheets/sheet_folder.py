"""The files of worksheets: sheets, separate answers, and a claims file for each sheet."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainrule.errors import FileError, unknown_name
from chainrule.storage import make_folder, read_bytes, write_atomically
from chainrule.worksheets.sheet import Worksheet
from chainrule.worksheets.sheet_rendering import render_answers, render_sheets

__all__ = ["FORMATS", "write_sheets"]

FORMATS = {"html": ".html", "latex": ".tex", "markdown": ".md", "text": ".txt"}
"""The formats of sheets and answers, with the suffixes of their files."""


def write_sheets(
    sheets: Sequence[Worksheet], folder: str | Path, format_name: str = "html"
) -> dict[str, Any]:
    """Write worksheets into a folder.

    There are one file of all sheets, one of all answers, and a claims file a sheet: claims.toml,
    or claims-01.toml and so on if there are several.

    Args:
        sheets: at least one.
        folder: is made where it is not there.
        format_name: of FORMATS.

    Returns: the paths: "sheets", "answers", and "claims", a list.
    Raises: UnknownNameError; FileError if something cannot be written, or where a claims file
        of that name has answers in it, which would be lost.
    """
    if format_name not in FORMATS:
        raise unknown_name("worksheet", "a format", format_name, FORMATS, argument="format")
    suffix = FORMATS[format_name]
    place = Path(folder)
    width = max(2, len(str(len(sheets))))
    names = [f"claims-{at:0{width}d}.toml" for at in range(1, len(sheets) + 1)]
    claims = [place / name for name in (names if len(sheets) > 1 else ["claims.toml"])]
    paths = {"sheets": place / f"sheets{suffix}", "answers": place / f"answers{suffix}"}
    texts = {
        paths["sheets"]: render_sheets(sheets, format_name),
        paths["answers"]: render_answers(sheets, format_name),
    }
    texts |= {path: sheet.claims_text() for path, sheet in zip(claims, sheets, strict=True)}
    for path in claims:
        _refuse_answered(path)
    make_folder(place)
    for path, text in texts.items():
        write_atomically(path, text.encode())
    return {**{name: str(path) for name, path in paths.items()}, "claims": list(map(str, claims))}


def _refuse_answered(path: Path) -> None:
    """Refuse to write over a student's answers."""
    if path.exists() and _is_answered(path):
        raise FileError(
            str(path),
            expected="a claims file without answers, or none",
            got="one with answers in it",
            why="The answers would be lost",
            remedy="Choose another folder with --out, or remove the file",
            argument="out",
            value=str(path),
        )


def _is_answered(path: Path) -> bool:
    """Whether a file may have answers in it; one that is no TOML may."""
    try:
        found = tomllib.loads(read_bytes(path).decode())
        return any(str(claim["printed"]).strip() for claim in found["claims"])
    except (ValueError, KeyError, TypeError):
        return True
