"""The formula of any quantity, with the id of its equation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainrule.equations.output_error import FUSED
from chainrule.ledger.formulas.activation_formulas import (
    activation_forms,
    derivative_forms,
    softmax_forms,
)
from chainrule.ledger.formulas.builders import (
    ONE,
    QuantityForm,
    TermBuilder,
    add,
    multiply,
    subtract,
)
from chainrule.ledger.formulas.cost_formulas import (
    PAIR_FORMULAS,
    Outputs,
    cost_forms,
    gradient_forms,
)
from chainrule.ledger.formulas.expression import (
    Expression,
    LazyTerms,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from chainrule.ledger.formulas.step_formulas import STEP_FORMULAS
from chainrule.ledger.steps import Quantity, Step

__all__ = ["quantity_forms"]


def quantity_forms(step: Step, quantity: Quantity) -> list[QuantityForm]:
    """Ways to write what a quantity is, the best known first; none for a number that is given.

    Args:
        step: the step that the quantity names.
        quantity: located, one number.
    """
    make = TermBuilder(step, quantity)
    formula = _PASS.get(quantity.kind) or STEP_FORMULAS.get(quantity.kind)
    return [] if formula is None else formula(make)


def _layer(make: TermBuilder) -> int:
    assert make.quantity.layer is not None
    return make.quantity.layer


def _weighted_sum(make: TermBuilder) -> list[QuantityForm]:
    layer, (j,) = _layer(make), make.quantity.index
    fan_in, biased = make.width(layer - 1), make.step.example.architecture.biases

    def term(k: int) -> Expression:
        if k == fan_in:
            return make.term("b", layer, j)
        return Product((make.term("W", layer, j, k), make.term("a", layer - 1, k)))

    return [QuantityForm("F1", add(LazyTerms(fan_in + biased, term)))]


def _activation(make: TermBuilder) -> list[QuantityForm]:
    layer = _layer(make)
    if layer == 0:
        return []
    name = make.step.activation(layer).name
    if name == "softmax":
        (at,) = make.quantity.index
        return softmax_forms(make.row("z", layer, make.width(layer)), at)
    return activation_forms(name, make.here("z"))


def _slope(make: TermBuilder) -> list[QuantityForm]:
    name = make.step.activation(_layer(make)).name
    return derivative_forms(name, make.here("z"), make.here("a"))


def _outputs(make: TermBuilder) -> Outputs:
    depth = len(make.step.layers)
    n, recipe = make.width(depth), make.step.recipe
    h = make.symbol("h", "h", recipe.huber_threshold)
    return Outputs(make.row("a", depth, n), make.row("y", None, n), make.row("z", depth, n), h)


def _shared(make: TermBuilder, forms: list[QuantityForm], equation: str = "") -> list[QuantityForm]:
    """The forms of one example, multiplied by its share in the batch [C8].

    Args:
        make: of the quantity.
        forms: for the example by itself.
        equation: their id, where it is another than theirs.
    """
    return [
        QuantityForm(equation or form.equation, _share_of(make, form.expression)) for form in forms
    ]


def _share_of(make: TermBuilder, whole: Expression) -> Expression:
    step, share = make.step, make.term("share", None)
    if share.value == 1:
        return whole
    if step.example.view.weights is None:
        return Quotient(whole, _batch_size(step))
    return multiply(share, whole)


def _batch_size(step: Step) -> Symbol:
    return Symbol("B", "B", float(len(step.rows)))


def _target(make: TermBuilder) -> list[QuantityForm]:
    """[C9] A target with a share of it given to all classes; without smoothing it is given."""
    smoothing = make.step.recipe.label_smoothing
    if not smoothing:
        return []
    s, n = make.symbol("smoothing", "s", smoothing), _outputs(make).n
    return [QuantityForm("C9", Sum((multiply(subtract(ONE, s), make.here("t")), Quotient(s, n))))]


def _after_activation(make: TermBuilder) -> list[QuantityForm]:
    """∂C/∂a: of outputs by the cost, of others by the paths through the next layer."""
    layer, (k,) = _layer(make), make.quantity.index
    if layer == len(make.step.layers):
        return _shared(make, gradient_forms(make.step.recipe.cost, _outputs(make), k))

    def path(j: int) -> Expression:
        return Product((make.term("delta", layer + 1, j), make.term("W", layer + 1, j, k)))

    return [QuantityForm("BP2a", add(LazyTerms(make.width(layer + 1), path)))]


def _error(make: TermBuilder) -> list[QuantityForm]:
    layer, (j,) = _layer(make), make.quantity.index
    activation, is_last = make.step.activation(layer).name, layer == len(make.step.layers)
    pair = PAIR_FORMULAS.get((make.step.recipe.cost, activation)) if is_last else None
    if pair is not None:
        trees = pair.error(_outputs(make), j)
        return _shared(make, [QuantityForm(pair.equation, tree) for tree in trees])
    equation = "BP1" if is_last else "BP2b"
    if activation != "softmax":
        return [QuantityForm(equation, Product((make.here("da"), make.here("slope"))))]
    return [QuantityForm(equation, _through_softmax(make, layer))]


def _through_softmax(make: TermBuilder, layer: int) -> Expression:
    """[A12] dz_i = a_i (da_i - Σ_j da_j a_j)."""

    def path(j: int) -> Expression:
        return Product((make.term("da", layer, j), make.term("a", layer, j)))

    spread = add(LazyTerms(make.width(layer), path))
    return Product((make.here("a"), subtract(make.here("da"), spread)))


def _share(make: TermBuilder) -> list[QuantityForm]:
    working, step = make.step.example.view, make.step
    if working.weights is None:
        return [QuantityForm("C8", Quotient(make.symbol("one", "1", 1.0), _batch_size(step)))]
    row = step.rows[0] if make.quantity.example is None else make.quantity.example
    weight = make.symbol("w", "w", working.weights[row])
    return [QuantityForm("C8", Quotient(weight, _batch_size(step)))]


def _cost(make: TermBuilder) -> list[QuantityForm]:
    step, recipe = make.step, make.step.recipe
    if make.quantity.example is None and step.example.has_many:
        return [QuantityForm("C8", _batch_cost(make))]
    return cost_forms(recipe.cost, step.activation(len(step.layers)).name, _outputs(make))


def _output_cost(make: TermBuilder) -> list[QuantityForm]:
    """The part of one output in the cost of its example."""
    recipe, (at,) = make.step.recipe, make.quantity.index
    activation = make.step.activation(len(make.step.layers)).name
    return cost_forms(recipe.cost, activation, replace(_outputs(make), only=at))


def _batch_cost(make: TermBuilder) -> Expression:
    step = make.step
    rows, uniform = step.rows, step.example.view.weights is None

    def term(at: int) -> Expression:
        cost = make.term("cost", None, example=rows[at])
        return cost if uniform else multiply(make.term("share", None, example=rows[at]), cost)

    total = add(LazyTerms(len(rows), term))
    return Quotient(total, _batch_size(step)) if uniform and len(rows) > 1 else total


def _over_examples(make: TermBuilder, term: Callable[[int | None], Expression]) -> Expression:
    """The sum over the batch, or the one term of the quantity's own example."""
    if make.quantity.example is not None or not make.step.example.has_many:
        return term(make.quantity.example)
    rows = make.step.rows
    return add(LazyTerms(len(rows), lambda at: term(rows[at])))


def _weight_gradient(make: TermBuilder) -> list[QuantityForm]:
    layer, (j, k) = _layer(make), make.quantity.index

    def term(example: int | None) -> Expression:
        delta = make.term("delta", layer, j, example=example)
        return Product((delta, make.term("a", layer - 1, k, example=example)))

    return [QuantityForm("BP4", _over_examples(make, term))]


def _bias_gradient(make: TermBuilder) -> list[QuantityForm]:
    layer, (j,) = _layer(make), make.quantity.index

    def term(example: int | None) -> Expression:
        return make.term("delta", layer, j, example=example)

    return [QuantityForm("BP3", _over_examples(make, term))]


_PASS: dict[str, Callable[[TermBuilder], list[QuantityForm]]] = {
    "z": _weighted_sum,
    "a": _activation,
    "slope": _slope,
    "y": _target,
    "c": _output_cost,
    "cost": _cost,
    "share": _share,
    "da": _after_activation,
    "delta": _error,
    "dW": _weight_gradient,
    "db": _bias_gradient,
}
"""For each kind of the forward and the backward pass, ways to write it."""


def is_fused(step: Step) -> bool:
    """Whether cost and output activation are a pair with an exact form."""
    return (step.recipe.cost, step.activation(len(step.layers)).name) in FUSED
