"""The gradient by JAX and by PyTorch in float64, if they are installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import LEAK
from chainrule.proofs.objective import Objective

__all__ = ["AUTODIFF_LIBRARIES", "AutodiffLibrary", "missing_reason"]

Array = NDArray[Any]
Function = Callable[[Any], Any]


_OF_JAX = ("sigmoid", "relu", "elu", "selu", "silu", "softplus", "softmax")
"""Activations that JAX has under the same name, with the same meaning."""


@dataclass(frozen=True)
class AutodiffLibrary:
    """A library that differentiates by itself.

    Args:
        name: as people write it.
        module: as Python imports it.
        gradient: (objective, θ) -> the gradient of J, flat, float64.
    """

    name: str
    module: str
    gradient: Callable[[Objective, Array], Array]


def missing_reason(library: AutodiffLibrary) -> str:
    """Why a library cannot be asked, in words; empty if it can."""
    if importlib.util.find_spec(library.module) is None:
        return "not installed"
    try:
        importlib.import_module(library.module)
    except Exception as error:  # whatever a broken installation may raise
        return f"installed, but fails: {type(error).__name__}"
    return ""


@dataclass(frozen=True)
class _LibraryFunctions:
    """What the objective is written in: a library's own functions.

    Args:
        activations: by name.
        size: |x|.
        where: (condition, a, b).
        log: natural logarithm.
        log_sigmoid: ln of the sigmoid, which loses no digits.
        log_softmax: ln of the softmax of each row.
        log_rest: ln (1 - softmax) of each row.
    """

    activations: Mapping[str, Function]
    size: Function
    where: Callable[[Any, Any, Any], Any]
    log: Function
    log_sigmoid: Function
    log_softmax: Function
    log_rest: Function


class _Batch(NamedTuple):
    """Inputs, targets and what each example counts, as a library's arrays."""

    x: Any
    y: Any
    shares: Any


class _Outputs(NamedTuple):
    """Weighted sums and activations of the last layer, and targets."""

    z: Any
    a: Any
    y: Any


def _objective(w: _LibraryFunctions, objective: Objective, theta: Any, batch: _Batch) -> Any:
    """J in a library's words."""
    x, y, shares = batch
    names, z = objective.architecture.activations, x
    for at, name in enumerate(names):
        W, b = _tensors(objective, theta, at)
        z = x @ W.T if b is None else x @ W.T + b
        x = w.activations[name](z)
    costs = _cost(w, objective, _Outputs(z, x, y))
    return (costs.sum(-1) * shares).sum() + _penalty(w, objective, theta)


def _tensors(objective: Objective, theta: Any, at: int) -> tuple[Any, Any]:
    each = 1 + objective.architecture.biases
    slots = objective.layout.slots[at * each : at * each + each]
    found = [theta[slot.start : slot.stop].reshape(slot.shape) for slot in slots]
    return found[0], found[1] if objective.architecture.biases else None


def _cost(w: _LibraryFunctions, objective: Objective, outputs: _Outputs) -> Any:
    """The part of each output in the cost of each example."""
    (_, a, y), name = outputs, objective.cost.name
    if name.endswith("entropy"):
        return _entropy(w, objective, outputs)
    distance = a - y
    if name == "absolute_error":
        return w.size(distance)
    if name == "huber":
        h, size = objective.threshold, w.size(distance)
        return w.where(size <= h, 0.5 * distance**2, h * (size - 0.5 * h))
    factor = {
        "squared_error": 1.0,
        "mean_squared_error": 1 / objective.y.shape[1],
        "half_squared_error": 0.5,
    }
    return factor[name] * distance**2


def _entropy(w: _LibraryFunctions, objective: Objective, outputs: _Outputs) -> Any:
    z, a, y = outputs
    last = objective.architecture.activations[-1]
    both = objective.cost.name == "binary_cross_entropy"
    if last == "sigmoid":
        hit, miss = w.log_sigmoid(z), w.log_sigmoid(-z)
    elif last == "softmax":
        hit, miss = w.log_softmax(z), w.log_rest(z) if both else z
    else:  # 0 ln 0 is 0, and so is its derivative
        hit, miss = w.log(w.where(y == 0, 1.0, a)), w.log(w.where(y == 1, 1.0, 1 - a))
    return -y * hit - (1 - y) * miss if both else -y * hit


def _penalty(w: _LibraryFunctions, objective: Objective, theta: Any) -> Any:
    total: Any = 0.0
    for slot in objective.layout.slots:
        if slot.name[0] == "W":
            weights = theta[slot.start : slot.stop]
            total = total + objective.l1 * w.size(weights).sum()
            total = total + objective.l2 * 0.5 * (weights**2).sum()
    return total


def _by_torch(objective: Objective, theta: Array) -> Array:
    torch: Any = importlib.import_module("torch")
    nn: Any = importlib.import_module("torch.nn.functional")

    def log_rest(z: Any) -> Any:
        eye = torch.eye(z.shape[-1], dtype=torch.bool)
        others = z[:, None, :].masked_fill(eye, -torch.inf)
        return torch.logsumexp(others, -1) - torch.logsumexp(z, -1, keepdim=True)

    words = _LibraryFunctions(
        activations={
            "step": lambda z: (z >= 0).double(),
            "identity": lambda z: z,
            "sigmoid": torch.sigmoid,
            "tanh": torch.tanh,
            **{name: getattr(nn, name) for name in ("relu", "elu", "selu", "gelu", "silu")},
            "leaky_relu": lambda z: nn.leaky_relu(z, LEAK),
            "softplus": lambda z: -nn.logsigmoid(-z),  # nn.softplus is linear from 20 on
            "softmax": lambda z: nn.softmax(z, -1),
        },
        size=torch.abs,
        where=lambda mask, a, b: torch.where(mask, _as(torch, a), _as(torch, b)),
        log=torch.log,
        log_sigmoid=nn.logsigmoid,
        log_softmax=lambda z: nn.log_softmax(z, -1),
        log_rest=log_rest,
    )
    leaf = torch.tensor(np.asarray(theta), requires_grad=True)
    batch = _Batch(*map(torch.tensor, (objective.x, objective.y, objective.shares)))
    # The last term is 0: an objective that depends on no weight, such as a step's, has a gradient.
    (_objective(words, objective, leaf, batch) + 0.0 * leaf.sum()).backward()
    return np.asarray(leaf.grad.numpy(), dtype=np.float64)


def _as(torch: Any, value: Any) -> Any:
    return value if torch.is_tensor(value) else torch.tensor(value, dtype=torch.float64)


def _by_jax(objective: Objective, theta: Array) -> Array:
    jax: Any = importlib.import_module("jax")
    jnp: Any = importlib.import_module("jax.numpy")

    def log_rest(z: Any) -> Any:
        eye = jnp.eye(z.shape[-1], dtype=bool)
        others = jnp.where(eye, -jnp.inf, z[:, None, :])
        total = jax.nn.logsumexp(z, axis=-1, keepdims=True)
        return jax.nn.logsumexp(others, axis=-1) - total

    words = _LibraryFunctions(
        activations={
            **{name: getattr(jax.nn, name) for name in _OF_JAX},
            "step": lambda z: (z >= 0).astype(z.dtype),
            "identity": lambda z: z,
            "tanh": jnp.tanh,
            "leaky_relu": lambda z: jax.nn.leaky_relu(z, LEAK),
            "gelu": lambda z: jax.nn.gelu(z, approximate=False),
        },
        size=jnp.abs,
        where=jnp.where,
        log=jnp.log,
        log_sigmoid=jax.nn.log_sigmoid,
        log_softmax=lambda z: jax.nn.log_softmax(z, axis=-1),
        log_rest=log_rest,
    )
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        batch = _Batch(*map(jnp.asarray, (objective.x, objective.y, objective.shares)))
        found = jax.grad(lambda t: _objective(words, objective, t, batch))(jnp.asarray(theta))
        return np.asarray(found, dtype=np.float64)
    finally:
        jax.config.update("jax_enable_x64", before)


AUTODIFF_LIBRARIES = (
    AutodiffLibrary("JAX", "jax", _by_jax),
    AutodiffLibrary("PyTorch", "torch", _by_torch),
)
"""The libraries that are asked."""
