"""Predictions by the compiled kernels: fast for one row, and the same for a row in any batch."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.network.parameters import Layout
from chainrule.thread_pool import shared_thread_pool

if TYPE_CHECKING:
    from chainrule.kernels import Buffers, KernelLayout

__all__ = ["ComputeOutputs", "make_predictor"]

Array = NDArray[Any]
ComputeOutputs = Callable[[Array, float], tuple[Array, Array, bool]]
"""(rows, factor) -> z and a of the last layer, and whether all inputs are finite."""

_LOG = logging.getLogger("chainrule")

ROWS = 64
"""Rows computed at once, few enough to stay in the cache."""

THREAD_WORK = 20_000_000
"""Threads share the rows if there are at least this many multiplications."""

_failed: list[str] = []
"""The reason why there are no kernels, once it is known."""


def make_predictor(layout: Layout, parameters: Array) -> ComputeOutputs | None:
    """The function that computes a network's outputs by kernels.

    Returns: None if Numba is missing or fails; a warning is logged once.

    Args:
        layout: of the parameters.
        parameters: flat, (n,).
    """
    if _failed:
        return None
    try:
        return _compiled(layout, parameters)
    except Exception as error:  # Numba and its compiler may raise anything
        _failed.append(f"{type(error).__name__}: {error}".splitlines()[0])
        _LOG.warning("Numba fails, so NumPy computes the outputs: %s", _failed[0])
        return None


def _compiled(layout: Layout, parameters: Array) -> ComputeOutputs:
    made = _Predictor(layout, parameters)
    made(np.zeros((1, layout.architecture.layers[0]), parameters.dtype), 1.0)
    return made


class _Workspace(NamedTuple):
    """What only one thread writes to.

    Args:
        layout: where kernels find a network's tensors.
        buffers: room for the numbers of `ROWS` rows.
        entries: columns of a row's inputs that are not 0, (features,).
        values: those inputs, (features,).
    """

    layout: KernelLayout
    buffers: Buffers
    entries: Array
    values: Array


@dataclass(frozen=True, eq=False)
class _Predictor:
    """Parameters as kernels hold them, with a workspace for each thread."""

    layout: Layout
    parameters: Array

    def __call__(self, rows: Array, factor: float) -> tuple[Array, Array, bool]:
        """z and a of the last layer, and whether all inputs are finite.

        Args:
            rows: (batch, inputs), bytes or of the network's type.
            factor: what each input is multiplied by.
        """
        n, layers = len(rows), self.layout.architecture.layers
        z = np.empty((n, layers[-1]), self.parameters.dtype)
        a = np.empty_like(z)
        x = np.ascontiguousarray(rows).view()
        x.flags.writeable = False  # compiled code then sees one type, for read-only rows as well
        work = n * self._multiplications
        pool = shared_thread_pool() if n > ROWS and work >= THREAD_WORK else None
        share = partial(self._compute_rows, x, factor, (z, a))
        if pool is None:
            return z, a, math.isfinite(share(1, 0))
        probes = np.zeros(pool.threads)
        pool.run(lambda me: probes.__setitem__(me, share(pool.threads, me)))
        return z, a, bool(np.isfinite(probes).all())

    @cached_property
    def _multiplications(self) -> int:
        layers = self.layout.architecture.layers
        return sum(ins * outs for ins, outs in pairwise(layers))

    def _compute_rows(
        self, x: Array, factor: float, out: tuple[Array, Array], threads: int, me: int
    ) -> float:
        """Compute the rows of thread `me`; NaN if one of their inputs is not finite."""
        from chainrule.kernels import compute_outputs

        each = -(-len(x) // (threads * ROWS)) * ROWS
        first, after = min(me * each, len(x)), min((me + 1) * each, len(x))
        if first >= after:
            return 0.0
        layout, buffers, entries, values = self._workspace
        # Compiled code raises no warnings; the same kernels run as Python do.
        with np.errstate(all="ignore"):
            probe: float = compute_outputs(
                layout, buffers, self._theta, x, factor, entries, values, *out, first, after
            )
        return probe

    @cached_property
    def _theta(self) -> Array:
        from chainrule.network.packed_parameters import PackedLayout

        return PackedLayout(self.layout).pack(self.parameters)

    @cached_property
    def _workspaces(self) -> threading.local:
        return threading.local()

    @property
    def _workspace(self) -> _Workspace:
        """The workspace of this thread, made at its first use."""
        workspaces = self._workspaces
        try:
            return workspaces.made  # type: ignore[no-any-return]
        except AttributeError:
            from chainrule.network.kernel_workspace import allocate_buffers, kernel_layout
            from chainrule.network.packed_parameters import PackedLayout

            packed, features = PackedLayout(self.layout), self.layout.architecture.layers[0]
            layout = kernel_layout(packed, ROWS)
            workspaces.made = _Workspace(
                layout=layout,
                buffers=allocate_buffers(layout, packed, backward=False),
                entries=np.zeros(features, np.int32),
                values=np.zeros(features, self._theta.dtype),
            )
            return workspaces.made  # type: ignore[no-any-return]
