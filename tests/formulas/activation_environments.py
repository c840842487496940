"""Environments for activations, costs and the errors of outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from scipy.special import erfc

from chainrule.equations.activations import (
    ACTIVATIONS,
    SELU_ALPHA,
    SELU_SCALE,
    Activation,
    sigmoid,
    sigmoid_derivative,
    softmax,
)
from chainrule.equations.costs import COSTS, Cost, huber_cost, smooth_targets
from chainrule.equations.error_function import normal_cdf, normal_pdf
from chainrule.equations.output_error import output_cost, output_error
from environment_registry import Sizes, register, samples
from formula_evaluation import Environment
from named_arrays import NamedArray, label, lift, number

__all__: list[str] = []

Rng = np.random.Generator
NORMAL = {"Φ": lift(normal_cdf), "Φ'": lift(normal_pdf)}
SIGMOID = {"σ": lift(sigmoid), "σ'": lift(sigmoid_derivative)}
EXTRA: Mapping[str, Mapping[str, Callable[..., NamedArray]]] = {
    **{"A3": SIGMOID, "A4": SIGMOID, "A8": NORMAL, "A9": NORMAL, "A10": SIGMOID, "A11": SIGMOID},
}
ELEMENTWISE = [activation for activation in ACTIVATIONS.values() if activation.derivative]


@register("A0")
def normal_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    functions = {**NORMAL, "φ": NORMAL["Φ'"], "erfc": lift(erfc)}
    yield Environment({"z": samples(rng, 0.0)}, functions=functions)


def curve_environments(activation: Activation) -> Callable[[Rng, Sizes], Iterator[Environment]]:
    """What makes environments for an activation of one number."""
    derivative = activation.derivative
    assert derivative is not None

    def environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
        z = samples(rng, 0.0, 0.3, -0.3)
        names = {
            **{"z": z, "a": label(activation.value(z.array), "*sample")},
            **{"α": number(SELU_ALPHA), "s": number(SELU_SCALE)},
            "u": label(np.exp(-abs(z.array)), "*sample"),
        }
        curve = {"φ": lift(activation.value), "φ'": lift(derivative)}
        yield Environment(names, functions={**curve, **EXTRA.get(activation.equation, {})})

    return environments


for _activation in ELEMENTWISE:
    register(_activation.equation)(curve_environments(_activation))


@register("A8")
def exponential_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    powers = NamedArray(np.arange(3), ("n",))
    yield Environment({"n": powers, "range of n": label([0, 1, 2], "list")}, functions=NORMAL)


@register("A12")
def softmax_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    activation = ACTIVATIONS["softmax"]
    assert activation.jacobian is not None
    z, da = rng.normal(size=(2, s.batch, s.fan_out))
    a = activation.value(z)
    dz = activation.jacobian(da, a)
    J = np.stack(
        [activation.jacobian(np.broadcast_to(e, a.shape), a) for e in np.eye(s.fan_out)], 1
    )
    names = {
        **{"z": label(z, "*example out"), "a": label(a, "*example out")},
        **{"da": label(da, "*example out"), "dz": label(dz, "*example out")},
        **{"J": label(J, "*example out out"), "∂a/∂z": label(J, "*example out out")},
        "S": label(np.exp(z).sum(axis=1), "*example"),
        "m": label(z.argmax(axis=1), "*example"),
        "delta": label(da, "*example out"),
    }
    new = {"delta": label(dz, "*example out")}
    phi = {"φ": lift(activation.value)}
    yield Environment(names, new, {"i": "out", "j": "out"}, functions=phi, has_columns=True)


def cost_names(rng: Rng, s: Sizes, low: float) -> dict[str, NamedArray]:
    """Outputs and targets of a batch; both are probabilities if `low` is 0."""
    shape = (3 * s.batch, s.fan_out)
    a = rng.uniform(0.05, 0.95, shape) if low == 0 else rng.normal(0, 2, shape)
    y = rng.uniform(0.05, 0.95, shape) if low == 0 else rng.normal(0, 2, shape)
    if low != 0:
        a[0] = y[0]
    return {"a": label(a, "*example out"), "y": label(y, "*example out"), "n": number(s.fan_out)}


def cost_environments(
    cost: Cost, threshold: float
) -> Callable[[Rng, Sizes], Iterator[Environment]]:
    """What makes environments for a cost; the threshold is that of the Huber cost."""

    def environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
        names = cost_names(rng, s, cost.low)
        a, y = names["a"].array, names["y"].array
        gradient = label(cost.gradient(a, y), "*example out")
        names |= {"c": label(cost.value(a, y), "*example"), "∂c/∂a": gradient}
        names |= {"d": label(a - y, "*example out")}
        slope = {"h'": lift(lambda d: cost.gradient(d, np.zeros_like(d)))}
        for letter in "th":
            known = {**names, letter: number(threshold)}
            yield Environment(known, {}, {"i": "out"}, functions=slope if letter == "t" else {})

    return environments


for _cost in COSTS.values():
    register(_cost.equation)(cost_environments(_cost, 1.0))
register("C7")(cost_environments(huber_cost(0.7), 0.7))


@register("C9")
def smoothing_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    n = s.fan_out
    y = np.eye(n)[rng.integers(0, n, s.batch)]
    smoothed = smooth_targets(y, 0.3)
    right, wrong = y.argmax(axis=1), (y.argmax(axis=1) + 1) % n
    rows = np.arange(s.batch)
    z = np.log(smoothed)
    a = softmax(z)
    yield Environment(
        {
            **{"y": label(y, "row out"), "y'": label(smoothed, "row out")},
            **{"s": number(0.3), "n": number(n)},
            **{"z_right": label(z[rows, right], "*r"), "z_wrong": label(z[rows, wrong], "*r")},
            **{"a_right": label(a[rows, right], "*r"), "a_wrong": label(a[rows, wrong], "*r")},
        }
    )


PAIRS = {
    "D2": ("binary_cross_entropy", "sigmoid"),
    "D3": ("categorical_cross_entropy", "softmax"),
    "D4": ("categorical_cross_entropy", "sigmoid"),
    "D5": ("binary_cross_entropy", "softmax"),
}


def pair_environments(
    cost_name: str, activation_name: str
) -> Callable[[Rng, Sizes], Iterator[Environment]]:
    """What makes environments for a pair of cost and output activation."""
    cost, activation = COSTS[cost_name], ACTIVATIONS[activation_name]

    def environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
        z = rng.normal(0, 2, (2 * s.batch, s.fan_out))
        y = rng.uniform(0, 1, z.shape)
        a = activation.value(z)
        error = label(output_error(cost, activation, z, a, y), "*example out")
        total = y.sum(axis=1)
        top = z.argmax(axis=1)
        rest = np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1) - 1
        names = {
            **{"z": label(z, "*example out"), "a": label(a, "*example out")},
            **{"y": label(y, "*example out"), "m": label(top, "*example"), "δ": error},
            **{"c": label(output_cost(cost, activation, z, a, y), "*example"), "delta": error},
            **{"total": label(total, "*example"), "rest": label(rest, "*example")},
        }
        if activation_name == "softmax":
            names["q"] = label(np.log(a / (1 - a)), "*example out")
            powers = np.exp(z)
            others = powers.sum(axis=1, keepdims=True) - powers
            names["L"] = label(np.log(powers.sum(axis=1)), "*example")
            names["L_i"] = NamedArray(np.log(others), ("*example", "i"))
            fractions = powers[:, :, None] / others[:, None, :]
            names["p_ik"] = NamedArray(fractions, ("*example", "i", "k"))
        functions = {
            **{"φ": lift(activation.value), "softmax": lift(softmax)},
            **(SIGMOID if activation_name == "sigmoid" else {}),
            "c": lambda a, y: NamedArray(cost.value(a.array, y.array), a.dims, a.axes[:-1]),
        }
        yield Environment(names, {}, {"i": "out", "j": "out", "k": "out"}, functions=functions)
        if cost_name == "binary_cross_entropy":  # one output, as a number
            single = label(z[:, 0], "*example")
            targets, outputs = y[:, 0], sigmoid(z[:, :1])
            one = output_cost(cost, ACTIVATIONS["sigmoid"], z[:, :1], outputs, y[:, :1])
            yield Environment(
                {"z": single, "y": label(targets, "*example"), "c": label(one, "*example")}
            )

    return environments


for _equation, _pair in PAIRS.items():
    register(_equation, "D1")(pair_environments(*_pair))
