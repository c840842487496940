"""A network and its objective on the tape, number by number, from the formulas of its functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import Activation
from chainrule.equations.backpropagation import forward
from chainrule.equations.output_error import output_cost
from chainrule.ledger.formulas import (
    Arithmetic,
    Leaf,
    Outputs,
    QuantityForm,
    Symbol,
    Term,
    activation_forms,
    choose_form,
    cost_forms,
    evaluate,
    softmax_forms,
)
from chainrule.ledger.steps import Quantity
from chainrule.proofs.objective import Objective
from chainrule.proofs.tape import Numberish, Scalar, add, apply, gradients, maximum, weighted_sum

__all__ = ["MAX_TAPE_LENGTH", "tape_gradient", "tape_length"]

Array = NDArray[Any]
Row = Sequence[Numberish]

MAX_TAPE_LENGTH = 4_000_000
"""A longer memory is not kept: it would take seconds and hundreds of megabytes."""


def tape_length(objective: Objective) -> int:
    """About how many numbers the memory of one pass has."""
    return 2 * objective.layout.size * len(objective.rows)


def tape_gradient(objective: Objective, theta: Array) -> Array:
    """The gradient of J by automatic differentiation, flat.

    Args:
        objective: J.
        theta: weights and biases, flat, float64.
    """
    numbers = np.array([Scalar(value) for value in theta.tolist()], dtype=object)
    layers = objective.layers(theta)
    z, a = forward(objective.x, layers)
    ends = objective.cost, layers[-1].activation, z[-1], a[-1], objective.y
    costs = output_cost(*ends).tolist()
    terms = [
        share * _example_cost(objective, numbers, row, costs[row])
        for row, share in enumerate(objective.shares.tolist())
    ]
    total = add([Scalar(0.0), *terms, *_penalty(objective, numbers)])
    assert isinstance(total, Scalar)
    found = gradients(total)
    return np.array([found.get(number, 0.0) for number in numbers])


def _example_cost(objective: Objective, numbers: Array, row: int, value: float) -> Numberish:
    """The cost of one example, whose number picks the form that keeps its digits."""
    a: Row = objective.x[row].tolist()
    z: Row = ()
    for layer in objective.layers(numbers):
        z = [weighted_sum(weights, a) for weights in layer.W.tolist()]
        if layer.b is not None:
            z = [one + bias for one, bias in zip(z, layer.b.tolist(), strict=True)]
        a = _activate(layer.activation, z)
    y = objective.y[row].tolist()
    h = Symbol("h", "h", objective.threshold)
    outputs = Outputs(a=_terms("a", a), y=_terms("y", y), z=_terms("z", z), h=h)
    forms = cost_forms(objective.cost.name, objective.architecture.activations[-1], outputs)
    return _evaluate(choose_form(forms, value, "float64"), {"a": a, "y": y, "z": z})


def _activate(activation: Activation, z: Row) -> Row:
    """The activations of a layer from its weighted sums."""
    terms = _terms("z", z)
    values = activation.value(np.array([[term.value for term in terms]]))[0].tolist()
    made = []
    for at, value in enumerate(values):
        if activation.name == "softmax":
            forms = softmax_forms(terms, at)
        else:
            forms = activation_forms(activation.name, terms[at])
        made.append(_evaluate(choose_form(forms, value, "float64"), {"z": z}))
    return made


def _terms(kind: str, row: Row) -> list[Term]:
    """Numbers of a layer or targets as terms of a formula."""
    layer = None if kind == "y" else 1
    values = [x.value if isinstance(x, Scalar) else x for x in row]
    return [Term(Quantity(kind, layer, (at,)), value) for at, value in enumerate(values)]


def _evaluate(form: QuantityForm, rows: Mapping[str, Row]) -> Numberish:
    """A formula on the tape.

    Args:
        form: of an activation or a cost.
        rows: the numbers of each kind of term.
    """

    def leaf(one: Leaf) -> Numberish:
        if isinstance(one, Term):
            return rows[one.quantity.kind][one.quantity.index[0]]
        return one.value

    def call(function: str, *arguments: Numberish) -> Numberish:
        return maximum(*arguments) if function == "max" else apply(function, *arguments)

    result: Numberish = evaluate(form.expression, Arithmetic(leaf, call, add))
    return result


def _penalty(objective: Objective, numbers: Array) -> list[Numberish]:
    """The penalties, as terms of the objective."""
    weights = numbers[objective.layout.is_weight == 1].tolist()
    terms: list[Numberish] = []
    if objective.l1:
        terms.append(objective.l1 * add(apply("abs", w) for w in weights))
    if objective.l2:
        terms.append(0.5 * objective.l2 * add(w * w for w in weights))
    return terms
