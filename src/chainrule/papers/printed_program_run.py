"""four-equations' program run as it is printed: its output, and the reference's beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Code, CodeBlock, Document, Paragraph, Table
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import Layer, forward, trace
from chainrule.equations.costs import COSTS, batch_cost
from chainrule.equations.output_error import output_cost
from chainrule.papers.experiments.column_network import (
    BRIGHTEST,
    RATE,
    UPDATES,
    ColumnNetwork,
    run_program,
)
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.program_digits import ProgramDigits

__all__ = ["PrintedProgramRun", "run_as_printed"]

Array = NDArray[np.float64]

_COST = COSTS["half_squared_error"]
_QUICK_UPDATES = 4


@dataclass(frozen=True)
class PrintedProgramRun:
    """What four-equations' program prints, and what the reference equations come to.

    Args:
        seed: of NumPy's legacy generator.
        shapes: of the weights and of the biases, which the program prints first.
        printed: the test loss after each update, by the paper's class.
        reference: the same by chainrule's reference equations, from the same initial numbers and
            the same images.
        greatest_difference: between a parameter of the two networks at the end.
    """

    seed: int
    shapes: tuple[str, str]
    printed: tuple[float, ...]
    reference: tuple[float, ...]
    greatest_difference: float

    def output(self) -> str:
        """Returns what the program writes."""
        weights, biases = self.shapes
        head = f"Weights\n{weights}\n\nBiases\n{biases}\n"
        return head + "".join(f"Updating Weights\nTest Loss = {loss!r}\n" for loss in self.printed)

    def document(self) -> Document:
        """Returns the losses of the program beside those of the reference equations."""
        rows = tuple(
            (f"{number}", f"{printed!r}", f"{ours!r}", f"{abs(ours - printed):.1e}")
            for number, (printed, ours) in enumerate(
                zip(self.printed, self.reference, strict=True), 1
            )
        )
        weights, biases = self.shapes
        return Document(
            "four-equations' program as it is printed",
            (
                Paragraph(
                    "The paper's class and loop in float64, its training images divided by 255 and "
                    f"its test images not; NumPy's generator with the seed {self.seed}. It begins "
                    "by printing the shapes of its weights and biases:"
                ),
                CodeBlock(f"Weights\n{weights}\n\nBiases\n{biases}"),
                Paragraph(
                    (
                        "Then it prints ",
                        Code("Test Loss"),
                        " after each update. Beside it the loss by the reference equations of "
                        "chainrule, from the same initial numbers and the same images:",
                    )
                ),
                Table("", ("update", "Test Loss", "reference", "difference"), rows),
                Paragraph(
                    f"After {len(self.printed)} updates no weight or bias of the two networks "
                    f"differs by more than {self.greatest_difference:.1e}."
                ),
            ),
            values=self.to_dict,
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the run as plain values."""
        return {
            "seed": self.seed,
            "output": self.output(),
            "test_loss": list(self.printed),
            "reference": list(self.reference),
            "greatest_difference": self.greatest_difference,
        }


def run_as_printed(options: ExperimentOptions, *, seed: int = 0) -> PrintedProgramRun:
    """Runs four-equations' program, and the reference equations beside it.

    Args:
        options: the digits, and whether to make four updates only.
        seed: of NumPy's legacy generator; the paper sets none.

    Raises: what loading the data raises.
    """
    digits = ProgramDigits.from_options(options)
    updates = options.at_most(UPDATES, _QUICK_UPDATES)
    states = run_program(digits.train, digits.targets, seed=seed, updates=updates)
    network = next(states).network
    test = digits.test.astype(np.float64)
    layers, losses = _reference_layers(network), []
    for state in states:
        _update(layers, digits.train[state.rows] / BRIGHTEST, digits.targets[state.rows])
        loss = digits.judge(network, digits.test).loss
        losses.append((loss, _reference_loss(layers, test, digits.test_targets)))
        options.progress(f"as printed: {state.updates} updates")
    return PrintedProgramRun(
        seed,
        _shapes(network),
        tuple(printed for printed, _ in losses),
        tuple(ours for _, ours in losses),
        _greatest_difference(network, layers),
    )


def _shapes(network: ColumnNetwork) -> tuple[str, str]:
    weights, biases = (
        [array.shape for array in arrays] for arrays in (network.weights, network.biases)
    )
    return str(weights), str(biases)


def _reference_layers(network: ColumnNetwork) -> tuple[Layer, ...]:
    """The program's network for the reference equations, in arrays of its own."""
    sigmoid = ACTIVATIONS["sigmoid"]
    pairs = zip(network.weights, network.biases, strict=True)
    return tuple(Layer(W.copy(), b[:, 0].copy(), sigmoid) for W, b in pairs)


def _update(layers: Sequence[Layer], x: Array, y: Array) -> None:
    """Makes the program's update by the reference equations, in place."""
    found = trace(x, y, layers, _COST, 1 / len(x))
    for layer, dW, db in zip(layers, found.dW, found.db, strict=True):
        assert layer.b is not None, "made with biases"
        assert db is not None, "made with biases"
        layer.W[...] -= RATE * dW
        layer.b[...] -= RATE * db


def _reference_loss(layers: Sequence[Layer], x: Array, y: Array) -> float:
    z, a = forward(x, layers)
    c = output_cost(_COST, layers[-1].activation, z[-1], a[-1], y)
    return float(batch_cost(c, 1 / len(x)))


def _greatest_difference(network: ColumnNetwork, layers: Sequence[Layer]) -> float:
    theirs = [*network.weights, *(b[:, 0] for b in network.biases)]
    ours = [*(layer.W for layer in layers), *(layer.b for layer in layers)]
    pairs = zip(theirs, ours, strict=True)
    return max(float(np.abs(one - own).max()) for one, own in pairs if own is not None)
