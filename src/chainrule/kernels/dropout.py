"""Activations of some rows of a panel, and the dropout that silences some of them."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel
from chainrule.kernels.hashing import hashed
from chainrule.kernels.panels import PANEL, step_of
from chainrule.kernels.records import Batch, Buffers, Course, Plan
from chainrule.kernels.rows import activate_with_slope

__all__ = ["activate_part"]

Array = NDArray[Any]


@kernel
def _silence_row(a: Array, slope: Array, key: int, counter: int, how: tuple[int, Any]) -> None:
    """[R1, R2] Neighbouring activations of one row, and their slopes, times their mask."""
    silent, louder = how
    zero = a.dtype.type(0)
    for j in range(a.size):
        m = louder if hashed(key, counter + j) >= silent else zero
        a[j] *= m
        slope[j] *= m


@kernel
def activate_part(
    plan: Plan,
    buffers: Buffers,
    course: Course,
    place: tuple[int, int, int, int],
    batch: Batch,
) -> None:
    """[F2, BP2b, R2] a and the slopes of some rows of a panel, masked where the layer has dropout.

    Args:
        plan: of the network.
        buffers: with z; a and slope are set. The mask is in the slopes, too, which multiply the
            errors on the way back.
        course: with the shares of dropout.
        place: the layer, below the last; the panel; the first row and the one after the last.
        batch: with the keys of the masks.
    """
    layer, panel, begin, end = place
    width = plan.widths[layer + 1]
    step = step_of(width)
    at = plan.sheets[layer + 1] + panel * plan.capacity * step
    first, after = at + begin * step, at + end * step
    z, a = buffers.z[first:after], buffers.a[first:after]
    activate_with_slope(plan.activations[layer], z, a, buffers.slope[first:after])
    if course.silent[layer] > 0:
        how = (course.silent[layer], buffers.a.dtype.type(course.louder[layer]))
        for i in range(begin, end):
            k, counter = at + i * step, (batch.place + i) * width + panel * PANEL
            row, slopes = buffers.a[k : k + step], buffers.slope[k : k + step]
            _silence_row(row, slopes, batch.keys[layer], counter, how)
