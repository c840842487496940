"""Where studies are kept: Optuna's storages, with errors in one line."""

from __future__ import annotations

import contextlib
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError, FileError, MissingLibraryError, unknown_name

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.storages import BaseStorage, RDBStorage
    from optuna.trial import FrozenTrial

__all__ = ["Store", "open_store"]

_CONNECT_SECONDS = 5
_TRIES = 5


class Store:
    """A storage for studies: every error of it is a FileError of one line.

    Args:
        url: a path of a journal file, or the address of a database.
        storage: Optuna's.
        close: lets its connections go, when the store is no longer used.
    """

    def __init__(
        self, url: str, storage: BaseStorage, close: Callable[[], object] | None = None
    ) -> None:
        self.url = url
        self.shown = _without_password(url)
        self._storage = storage
        if close is not None:
            weakref.finalize(self, close)

    def names(self) -> list[str]:
        """The studies that there are, by name."""
        with _told(self.shown):
            return sorted(study.study_name for study in self._storage.get_all_studies())

    def key_of(self, name: str) -> int:
        """The key of a study.

        Raises: UnknownNameError.
        """
        names = self.names()
        if name not in names:
            raise unknown_name(self.shown, "a study", name, names or ("none yet",))
        with _told(self.shown):
            return self._storage.get_study_id_from_name(name)

    def made(self, name: str, *, rising: bool) -> int:
        """The key of a study, which is made where there is none of that name."""
        from optuna.exceptions import DuplicatedStudyError
        from optuna.study import StudyDirection

        direction = StudyDirection.MAXIMIZE if rising else StudyDirection.MINIMIZE
        with _told(self.shown):
            try:
                return self._storage.create_new_study([direction], name)
            except DuplicatedStudyError:
                return self._storage.get_study_id_from_name(name)

    def facts(self, key: int) -> dict[str, Any]:
        """What is kept of a study besides its trials."""
        with _told(self.shown):
            return dict(self._storage.get_study_user_attrs(key))

    def keep_fact(self, key: int, name: str, value: Any) -> None:
        """Keep something of a study."""
        with _told(self.shown):
            self._storage.set_study_user_attr(key, name, value)

    def trials(self, key: int) -> Sequence[FrozenTrial]:
        """All trials of a study in the order of their numbers; not to be changed."""
        with _told(self.shown):
            return self._storage.get_all_trials(key, deepcopy=False)

    def begun(
        self,
        key: int,
        chosen: Mapping[str, Any],
        distributions: Mapping[str, BaseDistribution],
        facts: Mapping[str, Any],
    ) -> int:
        """A new trial that is under way, written in one piece; its key."""
        from optuna.trial import TrialState, create_trial

        trial = create_trial(
            state=TrialState.RUNNING,
            params=dict(chosen),
            distributions=dict(distributions),
            user_attrs=dict(facts),
        )
        with _told(self.shown):
            return self._storage.create_new_trial(key, template_trial=trial)

    def trial(self, trial: int) -> FrozenTrial:
        """A trial by its key."""
        with _told(self.shown):
            return self._storage.get_trial(trial)

    def noted(self, trial: int, name: str, value: Any) -> bool:
        """Keep something of a trial; False where the trial has ended."""
        from optuna.exceptions import UpdateFinishedTrialError

        with _told(self.shown):
            try:
                self._storage.set_trial_user_attr(trial, name, value)
            except UpdateFinishedTrialError:
                return False
            return True

    def reported(self, trial: int, step: int, value: float) -> bool:
        """Keep a trial's metric after an epoch; False where the trial has ended."""
        from optuna.exceptions import UpdateFinishedTrialError

        with _told(self.shown):
            try:
                self._storage.set_trial_intermediate_value(trial, step, value)
            except UpdateFinishedTrialError:
                return False
            return True

    def ended(self, trial: int, state: str, value: float | None = None) -> bool:
        """End a trial; False where it has ended already, which whoever was first decided.

        Args:
            trial: its key.
            state: "COMPLETE", "PRUNED" or "FAIL".
            value: the metric, for those that have one.
        """
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        values = None if value is None else [value]
        with _told(self.shown):
            try:
                return self._storage.set_trial_state_values(trial, TrialState[state], values)
            except UpdateFinishedTrialError:
                return False

    def study(self, name: str) -> Study:
        """Optuna's view of a study, as it is now."""
        import optuna

        with _told(self.shown):
            return optuna.load_study(study_name=name, storage=self._storage)


def open_store(url: str, *, create: bool = False) -> Store:
    """Open a storage.

    Args:
        url: a path of a journal file; or an address such as postgresql://host/name.
        create: whether it may be made.

    Raises: FileError, MissingLibraryError.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if "://" in url:
        return _database(url)
    from chainrule.study.journal import journal_storage

    with _told(url):
        return Store(url, journal_storage(url, create=create))


def _database(url: str) -> Store:
    """A database, whose tables are made where there are none."""
    from optuna.storages import RDBStorage, get_storage

    driven = url
    if url.startswith(("postgresql://", "postgres://")):
        driven = "postgresql+psycopg://" + url.partition("://")[2]
    arguments = {"connect_timeout": _CONNECT_SECONDS} if driven.startswith("postgresql") else {}
    options = {"connect_args": arguments, "pool_pre_ping": True}
    with _told(_without_password(url)):
        storage = _with_tables(partial(RDBStorage, driven, engine_kwargs=options))
        return Store(url, get_storage(storage), storage.engine.dispose)


def _with_tables(opened: Callable[[], RDBStorage]) -> RDBStorage:
    """A database with its tables, which somebody else may be making at this moment."""
    from sqlalchemy import exc

    for attempt in range(1, _TRIES):
        try:
            return opened()
        except (exc.IntegrityError, exc.ProgrammingError):
            time.sleep(0.2 * attempt)
    return opened()


def _without_password(url: str) -> str:
    head, found, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    if not found or not at:
        return url
    return f"{head}://{user.partition(':')[0]}@{place}"


@contextlib.contextmanager
def _told(where: str) -> Iterator[None]:
    """While it is entered, what goes wrong with a storage is told in one line."""
    try:
        yield
    except ChainruleError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(where, expected="a storage that works", got=reason) from None
    except Exception as error:
        told = _translated(where, error)
        if told is None:
            raise
        raise told from None


def _translated(where: str, error: Exception) -> Exception | None:
    """An error of Optuna, SQLAlchemy or a driver in the one form; None for others."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy import exc

    if isinstance(error, ImportError):
        cause = error.__cause__ or error.__context__ or error
        name = getattr(cause, "name", None) or "of this kind of database"
        return MissingLibraryError(
            where,
            expected=f"the library {name} for this kind of database",
            got="none",
            remedy=f"Install it by: pip install {name}" if " " not in name else "",
        )
    if isinstance(error, exc.ArgumentError):
        expected = "a path or the address of a database"
        return FileError(where, expected=expected, got="neither", why=str(error).split("\n")[0])
    if isinstance(error, (StorageInternalError, exc.SQLAlchemyError)):
        cause = error
        while cause.__cause__ is not None or cause.__context__ is not None:
            cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
        reason = " ".join(str(cause).split())[:200] or type(cause).__name__
        return FileError(where, expected="a database that answers", got=reason)
    return None
