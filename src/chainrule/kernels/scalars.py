"""Activation functions and their slopes for one number, restated from the book under their ids.

All are computed in float64, whatever the type of z, so that a float32 result is the exact one
rounded once.
"""

from __future__ import annotations

import math

from chainrule.equations.activations import LEAK, SELU_ALPHA, SELU_SCALE
from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.compiling import kernel

__all__ = ["pair_of", "sigmoid", "slope_of", "softplus", "value_of"]

STEP = ACTIVATION_CODES["step"]
IDENTITY = ACTIVATION_CODES["identity"]
SIGMOID = ACTIVATION_CODES["sigmoid"]
TANH = ACTIVATION_CODES["tanh"]
RELU = ACTIVATION_CODES["relu"]
LEAKY_RELU = ACTIVATION_CODES["leaky_relu"]
ELU = ACTIVATION_CODES["elu"]
SELU = ACTIVATION_CODES["selu"]
GELU = ACTIVATION_CODES["gelu"]
SILU = ACTIVATION_CODES["silu"]
SOFTPLUS = ACTIVATION_CODES["softplus"]
SOFTMAX = ACTIVATION_CODES["softmax"]

_ROOT_HALF = math.sqrt(0.5)
_ROOT_TWO_PI = math.sqrt(2 * math.pi)


@kernel
def sigmoid(z: float) -> float:
    """[A3] 1 / (1 + e^-z), by way of e^-|z|, which cannot overflow."""
    e = math.exp(-abs(z))
    return 1.0 / (1.0 + e) if z >= 0.0 else e / (1.0 + e)


@kernel
def softplus(z: float) -> float:
    """[A11] max(z, 0) + ln(1 + e^-|z|)."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


@kernel
def _bell(z: float) -> float:
    """[A3] φ'(z) = e^-|z| / (1 + e^-|z|)²."""
    e = math.exp(-abs(z))
    return e / ((1.0 + e) * (1.0 + e))


@kernel
def _normal_cdf(z: float) -> float:
    """[A0] ½ erfc(-z / √2)."""
    return 0.5 * math.erfc(-z * _ROOT_HALF)


@kernel
def value_of(code: int, z: float) -> float:  # noqa: C901
    """[F2] φ(z) of any function that works element by element."""
    if code == SIGMOID:
        return sigmoid(z)
    if code == TANH:
        return math.tanh(z)
    if code == STEP:
        return 1.0 if z >= 0.0 else 0.0
    if code == LEAKY_RELU:
        return z if z > 0.0 else LEAK * z
    if code == ELU:
        return z if z > 0.0 else math.expm1(z)
    if code == SELU:
        return SELU_SCALE * (z if z > 0.0 else SELU_ALPHA * math.expm1(z))
    if code == GELU:
        return z * _normal_cdf(z)
    if code == SILU:
        return z * sigmoid(z)
    if code == SOFTPLUS:
        return softplus(z)
    return z


@kernel
def slope_of(code: int, z: float) -> float:  # noqa: C901
    """[BP2b] φ'(z) of any function that works element by element."""
    if code == SIGMOID:
        return _bell(z)
    if code == TANH:
        return 4.0 * _bell(2.0 * z)
    if code == STEP:
        return 0.0
    if code == LEAKY_RELU:
        return 1.0 if z > 0.0 else LEAK
    if code == ELU:
        return 1.0 if z >= 0.0 else math.exp(z)
    if code == SELU:
        return SELU_SCALE * (1.0 if z > 0.0 else SELU_ALPHA * math.exp(z))
    if code == GELU:
        return _normal_cdf(z) + z * math.exp(-0.5 * z * z) / _ROOT_TWO_PI
    if code == SILU:
        return sigmoid(z) + z * _bell(z)
    if code == SOFTPLUS:
        return sigmoid(z)
    return 1.0


@kernel
def pair_of(code: int, z: float) -> tuple[float, float]:
    """[F2, BP2b] φ(z) and φ'(z) together, where they share their exponential."""
    if code == SIGMOID:
        e = math.exp(-abs(z))
        one = 1.0 / (1.0 + e)
        return (one if z >= 0.0 else e * one), e * one * one
    return value_of(code, z), slope_of(code, z)
