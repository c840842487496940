"""Slips in the update of weights and biases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from chainrule.ledger.formulas import (
    Call,
    Expression,
    Negative,
    Product,
    Quotient,
    Sum,
    Symbol,
    multiply,
    remove_one_part,
    replace_one_part,
    replace_parts,
    subtract,
)
from chainrule.ledger.steps import Quantity
from chainrule.marking.slips import Slip, SlipSite, flip_one_sign, is_term_of

__all__ = ["UPDATE_SLIPS"]

_NEW = ("W_new", "b_new")
_GRADIENTS = ("dW", "db", "g", "g_clipped")
_MEMORY = ("velocity", "mean", "mean_square")


def _without_rate(site: SlipSite) -> Iterator[Expression]:
    yield from remove_one_part(site.tree, Product, lambda part: is_term_of(part, "learning_rate"))


def _plus_step(site: SlipSite) -> Iterator[Expression]:
    yield from flip_one_sign(site.tree, is_subtracted=True)


def _not_updated(site: SlipSite) -> Iterable[Expression]:
    old = site.here(site.quantity.kind.removesuffix("_new"))
    return () if old is None else (old,)


def _biases_moved(site: SlipSite) -> Iterator[Expression]:
    """A step of the biases where they are held fixed."""
    old, rate, gradient = site.here("b"), site.of("learning_rate", None), site.here("db")
    if site.ledger.example.fixes_biases and old and rate and gradient:
        yield subtract(old, multiply(rate, gradient))


def _step_alone(site: SlipSite) -> Iterator[Expression]:
    yield from remove_one_part(site.tree, Sum, lambda part: is_term_of(part, "W", "b"))


def _transposed(site: SlipSite) -> Iterable[Expression]:
    def rule(quantity: Quantity) -> Quantity | None:
        moves = quantity.kind in (*_GRADIENTS, *_MEMORY) and len(quantity.index) == 2
        return quantity.at(*reversed(quantity.index)) if moves else None

    return site.replace_quantities(rule)


def _error_for_gradient(site: SlipSite) -> Iterable[Expression]:
    """δ in place of δ a."""

    def rule(quantity: Quantity) -> Quantity | None:
        if quantity.kind != "dW":
            return None
        return replace(quantity, kind="delta", index=quantity.index[:1])

    return site.replace_quantities(rule)


def _weight_in_step(site: SlipSite) -> Iterator[Expression]:
    """The weight once more as a factor of the step."""
    old = site.here(site.quantity.kind.removesuffix("_new"))

    def rule(part: Expression) -> Iterator[Expression]:
        if isinstance(part, Product) and old is not None:
            yield Product((*part.factors, old))

    yield from replace_one_part(site.tree, rule)


def _gradient_for_memory(site: SlipSite) -> Iterable[Expression]:
    for kind in ("velocity", "mean"):
        for gradient in ("g_clipped", "g", "dW", "db"):
            found = list(site.replace_kind(kind, gradient))
            if found:
                return found
    return ()


def _without_symbol(*names: str) -> Callable[[SlipSite], Iterator[Expression]]:
    def is_named(part: Expression) -> bool:
        return isinstance(part, Symbol) and part.name in names

    def change(site: SlipSite) -> Iterator[Expression]:
        yield from remove_one_part(site.tree, Product, is_named)

    return change


def _without_memory(site: SlipSite) -> Iterator[Expression]:
    olds = tuple(f"{kind}_old" for kind in _MEMORY)

    def is_memory(part: Expression) -> bool:
        return any(is_term_of(one, *olds) for one in (part, *_factors(part)))

    yield from remove_one_part(site.tree, Sum, is_memory)


def _factors(part: Expression) -> tuple[Expression, ...]:
    return tuple(part.factors) if isinstance(part, Product) else ()


def _without_penalty(site: SlipSite) -> Iterator[Expression]:
    def is_pull(part: Expression) -> bool:
        named = [one.name for one in _factors(part) if isinstance(one, Symbol)]
        return "l1" in named or "l2" in named

    yield from remove_one_part(site.tree, Sum, is_pull)


def _uncorrected(site: SlipSite) -> Iterable[Expression]:
    """Adam's means without the correction for their start at 0."""

    def rule(part: Expression) -> Expression | None:
        is_mean = isinstance(part, Quotient) and is_term_of(part.top, "mean", "mean_square")
        return part.top if is_mean and isinstance(part, Quotient) else None

    return (replace_parts(site.tree, rule),)


def _without_root(site: SlipSite) -> Iterable[Expression]:
    def rule(part: Expression) -> Expression | None:
        is_root = isinstance(part, Call) and part.function == "sqrt"
        return part.arguments[0] if is_root and isinstance(part, Call) else None

    return (replace_parts(site.tree, rule),)


def _undivided(site: SlipSite) -> Iterator[Expression]:
    def rule(part: Expression) -> Iterator[Expression]:
        if isinstance(part, Quotient) and not is_term_of(part.top, "mean", "mean_square"):
            yield part.top

    yield from replace_one_part(site.tree, rule)


def _penalty_subtracted(site: SlipSite) -> Iterator[Expression]:
    if isinstance(site.tree, Sum) and len(site.tree.terms) <= 16:
        first, *rest = site.tree.terms
        yield Sum((first, *map(Negative, rest)))


_STEPS = (*_NEW, "change")

UPDATE_SLIPS = (
    Slip(
        "rate left out",
        "The gradient is not multiplied by the learning rate.",
        _without_rate,
        _STEPS,
        is_common=True,
    ),
    Slip(
        "added instead of subtracted",
        "The step is added; it is subtracted, as it leads down.",
        _plus_step,
        _NEW,
        is_common=True,
    ),
    Slip("not updated", "The old value stands for the new one.", _not_updated, _NEW),
    Slip(
        "biases not held fixed",
        "The biases take part in the step; they stay as they are.",
        _biases_moved,
        ("b_new",),
        is_common=True,
    ),
    Slip("old value left out", "The step stands for the new value.", _step_alone, _NEW),
    Slip(
        "transposed index",
        "The gradient is that of the transposed place: dW[k,j] for dW[j,k].",
        _transposed,
        (*_STEPS, *_MEMORY, "g"),
        is_common=True,
    ),
    Slip(
        "activation left out", "The error δ stands for the gradient.", _error_for_gradient, _STEPS
    ),
    Slip("weight in the step", "The step is multiplied by the old value.", _weight_in_step, _NEW),
    Slip(
        "gradient for its running mean",
        "The gradient stands where what the update remembers belongs.",
        _gradient_for_memory,
        _STEPS,
    ),
    Slip(
        "momentum left out",
        "The old velocity is not multiplied by the momentum.",
        _without_symbol("mu"),
        ("velocity", *_STEPS),
        is_common=True,
    ),
    Slip("memory left out", "What was remembered is not added.", _without_memory, _MEMORY),
    Slip(
        "penalty left out",
        "The gradient of the penalty is not added.",
        _without_penalty,
        ("g",),
        is_common=True,
    ),
    Slip(
        "penalty subtracted", "The gradient of the penalty is added.", _penalty_subtracted, ("g",)
    ),
    Slip(
        "correction left out", "The means are not freed of their start at 0.", _uncorrected, _STEPS
    ),
    Slip(
        "root left out", "The square root is not taken.", _without_root, (*_STEPS, "gradient_norm")
    ),
    Slip("not divided", "The gradient is not divided by its size.", _undivided, _STEPS),
)
"""In the update; those that are made most often first."""
