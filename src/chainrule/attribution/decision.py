"""Why a network chose a class for one example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chainrule.attribution.example_view import (
    example_picture,
    input_name,
    is_image,
    sentences,
    signed_picture,
    target_text,
)
from chainrule.attribution.forward_trace import ForwardTrace, open_trace
from chainrule.attribution.inspection import TOP, WHERE, InspectedRun, check_number
from chainrule.attribution.margin import (
    LINEAR,
    RISING,
    Margin,
    OutputChoice,
    decompose_margin,
    output_choice,
)
from chainrule.attribution.term_sums import number_cell, terms_table
from chainrule.documents import Block, Document, Gallery, Heading, Table
from chainrule.errors import InputError

__all__ = ["decision_document", "inspect_decision"]


def inspect_decision(
    run: InspectedRun, image: int, *, part: str = "test", top: int = TOP, data: str | None = None
) -> Document:
    """Show why the trained network chose a class for an example.

    Args:
        run: as in `inspect_neuron`.
        image: as in `inspect_neuron`.
        part: as in `inspect_neuron`.
        top: number of parts to list one by one.
        data: as in `inspect_neuron`.

    Raises: InputError if the network does not choose between classes, or if there is no such
        example; what opening the run and loading its data raises.
    """
    count = check_number("top", top)
    return decision_document(open_trace(run, image, part, data), count)


def decision_document(trace: ForwardTrace, top: int) -> Document:
    """Explain why a network chose a class for an example.

    Args:
        trace: the network and the example.
        top: number of parts to list one by one.

    Raises: InputError if the targets are numbers.
    """
    if not trace.dataset.classifies:
        raise InputError(
            WHERE,
            expected="a network that chooses between classes",
            got="targets that are numbers",
            remedy="Inspect a neuron of the last layer instead",
            argument="decision",
        )
    producer = _DecisionProducer(trace, top)
    return Document(
        title=f"Why {trace.path} chose {producer.name(producer.choice.chosen)}",
        blocks=tuple(producer.blocks()),
        values=producer.record,
    )


@dataclass(frozen=True, eq=False)
class _DecisionProducer:
    trace: ForwardTrace
    top: int

    @cached_property
    def choice(self) -> OutputChoice:
        return output_choice(self.trace)

    @cached_property
    def margin(self) -> Margin:
        return decompose_margin(self.trace, self.choice)

    @property
    def depth(self) -> int:
        return self.trace.depth

    @property
    def is_single(self) -> bool:
        """Whether one output stands for two classes."""
        return self.choice.rival is None

    def name(self, output: int) -> str:
        """The class that an output stands for; a single one by which side of ½ it is on."""
        names = self.trace.dataset.class_names
        if self.is_single:
            sure = self.trace.activations(self.depth)[0] > 0.5
            return names[1] if sure and len(names) > 1 else names[0]
        return names[output]

    def blocks(self) -> Iterator[Block]:
        yield sentences(self._sentences())
        yield self._outputs()
        yield self._by_neurons()
        yield Heading("Back to the inputs")
        yield sentences(self._input_sentences())
        yield from self._by_inputs()

    def _sentences(self) -> Iterator[str]:
        yield f"For {self.trace.description}."
        yield f"It chose {self.name(self.choice.chosen)}{self._verdict()}."
        margin = number_cell(self.margin.neurons.total)
        last = self.trace.network.architecture.activations[-1]
        if self.choice.rival is None:
            output = number_cell(self._activation(0))
            yield f"Its only output is {output}, for the weighted sum {margin}."
            return
        yield f"The runner-up is {self.name(self.choice.rival)}; the margin in z is {margin}."
        if last not in RISING:
            yield (
                f"Outputs are compared by a, and {last} is not strictly increasing: the margin in "
                "z need not have decided."
            )

    def _verdict(self) -> str:
        """Whether the choice is right, where the target is known."""
        if not self.trace.has_target:
            return ""
        right = self.name(self.choice.chosen) == self._target()
        return ", which is right" if right else f", which is wrong: it is {self._target()}"

    def _target(self) -> str | None:
        known = self.trace.has_target
        return target_text(self.trace.dataset, self.trace.row) if known else None

    def _activation(self, output: int) -> float:
        return float(self.trace.activations(self.depth)[output])

    def _outputs(self) -> Table:
        z = self.trace.sums(self.depth)
        rows = tuple(
            (self._output_name(j), number_cell(float(z[j])), number_cell(self._activation(j)))
            for j in self.choice.ordered[: max(self.top, 2)]
        )
        left = len(z) - len(rows)
        note = f"and {left} more" if left else ""
        return Table("Outputs", ("class", "z", "a"), rows, note)

    def _output_name(self, output: int) -> str:
        if not self.is_single:
            return self.name(output)
        return self.trace.dataset.class_names[-1]

    def _by_neurons(self) -> Table:
        whole, depth = self.margin.neurons, self.depth
        count = len(whole.terms) - 1
        ranked = [at for at in whole.ranked() if at < count][: self.top]
        weights = self._weights()
        a = self.trace.activations(depth - 1)
        rows = [
            (self._source(at), number_cell(float(a[at])), number_cell(float(weights[at])))
            for at in ranked
        ]
        what = "z" if self.is_single else "margin"
        column = f"W[{depth}]" + ("" if self.is_single else " difference")
        header = ("from", f"a[{depth - 1}]", column, "part")
        bias = "bias" if self.is_single else "difference of biases"
        where = f"neurons of layer {depth - 1}" if depth > 1 else "inputs"
        title = f"The {what} by {where}, the largest parts first"
        return terms_table(title, header, rows, whole, last=((bias, float(whole.terms[-1])),))

    def _weights(self) -> Any:
        W = self.trace.weights(self.depth)
        rival = self.choice.rival
        return W[self.choice.chosen] - (0.0 if rival is None else W[rival])

    def _source(self, at: int) -> str:
        if self.depth == 1:
            return input_name(self.trace.dataset, at)
        return f"neuron {at}"

    def _input_sentences(self) -> Iterator[str]:
        margin, hidden = self.margin, self.trace.network.architecture.activations[:-1]
        bent = ", ".join(name for name in dict.fromkeys(hidden) if name not in LINEAR)
        if bent:
            yield (
                "The part of an input is the derivative of the margin by that input, times the "
                "input. This is exact only for functions that are piecewise linear through 0, "
                f"unlike {bent}; the rest makes up the difference."
            )
        else:
            yield (
                "All functions are linear in pieces through 0, so the parts of the inputs "
                "are exact."
            )
        inputs, biases = number_cell(float(margin.inputs.sum())), number_cell(margin.biases)
        rest = "" if margin.exact else f", the rest {number_cell(margin.rest)}"
        together = number_cell(margin.from_inputs.added)
        yield f"Inputs contribute {inputs}, biases {biases}{rest}: together {together}."
        if margin.exact:  # with the rest they add up by definition
            yield margin.from_inputs.sentence
        yield (
            "A part says what an input contributes in this example, with all other inputs "
            "unchanged."
        )

    def _by_inputs(self) -> Iterator[Block]:
        data, row, parts = self.trace.dataset, self.trace.row, self.margin.inputs
        if is_image(data):
            example = example_picture(data, row, f"example {row}")
            yield Heading("Inputs for and against the choice")
            yield Gallery((example, signed_picture(data, parts, "parts in the margin")))
            return
        ranked = sorted(range(len(parts)), key=lambda at: -abs(parts[at]))[: self.top]
        x = self.trace.activations(0)
        rows = tuple(
            (f"input {at}", number_cell(float(x[at])), number_cell(float(parts[at])))
            for at in ranked
        )
        yield Table("Inputs, the largest parts first", ("input", "x", "part"), rows)

    def record(self) -> dict[str, Any]:
        margin, depth = self.margin, self.depth
        names = self.trace.dataset.class_names
        return {
            "network": self.trace.path,
            "part": self.trace.part,
            "example": self.trace.row,
            "target": self._target(),
            "chosen": self.name(self.choice.chosen),
            "runner_up": None if self.choice.rival is None else names[self.choice.rival],
            "z": self.trace.sums(depth).tolist(),
            "a": self.trace.activations(depth).tolist(),
            "margin": margin.neurons.total,
            "neuron_parts": margin.neurons.terms[:-1].tolist(),
            "bias_part": float(margin.neurons.terms[-1]),
            "neuron_parts_add_up": margin.neurons.holds,
            "input_parts": margin.inputs.tolist(),
            "biases_part": margin.biases,
            "rest": margin.rest,
            "exact": margin.exact,
            "input_parts_add_up": margin.from_inputs.holds if margin.exact else None,
        }
