"""investigation's network by NumPy, by the right gradient and by those of its formulas.

Only the errors of the hidden layers differ. All else is the book's, from chainrule.equations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.equations.activations import pull_back
from chainrule.equations.affine import bias_gradient, input_gradient, weight_gradient
from chainrule.equations.arrays import Array
from chainrule.equations.backpropagation import Layer, backward, forward
from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import output_error
from chainrule.network.network import Network, network_layers
from experiments.size import Digits

__all__ = ["RECURSIONS", "Recursion", "Run", "accuracy_after"]

LAYERS = (784, 32, 16, 10)

Errors = Callable[[Sequence[Array], Sequence[Array], Sequence[Layer], Array], list[Array]]


@dataclass(frozen=True)
class Recursion:
    """A way from the last layer's error to the others'.

    Args:
        name: what the record calls it.
        told: what the page calls it.
        errors: (z, a, layers, error of the last layer) -> errors of all layers.
    """

    name: str
    told: str
    errors: Errors


@dataclass(frozen=True)
class Run:
    """How to train.

    Args:
        batch_size: examples a step.
        learning_rate: length of a step.
        seed: of weights and order.
        widths: of the layers.
    """

    batch_size: int
    learning_rate: float
    seed: int
    widths: tuple[int, ...] = LAYERS


def as_printed(
    z: Sequence[Array], a: Sequence[Array], layers: Sequence[Layer], last: Array
) -> list[Array]:
    """The paper's recursion, with its layers put right but its two sums as they stand.

    dC/da_k of the last hidden layer is right. Of those before it:

        dC/da_k = (Σ_i w_ik σ'(z_i)) (Σ_i dC/da_i),   i over the next layer's neurons.
    """
    deltas, da = [last], None
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741
        W = layers[l].W
        if da is None:
            da = input_gradient(W, last)
        else:
            slope = pull_back(layers[l].activation, np.ones_like(z[l]), z[l], a[l])
            da = input_gradient(W, slope) * da.sum(axis=1, keepdims=True)
        deltas.insert(0, pull_back(layers[l - 1].activation, da, z[l - 1], a[l - 1]))
    return deltas


def to_the_letter(
    z: Sequence[Array], a: Sequence[Array], layers: Sequence[Layer], last: Array
) -> list[Array]:
    """The paper's recursion as it stands: weights and slopes are the layer's own.

    w_ik then wants a neuron k of the layer before; the first so many are taken, as a program would
    that counts k up to the layer's width.
    """
    deltas, da = [last], None
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741
        below = layers[l - 1]
        if da is None:
            da = input_gradient(layers[l].W, last)
        else:
            slope = pull_back(below.activation, np.ones_like(z[l - 1]), z[l - 1], a[l - 1])
            own = input_gradient(below.W[:, : len(below.W)], slope)
            da = own * da.sum(axis=1, keepdims=True)
        deltas.insert(0, pull_back(below.activation, da, z[l - 1], a[l - 1]))
    return deltas


def first_layer_left(
    z: Sequence[Array], a: Sequence[Array], layers: Sequence[Layer], last: Array
) -> list[Array]:
    """The right errors, but none for the first layer, which therefore stays as it was drawn."""
    deltas = backward(z, a, layers, last)
    deltas[0] = np.zeros_like(deltas[0])
    return deltas


RECURSIONS = (
    Recursion("right", "right: one sum of products", backward),
    Recursion("printed", "as printed: two sums, multiplied", as_printed),
    Recursion("letter", "to the letter: of the layer's own weights too", to_the_letter),
    Recursion("left", "first layer never trained", first_layer_left),
)
"""The right gradient, the paper's, and a measure for both: no gradient for the first layer."""


def accuracy_after(recursion: Recursion, run: Run, train: Digits, test: Digits) -> float:
    """Test accuracy after one pass."""
    layers = _drawn(run)
    order = np.random.default_rng([run.seed, 1]).permutation(len(train.x))
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(order), run.batch_size):
            rows = order[start : start + run.batch_size]
            step(recursion, layers, train.x[rows], train.y[rows], run.learning_rate)
        _, a = forward(test.x, layers)
    return float((a[-1].argmax(axis=1) == test.labels).mean())


def step(recursion: Recursion, layers: Sequence[Layer], x: Array, y: Array, rate: float) -> None:
    """One step of plain descent on Σ(a - y)², in place."""
    z, a = forward(x, layers)
    last = output_error(COSTS["squared_error"], layers[-1].activation, z[-1], a[-1], y) / len(x)
    deltas = recursion.errors(z, a, layers, last)
    for layer, inputs, delta in zip(layers, [x, *a[:-1]], deltas, strict=True):
        layer.W[...] -= np.float32(rate) * weight_gradient(inputs, delta)
        if layer.b is not None:
            layer.b[...] -= np.float32(rate) * bias_gradient(delta)


def _drawn(run: Run) -> list[Layer]:
    """Weights and biases between -1 and 1, that may be changed."""
    how = {"initialiser": "uniform", "bias_initialiser": "uniform"}
    network = Network.create(run.widths, "sigmoid", seed=run.seed, **how)
    return network_layers(network.architecture, network.parameters.copy())
