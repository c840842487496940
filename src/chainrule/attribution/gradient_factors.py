"""Gradients of single examples as factors, and their scalar products without forming them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import DatasetView
from chainrule.equations.backpropagation import Layer, backward, forward
from chainrule.equations.costs import Cost
from chainrule.equations.output_error import output_cost, output_error
from chainrule.network import BLOCK
from chainrule.threads import one_blas_thread, thread_count

__all__ = ["GradientFactors", "gradient_factors", "gradient_products", "visit_blocks"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class GradientFactors:
    """The gradients of examples, each by itself: of W[l] the outer product of δ[l] and a[l-1].

    Args:
        inputs: what comes into each layer, (n, fan_in) each.
        deltas: dc/dz of each layer, (n, fan_out) each.
        outputs: a of the last layer, (n, outputs).
        costs: c of each example, (n,).
    """

    inputs: tuple[Array, ...]
    deltas: tuple[Array, ...]
    outputs: Array
    costs: Array


def gradient_factors(x: Array, y: Array, layers: Sequence[Layer], cost: Cost) -> GradientFactors:
    """[BP] One pass forward and back, with no mean over the examples.

    Args:
        x: inputs, (n, features).
        y: targets, (n, outputs).
        layers: from the first to the last.
        cost: of one example.
    """
    z, a = forward(x, layers)
    ends = (cost, layers[-1].activation, z[-1], a[-1], y)
    deltas = backward(z, a, layers, output_error(*ends))
    return GradientFactors((x, *a[:-1]), tuple(deltas), a[-1], output_cost(*ends))


def gradient_products(
    some: GradientFactors, one: GradientFactors, layers: Sequence[Layer]
) -> Array:
    """[BP3, BP4] The scalar products of examples' gradients with that of one example.

        g_i · g = Σ_l (δ_i[l] · δ[l]) (a_i[l-1] · a[l-1] + 1)

    The 1 is the biases' part.

    Args:
        some: of n examples.
        one: of one example.
        layers: those of both.

    Returns: (n,).
    """
    total = np.zeros(len(some.outputs))
    for layer, a, delta, a_one, delta_one in zip(
        layers, some.inputs, some.deltas, one.inputs, one.deltas, strict=True
    ):
        along = a @ a_one[0]
        total += (delta @ delta_one[0]) * (along if layer.b is None else along + 1)
    return total


def visit_blocks(
    dataset: Dataset, outputs: int, look: Callable[[slice, Array, Array], None]
) -> None:
    """Look at all examples, a block of rows at a time, in float64; threads share the blocks.

    Args:
        dataset: the examples.
        outputs: width of the network's last layer.
        look: called with the rows, their inputs and their targets; it keeps what it finds.
    """
    working = DatasetView(dataset, outputs, "float64")

    def look_from(start: int) -> None:
        rows = slice(start, start + BLOCK)
        with np.errstate(all="ignore"):
            look(rows, working.inputs(rows), working.targets(rows))

    with one_blas_thread(), ThreadPoolExecutor(thread_count()) as threads:
        for _ in threads.map(look_from, range(0, len(dataset), BLOCK)):
            pass
