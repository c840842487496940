"""Saved studies: start, continue, count, summarise, export and compare them by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chainrule.errors import InputError
from chainrule.experiment import DataSource, Experiment
from chainrule.study.comparison import Comparison, compare_stored
from chainrule.study.repair import StudyRepair, repair_stored
from chainrule.study.results import (
    ConfigurationResult,
    StudyCounts,
    count_trials,
    read_results,
)
from chainrule.study.runner import begin_stored_study, resume_study, run_study, work_on_study
from chainrule.study.scheduler import FinishedTrial
from chainrule.study.spec import REMOTE_EXECUTORS, StudySpec, read_study
from chainrule.study.stored_study import StoredStudy, load_study
from chainrule.study.study_storage import StudyStore, open_store
from chainrule.study.summary import StudySummary, summarise_study
from chainrule.study.trial_network import TrialNetwork, train_trial
from chainrule.study.trial_tables import (
    EXPORT_FORMATS,
    curve_rows,
    format_rows,
    trial_rows,
    write_rows,
)
from chainrule.training import Observer

__all__ = [
    "DEFAULT_STORAGE",
    "SavedStudy",
    "StudyPlace",
    "begin_study",
    "compare_configurations",
    "compute_study",
    "list_studies",
    "open_study",
    "repair_study",
]

DEFAULT_STORAGE = "studies.journal"
"""The storage if none is named: a journal file in the current folder."""


def _ignore(_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class StudyPlace:
    """Where trials are computed; None uses the setting of the study's file.

    Args:
        executor: "local", "processes", "joblib", "dask" or "ray".
        workers: number of trials computed at once.
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
        if executor not in REMOTE_EXECUTORS:
            given.setdefault("executor", "dask")
        if given.get("executor", executor) not in REMOTE_EXECUTORS:
            raise InputError(
                "study",
                expected="the executor dask or ray to go with an address",
                got=str(given["executor"]),
                argument="executor",
            )
        return given


@dataclass(frozen=True, eq=False)
class SavedStudy:
    """A study in a storage, with what can be done with it.

    Args:
        stored: the study with its storage.
    """

    stored: StoredStudy

    @property
    def name(self) -> str:
        """The name under which the storage has the study."""
        return self.stored.spec.name

    @property
    def spec(self) -> StudySpec:
        """The study's description."""
        return self.stored.spec

    @property
    def storage(self) -> str:
        """The storage's path or address, without a password."""
        return self.stored.store.display_name

    def counts(self) -> StudyCounts:
        """Return how far the study has come."""
        return count_trials(self.stored)

    def results(self) -> list[ConfigurationResult]:
        """Return the results so far, in the order of the configurations."""
        return read_results(self.stored)

    def summarise(self, *, effects: bool = True) -> StudySummary:
        """Return the study's answer as far as it has come.

        Args:
            effects: whether to compute the effects of the parameters, which takes seconds for
                hundreds of trials.
        """
        return summarise_study(self.stored, effects=effects)

    def best_experiment(self) -> Experiment | None:
        """Return the training of the best configuration by itself, or None if none is complete.

        If the study's own seed is one of the configuration's, it is the seed of the experiment,
        which then holds out the same examples: its network is that of the trial, to the bit.
        Otherwise it has the first of the seeds.

        Raises: InputError if the study takes a part of the examples, which `chainrule train` does
            not.
        """
        spec, best = self.spec, self.summarise(effects=False).best
        if best is None:
            return None
        options = {k: v for k, v in spec.data.items() if k != "source" and v is not None}
        for name in ("examples", "test_examples"):
            if name in options:
                raise InputError(
                    f"study {self.name}",
                    expected="a study on whole data sets",
                    got=f"{name} {options[name]}",
                    argument=name,
                )
        seeds, own = spec.seeds_for(best.configuration), spec.settings.seed
        settings = {
            **spec.network,
            **spec.recipe,
            **best.parameters,
            "seed": own if own in seeds else seeds[0],
            "validation_fraction": spec.settings.validation_fraction,
        }
        data = DataSource(source=str(spec.data["source"]), options=options)
        return Experiment.from_settings(data, settings)

    def train_trial(
        self, number: int, seed: int | None = None, *, observers: Sequence[Observer] = ()
    ) -> TrialNetwork | None:
        """Train one seed of a trial once more: studies keep digests of networks, no networks.

        Args:
            number: the trial's, as `chainrule study show` lists it.
            seed: one of the trial's; None for its first.
            observers: of the training, as `chainrule.train` has them.

        Returns: the network, to the bit that of the trial on the machine that computed it; None
            if an observer stopped the training.
        Raises: InputError for a trial or seed without a result, IntegrityError if the data have
            changed, and what loading the data raises.
        """
        return train_trial(self.stored, number, seed, observers)

    def rows(self, *, curves: bool = False) -> list[dict[str, Any]]:
        """Return a row for each seed of each configuration that has a result.

        Args:
            curves: whether to return a row for each epoch instead, with the metric on the examples
                held out.

        Raises: InputError for curves of a study with a metric of the test set.
        """
        return curve_rows(self.stored) if curves else trial_rows(self.stored)

    def export(self, path: str | Path, *, kind: str | None = None, curves: bool = False) -> None:
        """Write the rows into a file.

        Args:
            path: the file; it is replaced.
            kind: "csv", "json" or "parquet"; None takes the suffix of the path.
            curves: as in `rows`.

        Raises: InputError for another suffix, MissingLibraryError, FileError.
        """
        kind = kind or Path(path).suffix.removeprefix(".").lower()
        if kind not in EXPORT_FORMATS:
            raise InputError(
                "study export",
                expected=f"a file name that ends with {', '.join(EXPORT_FORMATS)}",
                got=repr(str(path)),
                argument="path",
                value=path,
            )
        write_rows(self.rows(curves=curves), path, kind)

    def export_text(self, kind: str, *, curves: bool = False) -> str:
        """Return the rows as text.

        Args:
            kind: "csv" or "json".
            curves: as in `rows`.
        """
        return format_rows(self.rows(curves=curves), kind)

    def resume(
        self,
        *,
        place: StudyPlace | None = None,
        on_trial: Callable[[FinishedTrial], object] = _ignore,
        on_begin: Callable[[SavedStudy], object] = _ignore,
    ) -> SavedStudy:
        """Continue the study to its end; trials whose process is gone are computed again.

        Args:
            place: where trials are computed.
            on_trial: called with each trial that ends.
            on_begin: called once, before the first trial.

        Raises: what `compute_study` raises.
        """
        stored = resume_study(
            self.stored.store.url,
            self.name,
            changes=(place or StudyPlace()).settings(self.spec.settings.executor),
            on_trial=on_trial,
            on_begin=lambda study: on_begin(SavedStudy(study)),
        )
        return SavedStudy(stored)

    def work(
        self,
        *,
        on_trial: Callable[[FinishedTrial], object] = _ignore,
        on_begin: Callable[[SavedStudy], object] = _ignore,
    ) -> SavedStudy:
        """Compute trials in this process, beside any others, until none is open.

        Arguments and errors are those of `resume`.
        """
        stored = work_on_study(
            self.stored.store.url,
            self.name,
            on_trial=on_trial,
            on_begin=lambda study: on_begin(SavedStudy(study)),
        )
        return SavedStudy(stored)


def open_study(name: str, storage: str | StudyStore = DEFAULT_STORAGE) -> SavedStudy:
    """Open a study.

    Args:
        name: the study's.
        storage: a journal file, or the address of a database, or an opened storage.

    Raises: UnknownNameError, DataError, FileError.
    """
    return SavedStudy(load_study(_opened(storage), name))


def _opened(storage: str | StudyStore) -> StudyStore:
    return open_store(storage) if isinstance(storage, str) else storage


def list_studies(storage: str | StudyStore = DEFAULT_STORAGE) -> tuple[SavedStudy, ...]:
    """Return all studies of a storage; errors as in `open_study`."""
    store = _opened(storage)
    return tuple(SavedStudy(load_study(store, name)) for name in store.names())


def begin_study(study: str | Path | StudySpec, storage: str = DEFAULT_STORAGE) -> SavedStudy:
    """Write a study into a storage without computing anything, so that workers can begin.

    Arguments and errors are those of `compute_study`.
    """
    spec = study if isinstance(study, StudySpec) else read_study(study)
    return SavedStudy(begin_stored_study(spec, storage))


def compute_study(
    study: str | Path | StudySpec,
    storage: str = DEFAULT_STORAGE,
    *,
    name: str | None = None,
    place: StudyPlace | None = None,
    on_trial: Callable[[FinishedTrial], object] = _ignore,
    on_begin: Callable[[SavedStudy], object] = _ignore,
) -> SavedStudy:
    """Start a study, or continue it, and run it to its end.

    Args:
        study: a TOML file or the name of a bundled one, or a description that was read.
        storage: a journal file, or the address of a database.
        name: another name than the file's.
        place: where trials are computed.
        on_trial: called with each trial that ends.
        on_begin: called once, before the first trial.

    Raises: InputError if the storage has another study of that name, KeyboardInterrupt, and what
        loading data, training and storing raise.

    Example:
        >>> compute_study("rates").summarise().best.parameters  # doctest: +SKIP
        {'batch_size': 10, 'learning_rate': 0.5}
    """
    spec = study if isinstance(study, StudySpec) else read_study(study)
    if name is not None:
        spec = spec.replaced(name=name)
    changes = (place or StudyPlace()).settings(spec.settings.executor)
    spec = replace(spec, settings=replace(spec.settings, **changes))
    stored = run_study(
        spec, storage, on_trial=on_trial, on_begin=lambda begun: on_begin(SavedStudy(begun))
    )
    return SavedStudy(stored)


def repair_study(
    name: str,
    storage: str = DEFAULT_STORAGE,
    *,
    place: StudyPlace | None = None,
    on_trial: Callable[[FinishedTrial], object] = _ignore,
    on_begin: Callable[[SavedStudy], object] = _ignore,
) -> StudyRepair:
    """Repair a study whose storage is damaged, and continue it to its end.

    The damaged file of a journal or of SQLite is copied beside it, and keeps what can be read;
    nothing else may use it meanwhile. What was lost is computed again. A trial is a function of
    its configuration, seeds and data, so that its networks have the same digests.

    Args:
        name: the study's.
        storage: a journal file, or the address of a database.
        place: where trials are computed; None takes the study's own settings.
        on_trial: called with each trial that ends.
        on_begin: called once, before the first trial.

    Raises: IntegrityError if nothing can be read, and what `compute_study` raises.

    Example:
        >>> repair_study("rates").computed  # doctest: +SKIP
        (RecomputedConfiguration(configuration=3, attempt=2, same=True),)
    """
    return repair_stored(
        storage,
        name,
        changes=(place or StudyPlace()).settings(),
        on_trial=on_trial,
        on_begin=lambda study: on_begin(SavedStudy(study)),
    )


def compare_configurations(first: str, second: str, storage: str = DEFAULT_STORAGE) -> Comparison:
    """Compare two configurations on the same test examples, network by network.

    Args:
        first: the name of a study, for its best configuration, or "name/12" for a trial.
        second: the same.
        storage: the storage of their studies.

    Raises: UnknownNameError, InputError, DataError, FileError.
    """
    return compare_stored(open_store(storage), first, second)
