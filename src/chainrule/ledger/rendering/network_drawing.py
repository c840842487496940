"""A small network as neurons and lines, with the numbers of one example at their places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise, product
from typing import NamedTuple

import numpy as np

from chainrule.errors import InputError
from chainrule.ledger.entries import LedgerEntries
from chainrule.ledger.steps import Quantity, Step
from chainrule.limits import Limit

__all__ = [
    "DRAWN_RADIUS",
    "DrawnNeuron",
    "DrawnWeight",
    "NetworkDrawing",
    "is_drawable",
    "lay_out_network",
]

MOST_NEURONS, MOST_WEIGHTS = 6, 48
"""With more in a layer, or in all, the numbers would stand over each other."""

DRAWN_RADIUS = 34.0
"""Of a neuron's circle."""

_MARGIN = 110.0
_ROW = 112.0
_LEAST_GAP = 240.0
_LABEL_GAP = 84.0
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_DIGITS = 4


@dataclass(frozen=True)
class DrawnNeuron:
    """A neuron, or an input.

    Args:
        inside: the lines within its circle, such as "z 0.376" and "a 0.593".
        above: its bias; empty for an input, and without biases.
        beside: an output's target; else empty.
        x: of its centre, to the right.
        y: of its centre, downwards.
    """

    inside: tuple[str, ...]
    above: str = ""
    beside: str = ""
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class DrawnWeight:
    """A line with its weight.

    Args:
        start: the neuron before, by its place in `NetworkDrawing.neurons`.
        end: the neuron after.
        value: the weight.
        label: the weight with its indices, such as "w₀₁ = -0.5".
        x: of the label's centre, on the line.
        y: of the label's centre.
    """

    start: int
    end: int
    value: float
    label: str
    x: float
    y: float


class DrawnTitle(NamedTuple):
    """What stands above a column.

    Args:
        x: of the column.
        text: what it is.
        y: of the text's centre.
    """

    x: float
    text: str
    y: float = 18.0


@dataclass(frozen=True)
class NetworkDrawing:
    """A labelled network; lengths are in pixels of a page.

    Args:
        neurons: column after column, the inputs first.
        weights: layer after layer.
        titles: of the columns.
        width: of the whole.
        height: of the whole.
        caption: which numbers stand on it.
    """

    neurons: tuple[DrawnNeuron, ...]
    weights: tuple[DrawnWeight, ...]
    titles: tuple[DrawnTitle, ...]
    width: float
    height: float
    caption: str


def is_drawable(widths: tuple[int, ...]) -> bool:
    """Returns whether a network is small enough for a number on each of its lines.

    Args:
        widths: of the inputs and the layers.
    """
    lines = sum(before * after for before, after in pairwise(widths))
    return max(widths) <= MOST_NEURONS and lines <= MOST_WEIGHTS


def lay_out_network(ledger: LedgerEntries, *, step: int = 1, example: int = 0) -> NetworkDrawing:
    """Returns the network of a worked example with w, b, z and a at their places.

    Args:
        ledger: of the worked example.
        step: which step's numbers, before its update.
        example: the place of an example in the step's batch, from 0.

    Raises: InputError for a network that is too large; DivergenceError.
    """
    widths = ledger.example.architecture.layers
    if not is_drawable(widths):
        raise InputError(
            ledger.example.where,
            expected=f"at most {MOST_NEURONS} neurons in a layer and {MOST_WEIGHTS} weights in all",
            got="-".join(map(str, widths)),
            why="Larger networks have no room for a number on each line",
            remedy="chainrule figure network RUN draws the greatest weights of a run",
        )
    computed = ledger.step(step)
    place = Limit(int, "place of an example in the batch", 0, len(computed.rows) - 1).check(
        ledger.example.where, "example", example
    )
    places, height = _columns(widths), _ROW * max(widths) + 50
    neurons = tuple(
        replace(neuron, x=x, y=_row(number, len(column), height))
        for x, column in zip(places, _numbers(ledger, computed, place), strict=True)
        for number, neuron in enumerate(column)
    )
    shown = computed.rows[place] + ledger.example.conventions.indices
    whose = f" for example {shown}" if ledger.example.has_many else ""
    return NetworkDrawing(
        neurons=neurons,
        weights=tuple(_weights(computed, neurons, ledger.example.conventions.indices)),
        titles=tuple(map(DrawnTitle, places, _titles(ledger))),
        width=places[-1] + DRAWN_RADIUS + _MARGIN,
        height=height,
        caption=f"The network before step {step}{whose}: weights on the lines, biases b above the "
        "neurons, weighted sums z and activations a within",
    )


def _columns(widths: tuple[int, ...]) -> list[float]:
    """The x of each column: far enough apart for the labels beside the neurons of the first."""
    gaps = (max(_LEAST_GAP, _LABEL_GAP * (after + 1)) for after in widths[1:])
    return list(accumulate(gaps, initial=_MARGIN))


def _row(number: int, count: int, height: float) -> float:
    """The y of a neuron in a column that stands in the middle."""
    return height / 2 + 18 + _ROW * (number - (count - 1) / 2)


def _numbers(ledger: LedgerEntries, step: Step, place: int) -> Iterator[list[DrawnNeuron]]:
    """The neurons of each column with their texts, at no place yet."""
    first = ledger.example.conventions.indices
    inputs = enumerate(step.x[place], first)
    yield [DrawnNeuron((f"a{_small(k)}", short_text(value))) for k, value in inputs]
    targets: list[str] = []
    if ledger.example.recipe is not None:
        own = step.rows[place] if ledger.example.has_many else None
        y = np.ravel(ledger.value(Quantity("y", step=step.number, example=own)))
        targets = [f"y{_small(j)} = {short_text(value)}" for j, value in enumerate(y, first)]
    for layer, z, a in zip(step.layers, step.z, step.a, strict=True):
        is_last = layer is step.layers[-1]
        yield [
            DrawnNeuron(
                (f"z {short_text(z[place, j])}", f"a {short_text(a[place, j])}"),
                above="" if layer.b is None else f"b{_small(j + first)} = {short_text(layer.b[j])}",
                beside=targets[j] if is_last and targets else "",
            )
            for j in range(len(layer.W))
        ]


def _weights(step: Step, neurons: Sequence[DrawnNeuron], first: int) -> Iterator[DrawnWeight]:
    before = 0
    for layer in step.layers:
        fan_out, fan_in = layer.W.shape
        after = before + fan_in
        # The labels of a layer are then equally far apart, whichever lines cross.
        part = 1 / (fan_out + 1)
        for k, j in product(range(fan_in), range(fan_out)):
            start, end = neurons[before + k], neurons[after + j]
            yield DrawnWeight(
                start=before + k,
                end=after + j,
                value=float(layer.W[j, k]),
                label=f"w{_small(j + first)}{_small(k + first)} = {short_text(layer.W[j, k])}",
                x=start.x + part * (end.x - start.x),
                y=start.y + part * (end.y - start.y),
            )
        before = after


def _titles(ledger: LedgerEntries) -> list[str]:
    names = ledger.example.architecture.activations
    return ["inputs", *(f"layer {l}: {name}" for l, name in enumerate(names, 1))]  # noqa: E741


def _small(index: int) -> str:
    return str(index).translate(_SUBSCRIPTS)


def short_text(value: float) -> str:
    """A number in at most four significant digits.

    >>> short_text(0.5929077), short_text(-2.0)
    ('0.5929', '-2')
    """
    return f"{value:.{_DIGITS}g}"
