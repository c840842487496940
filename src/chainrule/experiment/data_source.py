"""The data source of an experiment: its place, how to read it, and which part to take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data import Dataset, DatasetPair, allow_content, dataset_names, load_dataset
from chainrule.errors import DataError, FileError, InputError, describe, unknown_name
from chainrule.plain_records import read_record, require_names
from chainrule.schema import Schema

__all__ = [
    "MOVED_REMEDY",
    "PARTS",
    "DataSource",
    "data_access",
    "find_noted",
    "is_run",
    "join_parts",
    "read_noted",
    "require_as_learned",
    "take_part",
]

DownloadObserver = Callable[[str, int, int], None]
"""Called with a file's name, its bytes so far and all of them."""

MOVED_REMEDY = "Say where they are by the argument {}"
"""What helps where data are not found: "data" or "validation"."""

PARTS = ("test", "train", "all")
"""The parts of a data set that a user can ask for."""


@dataclass(frozen=True)
class _Access:
    offline: bool | None = None
    observe: DownloadObserver | None = None


_ACCESS = ContextVar("chainrule data access", default=_Access())  # noqa: B039  # frozen


@contextmanager
def data_access(
    *,
    offline: bool = False,
    observe: DownloadObserver | None = None,
    limit: int | None = None,
) -> Iterator[None]:
    """Decide, while it is entered, how every data source loads.

    Args:
        offline: whether downloads are switched off; False leaves that to CHAINRULE_OFFLINE.
        observe: called with a file's name, its bytes so far and all of them, while it downloads.
        limit: greatest number of bytes that a file may unpack to; None as in `load_dataset`.

    Raises: InputError.
    """
    before = _ACCESS.get()
    token = _ACCESS.set(_Access(offline or before.offline, observe or before.observe))
    try:
        with allow_content(limit):
            yield
    finally:
        _ACCESS.reset(token)


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """Where data are, and how to read them.

    Args:
        source: a name that `load_dataset` knows, or a path.
        options: those of the other arguments of `load_dataset` that are set.
    """

    source: str
    options: Mapping[str, Any]

    def load(self, schema: Schema | None = None) -> DatasetPair:
        """Load the data, under the `data_access` that is entered.

        Args:
            schema: that of a network, by which tables are read to judge it; None learns one.

        Raises: what `load_dataset` raises.
        """
        access = _ACCESS.get()
        return load_dataset(
            self.source,
            **self.options,
            schema=schema,
            offline=access.offline or None,
            observe=access.observe,
        )

    def notes(self) -> dict[str, Any]:
        """Return plain values by which the data are found again from any folder."""
        return {"source": self.absolute().source, "options": dict(self.options)}

    def absolute(self) -> DataSource:
        """Return the same source with a path that holds in any folder."""
        if self.source in dataset_names():
            return self
        return replace(self, source=str(Path(self.source).absolute()))


def find_noted(path: str, notes: Any, moved: str | None, argument: str) -> DataSource:
    """Return where the data are that a run has noted.

    Args:
        path: the run's folder.
        notes: what `DataSource.notes` returned; empty if the run noted none.
        moved: a name or a path instead.
        argument: "data" or "validation", for error texts.

    Raises: DataError for notes of another form; InputError, FileError if there are no data.
    """
    noted = read_noted(path, notes)
    if moved is not None:
        return replace(noted, source=moved)
    if not noted.source:
        raise InputError(
            path,
            expected="a run that records its data",
            got="one that does not record them",
            remedy=MOVED_REMEDY.format(argument),
            argument=argument,
        )
    if noted.source not in dataset_names() and not Path(noted.source).exists():
        raise FileError(
            path,
            expected=f"its data at {noted.source}",
            got="nothing there",
            why="They were moved or deleted",
            remedy=MOVED_REMEDY.format(argument),
            argument=argument,
        )
    return noted


def read_noted(path: str, notes: Any) -> DataSource:
    """Return where a run says its data were, and how they were read.

    Args:
        path: the run's folder.
        notes: what `DataSource.notes` returned; empty if the run noted none.

    Raises: DataError for notes of another form.
    """
    try:
        require_names(notes, ("source", "options"), "notes")
        noted = read_record(DataSource, {"source": "", "options": {}, **notes}, "notes")
        require_names(noted.options, signature(load_dataset).parameters, "notes.options")
    except DataError as error:
        raise DataError(
            str(Path(path) / "run.json"), expected="notes on the data", got=str(error)
        ) from None
    return noted


def take_part(pair: DatasetPair, part: str) -> Dataset:
    """Return one part of a data set.

    Args:
        pair: both parts.
        part: "test", "train" or "all".

    Raises: UnknownNameError.
    """
    if part not in PARTS:
        raise unknown_name("DataSource", "a part of the data", part, PARTS, argument="part")
    return join_parts(pair) if part == "all" else pair.test if part == "test" else pair.train


def join_parts(pair: DatasetPair) -> Dataset:
    """Return both parts of a data set as one, the training set first."""
    parts = (pair.train, pair.test)
    return replace(
        pair.train,
        inputs=np.concatenate([part.inputs for part in parts]),
        targets=np.concatenate([part.targets for part in parts]),
        name=pair.train.name.partition(" (without ")[0],
    )


def is_run(path: str) -> bool:
    """Return whether a path is a run's folder or a network file, rather than a file of text."""
    try:
        return path.endswith(".safetensors") or Path(path).is_dir()
    except OSError:  # a text too long for a name
        return False


def require_as_learned(schema: Schema, options: Mapping[str, Any]) -> None:
    """Refuse options by which a table would be read as something that the network did not learn.

    Raises: InputError.
    """
    learned = {"target": ", ".join(schema.target.names), "task": schema.target.kind}
    for name in ("target", "task", "drop", "category", "number", "date"):
        given = options.get(name)
        if given in (None, (), []) or given == learned.get(name):
            continue
        due = f"the {name} that the network learned, {learned[name]}" if name in learned else ""
        raise InputError(
            "evaluate",
            expected=due or f"no other {name} columns than in training",
            got=describe(given),
            why="Its columns are read as in training",
            remedy=f"Leave --{name} out",
            argument=name,
            value=given,
        )
