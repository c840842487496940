"""Slips in the update of weights and biases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    replace_one_part,
    subtract,
)
from chainrule.ledger.steps import Quantity
from chainrule.marking.slip_changes import (
    MAX_TERMS,
    flip_one_sign,
    is_term_of,
    leave_out_factor,
    leave_out_term,
    rewrite,
    rewrite_one,
    swap_kind,
    transpose,
)
from chainrule.marking.slips import Slip, SlipSite

__all__ = ["UPDATE_SLIPS"]

_NEW = ("W_new", "b_new")
_GRADIENTS = ("dW", "db", "g", "g_clipped")
_MEMORY = ("velocity", "mean", "mean_square")


def _not_updated(site: SlipSite) -> Iterable[Expression]:
    old = site.here(site.quantity.kind.removesuffix("_new"))
    return () if old is None else (old,)


def _biases_moved(site: SlipSite) -> Iterator[Expression]:
    """A step of the biases where they are held fixed."""
    old, rate, gradient = site.here("b"), site.of("learning_rate", None), site.here("db")
    if site.ledger.example.fixes_biases and old and rate and gradient:
        yield subtract(old, multiply(rate, gradient))


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
            found = list(swap_kind(kind, gradient)(site))
            if found:
                return found
    return ()


def _is_momentum(part: Expression) -> bool:
    return isinstance(part, Symbol) and part.name == "mu"


def _is_memory(part: Expression) -> bool:
    olds = tuple(f"{kind}_old" for kind in _MEMORY)
    return any(is_term_of(one, *olds) for one in (part, *_factors(part)))


def _is_pull(part: Expression) -> bool:
    named = [one.name for one in _factors(part) if isinstance(one, Symbol)]
    return "l1" in named or "l2" in named


def _factors(part: Expression) -> tuple[Expression, ...]:
    return tuple(part.factors) if isinstance(part, Product) else ()


def _uncorrected(part: Expression) -> Expression | None:
    """One of Adam's means without the correction for its start at 0."""
    is_mean = isinstance(part, Quotient) and is_term_of(part.top, "mean", "mean_square")
    return part.top if is_mean and isinstance(part, Quotient) else None


def _without_root(part: Expression) -> Expression | None:
    is_root = isinstance(part, Call) and part.function == "sqrt"
    return part.arguments[0] if is_root and isinstance(part, Call) else None


def _undivided(part: Expression) -> Iterator[Expression]:
    if isinstance(part, Quotient) and not is_term_of(part.top, "mean", "mean_square"):
        yield part.top


def _penalty_subtracted(site: SlipSite) -> Iterator[Expression]:
    if isinstance(site.tree, Sum) and len(site.tree.terms) <= MAX_TERMS:
        first, *rest = site.tree.terms
        yield Sum((first, *map(Negative, rest)))


_STEPS = (*_NEW, "change")

UPDATE_SLIPS = (
    Slip(
        "rate left out",
        "The gradient is not multiplied by the learning rate.",
        leave_out_factor("learning_rate"),
        _STEPS,
        is_common=True,
    ),
    Slip(
        "added instead of subtracted",
        "The step is added; it is subtracted, as it leads down.",
        flip_one_sign(is_subtracted=True),
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
    Slip(
        "old value left out", "The step stands for the new value.", leave_out_term("W", "b"), _NEW
    ),
    Slip(
        "transposed index",
        "The gradient is that of the transposed place: dW[k,j] for dW[j,k].",
        transpose(*_GRADIENTS, *_MEMORY),
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
        leave_out_factor(test=_is_momentum),
        ("velocity", *_STEPS),
        is_common=True,
    ),
    Slip(
        "memory left out",
        "What was remembered is not added.",
        leave_out_term(test=_is_memory),
        _MEMORY,
    ),
    Slip(
        "penalty left out",
        "The gradient of the penalty is not added.",
        leave_out_term(test=_is_pull),
        ("g",),
        is_common=True,
    ),
    Slip(
        "penalty subtracted", "The gradient of the penalty is added.", _penalty_subtracted, ("g",)
    ),
    Slip(
        "correction left out",
        "The means are not freed of their start at 0.",
        rewrite(_uncorrected),
        _STEPS,
    ),
    Slip(
        "root left out",
        "The square root is not taken.",
        rewrite(_without_root),
        (*_STEPS, "gradient_norm"),
    ),
    Slip(
        "not divided", "The gradient is not divided by its size.", rewrite_one(_undivided), _STEPS
    ),
)
"""In the update; those that are made most often first."""
