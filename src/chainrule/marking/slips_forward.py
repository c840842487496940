"""Slips in the forward pass and in the cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.ledger.formulas import (
    ONE,
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    activation_forms,
    add,
    multiply,
    parts,
)
from chainrule.ledger.steps import Quantity
from chainrule.marking.slip_changes import (
    is_term_of,
    leave_out_term,
    rewrite,
    swap_kind,
    transpose,
    unsquare,
)
from chainrule.marking.slips import Slip, SlipSite

__all__ = ["FORWARD_SLIPS"]

_OTHERS = ("sigmoid", "tanh", "relu", "identity")
_BASE_TEN = Number(2.302585092994046, "ln 10")
_COSTS = ("cost", "c")
_MAX_CUTS = 8
"""A sum over more inputs is cut in the middle alone."""


def _no_activation(site: SlipSite) -> Iterable[Expression]:
    z = site.here("z")
    return () if z is None else (z,)


def _another_function(site: SlipSite) -> Iterator[Expression]:
    z = site.here("z")
    for name in _OTHERS:
        if z is not None and name != site.activation:
            yield activation_forms(name, z)[0].expression


def _not_shared_out(site: SlipSite) -> Iterable[Expression]:
    tree = site.tree
    is_softmax = site.activation == "softmax" and isinstance(tree, Quotient)
    return (tree.top,) if is_softmax and isinstance(tree, Quotient) else ()


def _bias_each_time(site: SlipSite) -> Iterator[Expression]:
    """The bias inside every bracket of the sum."""
    layer = site.quantity.layer or 1
    bias, count = site.here("b"), site.width(layer - 1)
    if bias is not None and count > 1:
        yield add([site.tree, multiply(Number(float(count - 1)), bias)])


def _inputs_left_out(site: SlipSite) -> Iterator[Expression]:
    """The sum over the first or the last inputs alone, or over every second one."""
    inputs = [term for term in parts(site.tree) if not is_term_of(term, "b")]
    count, rest = len(inputs), list(parts(site.tree))[len(inputs) :]
    if not isinstance(site.tree, Sum) or count < 2:
        return
    cuts = range(1, count) if count <= _MAX_CUTS else (count // 2,)
    kept = [part for at in cuts for part in (inputs[:at], inputs[at:])]
    for part in [*kept, inputs[::2], inputs[1::2]]:
        yield add([*part, *rest])


def _first_biases(site: SlipSite) -> Iterable[Expression]:
    """The biases before the first step in place of those after the steps."""
    if site.quantity.step == 1:
        return ()
    if site.quantity.kind == "b":
        first = site.term(replace(site.quantity, step=1))
        return () if first is None else (first,)
    return site.replace_quantities(lambda q: replace(q, step=1) if q.kind == "b" else None)


def _old_weights(site: SlipSite) -> Iterable[Expression]:
    step = site.quantity.step
    if step == 1:
        return ()

    def rule(quantity: Quantity) -> Quantity | None:
        is_old = quantity.kind in ("W", "b")
        return replace(quantity, step=step - 1) if is_old else None

    return site.replace_quantities(rule)


def _without_weight(part: Expression) -> Expression | None:
    is_weighted = isinstance(part, Product) and is_term_of(parts(part)[0], "W")
    return multiply(*parts(part)[1:]) if is_weighted else None


def _double_of_base(part: Expression) -> Expression | None:
    return multiply(Number(2.0), part.base) if isinstance(part, Power) else None


def _logarithm_to_ten(part: Expression) -> Expression | None:
    is_log = isinstance(part, Call) and part.function == "ln"
    return Quotient(part, _BASE_TEN) if is_log else None


def _bias_subtracted(site: SlipSite) -> Iterator[Expression]:
    bias = site.here("b")
    if bias is not None:
        yield add([site.tree, multiply(Number(-2.0), bias)])


FORWARD_SLIPS = (
    Slip(
        "sign of z",
        "The activation function is taken at -z in place of z.",
        rewrite(lambda part: Negative(part) if is_term_of(part, "z") else None),
        ("a",),
        is_common=True,
    ),
    Slip(
        "activation left out",
        "The weighted sum z itself is taken for the activation φ(z).",
        _no_activation,
        ("a",),
    ),
    Slip("not shared out", "e^z is not divided by the sum of all e^z.", _not_shared_out, ("a",)),
    Slip(
        "another activation function",
        "The activation is that of another function.",
        _another_function,
        ("a",),
    ),
    Slip(
        "bias left out",
        "The bias is not added.",
        leave_out_term("b"),
        ("z",),
        is_common=True,
    ),
    Slip("bias subtracted", "The bias is subtracted; it is added.", _bias_subtracted, ("z",)),
    Slip(
        "inputs left out",
        "A part of the inputs alone is summed; all of them are.",
        _inputs_left_out,
        ("z",),
        is_common=True,
    ),
    Slip(
        "biases held fixed",
        "The biases are those before the first step; the steps change them like the weights.",
        _first_biases,
        ("z", "b"),
        is_common=True,
    ),
    Slip(
        "transposed index",
        "The weights are those of the transposed place: W[k,j] for W[j,k].",
        transpose("W"),
        ("z",),
        is_common=True,
    ),
    Slip(
        "input used for activation",
        "The network's inputs stand for the activations of the layer before.",
        swap_kind("a", "a", layer=0),
        ("z",),
        is_common=True,
    ),
    Slip(
        "weighted sum used for activation",
        "The weighted sums z stand for the activations of the layer before.",
        swap_kind("a", "z"),
        ("z",),
        is_common=True,
    ),
    Slip(
        "old weights used",
        "The weights and biases are those before the last step.",
        _old_weights,
        ("z",),
    ),
    Slip(
        "weights left out",
        "The inputs are summed without weights.",
        rewrite(_without_weight),
        ("z",),
    ),
    Slip(
        "bias counted for each input",
        "The bias is added once for each input; it is added once.",
        _bias_each_time,
        ("z",),
    ),
    Slip("not squared", "The difference is not squared.", unsquare, _COSTS, is_common=True),
    Slip(
        "doubled, not squared",
        "The difference is doubled; it is squared.",
        rewrite(_double_of_base),
        _COSTS,
    ),
    Slip(
        "logarithm to the base 10",
        "The logarithm is the natural one.",
        rewrite(_logarithm_to_ten),
        _COSTS,
    ),
    Slip(
        "weighted sum used for activation",
        "The weighted sum z stands for the output.",
        swap_kind("a", "z"),
        _COSTS,
    ),
    Slip(
        "1 left out",
        "A 1 of the formula is left out.",
        leave_out_term(test=lambda part: part in (ONE, Negative(ONE))),
        ("a",),
    ),
)
"""In the forward pass and in the cost; those that are made most often first."""
