"""Printing of HTML pages to PDF by an installed browser."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from chainrule.errors import FileError, MissingLibraryError
from chainrule.storage import read_bytes, write_atomically

__all__ = ["BROWSERS", "HEADLESS_FLAGS", "find_browser", "print_pdf"]

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
"""The names under which the browsers that can do it are installed, the first found taken."""

HEADLESS_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
)
"""What makes such a browser do its work without a window, and without asking anybody."""

_FLAGS = (*HEADLESS_FLAGS, "--no-pdf-header-footer")
_LONGEST = 300
"""Seconds to wait for a browser."""


def find_browser(where: str = "print_pdf") -> str:
    """The path of a browser that can print to PDF.

    Args:
        where: who asks, for the error text.

    Raises: MissingLibraryError if no browser is on PATH.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise MissingLibraryError(
            where,
            expected=f"a browser that prints to PDF: {', '.join(BROWSERS)}",
            got="none of them on PATH",
            remedy="Install Chromium, or open the HTML in any browser and print it to a file",
            argument="pdf",
        )
    return found


def print_pdf(html: str, path: str | Path, where: str = "print_pdf") -> None:
    """Print a page to a PDF, by Chromium or one of its kind.

    Args:
        html: the page, which needs nothing from outside.
        path: of the PDF; it is whole or not there.
        where: who asks, for error texts.

    Raises: MissingLibraryError if no such browser is on PATH, FileError if the browser fails
        or the file cannot be written.
    """
    command = find_browser(where)
    target = Path(path)
    try:
        # Beside the target, for some browsers are shut out of folders for temporary files.
        with tempfile.TemporaryDirectory(
            prefix="printing-", dir=target.parent, ignore_cleanup_errors=True
        ) as folder:
            page, made = Path(folder) / "page.html", Path(folder) / "page.pdf"
            page.write_text(html, encoding="utf-8")
            reason = _run(command, Path(folder), page, made)
            if not made.exists():
                raise FileError(
                    str(target),
                    expected=f"a PDF from {command}",
                    got=reason or "none",
                    remedy="Open the HTML in any browser and print it to a file",
                    argument="pdf",
                )
            content = read_bytes(made)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        reason = error.strerror or str(error)
        expected = "a place that can be written"
        raise FileError(str(target), expected=expected, got=reason, argument="pdf") from None
    write_atomically(target, content)


def _run(command: str, folder: Path, page: Path, made: Path) -> str:
    """Run the browser; why it failed, as far as it says so."""
    flags = (*_FLAGS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made.absolute()}")
    try:
        done = subprocess.run(
            [command, *flags, page.absolute().as_uri()],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {_LONGEST} seconds"
    if done.returncode == 0:
        return ""
    last = done.stderr.strip().rpartition("\n")[2]
    return f"exit code {done.returncode}" + (f", {last}" if last else "")
