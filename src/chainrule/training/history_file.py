"""history.jsonl: a line an epoch, added to the file's end as a run goes on."""

from __future__ import annotations

import json
from pathlib import Path

from chainrule.engine import History
from chainrule.storage import append_durably, write_atomically

__all__ = ["HistoryFile"]


class HistoryFile:
    """The file of a run's history: written whole at first, and then by the lines that are new.

    A kill while lines are added can leave the last one cut; a run that goes on writes all anew.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: History | None = None
        self._size = 0

    def write(self, history: History) -> None:
        """Write the lines that the file does not have yet, or the whole file if it was changed.

        Args:
            history: begins with the one that was given before, or is another run's.

        Raises: FileError.
        """
        if not self._append(history):
            content = _lines(history, 0)
            self._written = None
            write_atomically(self._path, content)
            self._written, self._size = history, len(content)

    def _append(self, history: History) -> bool:
        """Add the new lines; whether this is what there was to do."""
        before = self._written
        if before is None or not history.continues(before):
            return False
        content = _lines(history, len(before))
        if not append_durably(self._path, content, self._size):
            return False
        self._written, self._size = history, self._size + len(content)
        return True


def _lines(history: History, first: int) -> bytes:
    return "".join(json.dumps(record.line()) + "\n" for record in history[first:]).encode()
