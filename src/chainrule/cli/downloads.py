"""Progress of downloads, on stderr: a bar on a terminal, one line per file elsewhere."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from chainrule.cli.console import REFRESH_SECONDS, is_terminal, rich_console

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Downloads", "download_view", "size_text"]


def size_text(size: int) -> str:
    """A size in bytes for people.

    >>> size_text(26421880), size_text(512)
    ('26.4 MB', '512 B')
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


@contextlib.contextmanager
def download_view() -> Iterator[Callable[[str, int, int], None]]:
    """Show downloads while it is entered; leaving it takes the bar away.

    Gives: what `load_dataset` calls while it downloads.
    """
    downloads = Downloads()
    try:
        yield downloads
    finally:
        downloads.stop()


class Downloads:
    """Called with a file's name, its bytes so far and all of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._drawn = clock, -math.inf
        self._progress: Progress | None = None
        self._tasks: dict[str, Any] = {}
        self._terminal = is_terminal(sys.stderr)

    def __call__(self, name: str, done: int, total: int) -> None:
        """Show how far the file has come."""
        if name not in self._tasks:
            self._tasks[name] = self._begun(name, total)
        if self._progress is None:
            return
        now = self._clock()
        self._progress.update(self._tasks[name], completed=done, refresh=False)
        if now - self._drawn >= REFRESH_SECONDS:
            self._drawn = now
            self._progress.refresh()

    def _begun(self, name: str, total: int) -> Any:
        if not self._terminal:
            print(f"fetching {name} ({size_text(total)})", file=sys.stderr, flush=True)
            return None
        if self._progress is None:
            self._progress = _progress()
            self._progress.start()
        return self._progress.add_task(name, total=total)

    def stop(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()


def _progress() -> Progress:
    from rich import progress

    columns = [
        progress.TextColumn("{task.description}", style="cyan", markup=False),
        progress.BarColumn(bar_width=None),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    ]
    return progress.Progress(
        *columns, console=rich_console(sys.stderr), auto_refresh=False, transient=True, expand=True
    )
