"""Penalties and updates as formulas [O1], [P1], [P2], [U1] to [U8]."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.equations.updates import UPDATES
from chainrule.ledger.formulas.builders import (
    HALF,
    ONE,
    ZERO,
    QuantityForm,
    TermBuilder,
    add,
    multiply,
    square,
    subtract,
)
from chainrule.ledger.formulas.expression import (
    Call,
    Case,
    Expression,
    LazyTerms,
    Power,
    Quotient,
    Sum,
    Symbol,
    Term,
)
from chainrule.ledger.formulas.rate_formulas import rate_forms
from chainrule.ledger.steps import locate_parameters

__all__ = [
    "STEP_FORMULAS",
]


def _is_weight(make: TermBuilder) -> bool:
    quantity = make.quantity
    return quantity.form == "matrix" or len(quantity.index) == 2


def _parameter(make: TermBuilder, suffix: str = "") -> Term:
    """The weight or bias of the quantity's place, before the step."""
    return make.here(("W" if _is_weight(make) else "b") + suffix)


def gradient_kind(make: TermBuilder, *, before_clipping: bool = False) -> str:
    """The kind of the gradient that the update takes at the quantity's place.

    Args:
        make: of the quantity.
        before_clipping: whether the one before it was shortened is meant.
    """
    step = make.step
    if step.result.is_clipped and not before_clipping:
        return "g_clipped"
    if _is_weight(make):
        return "g" if step.is_penalised else "dW"
    return "db"


def _gradient(make: TermBuilder) -> Term:
    return make.here(gradient_kind(make))


def _strength(make: TermBuilder, norm: int) -> Symbol:
    recipe = make.step.recipe
    value = recipe.l1 if norm == 1 else recipe.l2
    return make.symbol(f"l{norm}", f"λ{'₁' if norm == 1 else '₂'}", value)


def _over_weights(make: TermBuilder, of: Callable[[Term], Expression]) -> Expression:
    places = locate_parameters(make.step.example, biases=False)

    def term(at: int) -> Expression:
        return of(make.term("W", places[at].layer, *places[at].indices))

    return add(LazyTerms(len(places), term))


def _penalty(make: TermBuilder) -> list[QuantityForm]:
    recipe, terms = make.step.recipe, []
    if recipe.l1:
        sizes = _over_weights(make, lambda w: Call("abs", (w,)))
        terms.append(multiply(_strength(make, 1), sizes))
    if recipe.l2:
        terms.append(multiply(HALF, _strength(make, 2), _over_weights(make, square)))
    equation = "O1" if len(terms) != 1 else ("P1" if recipe.l1 else "P2")
    return [QuantityForm(equation, add(terms))]


def _total_cost(make: TermBuilder) -> list[QuantityForm]:
    return [QuantityForm("O1", Sum((make.here("cost"), make.here("penalty"))))]


def _penalised(make: TermBuilder) -> list[QuantityForm]:
    """[O1] The gradient of cost and penalty."""
    if not _is_weight(make):
        return [QuantityForm("O1", make.here("db"))]
    recipe, w, terms = make.step.recipe, make.here("W"), [make.here("dW")]
    pulls: list[Expression] = []
    if recipe.l1:
        pulls.append(multiply(_strength(make, 1), Call("sign", (w,))))
    if recipe.l2:
        pulls.append(multiply(_strength(make, 2), w))
    return [QuantityForm("O1", add([*terms, *pulls]))]


def _length(make: TermBuilder) -> list[QuantityForm]:
    """[U7] The norm of the gradient."""
    places = locate_parameters(make.step.example, biases=make.step.example.trains_biases)
    penalised = make.step.is_penalised

    def square_at(at: int) -> Expression:
        letter, layer, index = places[at]
        named = ("g" if penalised else "dW") if letter == "W" else "db"
        return square(make.term(named, layer, *index))

    return [QuantityForm("U7", Call("sqrt", (add(LazyTerms(len(places), square_at)),)))]


def _clipped(make: TermBuilder) -> list[QuantityForm]:
    step = make.step
    g = make.here(gradient_kind(make, before_clipping=True))
    if step.recipe.clip_norm is None:
        return [QuantityForm("U7", g)]
    longest = make.symbol("longest", "ℓ", step.recipe.clip_norm)
    length = make.term("gradient_norm", None)
    case = Case(g, length, "≤", longest, multiply(g, Quotient(longest, length)))
    return [QuantityForm("U7", case.opposite if step.result.is_clipped else case)]


def _setting(make: TermBuilder, name: str, letter: str) -> Symbol:
    return make.symbol(name, letter, getattr(make.step.result.settings.update_settings, name))


def _blend(weight: Symbol, old: Term, new: Expression) -> Expression:
    """A running mean: the weight times the old one, plus the rest times the new value."""
    return Sum((multiply(weight, old), multiply(subtract(ONE, weight), new)))


def _velocity(make: TermBuilder) -> Expression:
    mu = _setting(make, "mu", "μ")
    return Sum((multiply(mu, make.here("velocity_old")), _gradient(make)))


def _mean(make: TermBuilder) -> Expression:
    lion = make.step.recipe.optimiser == "lion"
    weight = _setting(make, *(("beta2", "β₂") if lion else ("beta1", "β₁")))
    return _blend(weight, make.here("mean_old"), _gradient(make))


def _mean_square(make: TermBuilder) -> Expression:
    rms = make.step.recipe.optimiser == "rmsprop"
    weight = _setting(make, *(("rho", "ρ") if rms else ("beta2", "β₂")))
    return _blend(weight, make.here("mean_square_old"), square(_gradient(make)))


def _nesterov_change(make: TermBuilder) -> Expression:
    ahead = multiply(_setting(make, "mu", "μ"), make.here("velocity"))
    return multiply(make.term("learning_rate", None), Sum((_gradient(make), ahead)))


def _root(make: TermBuilder, square: Expression) -> Expression:
    return Sum((Call("sqrt", (square,)), _setting(make, "epsilon", "ε")))


def _rmsprop_change(make: TermBuilder) -> Expression:
    eta, root = make.term("learning_rate", None), _root(make, make.here("mean_square"))
    return Quotient(multiply(eta, _gradient(make)), root)


def _freed(make: TermBuilder, kind: str, weight: Symbol) -> Expression:
    """A mean freed of its start at 0."""
    t = make.symbol("t", "t", make.step.result.settings.update_settings.t)
    return Quotient(make.here(kind), subtract(ONE, Power(weight, t)))


def _adam_change(make: TermBuilder) -> Expression:
    mean = _freed(make, "mean", _setting(make, "beta1", "β₁"))
    square = _freed(make, "mean_square", _setting(make, "beta2", "β₂"))
    eta = make.term("learning_rate", None)
    return multiply(eta, Quotient(mean, _root(make, square)))


def _lion_change(make: TermBuilder) -> Expression:
    """The rate, in the direction of the sign of another mean than the one that is kept."""
    mean = _blend(_setting(make, "beta1", "β₁"), make.here("mean_old"), _gradient(make))
    return multiply(make.term("learning_rate", None), Call("sign", (mean,)))


_CHANGES: dict[str, Callable[[TermBuilder], Expression]] = {
    "sgd": lambda make: multiply(make.term("learning_rate", None), _gradient(make)),
    "momentum": lambda make: multiply(make.term("learning_rate", None), make.here("velocity")),
    "nesterov": _nesterov_change,
    "rmsprop": _rmsprop_change,
    "adam": _adam_change,
    "adamw": _adam_change,
    "lion": _lion_change,
}


def _decay(make: TermBuilder) -> Expression:
    if not _is_weight(make):
        return ZERO
    eta, decay = make.term("learning_rate", None), _setting(make, "decay", "λ")
    return multiply(eta, decay, make.here("W"))


def _of_update(
    formula: Callable[[TermBuilder], Expression],
) -> Callable[[TermBuilder], list[QuantityForm]]:
    """The formula under the id of the update."""

    def forms(make: TermBuilder) -> list[QuantityForm]:
        return [QuantityForm(UPDATES[make.step.recipe.optimiser].equation, formula(make))]

    return forms


def _change(make: TermBuilder) -> Expression:
    return _CHANGES[make.step.recipe.optimiser](make)


def _new(make: TermBuilder) -> Expression:
    taken = [_change(make)]
    if make.step.example.has_decay and _is_weight(make):
        taken.append(_decay(make))
    return subtract(_parameter(make), *taken)


def _new_bias(make: TermBuilder) -> list[QuantityForm]:
    if make.step.example.fixes_biases:
        return [QuantityForm("T1", make.here("b"))]
    return _of_update(_new)(make)


def _remembered(make: TermBuilder) -> list[QuantityForm]:
    """What the update remembers from the step before; given before the first."""
    if make.quantity.step == 1:
        return []
    kind = make.quantity.kind.removesuffix("_old")
    return [QuantityForm(UPDATES[make.step.recipe.optimiser].equation, make.earlier(kind))]


def _parameter_before(make: TermBuilder) -> list[QuantityForm]:
    """A weight or bias from the step before; given before the first."""
    if make.quantity.step == 1:
        return []
    equation = UPDATES[make.step.recipe.optimiser].equation
    return [QuantityForm(equation, make.earlier(f"{make.quantity.kind}_new"))]


STEP_FORMULAS: dict[str, Callable[[TermBuilder], list[QuantityForm]]] = {
    "penalty": _penalty,
    "total_cost": _total_cost,
    "g": _penalised,
    "gradient_norm": _length,
    "g_clipped": _clipped,
    "learning_rate": rate_forms,
    "velocity_old": _remembered,
    "velocity": _of_update(_velocity),
    "mean_old": _remembered,
    "mean": _of_update(_mean),
    "mean_square_old": _remembered,
    "mean_square": _of_update(_mean_square),
    "change": _of_update(_change),
    "decay": _of_update(_decay),
    "W": _parameter_before,
    "b": _parameter_before,
    "W_new": _of_update(_new),
    "b_new": _new_bias,
}
"""For each kind, ways to write it; none for a number that is given."""
