"""Random numbers that are easy to calculate with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["biases", "inputs", "targets", "weights"]

Array: TypeAlias = NDArray[Any]

# Tenths. None is 0, and none 1: what is left out would not be missed. No input is 2 or ½, for such
# a factor too many would look like a factor 2 or ½ too many.
_INPUTS = (2, 4, 6, 8, 12, 15, 18)
_BIASES = (1, 2, 3, 4, 5)
_SHARES = (1, 2, 3, 4, 5, 6, 7, 8, 9)
_AMOUNTS = (2, 4, 5, 6, 8, 12, 15)
_WITHIN_ONE = ("sigmoid", "softmax")
_NEVER_BELOW = ("relu", "softplus")
_LARGEST_WEIGHT = 15


def inputs(rng: np.random.Generator, count: int) -> Array:
    """Inputs of one example, with one decimal, of either sign."""
    return _drawn(rng, _signed(_INPUTS), count)


def weights(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Weights of a layer, (fan_out, fan_in): the smaller the more inputs there are."""
    most = max(4, min(_LARGEST_WEIGHT, round(18 / math.sqrt(shape[1]))))
    pool = [tenths for tenths in range(2 if most > 4 else 1, most + 1) if tenths != 10]
    return _drawn(rng, _signed(pool), shape[0] * shape[1]).reshape(shape)


def biases(rng: np.random.Generator, count: int) -> Array:
    """Biases of a layer."""
    return _drawn(rng, _signed(_BIASES), count)


def targets(rng: np.random.Generator, cost: str, activation: str, count: int) -> Array:
    """Targets of one example that outputs can come near.

    Args:
        rng: draws them.
        cost: its name; cross-entropies have targets of 0 and 1.
        activation: of the outputs.
        count: of the outputs.
    """
    if cost == "categorical_cross_entropy":
        return np.array(np.eye(count)[int(rng.integers(count))])
    if cost == "binary_cross_entropy" or activation == "step":
        return rng.integers(2, size=count).astype(float)
    if activation in _WITHIN_ONE:
        return _drawn(rng, _SHARES, count)
    if activation == "tanh":
        return _drawn(rng, _signed(_SHARES[1:]), count)
    return _drawn(rng, _AMOUNTS if activation in _NEVER_BELOW else _signed(_AMOUNTS), count)


def _signed(tenths: Sequence[int]) -> list[int]:
    return [*tenths, *(-one for one in tenths)]


def _drawn(rng: np.random.Generator, tenths: Sequence[int], count: int) -> Array:
    """Tenths from a pool: each at most once as long as there are enough."""
    rounds = math.ceil(count / len(tenths))
    order = np.concatenate([rng.permutation(np.array(tenths)) for _ in range(rounds)])
    return np.array([int(one) / 10 for one in order[:count]])
