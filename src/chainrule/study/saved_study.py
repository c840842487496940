"""Studies by name: computed, continued, counted, summarised, exported and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainrule.errors import InputError
from chainrule.storage import write_atomically
from chainrule.study.comparison import Comparison, compared
from chainrule.study.export import FORMATS, curve_rows, export_text, rows_of, write_parquet
from chainrule.study.runner import Kept, kept_study, resume_study, run_study, work_on_study
from chainrule.study.scheduler import Ended
from chainrule.study.spec import ADDRESSED, Spec, read_study
from chainrule.study.study_storage import open_store
from chainrule.study.summary import Counts, Summary, counted, summarised

__all__ = [
    "STORAGE",
    "SavedStudy",
    "StudyPlace",
    "compare_configurations",
    "compute_study",
    "list_studies",
    "open_study",
]

STORAGE = "studies.journal"
"""The storage where none is named: a journal file in the current folder."""


def _ignore(_: object) -> None:
    """See a study go by and do nothing."""


@dataclass(frozen=True, kw_only=True)
class StudyPlace:
    """Where trials are computed; what is None is as the study's file says.

    Args:
        executor: "local", "processes", "joblib", "dask" or "ray".
        workers: trials computed at once.
        address: of a Dask scheduler or a Ray cluster; alone it makes the executor "dask".
    """

    executor: str | None = None
    workers: int | None = None
    address: str | None = None

    def settings(self, executor: str = "local") -> dict[str, Any]:
        """Return the settings that are given.

        Args:
            executor: the study's own.

        Raises: InputError for an address that the executor does not take.
        """
        given = {name: value for name, value in vars(self).items() if value is not None}
        if self.address is None:
            return given
        if executor not in ADDRESSED:
            given.setdefault("executor", "dask")
        if given.get("executor", executor) not in ADDRESSED:
            raise InputError(
                "study",
                expected="the executor dask or ray to go with an address",
                got=str(given["executor"]),
                argument="executor",
            )
        return given


@dataclass(frozen=True, eq=False)
class SavedStudy:
    """A study in a storage.

    Args:
        saved: the study with its storage.
    """

    saved: Kept

    @property
    def name(self) -> str:
        """The name under which it is kept."""
        return self.saved.spec.name

    def counts(self) -> Counts:
        """Return how far it is."""
        return counted(self.saved)

    def summarise(self, *, effects: bool = True) -> Summary:
        """Return its answer as far as it has come.

        Args:
            effects: whether to say what each parameter explains, which takes seconds for hundreds
                of trials.
        """
        return summarised(self.saved, effects=effects)

    def rows(self, *, curves: bool = False) -> list[dict[str, Any]]:
        """Return a row for each seed of each configuration that has a result.

        Args:
            curves: whether to give a row for each epoch instead, with the metric on the examples
                held out.

        Raises: InputError for curves of a study with a metric of the test set.
        """
        return curve_rows(self.saved) if curves else rows_of(self.saved)

    def export(self, path: str | Path, *, curves: bool = False) -> None:
        """Write the rows as CSV, JSON or Parquet, by the suffix of the path.

        Args:
            path: a file; it is replaced.
            curves: as in `rows`.

        Raises: InputError for another suffix, MissingLibraryError, FileError.
        """
        kind = Path(path).suffix.removeprefix(".").lower()
        if kind not in FORMATS:
            raise InputError(
                "study export",
                expected=f"a file name that ends with {', '.join(FORMATS)}",
                got=repr(str(path)),
                argument="path",
                value=path,
            )
        rows = self.rows(curves=curves)
        if kind == "parquet":
            write_parquet(rows, str(path))
        else:
            write_atomically(path, export_text(rows, kind).encode())

    def resume(
        self,
        *,
        place: StudyPlace | None = None,
        on_trial: Callable[[Ended], object] = _ignore,
        on_begin: Callable[[Kept], object] = _ignore,
    ) -> SavedStudy:
        """Continue it to its end; trials whose process is gone are computed anew.

        Args:
            place: where trials are computed.
            on_trial: called with each trial that ends.
            on_begin: called once, before the first trial.

        Raises: what `compute_study` raises.
        """
        changes = (place or StudyPlace()).settings(self.saved.spec.settings.executor)
        url = self.saved.store.url
        return SavedStudy(
            resume_study(url, self.name, changes=changes, watch=on_trial, begun=on_begin)
        )

    def work(
        self,
        *,
        on_trial: Callable[[Ended], object] = _ignore,
        on_begin: Callable[[Kept], object] = _ignore,
    ) -> SavedStudy:
        """Compute trials in this process, beside any others, until none is open.

        Arguments and errors are those of `resume`.
        """
        url = self.saved.store.url
        return SavedStudy(work_on_study(url, self.name, watch=on_trial, begun=on_begin))


def open_study(name: str, storage: str = STORAGE) -> SavedStudy:
    """Open a study.

    Args:
        name: the study's.
        storage: a journal file, or the address of a database.

    Raises: UnknownNameError, DataError, FileError.
    """
    return SavedStudy(kept_study(open_store(storage), name))


def list_studies(storage: str = STORAGE) -> tuple[SavedStudy, ...]:
    """Return all studies of a storage; errors as in `open_study`."""
    store = open_store(storage)
    return tuple(SavedStudy(kept_study(store, name)) for name in store.names())


def compute_study(
    study: str | Path | Spec,
    storage: str = STORAGE,
    *,
    name: str | None = None,
    place: StudyPlace | None = None,
    on_trial: Callable[[Ended], object] = _ignore,
    on_begin: Callable[[Kept], object] = _ignore,
) -> SavedStudy:
    """Begin a study, or continue it if it has begun, and compute it to its end.

    Args:
        study: a TOML file or the name of a bundled one, or a study that was read.
        storage: a journal file, or the address of a database.
        name: another name than the file's.
        place: where trials are computed.
        on_trial: called with each trial that ends.
        on_begin: called once, before the first trial.

    Raises: InputError where the storage has another study of that name, KeyboardInterrupt, and
        what loading data, training and storing raise.

    Example:
        >>> compute_study("rates").summarise().best.chosen  # doctest: +SKIP
        {'batch_size': 10, 'learning_rate': 0.5}
    """
    spec = study if isinstance(study, Spec) else read_study(study)
    if name is not None:
        spec = spec.replaced(name=name)
    changes = (place or StudyPlace()).settings(spec.settings.executor)
    spec = replace(spec, settings=replace(spec.settings, **changes))
    return SavedStudy(run_study(spec, storage, watch=on_trial, begun=on_begin))


def compare_configurations(first: str, second: str, storage: str = STORAGE) -> Comparison:
    """Compare two configurations on the same test images, network by network.

    Args:
        first: the name of a study, for its best configuration, or "name/12" for a trial.
        second: the same.
        storage: where their studies are kept.

    Raises: UnknownNameError, InputError, DataError, FileError.
    """
    return compared(open_store(storage), first, second)
