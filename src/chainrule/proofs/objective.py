"""The objective of one step as a function of all weights and biases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.backpropagation import Layer, forward
from chainrule.equations.costs import Cost, batch_cost
from chainrule.equations.output_error import output_cost
from chainrule.equations.penalties import penalty
from chainrule.ledger.steps import Step
from chainrule.network import Architecture, Layout, network_layers

__all__ = ["Objective", "objective_lines", "step_objective"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Objective:
    """J = C + P of one batch.

    Args:
        architecture: of the network.
        cost: c.
        x: inputs, (batch, features).
        y: targets, (batch, n).
        rows: the examples' numbers, (batch,).
        shares: what each example counts [C8], (batch,).
        l1: strength of [P1].
        l2: strength of [P2].
        smoothing: share of a target that all classes share [C9]; y has it taken already.
    """

    architecture: Architecture
    cost: Cost
    x: Array
    y: Array
    rows: tuple[int, ...]
    shares: Array
    l1: float
    l2: float
    smoothing: float = 0.0

    @property
    def threshold(self) -> float:
        """Where Huber's cost turns from square to line; of no meaning for others."""
        return float(self.cost.gradient(np.array([[1e300]]), np.zeros((1, 1)))[0, 0])

    @cached_property
    def layout(self) -> Layout:
        """Where each tensor lies in θ."""
        return Layout(self.architecture)

    def layers(self, theta: Array) -> list[Layer]:
        """The layers with these weights and biases, flat."""
        return network_layers(self.architecture, theta)

    def value(self, theta: Array) -> Any:
        """[O1] J at these weights and biases, float or complex."""
        return self.evaluate(theta)[0]

    def evaluate(self, theta: Array) -> tuple[Any, list[Array], Array]:
        """J, the weighted sums of each layer and the outputs that it came from."""
        layers = self.layers(theta)
        z, a = forward(self.x.astype(theta.dtype), layers)
        y = self.y.astype(theta.dtype)
        c = output_cost(self.cost, layers[-1].activation, z[-1], a[-1], y)
        whole = batch_cost(c, self.shares[:, None]) + self.penalty(theta)
        return whole, z, a[-1]

    def penalty(self, theta: Array) -> Any:
        """[O1] P at these weights and biases."""
        return penalty(theta, self.layout.is_weight, self.l1, self.l2)


def step_objective(step: Step) -> Objective:
    """The objective of a step that trains."""
    return Objective(
        architecture=step.example.architecture,
        cost=step.cost,
        x=step.trace.x,
        y=step.trace.y,
        rows=step.rows,
        shares=np.asarray(step.shares, dtype=np.float64),
        l1=step.recipe.l1,
        l2=step.recipe.l2,
        smoothing=step.recipe.label_smoothing,
    )


def objective_lines(objective: Objective) -> list[str]:
    """The objective as formulas, the penalty also if it is zero."""
    return list(_lines(objective))


def _lines(o: Objective) -> Iterator[str]:
    n = len(o.rows)
    yield "J = C + P  [O1]" if o.l1 or o.l2 else "J = C  [O1], without a penalty"
    if n == 1 and o.shares[0] == 1:
        yield f"C = {o.cost.formula}  [{o.cost.equation}]"
    else:
        even = np.all(o.shares == o.shares[0])
        mean = (
            f"(1/{n}) Σ c" if even and o.shares[0] == 1 / n else "Σ s c, weighted by the shares s"
        )
        yield f"C = {mean} over {n} example{'s' * (n > 1)}  [C8]"
        yield f"c = {o.cost.formula}  [{o.cost.equation}]"
    if o.smoothing:
        yield f"y = (1 - s) t + s/n, with s = {o.smoothing:g}, t the target that is given  [C9]"
    terms = [f"{o.l1:g} Σ |W|  [P1]"] * bool(o.l1) + [f"{o.l2:g} · ½ Σ W²  [P2]"] * bool(o.l2)
    if terms:
        yield f"P = {' + '.join(terms)}, over the weights alone"
