"""Activation functions: a function and its derivative are one record.

Every function takes z of shape (batch, width), float or complex, and returns an array of the same
shape and type. Where the textbook form would overflow or lose digits, the docstring gives the form
that is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.equations.arrays import Array, nonnegative
from chainrule.equations.error_function import normal_cdf, normal_pdf
from chainrule.equations.precision import round_once

__all__ = ["ACTIVATIONS", "Activation", "activate", "pull_back"]

LEAK = 0.01
"""The derivative of leaky ReLU below 0: the value of Maas, Hannun & Ng (2013)."""
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
"""With these two constants, SELU maps a standard normal input to mean 0 and variance 1."""

FAR = 800.0
"""For z below -FAR, e^z underflows to 0 (it does below -746). Infinite z are clipped to ±FAR before
a product with such a 0, because infinity times 0 is NaN."""

Function = Callable[[Array], Array]


@dataclass(frozen=True)
class Activation:
    """An activation function with its derivative.

    Args:
        name: its name in recipes and files.
        equation: its id in docs/derivation/.
        formula: what it computes, as text.
        value: z -> a = φ(z).
        derivative: z -> φ'(z), element by element, or None if each output depends on several z.
        jacobian: (da, a) -> dz, the product with the transposed Jacobian, if each output depends
            on several z.
        kinks: the z at which the derivative jumps.
        low: lower bound of the outputs.
        high: upper bound of the outputs.
    """

    name: str
    equation: str
    formula: str
    value: Function
    derivative: Function | None
    jacobian: Callable[[Array, Array], Array] | None = None
    kinks: tuple[float, ...] = ()
    low: float = -np.inf
    high: float = np.inf


def activate(activation: Activation, z: Array) -> Array:
    """[F2] The activations of a layer.

        a = φ(z)

    Args:
        activation: φ.
        z: weighted sums, (batch, width).

    Returns:
        a, (batch, width).

    Source: investigation; matrix-based, eq. (3); Rumelhart, Hinton & Williams (1986)
    [rumelhart1986].
    """
    return activation.value(z)


def pull_back(activation: Activation, da: Array, z: Array, a: Array) -> Array:
    """[BP2b] The error before an activation, from the error after it.

        delta = da ⊙ φ'(z)      or, if each output depends on several z,      delta = Jᵀ da

    Args:
        activation: φ.
        da: dC/da, (batch, width).
        z: weighted sums, (batch, width).
        a: φ(z), (batch, width).

    Returns:
        dC/dz, (batch, width).

    Source: four-equations, sections 2.1 and 2.2; Rumelhart, Hinton & Williams (1986)
    [rumelhart1986].
    """
    if activation.derivative is not None:
        return da * activation.derivative(z)
    assert activation.jacobian is not None
    return activation.jacobian(da, a)


def step(z: Array) -> Array:
    """[A1] Binary step: φ(z) = 1 for z ≥ 0, else 0; NaN stays NaN.

    Its derivative is 0, so no layer up to this one learns by gradient descent.

    Source: McCulloch & Pitts (1943) [mcculloch1943].
    """
    return np.where(np.isnan(z), z, nonnegative(z)).astype(z.dtype)


def step_derivative(z: Array) -> Array:
    """[A1] φ'(z) = 0; the value at the jump is a convention."""
    return np.zeros_like(z)


def identity(z: Array) -> Array:
    """[A2] φ(z) = z.

    Source: Widrow & Hoff (1960) [widrow1960].
    """
    return z


def identity_derivative(z: Array) -> Array:
    """[A2] φ'(z) = 1."""
    return np.ones_like(z)


@round_once
def sigmoid(z: Array) -> Array:
    """[A3] φ(z) = 1 / (1 + e^-z).

    Only e^-|z| is computed, which cannot overflow.

    Source: investigation, appendix 1; Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    right = nonnegative(z)
    e = np.exp(np.where(right, -z, z))
    return np.where(right, 1, e) / (1 + e)


@round_once
def sigmoid_derivative(z: Array) -> Array:
    """[A3] φ'(z) = φ(z) φ(-z) = e^-|z| / (1 + e^-|z|)².

    The papers' form φ (1 - φ) is equal, but loses all digits where φ rounds to 1.
    """
    e = np.exp(np.where(nonnegative(z), -z, z))
    return e / np.square(1 + e)


@round_once
def tanh(z: Array) -> Array:
    """[A4] φ(z) = tanh z.

    Source: LeCun et al. (1998) [lecun1998b], section 4.4.
    """
    return np.tanh(z)


@round_once
def tanh_derivative(z: Array) -> Array:
    """[A4] φ'(z) = 1 - tanh² z = 4 e^-2|z| / (1 + e^-2|z|)², which loses no digits."""
    e = np.exp(np.where(nonnegative(z), -2 * z, 2 * z))
    return 4 * e / np.square(1 + e)


def relu(z: Array) -> Array:
    """[A5] φ(z) = z for z > 0, else 0.

    Source: approximator; Fukushima (1969) [fukushima1969]; Nair & Hinton (2010) [nair2010].
    """
    return np.where(np.real(z) <= 0, 0, z)  # not z > 0: a NaN must stay NaN


def relu_derivative(z: Array) -> Array:
    """[A5] φ'(z) = 1 for z > 0, else 0; the value at the kink is a convention."""
    return (np.real(z) > 0).astype(z.dtype)


@round_once
def leaky_relu(z: Array) -> Array:
    """[A6] φ(z) = z for z > 0, else 0.01 z.

    Source: Maas, Hannun & Ng (2013) [maas2013].
    """
    return np.where(np.real(z) > 0, z, LEAK * z)


def leaky_relu_derivative(z: Array) -> Array:
    """[A6] φ'(z) = 1 for z > 0, else 0.01; the value at the kink is a convention."""
    return np.where(np.real(z) > 0, 1, LEAK).astype(z.dtype)


@round_once
def elu(z: Array) -> Array:
    """[A7] φ(z) = z for z > 0, else e^z - 1.

    Source: Clevert, Unterthiner & Hochreiter (2016) [clevert2016], with their α at 1.
    """
    right = nonnegative(z)
    return np.where(right, z, np.expm1(np.where(right, 0, z)))


@round_once
def elu_derivative(z: Array) -> Array:
    """[A7] φ'(z) = 1 for z > 0, else e^z."""
    return np.exp(np.where(nonnegative(z), 0, z))


@round_once
def selu(z: Array) -> Array:
    """[A8] φ(z) = s z for z > 0, else s α (e^z - 1), with s ≈ 1.0507 and α ≈ 1.6733.

    Source: Klambauer et al. (2017) [klambauer2017].
    """
    right = nonnegative(z)
    return SELU_SCALE * np.where(right, z, SELU_ALPHA * np.expm1(np.where(right, 0, z)))


@round_once
def selu_derivative(z: Array) -> Array:
    """[A8] φ'(z) = s for z > 0, else s α e^z; the value at the kink is a convention."""
    right = np.real(z) > 0
    return SELU_SCALE * np.where(right, 1, SELU_ALPHA * np.exp(np.where(right, 0, z)))


def _clip_below(z: Array, least: float) -> Array:
    return np.where(np.real(z) < least, least, z)  # keeps NaN and imaginary parts


def _clip(z: Array, most: float) -> Array:
    return _clip_below(np.where(np.real(z) > most, most, z), -most)


@round_once
def gelu(z: Array) -> Array:
    """[A9] φ(z) = z Φ(z), Φ the distribution function of the standard normal; 0 where Φ is 0.

    Source: Hendrycks & Gimpel (2016) [hendrycks2016].
    """
    return _clip_below(z, -FAR) * normal_cdf(z)


@round_once
def gelu_derivative(z: Array) -> Array:
    """[A9] φ'(z) = Φ(z) + z Φ'(z)."""
    return normal_cdf(z) + _clip(z, FAR) * normal_pdf(z)


@round_once
def silu(z: Array) -> Array:
    """[A10] φ(z) = z σ(z), σ the sigmoid; 0 where σ is 0.

    Source: Elfwing, Uchibe & Doya (2018) [elfwing2018].
    """
    return _clip_below(z, -FAR) * sigmoid(z)


@round_once
def silu_derivative(z: Array) -> Array:
    """[A10] φ'(z) = σ(z) + z σ'(z)."""
    return sigmoid(z) + _clip(z, FAR) * sigmoid_derivative(z)


@round_once
def softplus(z: Array) -> Array:
    """[A11] φ(z) = ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|); its derivative is the sigmoid [A3].

    Source: Dugas et al. (2001) [dugas2001].
    """
    right = nonnegative(z)
    return np.where(right, z, 0) + np.log1p(np.exp(np.where(right, -z, z)))


@round_once
def softmax(z: Array) -> Array:
    """[A12] φ(z)_i = e^z_i / Σ_j e^z_j, with the sum over the row.

    The greatest z of the row is subtracted first: the result is the same and nothing overflows.

    Source: Bridle (1990) [bridle1990]; Blanchard, Higham & Higham (2021) [blanchard2021], for the
    form that is computed.
    """
    e = np.exp(z - np.real(z).max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_jacobian(da: Array, a: Array) -> Array:
    """[A12] dz = Jᵀ da, computed as dz = a ⊙ (da - Σ_j da_j a_j); ∂a_i/∂z_j = a_i (1[i = j] - a_j)."""
    return a * (da - (da * a).sum(axis=-1, keepdims=True))


# The low of gelu and silu is their minimum, rounded down; that of selu is -s α.
# fmt: off
_ALL = (
    Activation("step",       "A1",  "1 if z >= 0 else 0",        step,       step_derivative,       None, (0.0,), 0, 1),
    Activation("identity",   "A2",  "z",                         identity,   identity_derivative),
    Activation("sigmoid",    "A3",  "1 / (1 + exp(-z))",         sigmoid,    sigmoid_derivative,    low=0, high=1),
    Activation("tanh",       "A4",  "tanh(z)",                   tanh,       tanh_derivative,       low=-1, high=1),
    Activation("relu",       "A5",  "max(z, 0)",                 relu,       relu_derivative,       None, (0.0,), 0),
    Activation("leaky_relu", "A6",  "z if z > 0 else 0.01 z",    leaky_relu, leaky_relu_derivative, None, (0.0,)),
    Activation("elu",        "A7",  "z if z > 0 else exp(z) - 1", elu,       elu_derivative,        low=-1),
    Activation("selu",       "A8",  "s z if z > 0 else s α (exp(z) - 1)", selu, selu_derivative,    None, (0.0,), -1.7581),
    Activation("gelu",       "A9",  "z Φ(z)",                    gelu,       gelu_derivative,       low=-0.17),
    Activation("silu",       "A10", "z / (1 + exp(-z))",         silu,       silu_derivative,       low=-0.2785),
    Activation("softplus",   "A11", "ln(1 + exp(z))",            softplus,   sigmoid,          low=0),
    Activation("softmax",    "A12", "exp(z_i) / Σ_j exp(z_j)",   softmax,    None, softmax_jacobian, (), 0, 1),
)
# fmt: on

ACTIVATIONS = {activation.name: activation for activation in _ALL}
"""The activation functions by name."""
