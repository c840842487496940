"""Activations of some rows of a panel, and the dropout that sets some of them to 0."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.activations import activate_with_derivative
from chainrule.kernels.compiling import kernel
from chainrule.kernels.hashing import random_bits
from chainrule.kernels.panels import PANEL, panel_start, stride_of
from chainrule.kernels.records import Batch, Buffers, KernelLayout, PanelRows, StepHyperparameters

__all__ = ["activate_rows"]

Array = NDArray[Any]


@kernel
def _drop_row(
    a: Array, derivative: Array, key: int, counter: int, threshold: int, scale: Any
) -> None:
    """[R1, R2] Neighbouring activations of one row, and their derivatives, times their mask."""
    zero = a.dtype.type(0)
    for j in range(a.size):
        m = scale if random_bits(key, counter + j) >= threshold else zero
        a[j] *= m
        derivative[j] *= m


@kernel
def activate_rows(
    layout: KernelLayout,
    buffers: Buffers,
    hyper: StepHyperparameters,
    place: PanelRows,
    batch: Batch,
) -> None:
    """[F2, BP2b, R2] a and φ'(z) of some rows of a panel, masked where the layer has dropout.

    Args:
        layout: of the network.
        buffers: with z; a and derivative are set. The mask is in the derivatives, too, which
            multiply the errors on the way back.
        hyper: with dropout.
        place: the rows, of a layer below the last.
        batch: with the keys of the masks.
    """
    layer, panel = place.layer, place.panel
    width = layout.widths[layer + 1]
    stride, start = stride_of(width), panel_start(layout, layer + 1, panel)
    first, after = start + place.first * stride, start + place.after * stride
    z, a = buffers.z[first:after], buffers.a[first:after]
    activate_with_derivative(layout.activations[layer], z, a, buffers.derivative[first:after])
    threshold = hyper.dropout_thresholds[layer]
    if threshold > 0:
        scale = buffers.a.dtype.type(hyper.dropout_scales[layer])
        for i in range(place.first, place.after):
            at = start + i * stride
            # The counter is the neuron's place in the whole batch, whatever part or panel this is.
            counter = (batch.offset + i) * width + panel * PANEL
            row, slopes = buffers.a[at : at + stride], buffers.derivative[at : at + stride]
            _drop_row(row, slopes, batch.mask_keys[layer], counter, threshold, scale)
