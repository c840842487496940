"""Penalties and updates as formulas [O1], [P1], [P2], [U1] to [U8]."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.equations.updates import UPDATES
from chainrule.ledger.formulas.builders import (
    HALF,
    ONE,
    ZERO,
    Form,
    Maker,
    added,
    less,
    squared,
    times,
)
from chainrule.ledger.formulas.expression import (
    Call,
    Case,
    Expression,
    Lazy,
    Power,
    Quotient,
    Sum,
    Symbol,
    Term,
)
from chainrule.ledger.formulas.rate_formulas import rate_forms
from chainrule.ledger.steps import all_places

__all__ = ["STEP_FORMULAS", "gradient_kind"]


def _is_weight(make: Maker) -> bool:
    quantity = make.quantity
    return quantity.form == "matrix" or len(quantity.index) == 2


def _parameter(make: Maker, suffix: str = "") -> Term:
    """The weight or bias of the quantity's place, before the step."""
    return make.here(("W" if _is_weight(make) else "b") + suffix)


def gradient_kind(make: Maker, *, before_clipping: bool = False) -> str:
    """The kind of the gradient that the update takes at the quantity's place.

    Args:
        make: of the quantity.
        before_clipping: whether the one before it was shortened is meant.
    """
    back = make.step.trained
    if back.is_clipped and not before_clipping:
        return "g_clipped"
    if _is_weight(make):
        return "g" if back.is_penalised else "dW"
    return "db"


def _gradient(make: Maker) -> Term:
    return make.here(gradient_kind(make))


def _strength(make: Maker, norm: int) -> Symbol:
    recipe = make.step.trained.recipe
    value = recipe.l1 if norm == 1 else recipe.l2
    return make.symbol(f"l{norm}", f"λ{'₁' if norm == 1 else '₂'}", value)


def _over_weights(make: Maker, of: Callable[[Term], Expression]) -> Expression:
    places = all_places(make.step.example, biases=False)

    def term(at: int) -> Expression:
        return of(make.term("W", places[at].layer, *places[at].indices))

    return added(Lazy(len(places), term))


def _penalty(make: Maker) -> list[Form]:
    recipe, terms = make.step.trained.recipe, []
    if recipe.l1:
        sizes = _over_weights(make, lambda w: Call("abs", (w,)))
        terms.append(times(_strength(make, 1), sizes))
    if recipe.l2:
        terms.append(times(HALF, _strength(make, 2), _over_weights(make, squared)))
    equation = "O1" if len(terms) != 1 else ("P1" if recipe.l1 else "P2")
    return [Form(equation, added(terms))]


def _total_cost(make: Maker) -> list[Form]:
    return [Form("O1", Sum((make.here("cost"), make.here("penalty"))))]


def _penalised(make: Maker) -> list[Form]:
    """[O1] The gradient of cost and penalty."""
    if not _is_weight(make):
        return [Form("O1", make.here("db"))]
    recipe, w, terms = make.step.trained.recipe, make.here("W"), [make.here("dW")]
    pulls: list[Expression] = []
    if recipe.l1:
        pulls.append(times(_strength(make, 1), Call("sign", (w,))))
    if recipe.l2:
        pulls.append(times(_strength(make, 2), w))
    return [Form("O1", added([*terms, *pulls]))]


def _length(make: Maker) -> list[Form]:
    """[U7] The length of the gradient."""
    places = all_places(make.step.example, biases=make.step.example.architecture.biases)
    penalised = make.step.trained.is_penalised

    def square(at: int) -> Expression:
        letter, layer, index = places[at]
        named = ("g" if penalised else "dW") if letter == "W" else "db"
        return squared(make.term(named, layer, *index))

    return [Form("U7", Call("sqrt", (added(Lazy(len(places), square)),)))]


def _clipped(make: Maker) -> list[Form]:
    back = make.step.trained
    g = make.here(gradient_kind(make, before_clipping=True))
    if back.recipe.clip_norm is None:
        return [Form("U7", g)]
    longest = make.symbol("longest", "ℓ", back.recipe.clip_norm)
    length = make.term("gradient_norm", None)
    if not back.is_clipped:
        return [Form("U7", Case(g, length, "≤", longest))]
    return [Form("U7", Case(times(g, Quotient(longest, length)), length, ">", longest))]


def _setting(make: Maker, name: str, letter: str) -> Symbol:
    return make.symbol(name, letter, getattr(make.step.trained.settings, name))


def _kept(share: Symbol, old: Term, new: Expression) -> Expression:
    """A mean that keeps a share of what it was."""
    return Sum((times(share, old), times(less(ONE, share), new)))


def _velocity(make: Maker) -> Expression:
    mu = _setting(make, "mu", "μ")
    return Sum((times(mu, make.here("velocity_old")), _gradient(make)))


def _mean(make: Maker) -> Expression:
    lion = make.step.trained.recipe.optimiser == "lion"
    share = _setting(make, *(("beta2", "β₂") if lion else ("beta1", "β₁")))
    return _kept(share, make.here("mean_old"), _gradient(make))


def _mean_square(make: Maker) -> Expression:
    rms = make.step.trained.recipe.optimiser == "rmsprop"
    share = _setting(make, *(("rho", "ρ") if rms else ("beta2", "β₂")))
    return _kept(share, make.here("mean_square_old"), squared(_gradient(make)))


def _nesterov_change(make: Maker) -> Expression:
    ahead = times(_setting(make, "mu", "μ"), make.here("velocity"))
    return times(make.term("learning_rate", None), Sum((_gradient(make), ahead)))


def _root(make: Maker, square: Expression) -> Expression:
    return Sum((Call("sqrt", (square,)), _setting(make, "epsilon", "ε")))


def _rmsprop_change(make: Maker) -> Expression:
    eta, root = make.term("learning_rate", None), _root(make, make.here("mean_square"))
    return Quotient(times(eta, _gradient(make)), root)


def _freed(make: Maker, kind: str, share: Symbol) -> Expression:
    """A mean freed of its start at 0."""
    t = make.symbol("t", "t", make.step.trained.settings.t)
    return Quotient(make.here(kind), less(ONE, Power(share, t)))


def _adam_change(make: Maker) -> Expression:
    mean = _freed(make, "mean", _setting(make, "beta1", "β₁"))
    square = _freed(make, "mean_square", _setting(make, "beta2", "β₂"))
    eta = make.term("learning_rate", None)
    return times(eta, Quotient(mean, _root(make, square)))


def _lion_change(make: Maker) -> Expression:
    """The rate, in the direction of the sign of another mean than the one that is kept."""
    mean = _kept(_setting(make, "beta1", "β₁"), make.here("mean_old"), _gradient(make))
    return times(make.term("learning_rate", None), Call("sign", (mean,)))


_CHANGES: dict[str, Callable[[Maker], Expression]] = {
    "sgd": lambda make: times(make.term("learning_rate", None), _gradient(make)),
    "momentum": lambda make: times(make.term("learning_rate", None), make.here("velocity")),
    "nesterov": _nesterov_change,
    "rmsprop": _rmsprop_change,
    "adam": _adam_change,
    "adamw": _adam_change,
    "lion": _lion_change,
}


def _decay(make: Maker) -> Expression:
    if not _is_weight(make):
        return ZERO
    eta, decay = make.term("learning_rate", None), _setting(make, "decay", "λ")
    return times(eta, decay, make.here("W"))


def _of_update(formula: Callable[[Maker], Expression]) -> Callable[[Maker], list[Form]]:
    """The formula under the id of the update."""

    def forms(make: Maker) -> list[Form]:
        return [Form(UPDATES[make.step.trained.recipe.optimiser].equation, formula(make))]

    return forms


def _change(make: Maker) -> Expression:
    return _CHANGES[make.step.trained.recipe.optimiser](make)


def _new(make: Maker) -> Expression:
    taken = [_change(make)]
    if make.step.example.has_decay and _is_weight(make):
        taken.append(_decay(make))
    return less(_parameter(make), *taken)


def _remembered(make: Maker) -> list[Form]:
    """What the update remembers from the step before; given before the first."""
    if make.quantity.step == 1:
        return []
    kind = make.quantity.kind.removesuffix("_old")
    return [Form(UPDATES[make.step.trained.recipe.optimiser].equation, make.earlier(kind))]


def _parameter_before(make: Maker) -> list[Form]:
    """A weight or bias from the step before; given before the first."""
    if make.quantity.step == 1:
        return []
    equation = UPDATES[make.step.trained.recipe.optimiser].equation
    return [Form(equation, make.earlier(f"{make.quantity.kind}_new"))]


STEP_FORMULAS: dict[str, Callable[[Maker], list[Form]]] = {
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
    "b_new": _of_update(_new),
}
"""For each kind, ways to write it; none for a number that is given."""
