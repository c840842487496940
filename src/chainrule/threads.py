"""How many threads compute; and one BLAS thread, so that a sum's order is always the same."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import AbstractContextManager, nullcontext

from threadpoolctl import ThreadpoolController

from chainrule.errors import InputError

__all__ = ["one_blas_thread", "thread_count"]

_VARIABLE = "CHAINRULE_THREADS"


def thread_count() -> int:
    """How many threads may compute at once: CHAINRULE_THREADS, or else this process's processors.

    Raises: InputError if the variable is not a whole number above 0.
    """
    chosen = os.environ.get(_VARIABLE)
    if not chosen:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1
    if not chosen.isascii() or not chosen.isdigit() or int(chosen) < 1:
        raise InputError(
            _VARIABLE,
            expected="a whole number of threads, at least 1",
            got=repr(chosen),
            argument="threads",
            value=chosen,
        )
    return int(chosen)


class _OneBlasThread:
    """A context for several threads: the last to leave restores what the first to enter found.

    Most BLAS libraries have one number of threads for the whole process, so that two trainings
    side by side must not each restore what they found.
    """

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._inside = 0
        self._controller: ThreadpoolController | None = None
        self._with_scipy = False
        self._found: AbstractContextManager[object] = nullcontext()

    def __enter__(self) -> None:
        with self._door:
            # Finding the loaded libraries takes milliseconds; NumPy has loaded its own by now,
            # and SciPy brings another one.
            scipy = "scipy.linalg" in sys.modules
            if self._controller is None or (scipy > self._with_scipy and not self._inside):
                self._controller, self._with_scipy = ThreadpoolController(), scipy
            _take_control(self._controller)
            limit = self._controller.limit(limits=1, user_api="blas")
            if not self._inside:
                self._found = limit
            self._inside += 1

    def __exit__(self, *exc: object) -> None:
        with self._door:
            self._inside -= 1
            if not self._inside:
                _take_control(self._controller)
                self._found.__exit__(None, None, None)
                _take_control(self._controller)  # the next thread may set limits


def _take_control(controller: ThreadpoolController) -> None:
    """Let this thread set limits.

    Newer versions of threadpoolctl let a single thread set them as long as it lives, and ignore
    all others without a word: a training in another thread would then run on all cores.
    """
    for library in controller.lib_controllers:
        clear = getattr(library, "clear_controlling_thread", None)
        if clear is not None:
            clear(force=True)


_ONE = _OneBlasThread()


def one_blas_thread() -> AbstractContextManager[None]:
    """A context in which matrix products run on one thread, whichever thread entered it."""
    return _ONE
