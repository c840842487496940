"""Open what was kept: a run with its network, and the data with which it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chainrule.cli.downloads import download_observer
from chainrule.data import DatasetPair, dataset_names, load_dataset
from chainrule.errors import DataError, FileError, InputError
from chainrule.network import Network
from chainrule.training import RunFacts, RunFolder

__all__ = ["DataSource", "Kept", "data_of", "is_folder", "judged_by", "open_kept", "validation_of"]


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """Where data are, and how to read them.

    Args:
        source: a name that `load_dataset` knows, or a path.
        options: other arguments of `load_dataset`, those that were given.
    """

    source: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def load(self, *, offline: bool = False) -> DatasetPair:
        """The data, with progress shown where they are fetched.

        Raises: what `load_dataset` raises.
        """
        with download_observer() as observe:
            return load_dataset(
                self.source, **self.options, offline=offline or None, observe=observe
            )

    def notes(self) -> dict[str, Any]:
        """What to keep in order to find the data from any folder."""
        named = self.source in dataset_names()
        source = self.source if named else str(Path(self.source).absolute())
        return {"source": source, "options": dict(self.options)}


@dataclass(frozen=True)
class Kept:
    """A run folder or a network file that was opened.

    Args:
        path: as it was given.
        network: what it holds.
        facts: what the run was asked to do; None for a network file.
    """

    path: str
    network: Network
    facts: RunFacts | None


def is_folder(path: str) -> bool:
    """Whether there is a folder of that name; what is too long for a name is none."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def open_kept(path: str) -> Kept:
    """A run folder whose training has ended, or a network file.

    Raises: RunFolderError, FileError, DataError, IntegrityError.
    """
    if not is_folder(path):
        return Kept(path, Network.load(path), None)
    folder = RunFolder(path)
    return Kept(path, folder.network(), folder.facts())


def data_of(facts: RunFacts, run: str, moved: str | None, remedy: str) -> DataSource:
    """The data with which a run was made.

    Args:
        facts: what the run remembers.
        run: its folder, for error texts.
        moved: where the user says the data are now; None where the run knows.
        remedy: how to say so.

    Raises: InputError, FileError.
    """
    kept = facts.notes.get("data", {"source": facts.data.get("source", "")})
    return _found(kept, run, moved, remedy)


def validation_of(facts: RunFacts, run: str, moved: str | None, remedy: str) -> DataSource | None:
    """The validation data of a run; None where it had none of its own. As `data_of`."""
    kept = facts.notes.get("validation")
    return None if kept is None and moved is None else _found(kept or {}, run, moved, remedy)


def _found(kept: Any, run: str, moved: str | None, remedy: str) -> DataSource:
    try:
        source = DataSource(source=str(kept.get("source", "")), options=kept.get("options", {}))
    except AttributeError:
        raise DataError(
            str(Path(run) / "run.json"), expected="notes on the data", got="something else"
        ) from None
    if moved is not None:
        return replace(source, source=moved)
    if not source.source:
        raise InputError(
            run, expected="a run that knows its data", got="one that does not", remedy=remedy
        )
    if source.source not in dataset_names() and not Path(source.source).exists():
        raise FileError(
            run,
            expected=f"its data at {source.source}",
            got="nothing there",
            why="They were moved or deleted",
            remedy=remedy,
        )
    return source


def judged_by(kept: Kept, command: str, data: str | None, options: Mapping[str, Any]) -> DataSource:
    """The data to judge a network by: those named, else the run's own.

    Args:
        kept: the run or network.
        command: who asks, for error texts.
        data: a name or a path; None where the run knows.
        options: how to read the data, where that is not as in training.

    Raises: InputError, FileError.
    """
    if kept.facts is not None:
        remedy = f"Name the data: chainrule {command} {kept.path} DATA"
        found = data_of(kept.facts, kept.path, data, remedy)
        return replace(found, options={**found.options, **options})
    if data is None:
        raise InputError(
            command,
            expected="DATA to judge the network by",
            got="none",
            why="A network file does not know its data",
            remedy="Name them after it, such as mnist",
            argument="data",
        )
    return DataSource(source=data, options=options)
