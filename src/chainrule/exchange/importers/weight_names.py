"""Layers found among named arrays: weights and biases by their names, in the order of a chain.

A file of weights alone says neither in which order its layers stand nor which activations are
between them. The order follows from numbers in the names or from the shapes, or it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chainrule.errors import DataError, InputError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    AffineStep,
    Array,
    DenseStep,
    ModelStep,
    ReadChoices,
)

__all__ = ["find_steps", "natural_key", "orient_weights"]

_NORMALISATION = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}
_EPSILON = 1e-5
_MOST_ORDERS = 2


@dataclass(frozen=True, eq=False)
class _NamedLayer:
    """The arrays of one layer, and whether it is batch normalisation."""

    name: str
    arrays: Mapping[str, Array]

    @property
    def normalises(self) -> bool:
        return "running_mean" in self.arrays

    @property
    def weights(self) -> Array:
        """Weights as (outputs, inputs); the kernels of Flax and Keras lie the other way."""
        return self.arrays["weight"] if "weight" in self.arrays else self.arrays["kernel"].T


def natural_key(name: str) -> list[tuple[int, str]]:
    """Return what to sort names by so that 10 comes after 9.

    Example:
        >>> sorted(["net.10", "net.9"], key=natural_key)
        ['net.9', 'net.10']
    """
    return [(int(digits or 0), text) for digits, text in re.findall(r"(\d{1,9})|(\D+)", name)]


def find_steps(
    tensors: Mapping[str, Array], where: str, choices: ReadChoices, *, in_order: bool
) -> tuple[tuple[ModelStep, ...], tuple[str, ...]]:
    """Return the steps that a state dict describes, without the names of activations.

    Args:
        tensors: arrays by names such as "fc1.weight".
        where: the file, for error texts.
        choices: an order of the layers, if it is given.
        in_order: whether the arrays stand in the order in which the layers were defined.

    Returns: the steps, and remarks.
    Raises: DataError, by name, for what is not a dense layer; InputError if the order is needed.
    """
    layers = _group(tensors, where)
    dense = [layer for layer in layers.values() if not layer.normalises]
    if not dense:
        raise DataError(where, expected="weights of dense layers", got="none")
    ordered, said = _order(dense, where, choices, in_order)
    norms = [layer for layer in layers.values() if layer.normalises]
    placed, more = _place_norms(ordered, norms, where)
    return placed, (*said, *more)


def _group(tensors: Mapping[str, Array], where: str) -> dict[str, _NamedLayer]:
    """Return the layers by name; anything else is refused by its name."""
    grouped: dict[str, dict[str, Array]] = {}
    for name, array in tensors.items():
        layer, _, role = name.rpartition(".")
        grouped.setdefault(layer, {})[role] = array
    found = {}
    for name, arrays in grouped.items():
        _require_dense(name, arrays, where)
        found[name] = _NamedLayer(name, arrays)
    return found


def _require_dense(name: str, arrays: Mapping[str, Array], where: str) -> None:
    at = f"{where}, layer {name!r}"
    roles = set(arrays)
    if "running_mean" in roles and roles <= _NORMALISATION:
        shapes = {a.shape for role, a in arrays.items() if role != "num_batches_tracked"}
        if len(shapes) == 1 and len(shapes.pop()) == 1 and "running_var" in roles:
            return
        raise DataError(
            at, expected="batch normalisation of one vector", got="arrays of other shapes"
        )
    weights = arrays.get("weight", arrays.get("kernel"))
    known = roles <= {"weight", "bias"} or roles <= {"kernel", "bias"}
    if weights is None or not known:
        strange = sorted(roles - {"weight", "bias"}) or sorted(roles)
        raise DataError(
            at,
            expected="a weight and a bias",
            got=", ".join(strange[:4]),
            why=f"It is not a dense layer{_guess(roles)}",
        )
    if weights.ndim == 1:
        raise DataError(
            at, expected="a weight of two dimensions", got=f"shape {weights.shape}",
            why="It is not a dense layer; layer and group normalisation have such a weight, and "
            "cannot be folded into one",
        )  # fmt: skip
    if weights.ndim != 2:
        raise DataError(
            at, expected="a weight of two dimensions", got=f"shape {weights.shape}",
            why=f"A convolution of {weights.ndim - 2} dimensions is not a dense layer"
            if weights.ndim > 2 else "It is not a dense layer",
        )  # fmt: skip


def _guess(roles: set[str]) -> str:
    if any(role.startswith(("weight_ih", "weight_hh")) for role in roles):
        return "; it is recurrent"
    if "in_proj_weight" in roles:
        return "; it is attention"
    if roles & {"weight_g", "weight_v", "original0", "original1"}:
        return "; remove the parametrisation of its weight before saving"
    return ""


def _order(
    dense: list[_NamedLayer], where: str, choices: ReadChoices, in_order: bool
) -> tuple[list[_NamedLayer], tuple[str, ...]]:
    """Return the layers from the inputs to the outputs, and a remark on how that was found."""
    if choices.layer_order:
        return _given_order(dense, where, choices.layer_order), ()
    listed = dense if in_order else sorted(dense, key=lambda one: natural_key(one.name))
    if _chains(listed) and (_are_counted(listed) or len(listed) == 1):
        return listed, ()
    orders = _chain_orders(dense)
    if _chains(listed) and in_order:
        names = ", ".join(layer.name for layer in listed)
        said = f"Other orders of the layers would fit; this is that of the file: {names}."
        return listed, (said,) if len(orders) > 1 else ()
    if len(orders) == 1:
        names = ", ".join(layer.name for layer in orders[0])
        return orders[0], (f"The order of the layers follows from their shapes: {names}.",)
    shapes = ", ".join(f"{layer.name} {layer.weights.shape}" for layer in listed)
    if not orders:
        raise DataError(
            where,
            expected="layers of one chain, each with the outputs of the one before as inputs",
            got=f"(outputs, inputs) {shapes}",
        )
    raise InputError(
        where,
        expected="one order of the layers",
        got=f"several that fit: {shapes}",
        why="A file of weights alone does not hold it",
        remedy="Give it: --layer-order FIRST,SECOND,…",
        argument="layer_order",
    )


def _given_order(dense: list[_NamedLayer], where: str, names: Sequence[str]) -> list[_NamedLayer]:
    by_name = {layer.name: layer for layer in dense}
    if sorted(names) != sorted(by_name):
        raise InputError(
            where,
            expected=f"the layers {', '.join(by_name)}, each once",
            got=", ".join(names),
            argument="layer_order",
            value=tuple(names),
        )
    return [by_name[name] for name in names]


def _chains(layers: Sequence[_NamedLayer]) -> bool:
    return all(a.weights.shape[0] == b.weights.shape[1] for a, b in pairwise(layers))


def _are_counted(layers: Sequence[_NamedLayer]) -> bool:
    """Whether names differ by numbers alone, as those of `nn.Sequential`, or fc1, fc2."""
    return len({re.sub(r"\d+", "0", layer.name) for layer in layers}) == 1


def _chain_orders(dense: list[_NamedLayer]) -> list[list[_NamedLayer]]:
    """Return the orders in which the layers make a chain, two at most."""
    found: list[list[_NamedLayer]] = []
    paths: list[list[int]] = [[k] for k in range(len(dense))]
    tried = 0
    while paths and len(found) < _MOST_ORDERS and tried < 100_000:
        path, tried = paths.pop(), tried + 1
        if len(path) == len(dense):
            found.append([dense[k] for k in path])
            continue
        width = dense[path[-1]].weights.shape[0]
        rest = (k for k in range(len(dense)) if k not in path)
        paths += [[*path, k] for k in rest if dense[k].weights.shape[1] == width]
    return found


def _place_norms(
    ordered: list[_NamedLayer], norms: list[_NamedLayer], where: str
) -> tuple[tuple[ModelStep, ...], tuple[str, ...]]:
    """Return the steps with batch normalisations where the numbers in the names place them."""
    before: dict[str, _NamedLayer] = {}
    after: dict[str, _NamedLayer] = {}
    for norm in norms:
        stem, place = _numbered(norm.name)
        beside = {_numbered(layer.name): layer.name for layer in ordered}
        if place is not None and (stem, place - 1) in beside:
            after[beside[stem, place - 1]] = norm
        elif place is not None and (stem, place + 1) in beside:
            before[beside[stem, place + 1]] = norm
        else:
            raise DataError(
                f"{where}, layer {norm.name!r}",
                expected="batch normalisation beside a dense layer of an nn.Sequential",
                got="a name that does not say whether it comes before or after an activation",
                remedy="Export the model as ONNX, which holds the order",
            )
    steps: list[ModelStep] = []
    for count, layer in enumerate(ordered, 1):
        name = f"layer {count} {layer.name!r}" if layer.name else f"layer {count}"
        if layer.name in before:
            steps.append(_norm_step(before[layer.name]))
        steps.append(DenseStep(name, layer.weights, layer.arrays.get("bias")))
        if layer.name in after:
            steps.append(_norm_step(after[layer.name]))
        steps.append(ActivationStep(f"the activation of {name}", ""))
    if not norms:
        return tuple(steps), ()
    return tuple(steps), (
        f"Batch normalisation with eps {_EPSILON:g}, the default of PyTorch: a state dict does "
        "not hold it.",
    )


def _numbered(name: str) -> tuple[str, int | None]:
    stem, _, last = name.rpartition(".")
    return stem, int(last) if last.isdecimal() and len(last) < 10 else None


def _norm_step(norm: _NamedLayer) -> AffineStep:
    mean, variance = (
        norm.arrays[role].astype(np.float64) for role in ("running_mean", "running_var")
    )
    with np.errstate(all="ignore"):
        factor = 1 / np.sqrt(variance + _EPSILON)
    if "weight" in norm.arrays:
        factor = factor * norm.arrays["weight"]
    shift = -mean * factor
    if "bias" in norm.arrays:
        shift = shift + norm.arrays["bias"]
    return AffineStep(f"batch normalisation {norm.name!r}", factor, shift)


def orient_weights(
    weights: Sequence[Array], biases: Sequence[Array | None], where: str, orientation: str
) -> tuple[list[Array], tuple[str, ...]]:
    """Return weights as (outputs, inputs), by the one orientation that fits all layers.

    Args:
        weights: one matrix a layer, in order.
        biases: one vector a layer, or None.
        where: the file, for error texts.
        orientation: "out-in" or "in-out"; "" for what follows from the shapes.

    Returns: the weights, and remarks.
    Raises: DataError if none fits; InputError if both do.
    """
    for count, array in enumerate(weights, 1):
        if array.ndim != 2:
            raise DataError(
                f"{where}, layer {count}",
                expected="weights of two dimensions",
                got=f"shape {array.shape}",
            )
    fitting = {
        "out-in": _fits([array.shape for array in weights], biases),
        "in-out": _fits([array.shape[::-1] for array in weights], biases),
    }
    fits = [name for name, good in fitting.items() if good]
    shapes = ", ".join(str(array.shape) for array in weights)
    if orientation not in ("", *fitting):
        raise InputError(
            where, expected="out-in or in-out", got=repr(orientation), argument="orientation"
        )
    if not fits or (orientation and orientation not in fits):
        raise DataError(
            where,
            expected="weights and biases that make one chain of layers",
            got=f"weights of shapes {shapes}",
        )
    if len(fits) == 2 and not orientation:
        raise InputError(
            where,
            expected="the orientation of the weights",
            got=f"shapes that fit both ways: {shapes}",
            remedy="Give --orientation out-in for z = W a + b, or in-out for z = a W + b",
            argument="orientation",
        )
    chosen = orientation or fits[0]
    said = f"The weights lie {chosen.replace('-', ' x ')}, as their shapes show."
    turned = [array.T if chosen == "in-out" else array for array in weights]
    return turned, () if orientation else (said,)


def _fits(shapes: Sequence[tuple[int, ...]], biases: Sequence[Array | None]) -> bool:
    """Whether shapes (outputs, inputs) chain, with biases of the outputs' number."""
    chained = all(a[0] == b[1] for a, b in pairwise(shapes))
    return chained and all(
        bias is None or bias.shape == (shape[0],)
        for shape, bias in zip(shapes, biases, strict=True)
    )
