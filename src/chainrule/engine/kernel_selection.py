"""Which kernels compute a training, and by how many threads: a rule, as data.

The figures come from measurements side by side on processors with 256 and 512 bit registers; they
decide the time only, and for a recipe and an architecture they decide once: the two kinds of kernel
add up in different orders, so the choice depends on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from chainrule.network import Architecture
from chainrule.threads import thread_count

__all__ = ["BY_COLUMN_WIDTH", "LOOPS_BATCH", "THREAD_WORK", "KernelSelection", "select_kernels"]

LOOPS_BATCH = 1
"""Batches up to so many examples go by loops, example by example; larger ones by tiles."""

BY_COLUMN_WIDTH = 192
"""From this width of the first layer, sparse gradients go column by column of the inputs."""

THREAD_WORK = 400_000
"""Multiplications a batch for each thread: with fewer, the threads would wait for each other."""


@dataclass(frozen=True)
class KernelSelection:
    """What computes a training.

    Args:
        loops: whether example by example, instead of layer by layer.
        by_column: whether sparse gradients go column by column.
        threads: how many share the work.
    """

    loops: bool
    by_column: bool
    threads: int


def select_kernels(
    architecture: Architecture, batch_size: int, threads: int | None = None, *, plain: bool = True
) -> KernelSelection:
    """The kernels for a network and a batch size.

    Args:
        architecture: widths and activations.
        batch_size: examples a step.
        threads: how many may share the work; as many as there are processors where None.
        plain: whether no layer has dropout or batch normalisation, which loops do not know.
    """
    layers, inner = architecture.layers, architecture.activations[:-1]
    loops = plain and (batch_size <= LOOPS_BATCH or "softmax" in inner)
    work = batch_size * sum(ins * outs for ins, outs in pairwise(layers))
    most = thread_count() if threads is None else threads
    useful = 1 if loops else max(1, min(most, work // THREAD_WORK))
    return KernelSelection(loops, layers[1] >= BY_COLUMN_WIDTH, useful)
