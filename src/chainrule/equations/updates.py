"""Updates: how a gradient becomes a step.

An update is a pure function of the flat parameters θ, (n,), the gradient g of the objective, (n,),
the state, (slots, n), which is 0 before the first step, and the settings of the step. It returns new
arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """The hyperparameters of a step.

    Args:
        eta: η, the learning rate of this step, above 0.
        t: the number of this step in the run, from 1.
        mu: μ, the momentum: the factor of the old velocity, 0 to below 1.
        rho: ρ, for RMSProp the factor of the old mean square, 0 to below 1.
        beta1: β₁, for Adam and Lion the factor of the old mean gradient, 0 to below 1.
        beta2: β₂, for Adam the factor of the old mean square, for Lion that of the mean gradient
            which is remembered, 0 to below 1.
        epsilon: ε, keeps divisors above 0.
        decay: λ, the decoupled weight decay of AdamW and Lion, at least 0.
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
    """The result of a step.

    Args:
        theta: the new parameters, (n,).
        state: the new state, (slots, n).
        terms: the intermediate results of the equation by name, (n,) each.
    """

    theta: Array
    state: Array
    terms: Mapping[str, Array]


@dataclass(frozen=True)
class Update:
    """An update rule.

    Args:
        name: its name in recipes and files.
        equation: its id in docs/derivation/.
        formula: what it computes, as text.
        slots: names of the rows of the state.
        advance: (theta, g, state, settings) -> UpdateResult.
    """

    name: str
    equation: str
    formula: str
    slots: tuple[str, ...]
    advance: Callable[[Array, Array, Array, UpdateSettings], UpdateResult]

    def initial_state(self, theta: Array) -> Array:
        """Return the state before the first step: zeros, (slots, n), of the type of θ."""
        return np.zeros((len(self.slots), theta.size), dtype=theta.dtype)


def gradient_descent(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U1] θ ← θ - η g.

    Source: matrix-based, eq. (4); four-equations; approximator; Cauchy (1847) [cauchy1847]; Robbins
    & Monro (1951) [robbins1951], for gradients of random batches.
    """
    step = s.eta * g
    return UpdateResult(theta - step, state, {"step": step})


def momentum(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U2] v ← μ v + g,   θ ← θ - η v.

    Source: Polyak (1964) [polyak1964]; Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    velocity = s.mu * state[0] + g
    step = s.eta * velocity
    return UpdateResult(theta - step, velocity[None], {"velocity": velocity, "step": step})


def nesterov(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U3] v ← μ v + g,   θ ← θ - η (g + μ v); θ is the point ahead, at which g is taken.

    Source: Nesterov (1983) [nesterov1983]; Sutskever et al. (2013) [sutskever2013]; in this form
    Bengio, Boulanger-Lewandowski & Pascanu (2013) [bengio2013].
    """
    velocity = s.mu * state[0] + g
    step = s.eta * (g + s.mu * velocity)
    return UpdateResult(theta - step, velocity[None], {"velocity": velocity, "step": step})


def rmsprop(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U4] q ← ρ q + (1 - ρ) g²,   θ ← θ - η g / (√q + ε).

    Source: Tieleman & Hinton (2012) [tieleman2012].
    """
    square = s.rho * state[0] + (1 - s.rho) * np.square(g)
    step = s.eta * g / (np.sqrt(square) + s.epsilon)
    return UpdateResult(theta - step, square[None], {"mean_square": square, "step": step})


def adam(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U5] Adam: running means of g and g², corrected for their start at 0.

        m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
        θ ← θ - η (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)

    Source: Kingma & Ba (2015) [kingma2015].
    """
    mean = s.beta1 * state[0] + (1 - s.beta1) * g
    square = s.beta2 * state[1] + (1 - s.beta2) * np.square(g)
    root = np.sqrt(square / (1 - s.beta2**s.t)) + s.epsilon
    step = s.eta / (1 - s.beta1**s.t) * mean / root
    terms = {"mean": mean, "mean_square": square, "step": step}
    return UpdateResult(theta - step, np.stack((mean, square)), terms)


def adamw(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U6] AdamW: Adam [U5], and a decay of the weights apart from the gradient.

        θ ← θ - η (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε) - η λ W

    The decay is not part of the objective; biases do not decay.

    Source: Loshchilov & Hutter (2019) [loshchilov2019].
    """
    stepped = adam(theta, g, state, s)
    decay = s.eta * s.decay * theta * s.is_weight
    return UpdateResult(stepped.theta - decay, stepped.state, {**stepped.terms, "decay": decay})


def lion(theta: Array, g: Array, state: Array, s: UpdateSettings) -> UpdateResult:
    """[U8] Lion: every parameter moves by η, in the direction given by the sign of a mean gradient.

        c = β₁ m + (1 - β₁) g        m ← β₂ m + (1 - β₂) g
        θ ← θ - η sign(c) - η λ W

    Source: Chen et al. (2023) [chen2023].
    """
    sign = np.sign(s.beta1 * state[0] + (1 - s.beta1) * g)
    mean = s.beta2 * state[0] + (1 - s.beta2) * g
    step, decay = s.eta * sign, s.eta * s.decay * theta * s.is_weight
    terms = {"mean": mean, "step": step, "decay": decay}
    return UpdateResult(theta - step - decay, mean[None], terms)


def limit_row_norms(W: Array, max_norm: float) -> Array:
    """[U9] Max-norm: the weights of each neuron, rescaled to an allowed norm.

        W_j ← W_j · min(1, max_norm / ‖W_j‖)      for the row j of each neuron

    Args:
        W: weights after a step, (fan_out, fan_in).
        max_norm: the greatest norm allowed, above 0.

    Returns:
        W, (fan_out, fan_in); rows within the limit are unchanged to the bit. The norms are summed
        in float64.

    Source: Hinton et al. (2012) [hinton2012]; Srivastava et al. (2014) [srivastava2014].
    """
    norms = np.sqrt(np.square(W, dtype=np.float64).sum(axis=1, keepdims=True))
    factors = max_norm / np.maximum(norms, max_norm)  # exactly 1 within the limit
    return W * factors.astype(W.dtype)


def clip_norm(g: Array, max_norm: float) -> tuple[Array, float]:
    """[U7] A gradient, rescaled to an allowed norm; its direction does not change.

        g ← g · min(1, max_norm / ‖g‖)

    Args:
        g: gradient, (n,).
        max_norm: the greatest norm allowed, above 0.

    Returns:
        The gradient, and the norm it had before.

    Source: Pascanu, Mikolov & Bengio (2013) [pascanu2013].
    """
    norm = gradient_norm(g)
    return (g * (max_norm / norm) if norm > max_norm else g), norm


def gradient_norm(g: Array) -> float:
    """[U7] ‖g‖ = √Σ g²; summed in float64, because squares above 3.4e38 overflow in float32."""
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
"""The update rules by name."""
