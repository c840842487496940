"""Updates: how a gradient becomes a step.

An update is a pure function of the flat parameters θ, (n,), the gradient g of the objective, (n,),
the state, (slots, n), zeros at the start, and the settings of this step. It returns new arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.equations.arrays import Array

__all__ = [
    "UPDATES",
    "Update",
    "UpdateResult",
    "UpdateSettings",
    "clip_norm",
    "gradient_norm",
    "limit_row_norms",
]


@dataclass(frozen=True)
class UpdateSettings:
    """What a step needs besides θ, g and the state.

    Args:
        eta: learning rate of this step, above 0.
        t: number of this step in the run, from 1.
        mu: share of the velocity kept, 0 to below 1.
        rho: share of the mean square kept by RMSProp, 0 to below 1.
        beta1: share of the mean gradient kept by Adam, or used by Lion, 0 to below 1.
        beta2: share of the mean square kept by Adam, or of the mean gradient by Lion, 0 to below 1.
        epsilon: what keeps divisors above 0.
        decay: decoupled weight decay of AdamW and Lion, at least 0.
        is_weight: 1 for a weight, 0 for a bias, (n,).
    """

    eta: float
    t: int = 1
    mu: float = 0.9
    rho: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    decay: float = 0.0
    is_weight: Array | float = 1.0


@dataclass(frozen=True)
class UpdateResult:
    """What a step made.

    Args:
        theta: new parameters, (n,).
        state: new state, (slots, n).
        terms: what the step was made of, each (n,), by the name the equation has for it.
    """

    theta: Array
    state: Array
    terms: dict[str, Array]


@dataclass(frozen=True)
class Update:
    """An update rule.

    Args:
        name: its name in recipes and files.
        equation: its id in docs/derivation/.
        formula: what it computes, to be read.
        slots: the names of the state's rows.
        advance: (theta, g, state, settings) -> UpdateResult.
    """

    name: str
    equation: str
    formula: str
    slots: tuple[str, ...]
    advance: Callable[[Array, Array, Array, UpdateSettings], UpdateResult]

    def initial_state(self, theta: Array) -> Array:
        """The state before the first step: zeros, (slots, n), in the type of θ."""
        return np.zeros((len(self.slots), theta.size), dtype=theta.dtype)


def gradient_descent(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U1] θ ← θ - η g.

    Source: matrix-based, eq. (4); four-equations; approximator.
    """
    step = s.eta * g
    return UpdateResult(theta - step, state, {"step": step})


def momentum(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U2] v ← μ v + g,   θ ← θ - η v."""
    velocity = s.mu * state[0] + g
    step = s.eta * velocity
    return UpdateResult(theta - step, velocity[None], {"velocity": velocity, "step": step})


def nesterov(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U3] v ← μ v + g,   θ ← θ - η (g + μ v): the velocity of the step to come."""
    velocity = s.mu * state[0] + g
    step = s.eta * (g + s.mu * velocity)
    return UpdateResult(theta - step, velocity[None], {"velocity": velocity, "step": step})


def rmsprop(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U4] q ← ρ q + (1 - ρ) g²,   θ ← θ - η g / (√q + ε)."""
    square = s.rho * state[0] + (1 - s.rho) * np.square(g)
    step = s.eta * g / (np.sqrt(square) + s.epsilon)
    return UpdateResult(theta - step, square[None], {"mean_square": square, "step": step})


def adam(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U5] Means of g and g², freed of their start at 0, divide each other.

    m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
    θ ← θ - η (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)
    """
    mean = s.beta1 * state[0] + (1 - s.beta1) * g
    square = s.beta2 * state[1] + (1 - s.beta2) * np.square(g)
    root = np.sqrt(square / (1 - s.beta2**s.t)) + s.epsilon
    step = s.eta / (1 - s.beta1**s.t) * mean / root
    terms = {"mean": mean, "mean_square": square, "step": step}
    return UpdateResult(theta - step, np.stack((mean, square)), terms)


def adamw(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U6] Adam's step, and the weights shrink by themselves: W ← W - η λ W.

    The decay is no part of the objective; biases do not decay.
    """
    stepped = adam(theta, g, state, s)
    decay = s.eta * s.decay * theta * s.is_weight
    return UpdateResult(stepped.theta - decay, stepped.state, {**stepped.terms, "decay": decay})


def lion(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U8] Every parameter moves by the rate, in the direction of a mean gradient's sign.

    c = β₁ m + (1 - β₁) g        m ← β₂ m + (1 - β₂) g
    θ ← θ - η sign(c) - η λ W
    """
    sign = np.sign(s.beta1 * state[0] + (1 - s.beta1) * g)
    mean = s.beta2 * state[0] + (1 - s.beta2) * g
    step, decay = s.eta * sign, s.eta * s.decay * theta * s.is_weight
    terms = {"mean": mean, "step": step, "decay": decay}
    return UpdateResult(theta - step - decay, mean[None], terms)


def limit_row_norms(W: Array, longest: float) -> Array:
    """[U9] No neuron's weights are longer than allowed: max-norm.

        W_j ← W_j · min(1, longest / ‖W_j‖) for each neuron's row

    Args:
        W: weights after a step, (fan_out, fan_in).
        longest: the greatest length allowed, above 0.

    Returns:
        W, (fan_out, fan_in); rows that are short enough stay as they are. The lengths are summed
        in float64.
    """
    lengths = np.sqrt(np.square(W, dtype=np.float64).sum(axis=1, keepdims=True))
    factors = longest / np.maximum(lengths, longest)
    return W * factors.astype(W.dtype)


def clip_norm(g: Array, longest: float) -> tuple[Array, float]:
    """[U7] A gradient no longer than allowed, in its own direction.

        g ← g · min(1, longest / ‖g‖)

    Args:
        g: gradient, (n,).
        longest: the greatest length allowed, above 0.

    Returns:
        The gradient, and the length it had before.
    """
    length = gradient_norm(g)
    return (g * (longest / length) if length > longest else g), length


def gradient_norm(g: Array) -> float:
    """[U7] ‖g‖ = √Σ g², summed in float64 so that no float32 square overflows."""
    return float(np.sqrt(np.square(g, dtype=np.float64).sum()))


# fmt: off
_ALL = (
    Update("sgd",      "U1", "θ - η g",                    (),                      gradient_descent),
    Update("momentum", "U2", "θ - η v",                    ("velocity",),           momentum),
    Update("nesterov", "U3", "θ - η (g + μ v)",            ("velocity",),           nesterov),
    Update("rmsprop",  "U4", "θ - η g / (√q + ε)",         ("mean_square",),        rmsprop),
    Update("adam",     "U5", "θ - η m̂ / (√v̂ + ε)",         ("mean", "mean_square"), adam),
    Update("adamw",    "U6", "θ - η m̂ / (√v̂ + ε) - η λ W", ("mean", "mean_square"), adamw),
    Update("lion",     "U8", "θ - η sign(c) - η λ W",      ("mean",),               lion),
)
# fmt: on

UPDATES = {update.name: update for update in _ALL}
"""Every update rule by name."""
