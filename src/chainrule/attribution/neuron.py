"""One neuron for one example: the contribution of each input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import (
    example_picture,
    input_name,
    is_image,
    signed_picture,
)
from chainrule.attribution.forward_trace import ForwardTrace, open_trace
from chainrule.attribution.inspection import TOP, WHERE, InspectedRun, check_number, parse_place
from chainrule.attribution.term_sums import TermSum, number_cell, terms_table
from chainrule.documents import Block, Document, Gallery, Heading, Paragraph
from chainrule.ledger import DisplayOptions
from chainrule.ledger.rendering import EntryFormulas
from chainrule.ledger.steps import Quantity

__all__ = ["inspect_neuron", "neuron_document"]

Array = NDArray[Any]


def inspect_neuron(
    run: InspectedRun,
    neuron: str,
    image: int,
    *,
    part: str = "test",
    top: int = TOP,
    data: str | None = None,
) -> Document:
    """Show how the activation of a neuron of the trained network comes about for one example.

    Args:
        run: the folder of a run or a network file, or an opened one.
        neuron: layer and neuron, such as "2:7"; layers count from 1, neurons from 0.
        image: the example's number in its part of the data, from 0.
        part: "test", "train" or "all".
        top: number of inputs to list one by one.
        data: a name or a path, if the run's data were moved; a network file needs it.

    Raises: InputError if there is no such neuron or example; what opening the run and loading its
        data raises.
    """
    layer, at = parse_place("neuron", neuron)
    count = check_number("top", top)
    trace = open_trace(run, image, part, data)
    trace.ledger.locate(Quantity("z", layer, (at,)), WHERE)
    return neuron_document(trace, layer, at, count)


def neuron_document(trace: ForwardTrace, layer: int, neuron: int, top: int) -> Document:
    """Why a neuron is as active as it is.

    Args:
        trace: the network and the example.
        layer: from 1; one that the network has.
        neuron: from 0; likewise.
        top: number of inputs to list one by one.
    """
    producer = _NeuronProducer(trace, layer, neuron, top)
    return Document(
        title=f"Neuron {neuron} of layer {layer} of {trace.path}",
        blocks=tuple(producer.blocks()),
        values=producer.record,
    )


@dataclass(frozen=True, eq=False)
class _NeuronProducer:
    trace: ForwardTrace
    layer: int
    neuron: int
    top: int

    @property
    def has_bias(self) -> bool:
        return self.trace.network.architecture.biases

    @property
    def inputs(self) -> Array:
        return self.trace.activations(self.layer - 1)

    @property
    def weights(self) -> Array:
        return np.asarray(self.trace.weights(self.layer)[self.neuron])

    @property
    def bias(self) -> float:
        return float(self.trace.biases(self.layer)[self.neuron])

    @property
    def whole(self) -> TermSum:
        terms = self.weights * self.inputs
        z = float(self.trace.sums(self.layer)[self.neuron])
        return TermSum(np.append(terms, self.bias) if self.has_bias else terms, z)

    def blocks(self) -> Iterator[Block]:
        yield Paragraph(f"For {self.trace.description}.")
        l, j = self.layer, self.neuron  # noqa: E741
        header = ("input", f"a[{l - 1}]", f"W[{l}][{j}]", "W · a")
        ranked = [at for at in self.whole.ranked() if at < len(self.inputs)]
        rows = [self._row(at) for at in ranked[: self.top]]
        bias = ((f"bias b[{l}][{j}]", self.bias),) if self.has_bias else ()
        title = f"[F1] z[{l}][{j}] = Σ W · a{' + b' * self.has_bias}, the largest terms first"
        yield terms_table(title, header, rows, self.whole, last=bias)
        yield Heading("Its activation")
        activation = self.trace.ledger.entry(Quantity("a", self.layer, (self.neuron,)))
        yield EntryFormulas(self.trace.ledger, DisplayOptions()).calculation(activation)
        yield from self._pictures()

    def _row(self, at: int) -> tuple[str, ...]:
        if self.layer == 1:
            name = input_name(self.trace.dataset, at)
        else:
            name = f"neuron {at} of layer {self.layer - 1}"
        return name, number_cell(float(self.inputs[at])), number_cell(float(self.weights[at]))

    def _pictures(self) -> Iterator[Block]:
        data, row = self.trace.dataset, self.trace.row
        if self.layer == 1 and is_image(data):
            terms = self.weights * self.inputs
            pictures = (
                example_picture(data, row, f"example {row}"),
                signed_picture(data, terms, "contributions W · a"),
                signed_picture(data, np.array(self.weights), "weights W"),
            )
            yield Heading("What it sees")
            yield Gallery(pictures)

    def record(self) -> dict[str, Any]:
        whole = self.whole
        rows = zip(self.inputs.tolist(), self.weights.tolist(), strict=True)
        return {
            "network": self.trace.path,
            "neuron": f"{self.layer}:{self.neuron}",
            "part": self.trace.part,
            "example": self.trace.row,
            "terms": [
                {"input": at, "a": a, "W": w, "term": a * w} for at, (a, w) in enumerate(rows)
            ],
            "b": self.bias if self.has_bias else None,
            "z": whole.total,
            "sum_of_terms": whole.added,
            "adds_up": whole.holds,
            "a": float(self.trace.activations(self.layer)[self.neuron]),
        }
