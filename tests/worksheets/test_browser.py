from __future__ import annotations

import re
import shutil
import stat
import zlib
from pathlib import Path

import pytest

from chainrule.errors import FileError, MissingLibraryError
from chainrule.ledger.ledger import Ledger
from chainrule.worksheets.browser import BROWSERS, find_browser, print_pdf
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.sheet import make_worksheet
from chainrule.worksheets.sheet_rendering import render_sheets

INSTALLED = any(map(shutil.which, BROWSERS))
NONE = (
    "worksheet: expected a browser that prints to PDF: chromium, chromium-browser, google-chrome, "
    "google-chrome-stable, chrome, msedge, microsoft-edge, got none of them on PATH. Install "
    "Chromium, or open the HTML in any browser and print it to a file."
)


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """A browser of our own on PATH, and no other."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def planted(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
        return path

    return planted


def test_none_is_installed(plant, tmp_path) -> None:
    with pytest.raises(MissingLibraryError) as caught:
        print_pdf("<p>x</p>", tmp_path / "x.pdf", "worksheet")
    assert str(caught.value) == NONE


def test_the_first_of_the_names_is_taken(plant) -> None:
    plant("google-chrome", "exit 0")
    first = plant("chromium", "exit 0")
    assert find_browser() == str(first)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo one >&2; echo no display >&2; exit 3", "exit code 3, no display"),
        ("exit 4", "exit code 4"),
        ("exit 0", "none"),
    ],
)
def test_a_browser_that_fails(plant, tmp_path, script, reason) -> None:
    path = plant("chromium", script)
    target = tmp_path / "x.pdf"
    with pytest.raises(FileError) as caught:
        print_pdf("<p>x</p>", target)
    assert str(caught.value) == (
        f"{target}: expected a PDF from {path}, got {reason}. Open the HTML in any browser and "
        "print it to a file."
    )
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bin"]


def test_no_folder_to_print_into(plant, tmp_path) -> None:
    plant("chromium", "exit 0")
    target = tmp_path / "missing" / "x.pdf"
    with pytest.raises(FileError) as caught:
        print_pdf("<p>x</p>", target)
    assert str(caught.value) == (
        f"{target}: expected a place that can be written, got No such file or directory."
    )


@pytest.mark.skipif(not INSTALLED, reason="no Chromium, Chrome or Edge on PATH")
def test_sheets_are_printed(tmp_path) -> None:
    sheets = [
        make_worksheet(Ledger(generate_exercise(ExercisePlan(layers=(1, 1)), seed)))
        for seed in (1, 2)
    ]
    target = tmp_path / "sheets.pdf"
    print_pdf(render_sheets(sheets, "html"), target)
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", _plain(content))) >= 2
    assert [one.name for one in tmp_path.iterdir()] == ["sheets.pdf"]


def _plain(content: bytes) -> bytes:
    """The objects of a PDF, those that are packed together too."""
    parts = [content]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            parts.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(parts)
