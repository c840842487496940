"""Activation functions for one number, restated from the book under their ids.

All are computed in float64, whatever the type of z, so that a float32 result is the exact one
rounded once. The curved ones are in curves.py, sixteen numbers at a time.
"""

from __future__ import annotations

import math

from chainrule.equations.activations import LEAK
from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.compiling import kernel

__all__ = ["bent_of", "softplus"]

STEP = ACTIVATION_CODES["step"]
IDENTITY = ACTIVATION_CODES["identity"]
SIGMOID = ACTIVATION_CODES["sigmoid"]
RELU = ACTIVATION_CODES["relu"]
LEAKY_RELU = ACTIVATION_CODES["leaky_relu"]
SOFTMAX = ACTIVATION_CODES["softmax"]


@kernel
def softplus(z: float) -> float:
    """[A11] max(z, 0) + ln(1 + e^-|z|)."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


@kernel
def bent_of(code: int, z: float) -> tuple[float, float]:
    """[F2, BP2b] φ(z) and φ'(z) of step, leaky ReLU and identity."""
    if code == STEP:
        return (1.0 if z >= 0.0 else (0.0 if z < 0.0 else z)), 0.0
    if code == LEAKY_RELU:
        return (z, 1.0) if z > 0.0 else (LEAK * z, LEAK)
    return z, 1.0
