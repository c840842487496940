"""Single rows that arrive together, answered by one call of a network.

The first row waits for nothing but the requests that are already there: the batch is closed when
the event loop has read what had arrived. While a batch is computed in a thread, the next one
gathers, so that batches grow with the load and an idle service adds no delay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, NamedTuple

__all__ = ["MicroBatcher"]

Compute = Callable[[Sequence[Any]], list[list[float]]]


class _Waiting(NamedTuple):
    row: Any
    answer: asyncio.Future[list[float]]


class MicroBatcher:
    """Gathers rows and hands them to a network together.

    Args:
        compute: the outputs of some rows, in their order. A row's outputs must not depend on the
            rows beside it.
        executor: computes batches of more rows than `rows_at_once`.
        most_rows: of a batch.
        rows_at_once: so few rows are computed by the event loop itself, since a thread would take
            longer to begin than to compute them.
        observe: called with the number of rows of each batch.
    """

    def __init__(
        self,
        compute: Compute,
        executor: Executor,
        *,
        most_rows: int,
        rows_at_once: int,
        observe: Callable[[int], object] = lambda rows: None,
    ) -> None:
        self._compute, self._executor = compute, executor
        self._most, self._at_once = most_rows, rows_at_once
        self._observe = observe
        self._waiting: list[_Waiting] = []
        self._busy = False

    def submit(self, row: Any) -> asyncio.Future[list[float]]:
        """Return the outputs of a row once its batch is computed."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[float]] = loop.create_future()
        self._waiting.append(_Waiting(row, answer))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._begin)
        return answer

    def _begin(self) -> None:
        """Begin with the next batch."""
        batch = [one for one in self._waiting[: self._most] if not one.answer.done()]
        del self._waiting[: self._most]
        if not batch:  # those who asked are gone
            self._go_on()
            return
        self._observe(len(batch))
        rows = [one.row for one in batch]
        if len(rows) > self._at_once:
            running = asyncio.get_running_loop().run_in_executor(
                self._executor, self._compute, rows
            )
            running.add_done_callback(lambda done: self._finish(batch, done.result))
        else:
            self._finish(batch, lambda: self._compute(rows))

    def _finish(self, batch: list[_Waiting], result: Callable[[], list[list[float]]]) -> None:
        """Hand out the answers, or what went wrong, to those who still wait."""
        try:
            outputs = result()
        except Exception as error:  # each request tells its own client
            for one in batch:
                if not one.answer.done():
                    one.answer.set_exception(error)
        else:
            for one, values in zip(batch, outputs, strict=True):
                if not one.answer.done():
                    one.answer.set_result(values)
        self._go_on()

    def _go_on(self) -> None:
        self._busy = bool(self._waiting)
        if self._busy:
            asyncio.get_running_loop().call_soon(self._begin)
