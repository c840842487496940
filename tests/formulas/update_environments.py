"""Environments for penalties, updates, schedules, averages and one training step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from chainrule.equations import schedules
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.averaging import blend, ema_weight, swa_weight
from chainrule.equations.backpropagation import Layer
from chainrule.equations.costs import COSTS
from chainrule.equations.penalties import (
    l1_gradient,
    l1_penalty,
    l2_gradient,
    l2_penalty,
    penalty,
    penalty_gradient,
)
from chainrule.equations.schedules import Clock, ScheduleSettings
from chainrule.equations.step import BatchPart, StepSettings, TrainingStep, training_step
from chainrule.equations.updates import (
    UPDATES,
    Update,
    UpdateSettings,
    clip_norm,
    gradient_norm,
    limit_row_norms,
)
from environment_registry import Sizes, positive, register
from formula_evaluation import Environment
from named_arrays import NamedArray, Numbers, combine, label, number

__all__: list[str] = []

Rng = np.random.Generator


@register("P1", "P2", "O1")
def penalty_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    theta = np.append(rng.normal(size=6), [0.0, 1.3, -0.4])
    is_weight = np.append(np.ones(7), [0, 0])
    weights = theta[:7]
    l1, l2, C = 0.3, 0.7, float(rng.normal())
    dC = rng.normal(size=9)
    parts = (l1_gradient(theta, is_weight, l1), l2_gradient(theta, is_weight, l2))
    both = penalty_gradient(theta, is_weight, l1, l2)
    names = {
        **{"W": label(weights, "weight"), "λ_1": number(l1), "λ_2": number(l2), "C": number(C)},
        "P_1": number(l1_penalty(theta, is_weight, l1)),
        "P_2": number(l2_penalty(theta, is_weight, l2)),
        "J": number(C + penalty(theta, is_weight, l1, l2)),
        **{"∂P_1/∂W": label(parts[0][:7], "weight"), "∂P_2/∂W": label(parts[1][:7], "weight")},
        **{"∂P_1/∂θ": label(parts[0], "param"), "∂P_2/∂θ": label(parts[1], "param")},
        **{"∂C/∂θ": label(dC, "param"), "∂J/∂θ": label(dC + both, "param")},
    }
    yield Environment(names)
    for which, strength in (("P_1", l1), ("P_2", l2)):
        own = {name: names[name] for name in ("W", which, f"∂{which}/∂W")}
        yield Environment({**own, "strength": number(strength)})
    eta, dW = 0.2, rng.normal(size=7)
    stepped = UPDATES["sgd"].advance(
        weights, dW + l2_gradient(weights, 1.0, l2), np.zeros((0, 7)), UpdateSettings(eta)
    )
    step_names = {**names, "η": number(eta), "dW": label(dW, "weight")}
    yield Environment(step_names, {"W": label(stepped.theta, "weight")})


LETTERS = {"velocity": "v", "mean": "m", "mean_square": "v"}


def update_environments(
    update: Update, in_table: bool
) -> Callable[[Rng, Sizes], Iterator[Environment]]:
    """What makes environments for an update rule, at its third step."""

    def environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
        n = s.fan_in + 6
        theta, g = rng.normal(size=n), rng.normal(size=n)
        state = np.abs(rng.normal(size=(len(update.slots), n)))
        is_weight = (np.arange(n) % 3 > 0).astype(float)
        settings = UpdateSettings(0.3, 3, 0.7, 0.6, 0.8, 0.65, 0.4, 0.25, is_weight)
        made = update.advance(theta, g, state, settings)
        letters = [LETTERS.get(slot, slot) for slot in update.slots]
        if update.name == "rmsprop":
            letters = ["q"]
        old = {name: label(row, "*param") for name, row in zip(letters, state, strict=True)}
        new = {name: label(row, "*param") for name, row in zip(letters, made.state, strict=True)}
        new["θ"] = label(made.theta, "*param")
        names = {
            **old,
            **{"θ": label(theta, "*param"), "g": label(g, "*param"), "η": number(settings.eta)},
            **{"μ": number(settings.mu), "ρ": number(settings.rho), "ε": number(settings.epsilon)},
            **{"β_1": number(settings.beta1), "β_2": number(settings.beta2), "t": number(3)},
            **{"λ": number(settings.decay), "[W]": label(is_weight, "*param")},
            "W": label(is_weight * theta, "*param"),
        }
        if in_table:
            corrected = (made.state.T / (1 - np.array([0.8**3, 0.65**3])[: len(state)])).T
            names |= {
                name: label(row, "*param") for name, row in zip(["m̂", "v̂"], corrected, strict=False)
            }
            names["c"] = label(0.8 * state[0] + 0.2 * g if len(state) else g, "*param")
        if in_table or update.name == "adamw":  # m and v are the new ones already
            names |= {letter: new.pop(letter) for letter in letters}
        yield Environment(names, new)

    return environments


for _update in UPDATES.values():
    register(_update.equation)(update_environments(_update, in_table=False))
    register(f"{_update.equation} in the table")(update_environments(_update, in_table=True))


@register("U1")
def descent_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    g, v, theta = rng.normal(size=(3, s.fan_in))
    v /= np.linalg.norm(v)

    def cosine(a: NamedArray, b: NamedArray) -> NamedArray:
        norms = np.linalg.norm(a.array) * np.linalg.norm(b.array)
        return number(np.arccos(a.array @ b.array / norms))

    yield Environment(
        {
            **{"g": label(g, "param"), "v": label(v, "param"), "θ": label(theta, "param")},
            "ε": number(0.01),
        },
        indices={"i": "param"},
        functions={"J": lambda at: number(1.7 + g @ at.array), "∠": cosine},
    )
    eta = np.array([-0.3, 0.0, 0.2, 0.9, 1.3, 1.8, 2.0, 2.7]) / 1.7
    holds = np.abs(1 - 1.7 * eta) < 1 - 1e-12
    rates = {"η": label(eta, "*rate"), "κ": number(1.7), "inequality": label(holds, "*rate")}
    yield Environment({**rates, "x": number(0.6), "x*": number(-0.8)})


@register("U3")
def ahead_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    ahead, v = rng.normal(size=(2, s.fan_in))
    eta, mu, g = 0.3, 0.7, rng.normal(size=s.fan_in)
    settings = UpdateSettings(eta, mu=mu)
    stored = ahead - eta * mu * v
    made = UPDATES["nesterov"].advance(stored, g, v[None], settings)
    faster = made.state[0]
    values = {"ϑ": ahead, "v": v, "θ": stored, "v'": faster, "ϑ'": ahead - eta * faster}
    names = {name: label(value, "*param") for name, value in values.items()}
    names["θ'"] = label(made.theta, "*param")
    yield Environment({**names, "η": number(eta), "μ": number(mu)})


@register("U5", "U8")
def history_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    """The means after t steps, from a state that was 0."""
    t, gradients = 6, rng.normal(size=(6, s.fan_in))
    settings = UpdateSettings(0.1, beta1=0.8, beta2=0.65)
    state = {"adam": np.zeros((2, s.fan_in)), "lion": np.zeros((1, s.fan_in))}
    for step, g in enumerate(gradients, 1):
        before = state["lion"][0]
        for name in state:
            at = replace(settings, t=step)
            state[name] = UPDATES[name].advance(g, g, state[name], at).state
    mixed = settings.beta1 * before + (1 - settings.beta1) * gradients[-1]
    yield Environment(
        {
            **{"t": number(t), "g": label(gradients, "time param")},
            **{"β_1": number(settings.beta1), "β_2": number(settings.beta2)},
            **{"m_t": label(state["adam"][0], "param"), "c_t": label(mixed, "param")},
        },
        origins={"time": 1},
    )


@register("U7", "U9")
def limit_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    for limit in (0.5, 50.0):
        g = rng.normal(size=s.fan_in)
        clipped, norm = clip_norm(g, limit)
        assert norm == gradient_norm(g)
        W = rng.normal(size=(s.fan_out, s.fan_in))
        W[0] *= 100
        new = {"g": label(clipped, "param"), "W": label(limit_row_norms(W, limit), "out in")}
        names = {"g": label(g, "param"), "W": label(W, "out in"), "‖g‖": number(norm)}
        names |= {"ℓ": number(limit), "max_norm": number(limit)}
        yield Environment(names, new, {"i": "param", "j": "out", "k": "in"})


SETTINGS = ScheduleSettings(factor=0.6, every=3, final=0.15, warmup=0.35, cycle=4, growth=1.5)


def schedule_environments(
    schedule: schedules.Schedule,
) -> Callable[[Rng, Sizes], Iterator[Environment]]:
    """What makes environments for a schedule: all steps of a run, or one cycle of it."""

    def environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
        steps, per_epoch = 40, 2
        clocks = [Clock(k // per_epoch, k, steps, k // 7, k % 2 / 2) for k in range(steps)]
        rates = [schedule.rate(0.8, clock, SETTINGS) for clock in clocks]
        columns = {
            **{"η": rates, "epoch": [clock.epoch for clock in clocks]},
            **{"step": [clock.step for clock in clocks], "drops": [c.drops for c in clocks]},
            "e": [clock.epoch + clock.fraction for clock in clocks],
            **{name: [clock.step / steps for clock in clocks] for name in "τt"},
        }
        numbers = {
            **{"η_0": 0.8, "γ": SETTINGS.factor, "f": SETTINGS.final, "w": SETTINGS.warmup},
            **{"steps": steps, "g": SETTINGS.growth},
            "k": SETTINGS.cycle if schedule.name == "cosine_restarts" else SETTINGS.every,
        }
        names = {name: label(values, "*time") for name, values in columns.items()}
        names |= {name: number(value) for name, value in numbers.items()}
        if schedule.name == "cosine_restarts":
            del names["τ"]
            yield from _cycles(names)
        else:
            del names["e"]
            yield Environment(names)

    return environments


def _cycles(names: dict[str, NamedArray]) -> Iterator[Environment]:
    """The steps of each cycle, with the number i of the cycle."""
    start, length = 0.0, float(SETTINGS.cycle)
    for i in range(3):
        done = names["e"].array
        inside = (done >= start) & (done < start + length)
        cut = {
            name: label(value.array[inside], "*time") if value.dims else value
            for name, value in names.items()
        }
        done_of_cycle = label((done[inside] - start) / length, "*time")
        yield Environment({**cut, "i": number(i), "τ_i": done_of_cycle})
        start, length = start + length, length * SETTINGS.growth


for _schedule in schedules.SCHEDULES.values():
    register(_schedule.equation)(schedule_environments(_schedule))


@register("S9")
def warm_up_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    epochs = np.array([0.25, 1.0, 2.5, 3.0, 4.5])
    rates = [schedules.warm_up(0.8, float(done), 3.0) for done in epochs]
    names = {"η": number(0.8), "e": label(epochs, "*time"), "w": number(3.0)}
    yield Environment(names, {"η": label(rates, "*time")})


@register("chapter 08")
def fluctuation_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    eta, kappa, deviation = 0.4, 1.3, 0.9
    powers = (1 - eta * kappa) ** (2.0 * np.arange(400))
    names = {"V": eta**2 * deviation**2 * powers.sum(), "η": eta, "κ": kappa, "s": deviation}
    yield Environment({name: number(value) for name, value in names.items()})


@register("M1", "M2", "M3")
def average_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    average, theta = rng.normal(size=(2, s.fan_in))
    d, k = 0.7, 3
    names = {"θ": label(theta, "*param"), "s": number(0.3)}
    new = label(blend(average, theta, 0.3), "*param")
    for letter in ("θ̄", "ā"):
        yield Environment({**names, letter: label(average, "*param")}, {letter: new})
    yield Environment({"k": number(k), "s": number(swa_weight(k))})
    both = {"θ": names["θ"], "θ̄": label(average, "*param"), "k": number(k)}
    yield Environment(both)
    counts = np.arange(5)
    yield Environment(
        {
            **{"s": label([ema_weight(int(n), d) for n in counts], "*step"), "d": number(d)},
            "the first step that counts": label(counts == 0, "*step"),
            "the first averaged step": label(counts == 0, "*step"),
        }
    )
    steps = rng.normal(size=(6, s.fan_in))
    for count, values in enumerate(steps):
        average = blend(average, values, ema_weight(count, d))
    series = {"θ": label(steps, "time param"), "θ̄_t": label(average, "param")}
    yield Environment({**series, "d": number(d), "t": number(5)})
    ages = NamedArray(np.arange(600), ("k",))
    retained = combine(lambda k: d**k, ages)
    assert retained.dims == ("k",)
    yield Environment({"k": ages, "d": number(d)})
    eta, kappa, deviation, n = 0.4, 1.3, 0.9, 50
    spread = eta**2 * deviation**2 / (1 - (1 - eta * kappa) ** 2)
    numbers = {"V": spread, "η": eta, "κ": kappa, "s": deviation, "n": n, "q": 1 - eta * kappa}
    yield Environment({name: number(value) for name, value in numbers.items()})


@register("T1")
def step_environments(rng: Rng, s: Sizes) -> Iterator[Environment]:
    for limit, longest, average in ((0.8, None, 0.3), (None, 0.9, 0.0), (1e9, None, 0.3)):
        W, b = rng.normal(size=(s.fan_out, s.fan_in)), rng.normal(size=s.fan_out)
        gain = positive(rng, s.fan_out)
        theta = np.concatenate((W.reshape(-1), b, gain))
        layer = Layer(W, b, ACTIVATIONS["tanh"], gain)
        rows = [rng.normal(size=(2, s.batch, n)) for n in (s.fan_in, s.fan_out)]
        parts = [BatchPart(x, y, shares=0.1) for x, y in zip(*rows, strict=True)]
        update = UPDATES["momentum"]
        state = rng.normal(size=(1 + bool(average), len(theta)))
        is_weight = (np.arange(len(theta)) < W.size).astype(float)
        rule = UpdateSettings(0.2, is_weight=is_weight)
        cost = COSTS["squared_error"]
        settings = StepSettings(cost, update, rule, 0.1, 0.2, limit, longest, average)
        made = training_step(theta, state, [layer], parts, settings)
        yield _step_world(theta, state, made)


def _step_world(theta: Numbers, state: Numbers, made: TrainingStep) -> Environment:
    settings = made.settings
    rule = settings.update_settings

    def update(theta: NamedArray, g: NamedArray, state: NamedArray) -> NamedArray:
        advanced = settings.update.advance(theta.array, g.array, state.array, rule)
        return label(advanced.theta, "param")

    def per_part(field: str) -> NamedArray:
        tensors = [getattr(one, field)[0].reshape(-1) for one in made.passes]
        return NamedArray(np.array(tensors), ("parts",), ("param",))

    W_shape, weights = made.passes[0].dW[0].shape, made.passes[0].dW[0].size
    names = {
        **{"θ": label(theta, "param"), "g": label(made.gradient, "param")},
        **{"dW": per_part("dW"), "db": per_part("db"), "dγ": per_part("dgain")},
        "∂P_1/∂θ": label(l1_gradient(theta, rule.is_weight, settings.l1), "param"),
        "∂P_2/∂θ": label(l2_gradient(theta, rule.is_weight, settings.l2), "param"),
        "state": label(state[:1], "slot param"),
        "W": label(made.update.theta[:weights].reshape(W_shape), "out in"),
    }
    new = {"g": label(made.clipped_gradient, "param"), "θ": label(made.update.theta, "param")}
    if settings.clip_norm is not None:
        names["c"] = names["ℓ"] = number(settings.clip_norm)
    else:
        names["g"] = new["g"]
    if settings.max_norm is not None:
        names["m"] = number(settings.max_norm)
        new["W"] = label(made.parameters[:weights].reshape(W_shape), "out in")
    if settings.average_weight:
        names |= {"ā": label(state[-1], "param"), "s": number(settings.average_weight)}
        names["θ̄"] = names["ā"]
        new["ā"] = new["θ̄"] = label(made.state[-1], "param")
    return Environment(names, new, {"j": "out"}, functions={"update": update})
