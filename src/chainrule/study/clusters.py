"""Executors of other libraries: joblib with any of its backends, Ray, and Dask."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from shlex import quote
from typing import Any

from chainrule.errors import FileError, InputError, MissingLibraryError
from chainrule.study.executors import (
    Executor,
    ProcessExecutor,
    ThreadExecutor,
    WorkerLost,
    can_use_threads,
    stream_results,
)
from chainrule.study.spec import REMOTE_EXECUTORS, StudySettings, StudySpec
from chainrule.study.trial import Outcome, Task
from chainrule.study.worker import run_task
from chainrule.threads import thread_count

__all__ = ["make_executor"]

_LOG = logging.getLogger("chainrule")

_CONNECT_SECONDS = 5
"""A cluster that does not answer within this time is reported."""

_LOOK_SECONDS = 0.5
"""How soon a worker process notices that its parent is gone."""


class JoblibExecutor:
    """Joblib's workers: processes of this machine, or the backend of `joblib.parallel_config`.

    Args:
        width: how many trials are computed at once.
    """

    def __init__(self, width: int) -> None:
        self.width = width

    def __enter__(self) -> JoblibExecutor:
        return self

    def __exit__(self, *exc: object) -> None:
        return

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`; in rounds if the backend returns nothing before a call has ended."""
        import joblib

        options = {"n_jobs": self.width, "pre_dispatch": self.width, "batch_size": 1}
        backend, _ = joblib.parallel.get_active_backend()
        try:
            if backend.supports_return_generator:
                parallel = joblib.Parallel(return_as="generator_unordered", **options)
                yield from parallel(self._calls(tasks))
                return
            with joblib.Parallel(**options) as parallel:
                while several := list(islice(tasks, self.width)):
                    yield from parallel(self._calls(several))
        except BrokenProcessPool:
            raise WorkerLost from None

    def _calls(self, tasks: Iterable[Task]) -> Iterator[Any]:
        import joblib

        return (joblib.delayed(_run_in_child)(task, os.getpid()) for task in tasks)


_PARENTS: set[int] = set()
"""In a worker process: the coordinators with which it ends."""


def _run_in_child(task: Task, coordinator: int) -> Outcome:
    """Compute a trial in a process that ends with the coordinator if it is a child of it."""
    if os.getppid() == coordinator and coordinator not in _PARENTS:
        _PARENTS.add(coordinator)
        threading.Thread(target=_end_without, args=(coordinator,), daemon=True).start()
    return run_task(task)


def _end_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


class RayExecutor(JoblibExecutor):
    """Workers of a Ray cluster, by Ray's backend for joblib.

    If this process is connected already, that connection is used, and left open.

    Args:
        address: the cluster's, such as 10.0.0.1:6379; None only for a process that is connected.
    """

    def __init__(self, address: str | None) -> None:
        super().__init__(width=1)
        self._address = address
        self._ray: Any = None
        self._owns_connection = False

    def __enter__(self) -> RayExecutor:
        self._ray = _library("ray", "ray")
        from ray.util.joblib import register_ray

        self._owns_connection = not self._ray.is_initialized()
        if self._owns_connection:
            self._connect()
        self.width = int(self._ray.cluster_resources().get("CPU", self.width))
        logging.getLogger("ray").setLevel(logging.ERROR)
        register_ray()
        return self

    def _connect(self) -> None:
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
        try:
            _require_listener(self._address)
            self._ray.init(self._address, **quiet)
        except (OSError, ValueError, RuntimeError) as error:
            raise _no_answer(str(self._address), error, "Ray cluster", "ray start --head") from None

    def __exit__(self, *exc: object) -> None:
        if self._owns_connection:
            self._ray.shutdown()

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""
        import joblib

        try:
            with joblib.parallel_config(backend="ray"):
                yield from super().results(tasks)
        except self._ray.exceptions.RayError:
            raise WorkerLost from None


class DaskExecutor:
    """Workers of a Dask scheduler.

    Args:
        address: the scheduler's, such as tcp://10.0.0.1:8786, or tls://10.0.0.1:8786 with the keys
            that Dask's own configuration names.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self.width = 1
        self._open = contextlib.ExitStack()
        self._client: Any = None

    def __enter__(self) -> DaskExecutor:
        distributed = _library("distributed", "dask distributed")
        logging.getLogger("distributed").setLevel(logging.ERROR)
        connect = distributed.Client
        try:
            client = connect(self._address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _no_answer(self._address, error) from None
        self._client = self._open.enter_context(client)
        self.width = self._count_workers()
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    def _count_workers(self) -> int:
        """Return how many trials the scheduler's workers compute at once."""
        width = sum(self._client.nthreads().values())
        if not width:
            self._open.close()
            raise InputError(
                self._address,
                expected="a Dask scheduler with workers",
                got="none",
                remedy=f"Start one: dask worker {quote(self._address)}",
                argument="address",
            )
        return int(width)

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""
        from distributed.scheduler import KilledWorker

        pool = self._client.get_executor(pure=False)
        try:
            yield from stream_results(pool, self.width, tasks, run_task)
        except KilledWorker:
            raise WorkerLost from None
        except WorkerLost:
            if self._client.status == "running":
                raise
            raise _no_answer(self._address, OSError("the connection was lost")) from None


def _require_listener(address: str | None) -> None:
    """Connect to host:port once, since Ray itself retries forever.

    Raises: OSError if nothing listens there.
    """
    host, _, port = (address or "").rpartition("://")[2].rpartition(":")
    if port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()


def _library(name: str, packages: str) -> Any:
    """Import the library of an executor.

    Raises: MissingLibraryError.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingLibraryError(
            "study",
            expected=f"the library {name} for the executor {packages.split()[0]}",
            got="none",
            remedy=f"Install it with: pip install {packages}",
            argument="executor",
        ) from None


def _no_answer(
    address: str, error: Exception, what: str = "Dask scheduler", start: str = "dask scheduler"
) -> FileError:
    reason = (getattr(error, "strerror", None) or str(error)).split("\n")[0][:200]
    return FileError(
        address,
        expected=f"a {what} that responds",
        got=reason or type(error).__name__,
        remedy=f"Start one: {start}",
        argument="address",
    )


def make_executor(spec: StudySpec, settings: StudySettings) -> Executor:
    """Return the executor that the settings name.

    Args:
        spec: the study.
        settings: the study's own, or those of the call that computes it.

    Raises: InputError.
    """
    width = settings.workers or thread_count()
    if settings.executor == "dask" and settings.address:
        return DaskExecutor(settings.address)
    if settings.executor == "ray" and (settings.address or _is_connected_to_ray()):
        return RayExecutor(settings.address)
    if settings.executor == "joblib":
        return JoblibExecutor(width)
    if settings.executor == "local" and can_use_threads(spec):
        return ThreadExecutor(width)
    if settings.executor in REMOTE_EXECUTORS:
        name = settings.executor.capitalize()
        _LOG.info(
            f"Without an address, processes of this machine compute the trials. No cluster of "
            f"{name} is started: any user of this machine could run programs in it."
        )
    return ProcessExecutor(width)


def _is_connected_to_ray() -> bool:
    ray = sys.modules.get("ray")
    return ray is not None and bool(ray.is_initialized())
