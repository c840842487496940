"""One BLAS thread, so that a sum is added up in the same order however many cores there are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]


@cache
def _controller() -> ThreadpoolController:
    # Finding the loaded libraries takes milliseconds; NumPy has loaded its own by now.
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[object]:
    """While it is entered, matrix products run on one thread."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited
