"""Storages of studies: Optuna's journal files and databases, with errors in one line."""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
import threading
import time
import weakref
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from chainrule.errors import (
    ChainruleError,
    FileError,
    IntegrityError,
    MissingLibraryError,
    unknown_name,
)
from chainrule.study.storage_repair import database_file, find_database_damage

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.storages import BaseStorage, RDBStorage
    from optuna.trial import FrozenTrial

    from chainrule.study.sealed_journal import DamagedLine

__all__ = ["StudyStore", "is_storage", "open_store"]

_CONNECT_SECONDS = 5
"""A database that does not answer within this time is reported."""
_OF_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError)
"""What Optuna raises of a storage whose content no version of it has written."""
_MOST_NAMED = 10
"""Damaged lines that are named one by one."""
_TRIES = 5
"""Processes that begin at once may create the tables at the same time; each try waits longer."""


class StudyStore:
    """A storage of studies, all of whose errors are FileErrors of one line.

    Args:
        url: a path of a journal file, or the address of a database.
        storage: Optuna's.
        damage: what is damaged of a journal; it grows while the file is read.
        database: Optuna's database, which tells what has changed; None for a journal.
    """

    def __init__(
        self,
        url: str,
        storage: BaseStorage,
        *,
        damage: Sequence[DamagedLine] = (),
        database: RDBStorage | None = None,
    ) -> None:
        self.url = url
        self.display_name = _without_password(url)
        self._storage, self._database = storage, database
        self._damage = damage
        self._remarks: set[Hashable] = set()
        self.lock = threading.Lock()
        self.readers: dict[int, object] = {}
        if database is not None:
            weakref.finalize(self, database.engine.dispose)

    def remark(self, text: str, *, about: Hashable) -> None:
        """Tell the user something of this storage, once.

        Args:
            text: without the storage's name and without a full stop.
            about: what identifies the remark.
        """
        if about not in self._remarks:
            self._remarks.add(about)
            logging.getLogger("chainrule").warning("%s: %s.", self.display_name, text)

    def name_damage(self) -> None:
        """Name the lines of a journal that were skipped."""
        for line in self._damage[:_MOST_NAMED]:
            self.remark(f"line {line.number} was skipped: {line.why}", about=line)
        if len(self._damage) > _MOST_NAMED:
            left = f"{len(self._damage) - _MOST_NAMED} more damaged lines were skipped"
            self.remark(left, about=left)

    @property
    def address(self) -> str:
        """The address by which a process in another folder opens the storage."""
        return self.url if "://" in self.url else str(Path(self.url).absolute())

    def names(self) -> list[str]:
        """Return the names of all studies, sorted."""
        with _storage_errors(self.display_name):
            found = sorted(study.study_name for study in self._storage.get_all_studies())
        self.name_damage()
        return found

    def find_study(self, name: str) -> int:
        """Return the key of a study by its name.

        Raises: UnknownNameError.
        """
        names = self.names()
        if name not in names:
            raise unknown_name(self.display_name, "a study", name, names or ("none yet",))
        with _storage_errors(self.display_name):
            return self._storage.get_study_id_from_name(name)

    def create_study(self, name: str, *, higher_is_better: bool) -> int:
        """Return the key of a study, which is created if there is none of that name."""
        from optuna.exceptions import DuplicatedStudyError
        from optuna.study import StudyDirection

        direction = StudyDirection.MAXIMIZE if higher_is_better else StudyDirection.MINIMIZE
        with _storage_errors(self.display_name):
            try:
                return self._storage.create_new_study([direction], name)
            except DuplicatedStudyError:
                return self._storage.get_study_id_from_name(name)

    def attributes(self, key: int) -> dict[str, Any]:
        """Return the attributes of a study."""
        with _storage_errors(self.display_name):
            return dict(self._storage.get_study_user_attrs(key))

    def set_attribute(self, key: int, name: str, value: Any) -> None:
        """Set an attribute of a study."""
        with _storage_errors(self.display_name):
            self._storage.set_study_user_attr(key, name, value)

    def trials(self, key: int) -> Sequence[FrozenTrial]:
        """Return all trials of a study in the order of their numbers; do not change them."""
        with _storage_errors(self.display_name):
            return self._storage.get_all_trials(key, deepcopy=False)

    def changed_trials(
        self, key: int, under_way: Collection[int], *, count: int, latest: int
    ) -> list[FrozenTrial]:
        """Return the trials that may differ from what was read before; do not change them.

        Args:
            key: the study's key.
            under_way: keys of the trials that had not ended.
            count: how many trials were read before; with 0 all are returned.
            latest: the greatest key of a trial that had ended, or -1.
        """
        with _storage_errors(self.display_name):
            if self._database is not None:
                found = self._database._get_trials(key, None, set(under_way), latest)
            elif count:
                found = [self._storage.get_trial(trial) for trial in under_way]
                found += self._new_trials(key, count)
            else:
                found = self._storage.get_all_trials(key, deepcopy=False)
        self.name_damage()
        return found

    def _new_trials(self, key: int, count: int) -> Iterator[FrozenTrial]:
        for number in itertools.count(count):
            try:
                trial = self._storage.get_trial_id_from_study_id_trial_number(key, number)
            except KeyError:
                return
            yield self._storage.get_trial(trial)

    def create_trial(
        self,
        key: int,
        values: Mapping[str, Any],
        distributions: Mapping[str, BaseDistribution],
        attributes: Mapping[str, Any],
    ) -> int:
        """Write a new trial that is under way in one piece, and return its key.

        Args:
            key: the study's key.
            values: values of the parameters, in Optuna's form.
            distributions: the distribution of each.
            attributes: further values, as JSON has them.
        """
        from optuna.trial import TrialState, create_trial

        trial = create_trial(
            state=TrialState.RUNNING,
            params=dict(values),
            distributions=dict(distributions),
            user_attrs=dict(attributes),
        )
        with _storage_errors(self.display_name):
            return self._storage.create_new_trial(key, template_trial=trial)

    def trial(self, trial: int) -> FrozenTrial:
        """Return a trial by its key."""
        with _storage_errors(self.display_name):
            return self._storage.get_trial(trial)

    def set_trial_attribute(self, trial: int, name: str, value: Any) -> bool:
        """Set an attribute of a trial; return False if the trial has ended."""
        from optuna.exceptions import UpdateFinishedTrialError

        with _storage_errors(self.display_name):
            try:
                self._storage.set_trial_user_attr(trial, name, value)
            except UpdateFinishedTrialError:
                return False
            return True

    def report_value(self, trial: int, step: int, value: float) -> bool:
        """Record a trial's metric after an epoch; return False if the trial has ended."""
        from optuna.exceptions import UpdateFinishedTrialError

        with _storage_errors(self.display_name):
            try:
                self._storage.set_trial_intermediate_value(trial, step, value)
            except UpdateFinishedTrialError:
                return False
            return True

    def end_trial(self, trial: int, state: str, value: float | None = None) -> bool:
        """End a trial; return False if it has ended already, since the first call decides.

        Args:
            trial: its key.
            state: "COMPLETE", "PRUNED" or "FAIL".
            value: the metric, if the trial has one.
        """
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        values = None if value is None else [value]
        with _storage_errors(self.display_name):
            try:
                return self._storage.set_trial_state_values(trial, TrialState[state], values)
            except UpdateFinishedTrialError:
                return False

    def study(self, name: str) -> Study:
        """Return Optuna's view of a study at this moment."""
        import optuna

        with _storage_errors(self.display_name):
            return optuna.load_study(study_name=name, storage=self._storage)


_SCHEMES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb", "oracle", "mssql")
_JOURNAL_LINE = re.compile(rb'\s*\{[^\n]*"op_code":')


def is_storage(target: str) -> bool:
    """Return whether a text names a storage: the address of a database, or a journal file."""
    scheme, found, _ = target.partition("://")
    if found:
        return scheme.partition("+")[0] in _SCHEMES
    path = Path(target)
    if not path.is_file():
        return path.suffix == ".journal"
    with path.open("rb") as file:
        return _JOURNAL_LINE.match(file.read(4096)) is not None


def open_store(url: str, *, create: bool = False) -> StudyStore:
    """Open a storage.

    Args:
        url: a path of a journal file; or an address such as postgresql://host/name.
        create: whether to create it if it does not exist.

    Raises: FileError, MissingLibraryError.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if "://" in url:
        return _database(url)
    from chainrule.study.journal import open_journal

    with _storage_errors(url):
        journal = open_journal(url, create=create)
        return StudyStore(url, journal.storage, damage=journal.damage)


def _database(url: str) -> StudyStore:
    """Open a database, and create its tables if they are missing."""
    from optuna.storages import RDBStorage, get_storage

    address = url
    if url.startswith(("postgresql://", "postgres://")):
        address = "postgresql+psycopg://" + url.partition("://")[2]
    arguments = {"connect_timeout": _CONNECT_SECONDS} if address.startswith("postgresql") else {}
    options = {"connect_args": arguments, "pool_pre_ping": True}
    with _storage_errors(_without_password(url)):
        _require_whole_file(url)
        storage = _with_tables(partial(RDBStorage, address, engine_kwargs=options))
        return StudyStore(url, get_storage(storage), database=storage)


def _require_whole_file(url: str) -> None:
    """Refuse an SQLite database that is damaged, since rows could be missing without a word."""
    file = database_file(url)
    if file is None or not file.is_file():
        return
    damage = find_database_damage(file)
    if damage:
        raise IntegrityError(
            url,
            expected="a database that is whole",
            got=damage[:200],
            remedy=f"chainrule study repair NAME --storage {quote(url)} keeps what can be read",
        )


def _with_tables(open_database: Callable[[], RDBStorage]) -> RDBStorage:
    """Return a database with its tables, which another process may be creating at this moment."""
    from sqlalchemy import exc

    for attempt in range(1, _TRIES):
        try:
            return open_database()
        except (exc.IntegrityError, exc.ProgrammingError):
            time.sleep(0.2 * attempt)
    return open_database()


def _without_password(url: str) -> str:
    head, found, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    if not found or not at:
        return url
    return f"{head}://{user.partition(':')[0]}@{place}"


@contextlib.contextmanager
def _storage_errors(where: str) -> Iterator[None]:
    """Within the block, raise the errors of a storage as ChainruleErrors."""
    try:
        yield
    except ChainruleError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(where, expected="a storage that works", got=reason) from None
    except Exception as error:
        translated = _translate(where, error)
        if translated is None:
            raise
        raise translated from None


_PACKAGES = {
    "psycopg": "'chainrule[database]'",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "cx_Oracle": "oracledb",
}
"""The packages whose names are not those of their modules."""


def _translate(where: str, error: Exception) -> Exception | None:
    """Return an error of Optuna, SQLAlchemy or a driver as a ChainruleError; None for others."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy import exc

    if isinstance(error, ImportError):
        cause = error.__cause__ or error.__context__ or error
        name = getattr(cause, "name", None) or "of this kind of database"
        return MissingLibraryError(
            where,
            expected=f"the library {name} for this kind of database",
            got="none",
            remedy=f"Install it with: pip install {_PACKAGES.get(name, name)}"
            if " " not in name
            else "",
        )
    if isinstance(error, exc.ArgumentError):
        expected = "a path or the address of a database"
        return FileError(where, expected=expected, got="neither", why=str(error).split("\n")[0])
    if isinstance(error, (StorageInternalError, exc.SQLAlchemyError)):
        cause = error
        while cause.__cause__ is not None or cause.__context__ is not None:
            cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
        reason = " ".join(str(cause).split())[:200] or type(cause).__name__
        return FileError(where, expected="a database that responds", got=reason)
    if isinstance(error, _OF_DAMAGE):
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return IntegrityError(where, expected="a storage as Optuna writes it", got=reason)
    return None
