"""Outputs by the compiled kernels: quick for one row, and the same whatever rows lie beside it."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.network.parameters import Layout
from chainrule.thread_pool import shared_thread_pool

if TYPE_CHECKING:
    from chainrule.kernels import Buffers, KernelLayout

__all__ = ["Outputs", "predictor"]

Array = NDArray[Any]
Outputs = Callable[[Array, float], tuple[Array, Array, bool]]
"""(rows, factor) -> z and a of the last layer, and whether all inputs are finite."""

_LOG = logging.getLogger("chainrule")

ROWS = 64
"""Rows computed at once; they stay in the cache."""

THREAD_WORK = 20_000_000
"""Multiplications from which on threads share the rows."""

_failed: list[str] = []
"""Why there are no kernels, once it is known."""


def predictor(layout: Layout, parameters: Array) -> Outputs | None:
    """What computes a network's outputs; None where Numba is missing or fails, which is said once.

    Args:
        layout: of the parameters.
        parameters: flat, (n,).
    """
    if _failed:
        return None
    try:
        return _compiled(layout, parameters)
    except Exception as error:  # whatever Numba and its compiler may raise
        _failed.append(f"{type(error).__name__}: {error}".splitlines()[0])
        _LOG.warning("NumPy computes the outputs, since Numba fails: %s", _failed[0])
        return None


def _compiled(layout: Layout, parameters: Array) -> Outputs:
    made = _Predictor(layout, parameters)
    made(np.zeros((1, layout.architecture.layers[0]), parameters.dtype), 1.0)
    return made


@dataclass(frozen=True, eq=False)
class _Predictor:
    """Parameters as kernels hold them, with room for the rows of each thread."""

    layout: Layout
    parameters: Array

    def __call__(self, rows: Array, factor: float) -> tuple[Array, Array, bool]:
        """z and a of the last layer, and whether all inputs are finite.

        Args:
            rows: (batch, inputs), bytes or of the network's type.
            factor: what each is multiplied by.
        """
        n, layers = len(rows), self.layout.architecture.layers
        z = np.empty((n, layers[-1]), self.parameters.dtype)
        a = np.empty_like(z)
        x = np.ascontiguousarray(rows).view()
        x.flags.writeable = False  # one type for compiled code, whatever was given
        work = n * self._multiplications
        threads = shared_thread_pool() if n > ROWS and work >= THREAD_WORK else None
        share = partial(self._share, x, factor, (z, a))
        if threads is None:
            return z, a, math.isfinite(share(1, 0))
        probes = np.zeros(threads.threads)
        threads.run(lambda me: probes.__setitem__(me, share(threads.threads, me)))
        return z, a, bool(np.isfinite(probes).all())

    @cached_property
    def _multiplications(self) -> int:
        layers = self.layout.architecture.layers
        return sum(ins * outs for ins, outs in pairwise(layers))

    def _share(
        self, x: Array, factor: float, out: tuple[Array, Array], threads: int, me: int
    ) -> float:
        """One thread's share of the rows; NaN where an input of it is not finite."""
        from chainrule.kernels import compute_outputs

        each = -(-len(x) // (threads * ROWS)) * ROWS
        first, after = min(me * each, len(x)), min((me + 1) * each, len(x))
        if first >= after:
            return 0.0
        plan, buffers, entries, values = self._room
        # Compiled code raises no warnings; the same kernels run as Python do.
        with np.errstate(all="ignore"):
            probe: float = compute_outputs(
                plan, buffers, self._theta, x, factor, entries, values, *out, first, after
            )
        return probe

    @cached_property
    def _theta(self) -> Array:
        from chainrule.network.packed_parameters import PackedLayout

        return PackedLayout(self.layout).pack(self.parameters)

    @cached_property
    def _rooms(self) -> threading.local:
        return threading.local()

    @property
    def _room(self) -> tuple[KernelLayout, Buffers, Array, Array]:
        """What only this thread writes to."""
        rooms = self._rooms
        try:
            return rooms.made  # type: ignore[no-any-return]
        except AttributeError:
            from chainrule.network.kernel_workspace import allocate_buffers, kernel_layout
            from chainrule.network.packed_parameters import PackedLayout

            table, features = PackedLayout(self.layout), self.layout.architecture.layers[0]
            plan = kernel_layout(table, ROWS)
            buffers = allocate_buffers(plan, table, backward=False)
            entries, values = np.zeros(features, np.int32), np.zeros(features, self._theta.dtype)
            rooms.made = (plan, buffers, entries, values)
            return rooms.made  # type: ignore[no-any-return]
