"""The studies that the lab shows: those of a storage, and what papers print of theirs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from chainrule.bundled import bundled_files
from chainrule.errors import unknown_name
from chainrule.figures.study_table import StudyTable, read_study_table, summary_table
from chainrule.study import (
    DEFAULT_STORAGE,
    ConfigurationResult,
    SavedStudy,
    StudyStore,
    StudySummary,
    open_store,
    open_study,
)

__all__ = ["ShownStudy", "StudyShelf"]

_PRINTED = "printed/"
"""Before the name of a paper's table; no study has a name with a stroke."""


@dataclass(frozen=True, eq=False)
class ShownStudy:
    """A study as it stands, or a printed table.

    Args:
        name: as it is chosen.
        table: of the trials that are complete; None while there is none.
        summary: of a stored study; None of a printed table.
    """

    name: str
    table: StudyTable | None
    summary: StudySummary | None = None

    @property
    def complete(self) -> list[ConfigurationResult]:
        """The complete trials, the best first."""
        ranked = () if self.summary is None else self.summary.ranked
        return [one for one in ranked if one.ended == "complete"]

    @property
    def is_under_way(self) -> bool:
        """Whether a trial of it has no result yet."""
        counts = None if self.summary is None else self.summary.counts
        return counts is not None and counts.ended < counts.planned


class StudyShelf:
    """Opens the studies of one storage, from any thread.

    Args:
        storage: a journal file, or the address of a database; None for the journal of the current
            folder, if there is one.

    Raises: FileError, DataError for a storage that cannot be opened.
    """

    def __init__(self, storage: str | None = None) -> None:
        self._lock = threading.Lock()
        self._store = None if storage is None else open_store(storage)

    @property
    def _opened(self) -> StudyStore | None:
        """The storage; that of the current folder is opened when it is asked for first."""
        with self._lock:
            if self._store is None and Path(DEFAULT_STORAGE).is_file():
                self._store = open_store(DEFAULT_STORAGE)
            return self._store

    @property
    def storage(self) -> str:
        """The storage's path or address without a password; empty without one."""
        store = self._opened
        return "" if store is None else store.display_name

    def names(self) -> list[str]:
        """Return the names of what can be chosen: studies, then printed tables."""
        store = self._opened
        stored = [] if store is None else store.names()
        return [*stored, *(f"{_PRINTED}{name}" for name in sorted(bundled_files("accuracies")))]

    def open(self, name: str) -> SavedStudy:
        """Return a study of the storage.

        Raises: UnknownNameError, DataError, FileError.
        """
        store = self._opened
        if store is None:
            raise unknown_name("lab", "a study", name, ("none, as no storage is open",))
        return open_study(name, store)

    def find(self, name: str) -> ShownStudy:
        """Return a study or a printed table as it stands.

        Args:
            name: one of `names`; empty for the first.

        Raises: UnknownNameError, DataError, FileError.
        """
        chosen = name or self.names()[0]
        if chosen.startswith(_PRINTED):
            known = bundled_files("accuracies")
            paper = chosen.removeprefix(_PRINTED)
            if paper not in known:
                raise unknown_name("lab", "a printed table", paper, known, argument="studies")
            return ShownStudy(chosen, _without_figures(read_study_table(str(known[paper]))))
        summary = self.open(chosen).summarise(effects=False)
        has_complete = summary.best is not None
        return ShownStudy(chosen, summary_table(summary) if has_complete else None, summary)


def _without_figures(table: StudyTable) -> StudyTable:
    """A printed table without the column that says in which figure a number stands."""
    rows = tuple(
        replace(row, parameters={n: v for n, v in row.parameters.items() if n != "figure"})
        for row in table.rows
    )
    return replace(table, rows=rows)
