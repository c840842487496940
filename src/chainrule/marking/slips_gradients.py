"""Slips in gradients of weights and biases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from chainrule.ledger.formulas import Expression, Product, Sum, multiply, parts, replace_parts
from chainrule.ledger.steps import Quantity
from chainrule.marking.slips import Slip, SlipSite
from chainrule.marking.slips_forward import is_term_of

__all__ = ["GRADIENT_SLIPS", "one_path", "without_factor"]

_Trees = Iterable[Expression]


def without_factor(*kinds: str) -> Callable[[SlipSite], Iterator[Expression]]:
    """Leaving out the factors of these kinds."""

    def rule(part: Expression) -> Expression | None:
        if not isinstance(part, Product) or not any(is_term_of(one, *kinds) for one in parts(part)):
            return None
        return multiply(*(one for one in parts(part) if not is_term_of(one, *kinds)))

    def change(site: SlipSite) -> Iterator[Expression]:
        yield replace_parts(site.tree, rule)

    return change


def one_path(site: SlipSite) -> Iterator[Expression]:
    """One term of the sum over the next layer, or over the examples, in place of all."""
    tree, is_last = site.tree, site.quantity.kind == "da" and site.quantity.layer == site.depth
    if isinstance(tree, Sum) and len(tree.terms) <= 16 and not is_last:
        yield from tree.terms


def _input_for_activation(site: SlipSite) -> _Trees:
    is_later = (site.quantity.layer or 0) > 1
    return site.replace_kind("a", "a", layer=0) if is_later else ()


def _sum_for_activation(site: SlipSite) -> _Trees:
    return site.replace_kind("a", "z") if (site.quantity.layer or 0) > 1 else ()


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


def _before_slope(site: SlipSite) -> _Trees:
    return site.replace_kind("delta", "da")


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
        _input_for_activation,
        ("dW",),
        is_common=True,
    ),
    Slip(
        "weighted sum used for activation",
        "The weighted sum z stands for the activation of the layer before.",
        _sum_for_activation,
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
        _before_slope,
        ("dW", "db"),
        is_common=True,
    ),
    Slip(
        "activation left out",
        "The error is not multiplied by the activation of the layer before.",
        without_factor("a"),
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
    Slip("error left out", "The error δ is not multiplied in.", without_factor("delta"), ("dW",)),
    Slip(
        "only one example",
        "One example alone is taken; those of the batch are summed.",
        one_path,
        ("dW", "db"),
    ),
    Slip(
        "multiplied by an input",
        "The gradient of a bias is the error alone, without an input.",
        _like_a_weight,
        ("db",),
    ),
)
"""In gradients; those that are made most often first."""
