"""The error of one neuron for one example, opened layer by layer up to the outputs and the cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import sentences, target_text
from chainrule.attribution.regularised_step import is_normalised
from chainrule.attribution.replay import RunReplay, RunStep
from chainrule.attribution.step_ledger import formula_holds
from chainrule.attribution.term_sums import TermSum, number_cell, terms_table
from chainrule.documents import Block, Heading, Paragraph, Table, math_text
from chainrule.engine import dropout_rates
from chainrule.equations.affine import input_gradient
from chainrule.ledger import DisplayOptions, Ledger, LedgerEntry
from chainrule.ledger.rendering import EntryFormulas
from chainrule.ledger.steps import Quantity

__all__ = ["ErrorChain", "ErrorLink"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ErrorLink:
    """The error of a hidden neuron, which comes from all neurons of the layer above.

    Args:
        layer: from 1.
        neuron: from 0.
        errors: of the neurons above, before any normalisation, (width,).
        weights: from this neuron to each of them, (width,).
        whole: the products of both, whose sum is da, the gradient by the activation.
        factor: what dropout multiplied the activation by, 0 or 1 / (1 - p); 1 without dropout.
        slope: the derivative of the activation; None for a softmax, which has none of its own.
        delta: the error.
    """

    layer: int
    neuron: int
    errors: Array
    weights: Array
    whole: TermSum
    factor: float
    slope: float | None
    delta: float

    @property
    def strongest(self) -> int:
        """The neuron above that adds most, by absolute value."""
        return self.whole.ranked()[0]


@dataclass(frozen=True, eq=False)
class ErrorChain:
    """From the error of a neuron up to the cost, for one example of a step.

    At each layer all neurons above are terms [BP2]; the one with the largest term is followed.

    Args:
        replay: of the run.
        step: that is looked into.
        ledger: of the step.
        layer: of the neuron, from 1.
        neuron: from 0.
        row: the example, a row of the training set that the step's batch has.
        top: number of terms to list one by one.
        options: digits and notation.
    """

    replay: RunReplay
    step: RunStep
    ledger: Ledger
    layer: int
    neuron: int
    row: int
    top: int
    options: DisplayOptions

    @property
    def _at(self) -> int:
        """The place of the example in the batch."""
        return self.step.rows.index(self.row)

    @property
    def _depth(self) -> int:
        return self.replay.setup.network.architecture.depth

    @cached_property
    def links(self) -> tuple[ErrorLink, ...]:
        """The hidden neurons on the way, from the first one up."""
        found: list[ErrorLink] = []
        layer, neuron = self.layer, self.neuron
        while layer < self._depth:
            found.append(self._link(layer, neuron))
            layer, neuron = layer + 1, found[-1].strongest
        return tuple(found)

    @property
    def output(self) -> int:
        """The output at which the way ends."""
        return self.links[-1].strongest if self.links else self.neuron

    def _link(self, layer: int, neuron: int) -> ErrorLink:
        step, at = self.ledger.step(1), self._at
        above = step.layers[layer].W
        errors = step.trace.du[layer]
        total = float(input_gradient(above, errors)[at, neuron])
        slopes, delta = step.derivatives[layer - 1], float(step.trace.delta[layer - 1][at, neuron])
        slope = None if slopes is None else float(slopes[at, neuron])
        return ErrorLink(
            layer=layer,
            neuron=neuron,
            errors=errors[at],
            weights=above[:, neuron],
            whole=TermSum(errors[at] * above[:, neuron], total),
            factor=self._factor(layer, delta, total if slope is None else total * slope),
            slope=slope,
            delta=delta,
        )

    def _factor(self, layer: int, delta: float, undropped: float) -> float:
        share = dropout_rates(self.replay.setup.network.architecture, self.replay.setup.recipe)
        if not share[layer - 1]:
            return 1.0
        return 0.0 if undropped and not delta else 1 / (1 - share[layer - 1])

    def blocks(self) -> Iterator[Block]:
        """The way in tables and formulas, layer by layer."""
        target = target_text(self.replay.setup.training, self.row)
        symbol = self._symbol("delta", self.layer, self.neuron)
        yield Heading(f"Where {symbol} of example {self.row} ({target}) comes from")
        for link in self.links:
            yield from self._hidden(link)
        yield self._outputs_table()
        yield from self._calculations(self._output_entries())

    def _hidden(self, link: ErrorLink) -> Iterator[Block]:
        layer, normalised = link.layer, is_normalised(self.replay, link.layer + 1)
        error = "du" if normalised else "delta"
        header = (
            f"neuron of layer {layer + 1}",
            f"{error}[{layer + 1}]" if normalised else self._symbol("delta", layer + 1),
            self._symbol("W", layer + 1),
            f"{error} · W",
        )
        rows = [
            (str(i), number_cell(float(link.errors[i])), number_cell(float(link.weights[i])))
            for i in link.whole.ranked()[: self.top]
        ]
        symbol = self._symbol("da", layer, link.neuron)
        title = f"[BP2a] {symbol} = Σ {error} · W, the largest terms first"
        yield terms_table(title, header, rows, link.whole)
        lines = list(self._remarks(link, normalised))
        if lines:
            yield sentences(lines)
        if link.factor == 1:
            yield from self._calculations(self._entries(layer, link.neuron))
        else:
            yield Paragraph(self._dropped(link))
        above = self._symbol("delta", layer + 1, link.strongest)
        yield Paragraph(f"The largest term is followed: {above}.")

    def _remarks(self, link: ErrorLink, normalised: bool) -> Iterator[str]:
        if normalised:
            layer = link.layer + 1
            yield (
                f"Layer {layer} is normalised: du[{layer}] is made of delta[{layer}] of all "
                "examples of the batch [N4]."
            )

    def _dropped(self, link: ErrorLink) -> str:
        """The error of a neuron that dropout has silenced or enlarged, in words."""
        slope = "" if link.slope is None else f" · {number_cell(link.slope)}"
        product = f"{number_cell(link.whole.total)} · {link.factor:.6g}{slope}"
        symbol = self._symbol("delta", link.layer, link.neuron)
        return (
            f"{symbol} = da · m{' · slope' if slope else ''} = {product} = "
            f"{number_cell(link.delta)}, where dropout has multiplied the neuron by m [R2]."
        )

    def _symbol(self, kind: str, layer: int, *index: int) -> str:
        formulas = EntryFormulas(self.ledger, self.options)
        return math_text(formulas.symbol(Quantity(kind, layer, index)))

    def _located(self, kind: str, layer: int | None, *index: int) -> LedgerEntry:
        example = self.row if self.ledger.example.has_many else None
        return self.ledger.entry(Quantity(kind, layer, index, example=example))

    def _entries(self, layer: int, neuron: int) -> Iterator[LedgerEntry]:
        if self.ledger.step(1).derivatives[layer - 1] is not None:
            yield self._located("slope", layer, neuron)
        yield self._located("delta", layer, neuron)

    def _output_entries(self) -> Iterator[LedgerEntry]:
        delta = self._located("delta", self._depth, self.output)
        if delta.equation == "BP1":
            yield self._located("da", self._depth, self.output)
            yield self._located("slope", self._depth, self.output)
        yield delta
        yield self._located("share", None)
        yield self._located("cost", None)

    def _calculations(self, entries: Iterator[LedgerEntry]) -> Iterator[Block]:
        formulas = EntryFormulas(self.ledger, self.options)
        for entry in entries:
            shown = entry if formula_holds(entry) else replace(entry, formula=None, equation="")
            yield formulas.calculation(shown)

    def _outputs_table(self) -> Table:
        step, at, depth = self.ledger.step(1), self._at, self._depth
        deltas = step.trace.delta[depth - 1][at]
        names = self.replay.setup.training.class_names
        ranked = [int(i) for i in np.argsort(-np.abs(deltas), kind="stable")]
        rows = tuple(
            (
                _output_name(i, names),
                number_cell(float(step.a[depth - 1][at, i])),
                number_cell(float(step.trace.y[at, i])),
                number_cell(float(deltas[i])),
            )
            for i in ranked[: self.top]
        )
        header = ("output", self._symbol("a", depth), "y", self._symbol("delta", depth))
        left = len(ranked) - len(rows)
        title = f"[BP1] The outputs of example {self.row}, the largest errors first"
        return Table(title, header, rows, f"{left} more outputs." if left else "")

    def record(self) -> dict[str, Any]:
        """The way as plain values, with every term of every sum."""
        step, at, depth = self.ledger.step(1), self._at, self._depth
        columns = (step.a[depth - 1][at], step.trace.y[at], step.trace.delta[depth - 1][at])
        return {
            "example": self.row,
            "target": target_text(self.replay.setup.training, self.row),
            "layers": [_link_record(link) for link in self.links],
            "outputs": [
                {"output": i, "a": float(a), "y": float(y), "delta": float(delta)}
                for i, (a, y, delta) in enumerate(zip(*columns, strict=True))
            ],
            "output": self.output,
            "share": self._located("share", None).value,
            "cost": self._located("cost", None).value,
        }


def _output_name(output: int, names: tuple[str, ...]) -> str:
    """The number of an output, with the name of its class unless that is the same."""
    name = names[output] if output < len(names) else str(output)
    return str(output) if name == str(output) else f"{output} ({name})"


def _link_record(link: ErrorLink) -> dict[str, Any]:
    terms = zip(link.errors.tolist(), link.weights.tolist(), strict=True)
    return {
        "layer": link.layer,
        "neuron": link.neuron,
        "delta": link.delta,
        "slope": link.slope,
        "dropout_factor": link.factor,
        "da": link.whole.total,
        "sum_of_terms": link.whole.added,
        "adds_up": link.whole.holds,
        "terms": [
            {"neuron": i, "error": error, "W": w, "term": error * w}
            for i, (error, w) in enumerate(terms)
        ],
        "followed": link.strongest,
    }
