"""Slips in the derivatives of activation functions, in errors, and in gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from chainrule.ledger.formulas import (
    ONE,
    Call,
    Expression,
    Number,
    Product,
    Sum,
    Term,
    add,
    derivative_forms,
    multiply,
    parts,
    replace_parts,
    square,
    subtract,
)
from chainrule.ledger.steps import Quantity
from chainrule.marking.slip_changes import (
    MAX_TERMS,
    Change,
    is_term_of,
    leave_out_factors,
    leave_out_term,
    swap_kind,
    transpose,
)
from chainrule.marking.slips import Slip, SlipSite

__all__ = ["ERROR_SLIPS", "GRADIENT_SLIPS"]

_Trees = Iterable[Expression]


def _one_path(site: SlipSite) -> Iterator[Expression]:
    """One term of the sum over the next layer, or over the examples, in place of all."""
    tree, is_last = site.tree, site.quantity.kind == "da" and site.quantity.layer == site.depth
    if isinstance(tree, Sum) and len(tree.terms) <= MAX_TERMS and not is_last:
        yield from tree.terms


def _product_of_sums(site: SlipSite) -> Iterator[Expression]:
    """Two sums multiplied, where products of pairs are summed."""
    tree = site.tree
    if not isinstance(tree, Sum) or len(tree.terms) > MAX_TERMS:
        return
    pairs = [parts(term) for term in tree.terms]
    if all(isinstance(t, Product) and len(p) == 2 for t, p in zip(tree.terms, pairs, strict=True)):
        first, second = zip(*pairs, strict=True)
        yield multiply(add(first), add(second))
        errors = [site.formula(one.quantity) for one in first if isinstance(one, Term)]
        slopes = [parts(one)[1] for one in errors if isinstance(one, Product)]
        if site.quantity.kind == "da" and len(slopes) == len(pairs):
            weighted = [multiply(w, slope) for w, slope in zip(second, slopes, strict=True)]
            yield multiply(add(weighted), add([parts(one)[0] for one in errors if one]))


def _own_activation(site: SlipSite) -> _Trees:
    """The activation of the neuron that the weight leads to."""
    layer, index = site.quantity.layer, site.quantity.index

    def rule(quantity: Quantity) -> Quantity | None:
        return replace(quantity, layer=layer, index=index[:1]) if quantity.kind == "a" else None

    return site.replace_quantities(rule)


def _weight_for_activation(site: SlipSite) -> _Trees:
    weight = site.here("W")

    def rule(part: Expression) -> Expression | None:
        return weight if is_term_of(part, "a") else None

    return () if weight is None else (replace_parts(site.tree, rule),)


def _transposed_gradient(site: SlipSite) -> Iterator[Expression]:
    found = site.formula(site.quantity.at(*reversed(site.quantity.index)))
    if found is not None and len(site.quantity.index) == 2:
        yield found


def _like_a_weight(site: SlipSite) -> Iterator[Expression]:
    """The bias's gradient multiplied by an input, as a weight's is."""
    for k in range(min(site.width((site.quantity.layer or 1) - 1), 4)):
        found = site.formula(replace(site.quantity, kind="dW", index=(*site.quantity.index, k)))
        if found is not None:
            yield found


GRADIENT_SLIPS = (
    Slip(
        "input used for activation",
        "The network's inputs stand for the activations of the layer before.",
        swap_kind("a", "a", layer=0),
        ("dW",),
        is_common=True,
    ),
    Slip(
        "weighted sum used for activation",
        "The weighted sum z stands for the activation of the layer before.",
        swap_kind("a", "z"),
        ("dW",),
        is_common=True,
    ),
    Slip(
        "transposed index",
        "Error and activation are those of the transposed place: δ[k] a[j] for δ[j] a[k].",
        _transposed_gradient,
        ("dW",),
        is_common=True,
    ),
    Slip(
        "derivative left out",
        "∂C/∂a stands for the error δ: the slope is not multiplied in.",
        swap_kind("delta", "da"),
        ("dW", "db"),
        is_common=True,
    ),
    Slip(
        "activation left out",
        "The error is not multiplied by the activation of the layer before.",
        leave_out_factors("a"),
        ("dW",),
        is_common=True,
    ),
    Slip(
        "activation of its own layer",
        "The activation is that of the neuron the weight leads to.",
        _own_activation,
        ("dW",),
    ),
    Slip(
        "weight used for activation",
        "The weight itself stands for the activation of the layer before.",
        _weight_for_activation,
        ("dW",),
    ),
    Slip(
        "error left out", "The error δ is not multiplied in.", leave_out_factors("delta"), ("dW",)
    ),
    Slip(
        "only one example",
        "One example alone is taken; those of the batch are summed.",
        _one_path,
        ("dW", "db"),
    ),
    Slip(
        "product of two sums",
        "Two sums are multiplied; each example's error goes with its own activation, and their "
        "products are summed.",
        _product_of_sums,
        ("dW",),
        is_common=True,
    ),
    Slip(
        "multiplied by an input",
        "The gradient of a bias is the error alone, without an input.",
        _like_a_weight,
        ("db",),
    ),
)
"""In gradients; those that are made most often first."""


_FUNCTIONS = ("sigmoid", "tanh", "relu", "identity")
_FROM_A: dict[str, Callable[[Expression], Expression]] = {
    "sigmoid": lambda a: multiply(a, subtract(ONE, a)),
    "tanh": lambda a: subtract(ONE, square(a)),
}
"""Slopes that are worked out from the activation."""
_ADDED: dict[str, Callable[[Expression], Expression]] = {
    "sigmoid": lambda a: multiply(a, Sum((ONE, a))),
    "tanh": lambda a: Sum((ONE, square(a))),
}


def _with_slope(make: Callable[[SlipSite, Term, Term], _Trees]) -> Change:
    """Another slope, made of z and a: of a slope itself, or of an error that has one in it."""

    def change(site: SlipSite) -> Iterator[Expression]:
        z, a = site.here("z"), site.here("a")
        for slope in make(site, z, a) if z and a else ():
            is_slope = site.quantity.kind == "slope"
            yield slope if is_slope else _replace_slope(site.tree, slope)

    return change


def _replace_slope(tree: Expression, slope: Expression) -> Expression:
    return replace_parts(tree, lambda part: slope if is_term_of(part, "slope") else None)


def _wrong_argument(site: SlipSite, z: Term, a: Term) -> _Trees:
    name = site.activation
    if name in _FROM_A:
        return _FROM_A[name](z), _FROM_A[name](Call(name, (a,)))
    if name == "softmax":
        return ()
    return [form.expression for form in derivative_forms(name, a, a)[:1]]


def _miss_for_activation(site: SlipSite, z: Term, a: Term) -> _Trees:
    """(a - y)(1 - (a - y)), or with y - a, for a (1 - a) of an output."""
    y = site.of("y", None, *site.quantity.index)
    if y is None or site.quantity.layer != site.depth or site.activation not in _FROM_A:
        return ()
    return [_FROM_A[site.activation](miss) for miss in (subtract(a, y), subtract(y, a))]


def _plus_a(site: SlipSite, z: Term, a: Term) -> _Trees:
    return [_ADDED[site.activation](a)] if site.activation in _ADDED else ()


def _slope_of_another(site: SlipSite, z: Term, a: Term) -> _Trees:
    others = (name for name in _FUNCTIONS if name != site.activation)
    return [derivative_forms(name, z, a)[0].expression for name in others]


def _twice_derived(site: SlipSite) -> Iterator[Expression]:
    """The slope once more, where a pair of cost and activation has none, or has it already."""
    slope = site.here("slope")
    if slope is not None:
        yield multiply(site.tree, slope)


def _cost_for_gradient(site: SlipSite) -> _Trees:
    found = site.term(replace(site.quantity, kind="cost", layer=None, index=()))
    return () if found is None or site.quantity.layer != site.depth else (found,)


def _own_layer(site: SlipSite) -> Iterator[Expression]:
    """∂C/∂a of a layer by its own weights and slopes in place of the next layer's."""
    layer = site.quantity.layer or 0
    j = site.quantity.index[0]
    if layer < site.depth:
        for k in range(min(site.width(layer - 1), 4)):
            w, slope = site.of("W", layer, j, k), site.here("slope")
            da = [site.of("da", layer + 1, i) for i in range(min(site.width(layer + 1), 4))]
            yield from (multiply(w, slope, d) for d in da if w and slope and d)


def _negated(site: SlipSite) -> _Trees:
    is_last = site.quantity.layer == site.depth
    return (multiply(Number(-1.0), site.tree),) if is_last else ()


_ERRORS = ("slope", "delta")

ERROR_SLIPS = (
    Slip(
        "derivative left out",
        "The slope φ'(z) is not multiplied in.",
        leave_out_factors("slope"),
        ("delta",),
        is_common=True,
    ),
    Slip(
        "target minus output",
        "The difference is y - a; it is a - y.",
        _negated,
        ("da", "delta"),
        is_common=True,
    ),
    Slip(
        "derivative at the wrong argument",
        "The slope is not taken where it belongs: z stands where φ(z) belongs, or φ(z) for z.",
        _with_slope(_wrong_argument),
        _ERRORS,
        is_common=True,
    ),
    Slip(
        "activation used for its derivative",
        "The activation stands for its slope.",
        _with_slope(lambda site, z, a: (a,)),
        _ERRORS,
        is_common=True,
    ),
    Slip(
        "added instead of subtracted",
        "The slope is worked out with a plus: a (1 + a) for a (1 - a), or 1 + a² for 1 - a².",
        _with_slope(_plus_a),
        _ERRORS,
        is_common=True,
    ),
    Slip(
        "a - y for a in the derivative",
        "The difference of output and target stands for the output in the slope.",
        _with_slope(_miss_for_activation),
        _ERRORS,
        is_common=True,
    ),
    Slip(
        "1 - a for the derivative",
        "The factor a of the slope is missing.",
        _with_slope(lambda site, z, a: (subtract(ONE, a),)),
        _ERRORS,
    ),
    Slip(
        "derivative taken as 1",
        "The slope is taken as 1.",
        _with_slope(lambda site, z, a: (ONE,)),
        ("slope",),
    ),
    Slip(
        "derivative of another function",
        "The slope is that of another activation function.",
        _with_slope(_slope_of_another),
        _ERRORS,
    ),
    Slip(
        "derivative once too often",
        "The slope is multiplied in once more than it belongs.",
        _twice_derived,
        ("delta", "slope"),
    ),
    Slip(
        "transposed index",
        "The weights are those of the transposed place: W[k,j] for W[j,k].",
        transpose("W"),
        ("da",),
        is_common=True,
    ),
    Slip(
        "new weights used",
        "The error goes back through the weights after the step; it goes through the old ones.",
        swap_kind("W", "W_new"),
        ("da",),
        is_common=True,
    ),
    Slip(
        "not summed",
        "One path alone is taken; all paths through the next layer are summed.",
        _one_path,
        ("da",),
        is_common=True,
    ),
    Slip(
        "product of two sums",
        "Two sums are multiplied; each error goes with its own weight, and their products are "
        "summed.",
        _product_of_sums,
        ("da",),
        is_common=True,
    ),
    Slip(
        "weights left out",
        "The errors of the next layer are summed without weights.",
        leave_out_factors("W"),
        ("da",),
    ),
    Slip(
        "target left out",
        "The target is not subtracted from the output.",
        leave_out_term("y"),
        ("da", "delta", "cost", "c"),
    ),
    Slip(
        "output left out",
        "The target stands alone, without the output.",
        leave_out_term("a"),
        ("da", "delta", "cost", "c"),
    ),
    Slip(
        "cost for its gradient",
        "The cost stands where its gradient belongs.",
        _cost_for_gradient,
        ("da", "delta"),
    ),
    Slip(
        "weight and slope of the wrong layer",
        "The weight and the slope are the layer's own; those of the next layer belong there.",
        _own_layer,
        ("da",),
    ),
)
"""In slopes and errors; those that are made most often first."""
