"""The margin between two outputs as a sum: of the parts of hidden neurons, and of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.forward_trace import ForwardTrace
from chainrule.attribution.term_sums import TermSum
from chainrule.equations.affine import input_gradient
from chainrule.equations.backpropagation import backward

__all__ = ["LINEAR", "RISING", "Margin", "OutputChoice", "decompose_margin", "output_choice"]

Array = NDArray[Any]

LINEAR = ("identity", "relu", "leaky_relu")
"""Functions made of straight pieces through 0: a = φ'(z) z."""

RISING = ("identity", "sigmoid", "tanh", "leaky_relu", "elu", "selu", "softplus", "softmax")
"""Functions by which the order of outputs is that of their weighted sums."""


@dataclass(frozen=True)
class OutputChoice:
    """What was chosen.

    Args:
        chosen: the output with the greatest activation.
        rival: the runner-up; None if there is one output only, which stands for two classes.
        ordered: the outputs, the greatest activation first.
    """

    chosen: int
    rival: int | None
    ordered: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Margin:
    """z of the chosen output less z of its rival, in two ways the sum of its parts.

    Args:
        neurons: part of each neuron of the last hidden layer, or of each input if there is
            none, and last the biases' part; they add up to the margin.
        inputs: part of each input: how fast the margin moves with it, times the input.
        biases: part of all biases on the active ways.
        rest: what the two leave; 0 up to rounding where all functions are of straight pieces.
        exact: whether they are.
    """

    neurons: TermSum
    inputs: Array
    biases: float
    rest: float
    exact: bool

    @property
    def from_inputs(self) -> TermSum:
        """The margin as the sum of the inputs' parts, the biases' and the rest."""
        terms = np.array([*self.inputs.tolist(), self.biases])
        total = self.neurons.total
        return TermSum(terms if self.exact else np.append(terms, self.rest), total)


def output_choice(trace: ForwardTrace) -> OutputChoice:
    """What the network chose: the greatest output, the first one where several are equal."""
    a, z = trace.activations(trace.depth), trace.sums(trace.depth)
    ordered = tuple(sorted(range(len(a)), key=lambda j: (-a[j], j)))
    if len(a) == 1:
        return OutputChoice(0, None, (0,))
    # Where activations are equal, as those of a softmax that is sure, the sums still tell.
    rival = max((j for j in range(len(a)) if j != ordered[0]), key=lambda j: (a[j], z[j]))
    return OutputChoice(ordered[0], rival, ordered)


def decompose_margin(trace: ForwardTrace, choice: OutputChoice) -> Margin:
    """The margin by which an output was chosen, taken apart.

    Args:
        trace: the network and the example.
        choice: of it; a single output's margin is its weighted sum.
    """
    depth = trace.depth
    signs = np.zeros(len(trace.biases(depth)))
    signs[choice.chosen] = 1.0
    if choice.rival is not None:
        signs[choice.rival] = -1.0
    margin = float(trace.sums(depth) @ signs)
    weights = signs @ trace.weights(depth)
    parts = np.append(weights * trace.activations(depth - 1), signs @ trace.biases(depth))
    step = trace.step
    # [BP2] How fast the margin moves with each weighted sum, layer by layer.
    derivatives = backward(step.z, step.a, step.layers, signs[None])
    inputs = input_gradient(trace.weights(1), derivatives[0])[0] * trace.activations(0)
    biases = sum(float(d[0] @ trace.biases(layer)) for layer, d in enumerate(derivatives, 1))
    hidden = trace.network.architecture.activations[:-1]
    return Margin(
        neurons=TermSum(parts, margin),
        inputs=inputs,
        biases=biases,
        rest=margin - float(inputs.sum()) - biases,
        exact=all(name in LINEAR for name in hidden),
    )
