"""The gradient law: every gradient that the book computes is the derivative of the objective.

For every activation, cost and depth, with weights, biases, penalties and sample weights, the
gradient of `trace` and `penalty_gradient` is compared with fourth-order central differences and
with complex steps of J = C + P. A network is drawn anew, always in the same order, until every
weighted sum, distance and weight is clear of the kinks, so no case is ever skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.arrays import Array
from chainrule.equations.backpropagation import Layer, forward, trace
from chainrule.equations.costs import (
    COSTS,
    Cost,
    batch_cost,
    batch_shares,
    get_cost,
    smooth_targets,
)
from chainrule.equations.mixing import mix
from chainrule.equations.output_error import output_cost
from chainrule.equations.penalties import penalty, penalty_gradient

FEATURES, WIDTH, OUTPUTS, BATCH = 3, 4, 3, 3
L1, L2 = 0.02, 0.05
THRESHOLD = 0.5  # Huber's, so that some distances lie on either side
MARGIN = 0.03  # how far z, a - y and w stay from every kink
STEP = 2e-4
SAMPLE_WEIGHTS = np.array([0.5, 1.75, 0.75])
DEPTHS = (1, 2, 3, 4)
EVERYWHERE = list(product(ACTIVATIONS, COSTS, DEPTHS))
PAIRS = len(ACTIVATIONS) * len(COSTS)
MIXED = list(product(("sigmoid", "tanh"), ACTIVATIONS, COSTS, (2, 3)))
# Where a slope jumps, by the table, and where the curvature does, which differences feel too.
KINKS = {**{name: a.kinks for name, a in ACTIVATIONS.items()}, "elu": (0.0,)}
# The z at which an output is about one half, for outputs that could leave (0, 1).
HALF = {"tanh": 0.55, "selu": 0.48, "gelu": 0.67, "silu": 0.8, "softplus": -0.43}
BOUNDED = ("step", "sigmoid", "softmax")


@dataclass(frozen=True)
class Case:
    """A network, a batch and an objective, with all weights and biases in one vector."""

    activations: tuple[str, ...]
    widths: tuple[int, ...]
    theta: Array
    is_weight: Array
    x: Array
    y: Array
    cost: Cost
    shares: Array | float

    def layers(self, theta: Array) -> list[Layer]:
        made, start = [], 0
        for name, fan_in, fan_out in zip(
            self.activations, self.widths, self.widths[1:], strict=False
        ):
            middle, end = start + fan_in * fan_out, start + fan_in * fan_out + fan_out
            W, b = theta[start:middle].reshape(fan_out, fan_in), theta[middle:end]
            made.append(Layer(W, b, ACTIVATIONS[name]))
            start = end
        return made

    def objective(self, theta: Array) -> Array:
        layers = self.layers(theta)
        x, y = self.x.astype(theta.dtype), self.y.astype(theta.dtype)
        z, a = forward(x, layers)
        c = output_cost(self.cost, layers[-1].activation, z[-1], a[-1], y)
        return batch_cost(c, self.shares) + penalty(theta, self.is_weight, L1, L2)

    def gradient(self) -> Array:
        t = trace(self.x, self.y, self.layers(self.theta), self.cost, self.shares)
        parts = [part for pair in zip(t.dW, t.db, strict=True) for part in pair if part is not None]
        flat = np.concatenate([part.ravel() for part in parts])
        return flat + penalty_gradient(self.theta, self.is_weight, L1, L2)


def _weights(rng: np.random.Generator, fan_in: int, fan_out: int, small: bool) -> Array:
    """Weights of either sign, none near 0, where L1 has its kink."""
    low, high = (0.04, 0.12) if small else (0.1, 1.0)
    size = fan_out * fan_in
    return rng.uniform(low, high, size) * np.where(rng.random(size) < 0.5, -1.0, 1.0)


def _draw(rng: np.random.Generator, activations: tuple[str, ...], cost: Cost) -> Case:
    """A network; a cross-entropy gets outputs inside (0, 1) by a small last layer around ½."""
    widths = (FEATURES, *[WIDTH] * (len(activations) - 1), OUTPUTS)
    entropy, last = cost.name.endswith("entropy"), activations[-1]
    thetas, kinds = [], []
    for l, (fan_in, fan_out) in enumerate(pairwise(widths), 1):  # noqa: E741
        around = l == len(activations) and entropy and last not in BOUNDED
        thetas += [_weights(rng, fan_in, fan_out, around), rng.uniform(-0.5, 0.5, fan_out)]
        kinds += [np.ones(fan_in * fan_out), np.zeros(fan_out)]
        if around:
            thetas[-1] = HALF.get(last, 0.5) + 0.1 * thetas[-1]
    y = rng.uniform(0.05, 0.95, (BATCH, OUTPUTS)) * (1 if entropy else 2.5)
    x = rng.uniform(-1.5, 1.5, (BATCH, FEATURES))
    shares = batch_shares(SAMPLE_WEIGHTS, BATCH)
    theta, is_weight = np.concatenate(thetas), np.concatenate(kinds)
    case = Case(activations, widths, theta, is_weight, x, y, cost, shares)
    if entropy and last == "step":  # a is 0 or 1: the only targets of a finite cost
        y[:] = forward(x, case.layers(theta))[1][-1]
    return case


def _clear(case: Case) -> bool:
    """Whether the case keeps its distance from all kinks and, for an entropy, from 0 and 1."""
    z, a = forward(case.x, case.layers(case.theta))
    pairs = zip(case.activations, z, strict=True)
    gaps = [np.abs(sums - kink).min() for name, sums in pairs for kink in KINKS[name]]
    distance = np.abs(a[-1] - case.y)
    if case.cost.name == "huber":
        gaps.append(np.abs(distance - THRESHOLD).min())
    if case.cost.name == "absolute_error":
        gaps.append(distance.min())
    if case.cost.name.endswith("entropy") and case.activations[-1] != "step":
        gaps.append(min(a[-1].min(), 1 - a[-1].max()))
    return min(gaps, default=1.0) > MARGIN


def _learns(case: Case) -> bool:
    """Whether the data moves the first layer too: the law must not hold for want of a gradient."""
    t = trace(case.x, case.y, case.layers(case.theta), case.cost, case.shares)
    return "step" in case.activations or bool(np.abs(t.dW[0]).max() > 1e-6)


def _case(activations: tuple[str, ...], name: str) -> Case:
    rng = np.random.default_rng(len(activations))
    cost = get_cost(name, THRESHOLD)
    draws = (_draw(rng, activations, cost) for _ in range(2000))
    return next(case for case in draws if _clear(case) and _learns(case))


def _by_differences(f: Callable[[Array], Array], theta: Array) -> Array:
    """(8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12h: its error is of the order h⁴."""

    def slope(i: int) -> float:
        e = np.zeros_like(theta)
        e[i] = STEP
        near, far = f(theta + e) - f(theta - e), f(theta + 2 * e) - f(theta - 2 * e)
        return float((8 * near - far) / (12 * STEP))

    return np.array([slope(i) for i in range(len(theta))])


def _by_complex_step(f: Callable[[Array], Array], theta: Array) -> Array:
    tiny = 1e-30j
    return np.array([f(theta + tiny * e).imag / tiny.imag for e in np.eye(len(theta))])


def _assert_near(gradient: Array, truth: Array, relative: float) -> None:
    """Each element by itself; one far below the others need only be as exact as they are."""
    floor = relative * 1e-3 * np.abs(gradient).max()
    np.testing.assert_array_less(np.abs(gradient - truth), relative * np.abs(gradient) + floor)


def _prove(case: Case) -> None:
    gradient = case.gradient()
    _assert_near(gradient, _by_differences(case.objective, case.theta), 1e-7)
    _assert_near(gradient, _by_complex_step(case.objective, case.theta), 1e-10)


def test_no_combination_is_left_out() -> None:
    assert len(EVERYWHERE) == len(set(EVERYWHERE)) == PAIRS * 4
    assert len(MIXED) == len(set(MIXED)) == 2 * PAIRS * 2


@pytest.mark.parametrize(("activation", "cost", "depth"), EVERYWHERE)
def test_one_activation_everywhere(activation: str, cost: str, depth: int) -> None:
    _prove(_case((activation,) * depth, cost))


@pytest.mark.parametrize(("hidden", "output", "cost", "depth"), MIXED)
def test_every_output_over_smooth_hidden_layers(
    hidden: str, output: str, cost: str, depth: int
) -> None:
    _prove(_case((hidden,) * (depth - 1) + (output,), cost))


@pytest.mark.parametrize("cost", COSTS)
def test_a_plain_mean_without_biases(cost: str) -> None:
    """Without biases and with one share for all, which the cases above never have."""
    case = _case(("tanh", "sigmoid"), cost)
    theta = case.theta[case.is_weight == 1]
    W1, W2 = theta[:12].reshape(4, 3), theta[12:].reshape(3, 4)

    def layers(theta: Array) -> list[Layer]:
        first, second = theta[:12].reshape(W1.shape), theta[12:].reshape(W2.shape)
        return [
            Layer(first, None, ACTIVATIONS["tanh"]),
            Layer(second, None, ACTIVATIONS["sigmoid"]),
        ]

    def objective(theta: Array) -> Array:
        return trace(case.x + 0j, case.y + 0j, layers(theta), case.cost, 1 / BATCH).cost

    t = trace(case.x, case.y, layers(theta), case.cost, batch_shares(None, BATCH))
    assert t.db == (None, None)
    gradient = np.concatenate([dW.ravel() for dW in t.dW])
    _assert_near(gradient, _by_complex_step(objective, theta), 1e-10)


@dataclass(frozen=True)
class Normalised:
    """Normalised layers below a plain one, with masks, and targets that are mixed and smoothed.

    `theta` has weights, biases and gains of each hidden layer, then weights and biases of the last.
    """

    hidden: str
    output: str
    depth: int
    masked: bool
    theta: Array
    is_weight: Array
    x: Array
    y: Array

    def layers(self, theta: Array) -> list[Layer]:
        made, at = [], 0

        def taken(*shape: int) -> Array:
            nonlocal at
            at += int(np.prod(shape))
            return theta[at - int(np.prod(shape)) : at].reshape(shape)

        rng = np.random.default_rng(7)
        for fan_in in (FEATURES, *[WIDTH] * (self.depth - 2)):
            W, b, gain = taken(WIDTH, fan_in), taken(WIDTH), taken(WIDTH)
            mask = 2.0 * (rng.random((ROWS, WIDTH)) < 0.5) if self.masked else None
            made.append(Layer(W, b, ACTIVATIONS[self.hidden], gain, mask))
        W, b = taken(OUTPUTS, WIDTH), taken(OUTPUTS)
        return [*made, Layer(W, b, ACTIVATIONS[self.output])]

    def objective(self, theta: Array) -> Array:
        x, y = self.x.astype(theta.dtype), self.y.astype(theta.dtype)
        cost = trace(x, y, self.layers(theta), COSTS[ENTROPY[self.output]], OWN_SHARES).cost
        return cost + penalty(theta, self.is_weight, L1, L2)

    def gradient(self) -> Array:
        cost = COSTS[ENTROPY[self.output]]
        t = trace(self.x, self.y, self.layers(self.theta), cost, OWN_SHARES)
        parts = [part for of in zip(t.dW, t.db, t.dgain, strict=True) for part in of]
        flat = np.concatenate([part.ravel() for part in parts if part is not None])
        return flat + penalty_gradient(self.theta, self.is_weight, L1, L2)


ROWS = 5
OWN_SHARES = batch_shares(np.array([0.5, 1.75, 0.75, 1.5, 0.5]), ROWS)
ENTROPY = {
    "softmax": "categorical_cross_entropy",
    "sigmoid": "binary_cross_entropy",
    "identity": "squared_error",
}
NORMALISED = list(product(sorted(set(ACTIVATIONS) - {"softmax"}), ENTROPY, (2, 3), (False, True)))


def _normalised(hidden: str, output: str, depth: int, masked: bool) -> Normalised:
    rng = np.random.default_rng(depth)
    thetas, kinds = [], []
    for fan_in in (FEATURES, *[WIDTH] * (depth - 2)):
        size = fan_in * WIDTH
        thetas += [_weights(rng, fan_in, WIDTH, False), rng.uniform(-0.5, 0.5, WIDTH)]
        thetas += [rng.uniform(0.5, 1.5, WIDTH) * np.where(rng.random(WIDTH) < 0.5, -1, 1)]
        kinds += [np.ones(size), np.zeros(2 * WIDTH)]
    thetas += [_weights(rng, WIDTH, OUTPUTS, False), rng.uniform(-0.5, 0.5, OUTPUTS)]
    kinds += [np.ones(WIDTH * OUTPUTS), np.zeros(OUTPUTS)]
    own, other = np.eye(OUTPUTS)[[0, 1, 2, 0, 1]], np.eye(OUTPUTS)[[2, 1, 0, 1, 2]]
    y = smooth_targets(mix(own, other, rng.uniform(0.5, 1, ROWS)), 0.1)
    x = rng.uniform(-1.5, 1.5, (ROWS, FEATURES))
    theta, is_weight = np.concatenate(thetas), np.concatenate(kinds)
    return Normalised(hidden, output, depth, masked, theta, is_weight, x, y)


def _clear_of_kinks(case: Normalised) -> bool:
    z, _ = forward(case.x, case.layers(case.theta))
    gaps = [np.abs(sums - kink).min() for sums in z[:-1] for kink in KINKS[case.hidden]]
    return min(gaps, default=1.0) > MARGIN


def _redrawn(case: Normalised, rng: np.random.Generator) -> Normalised:
    """Other inputs and biases: what stands at a kink moves away."""
    moved = case.theta + (1 - case.is_weight) * rng.uniform(-0.2, 0.2, case.theta.size)
    return replace(case, x=rng.uniform(-1.5, 1.5, case.x.shape), theta=moved)


@pytest.mark.parametrize(("hidden", "output", "depth", "masked"), NORMALISED)
def test_normalised_layers_masks_and_soft_targets(
    hidden: str, output: str, depth: int, masked: bool
) -> None:
    """Means and deviations depend on all rows; gains are parameters as any."""
    first, rng = _normalised(hidden, output, depth, masked), np.random.default_rng(1)
    draws = (_redrawn(first, rng) for _ in range(2000))
    case = next(case for case in draws if _clear_of_kinks(case))
    gradient = case.gradient()
    assert gradient.shape == case.theta.shape
    _assert_near(gradient, _by_complex_step(case.objective, case.theta), 1e-9)
    _assert_near(gradient, _by_differences(case.objective, case.theta), 1e-6)
