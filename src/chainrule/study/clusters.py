"""Executors of other libraries: joblib with whatever backend it is given, and Dask."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from chainrule.errors import FileError, InputError, MissingLibraryError
from chainrule.study.executors import (
    Executor,
    Processes,
    Threads,
    WorkerLost,
    in_flight,
    threads_compute,
)
from chainrule.study.spec import Settings, Spec
from chainrule.study.trial import Outcome, Task
from chainrule.study.working import work
from chainrule.threads import thread_count

__all__ = ["Dask", "Joblib", "executor_for"]

_CONNECT_SECONDS = 5


class Joblib:
    """Joblib's workers: processes of this machine, or what `joblib.parallel_config` names.

    Args:
        width: how many trials at once.
    """

    def __init__(self, width: int) -> None:
        self.width = width

    def __enter__(self) -> Joblib:
        return self

    def __exit__(self, *exc: object) -> None:
        return

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""
        import joblib

        side_by_side = joblib.Parallel(
            n_jobs=self.width,
            return_as="generator_unordered",
            pre_dispatch=self.width,
            batch_size=1,
        )
        try:
            yield from side_by_side(joblib.delayed(work)(task) for task in tasks)
        except BrokenProcessPool:
            raise WorkerLost from None


class Dask:
    """Workers of a Dask scheduler.

    Args:
        address: the scheduler's, such as tcp://10.0.0.1:8786; None starts one here.
        width: workers to start where there is no address.
    """

    def __init__(self, address: str | None, width: int) -> None:
        self._address = address
        self.width = width
        self._open = contextlib.ExitStack()
        self._client: Any = None

    def __enter__(self) -> Dask:
        distributed = _distributed()
        logging.getLogger("distributed").setLevel(logging.ERROR)
        place: Any = self._address
        if place is None:
            place = self._open.enter_context(
                distributed.LocalCluster(
                    n_workers=self.width,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=logging.ERROR,
                )
            )
        try:
            client = distributed.Client(place, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _dead(str(self._address), error) from None
        self._client = self._open.enter_context(client)
        if self._address is not None:
            self.width = self._workers()
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    def _workers(self) -> int:
        """How many trials the scheduler's workers compute at once."""
        width = sum(self._client.nthreads().values())
        if not width:
            self._open.close()
            raise InputError(
                str(self._address),
                expected="a Dask scheduler with workers",
                got="none",
                remedy=f"Start one: dask worker {self._address}",
                argument="address",
            )
        return int(width)

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""
        from distributed.scheduler import KilledWorker

        pool = self._client.get_executor(pure=False)
        try:
            yield from in_flight(pool, self.width, tasks, work)
        except KilledWorker:
            raise WorkerLost from None
        except WorkerLost:
            if self._client.status == "running":
                raise
            raise _dead(str(self._address), OSError("the connection was lost")) from None


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise MissingLibraryError(
            "study",
            expected="the library distributed for the executor dask",
            got="none",
            remedy="Install it by: pip install dask distributed",
            argument="executor",
        ) from None
    return distributed


def _dead(address: str, error: Exception) -> FileError:
    reason = str(error).split("\n")[0][:200]
    return FileError(
        address,
        expected="a Dask scheduler that answers",
        got=reason or type(error).__name__,
        remedy="Start one: dask scheduler",
        argument="address",
    )


def executor_for(spec: Spec, settings: Settings) -> Executor:
    """The executor that a study, or who starts it, asks for.

    Args:
        spec: the study.
        settings: whose executor, workers and address count.

    Raises: InputError.
    """
    width = settings.workers or thread_count()
    if settings.executor == "dask":
        return Dask(settings.address, width)
    if settings.executor == "joblib":
        return Joblib(width)
    if settings.executor == "local" and threads_compute(spec):
        return Threads(width)
    return Processes(width)
