"""A real browser for the tests of pages: Chromium without a network, driven by Playwright.

`open_page(path)` opens a file as a visitor does. When the test ends, the page must have reported no
error, and must have asked for nothing but itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

__all__ = ["PHONE", "OpenPage", "VisitedPage", "chromium", "open_page"]

FLAGS = ("--no-sandbox", "--disable-quic", "--disable-background-networking")
DESK = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}

OpenPage = Callable[..., "Page"]


@dataclass
class VisitedPage:
    """What a page has reported so far.

    Args:
        page: the page.
        allowed: how the addresses begin that it may ask for.
        errors: errors of its scripts, and what the console shows as an error or a warning.
        requests: addresses that it asked for and may not.
    """

    page: Page
    allowed: tuple[str, ...]
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._read_console)
        self.page.on("request", self._read_request)

    def _read_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _read_request(self, request: Request) -> None:
        if not request.url.startswith(self.allowed):
            self.requests.append(request.url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module: Playwright's loop must not outlive it, for others use asyncio."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Open a page: `open_page(path or address, viewport=PHONE, color_scheme="dark")`.

    A file is opened without a network; the pages of an address may ask their own server.
    """
    visits: list[VisitedPage] = []

    def opened(where: Path | str, **options: Any) -> Page:
        address = where.resolve().as_uri() if isinstance(where, Path) else where
        is_file = address.startswith("file:")
        options = {"viewport": DESK, "offline": is_file, **options}
        context = chromium.new_context(**options)
        page = context.new_page()
        page.set_default_timeout(10_000)
        own = address if is_file else "/".join(address.split("/")[:3]) + "/"
        visit = VisitedPage(page, (own, "data:", "blob:"))
        visit.watch()
        visits.append(visit)
        page.goto(address)
        return page

    yield opened
    for visit in visits:
        visit.page.context.close()
    found = [one for visit in visits for one in (*visit.errors, *visit.requests)]
    assert not found, found
