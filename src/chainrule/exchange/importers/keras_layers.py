"""What the layers of a Keras model compute, as steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    AffineStep,
    Array,
    DenseStep,
    ForeignModel,
    ModelStep,
    StandardiseStep,
)

__all__ = ["KerasLayer", "find_layers", "translate_layers"]

_UNCHANGED = {
    "InputLayer": "",
    "Flatten": "",
    "Dropout": "is used in training alone",
    "AlphaDropout": "is used in training alone",
    "GaussianDropout": "is used in training alone",
    "GaussianNoise": "is used in training alone",
    "ActivityRegularization": "is used in training alone",
}
"""Layers that change no number of a prediction."""
_FOREIGN = MappingProxyType({"linear": "identity", "swish": "silu"})
_OTHER_SLOPE = ("leaky_relu",)


@dataclass(frozen=True)
class KerasLayer:
    """A layer of a description.

    Args:
        place: its number, from 1; 0 for an input layer.
        kind: its class, such as "Dense".
        name: its own name.
        config: JSON values of its arguments.
    """

    place: int
    kind: str
    name: str
    config: Mapping[str, Any]

    @property
    def title(self) -> str:
        """How error texts name it."""
        counted = f"layer {self.place} " if self.place else ""
        return f"{counted}{self.name!r} ({self.kind})"


def find_layers(config: Any, where: str) -> list[KerasLayer]:
    """Return the layers of a model's description in the order in which they compute.

    Raises: DataError for a model that is not a chain, or has layers of one's own.
    """
    try:
        kind, inner = config["class_name"], config["config"]
        listed = inner if isinstance(inner, list) else inner["layers"]
        if kind not in ("Sequential", "Functional", "Model"):
            raise DataError(
                where,
                expected="a Sequential or Functional model",
                got=str(kind)[:80],
                why="The file does not hold what a model of one's own class computes",
                remedy="Export it as ONNX",
            )
        if kind != "Sequential":
            listed = _follow_chain(listed, inner, where)
        return list(_number_layers(listed, where))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        reason = f"none of {error}" if isinstance(error, KeyError) else str(error)
        raise DataError(where, expected="the description of a model", got=reason[:120]) from None


def _number_layers(listed: Sequence[Any], where: str) -> Iterator[KerasLayer]:
    place, seen = 0, set()
    for one in listed:
        kind, config = str(one["class_name"]), dict(one["config"])
        place += kind != "InputLayer"
        name = str(config.get("name", one.get("name", "")))
        layer = KerasLayer(0 if kind == "InputLayer" else place, kind, name, config)
        registered = one.get("registered_name")
        if (isinstance(registered, str) and ">" in registered) or name in seen:
            raise DataError(
                f"{where}, {layer.title}",
                expected="a layer of Keras, each with a name of its own",
                got=registered or "the same name twice",
            )
        seen.add(name)
        yield layer


def _follow_chain(listed: Sequence[Any], inner: Mapping[str, Any], where: str) -> list[Any]:
    """Return the layers of a functional model, each the only input of the next."""
    by_name = {str(one["name"]): one for one in listed}
    outputs = list(_references(inner["output_layers"]))
    if len(outputs) != 1:
        got = f"{len(outputs)}: {', '.join(outputs[:6])}" if outputs else "none"
        raise DataError(
            where, expected="one output", got=got, why="The model is no chain of layers"
        )
    ordered: list[Any] = []
    (name,) = outputs
    while True:
        one = by_name.pop(name, None)
        if one is None:
            raise DataError(where, expected="a chain of layers", got=f"a loop at {name!r}")
        ordered.insert(0, one)
        sources = list(_references(one["inbound_nodes"]))
        if not sources:
            break
        if len(sources) > 1:
            raise DataError(
                f"{where}, layer {name!r} ({one['class_name']})",
                expected="one input",
                got=f"{len(sources)}: {', '.join(sources[:6])}",
                why="The model is not a chain of layers",
            )
        name = sources[0]
    if by_name:
        other = next(iter(by_name))
        raise DataError(
            where,
            expected="a chain of layers",
            got=f"the layer {other!r} ({by_name[other]['class_name']}) beside it",
        )
    return ordered


def _references(value: Any) -> Iterator[str]:
    """Yield the names of layers that a description refers to, in the words of Keras 2 or 3."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            yield str(value["config"]["keras_history"][0])
            return
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int):
            yield value[0]
            return
        for inner in value:
            yield from _references(inner)


@dataclass(frozen=True, eq=False)
class _LayerTask:
    """One layer that is to be translated.

    Args:
        layer: the layer.
        arrays: its weights.
        shape: the shape of its input; None if it is not known.
        at: the file and the layer, for error texts.
    """

    layer: KerasLayer
    arrays: Sequence[Array]
    shape: tuple[int, ...] | None
    at: str

    def number(self, name: str, default: float) -> float:
        """Return an argument that is one number."""
        value = self.layer.config.get(name, default)
        if isinstance(value, Mapping):  # Keras writes arrays so
            value = value["config"]["value"]
        return float(default if value is None else value)

    def require_arrays(self, *counts: int) -> None:
        """Refuse another number of weights."""
        if len(self.arrays) not in counts:
            raise DataError(
                self.at,
                expected=f"{' or '.join(map(str, counts))} arrays of weights",
                got=str(len(self.arrays)),
                why="Quantised layers and such with adapters cannot be read",
            )

    def spread_out(self, array: Array) -> Array:
        """Return an array along the last axis, for each number of the flattened input."""
        if array.size == 1:
            return array.reshape(())
        if self.shape is None or len(self.shape) < 2:
            return array.reshape(-1)
        return np.broadcast_to(array.reshape(-1), self.shape).reshape(-1)


def translate_layers(
    layers: Sequence[KerasLayer], weights: Sequence[Sequence[Array]], where: str, form: str
) -> ForeignModel:
    """Return the model that layers and their weights make.

    Raises: DataError for a layer that is not dense and belongs to no chain of dense layers, by its
        name.
    """
    first = _input_shape(layers)
    shape, steps, remarks = first, list[ModelStep](), list[str]()
    for layer, arrays in zip(layers, weights, strict=True):
        task = _LayerTask(layer, arrays, shape, f"{where}, {layer.title}")
        if reason := _UNCHANGED.get(layer.kind):
            remarks.append(f"{layer.title} {reason}, and was left out.")
        found = _translate(task)
        steps += found
        flat = layer.kind in ("Flatten", "Reshape") and shape is not None
        if isinstance(found[0] if found else None, DenseStep):
            shape = (len(found[0].weights),)  # type: ignore[union-attr]
        elif flat and shape is not None:
            shape = (math.prod(shape),)
    return ForeignModel(
        form=form,
        steps=tuple(steps),
        input_shape=first if first is not None and len(first) > 1 else (),
        remarks=tuple(remarks),
    )


def _input_shape(layers: Sequence[KerasLayer]) -> tuple[int, ...] | None:
    for layer in layers[:2]:
        given = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
        if isinstance(given, list) and all(type(n) is int and n > 0 for n in given[1:]):
            return tuple(given[1:])
    return None


def _translate(task: _LayerTask) -> list[ModelStep]:
    kind = task.layer.kind
    if kind in _UNCHANGED:
        if task.layer.config.get("data_format") == "channels_first":
            raise DataError(task.at, expected="channels last", got="channels first")
        return []
    if kind not in _TRANSLATED:
        raise DataError(task.at, expected="a dense layer", got=kind)
    try:
        return list(_TRANSLATED[kind](task))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(task.at, expected="its arguments", got=str(error)[:120]) from None


def _dense(task: _LayerTask) -> Iterator[ModelStep]:
    has_biases = task.layer.config.get("use_bias", task.layer.config.get("bias", True)) is True
    task.require_arrays(1 + has_biases)
    if task.shape is not None and len(task.shape) > 1:
        raise DataError(
            task.at,
            expected="one vector as its input",
            got=f"inputs of shape {task.shape}",
            why="It is applied along the last axis alone; Flatten is missing before it",
        )
    kernel = task.arrays[0]
    if kernel.ndim != 2:
        raise DataError(task.at, expected="weights of two dimensions", got=str(kernel.shape))
    if task.shape is not None and task.shape != kernel.shape[:1]:
        raise DataError(
            task.at, expected=f"weights for {task.shape[0]} inputs", got=str(kernel.shape)
        )
    yield DenseStep(task.layer.title, kernel.T, task.arrays[1] if has_biases else None)
    yield from _activation(task)


def _activation(task: _LayerTask) -> Iterator[ModelStep]:
    given = task.layer.config.get("activation", "linear")
    if isinstance(given, Mapping):
        inner = given.get("config")
        given = inner if isinstance(inner, str) else given.get("class_name")
    name = _FOREIGN.get(str(given), str(given))
    if given is None:
        name = "identity"
    if name not in ACTIVATIONS or name in _OTHER_SLOPE or name == "step":
        raise DataError(
            task.at,
            expected="an activation that chainrule has",
            got=str(given)[:60],
            why="Keras has the slope 0.2 below 0 there, chainrule 0.01"
            if name in _OTHER_SLOPE
            else "",
        )
    if name == "softmax" and task.shape is not None and len(task.shape) > 1:
        raise DataError(task.at, expected="softmax of one vector", got=f"of shape {task.shape}")
    yield ActivationStep(task.layer.title, name)


def _named_activation(name: str, **required: float) -> Callable[[_LayerTask], Iterator[ModelStep]]:
    """Return the translation of a layer that is an activation, with the arguments it must have."""

    def translate(task: _LayerTask) -> Iterator[ModelStep]:
        for argument, needed in required.items():
            old = {"negative_slope": "alpha"}.get(argument, argument)
            given = task.number(argument, task.number(old, _DEFAULTS[task.layer.kind, argument]))
            if not math.isclose(given, needed, rel_tol=1e-6):
                raise DataError(
                    task.at,
                    expected=f"{argument} {needed:g}, as chainrule has it",
                    got=f"{given:g}",
                )
        yield ActivationStep(task.layer.title, name)

    return translate


_DEFAULTS = MappingProxyType(
    {
        ("LeakyReLU", "negative_slope"): 0.3,
        ("ELU", "alpha"): 1.0,
    }
)


def _relu(task: _LayerTask) -> Iterator[ModelStep]:
    config = task.layer.config
    slope = task.number("negative_slope", 0.0)
    if config.get("max_value") is not None or task.number("threshold", 0.0) != 0:
        raise DataError(
            task.at, expected="a ReLU without a greatest value or a threshold", got="one with"
        )
    if slope and not math.isclose(slope, 0.01, rel_tol=1e-6):
        raise DataError(task.at, expected="a slope of 0 or 0.01 below 0", got=f"{slope:g}")
    yield ActivationStep(task.layer.title, "leaky_relu" if slope else "relu")


def _softmax(task: _LayerTask) -> Iterator[ModelStep]:
    if task.layer.config.get("axis", -1) not in (-1, [-1], 1):
        raise DataError(
            task.at, expected="softmax along the last axis", got=str(task.layer.config["axis"])
        )
    yield ActivationStep(task.layer.title, "softmax")


def _reshape(task: _LayerTask) -> Iterator[ModelStep]:
    target = task.layer.config["target_shape"]
    if len(target) != 1:
        raise DataError(task.at, expected="a reshape to one vector", got=str(target)[:60])
    yield from ()


def _rescaling(task: _LayerTask) -> Iterator[ModelStep]:
    factor, shift = (
        task.spread_out(np.array(task.layer.config.get(name, default), np.float64))
        for name, default in (("scale", 1.0), ("offset", 0.0))
    )
    yield AffineStep(task.layer.title, factor, shift)


def _normalization(task: _LayerTask) -> Iterator[ModelStep]:
    config = task.layer.config
    if config.get("invert"):
        raise DataError(task.at, expected="a normalisation", got="its inverse")
    if config.get("mean") is not None:
        mean, variance = (
            np.array(_plain(config[name]), np.float64) for name in ("mean", "variance")
        )
    else:
        task.require_arrays(2, 3)
        mean, variance = (array.astype(np.float64) for array in task.arrays[:2])
    _require_last_axis(task, config.get("axis", -1), mean.size)
    spread = np.maximum(np.sqrt(variance), 1e-7)  # the epsilon of Keras
    yield StandardiseStep(task.layer.title, task.spread_out(mean), task.spread_out(spread))


def _plain(value: Any) -> Any:
    return value["config"]["value"] if isinstance(value, Mapping) else value


def _batch_normalization(task: _LayerTask) -> Iterator[ModelStep]:
    config = task.layer.config
    center, scale = config.get("center", True) is True, config.get("scale", True) is True
    task.require_arrays(2 + center + scale)
    arrays = [array.astype(np.float64) for array in task.arrays]
    gamma = arrays.pop(0) if scale else np.ones_like(arrays[-1])
    beta = arrays.pop(0) if center else np.zeros_like(arrays[-1])
    mean, variance = arrays
    _require_last_axis(task, config.get("axis", -1), mean.size)
    factor = gamma / np.sqrt(variance + task.number("epsilon", 1e-3))
    shift = beta - mean * factor
    yield AffineStep(task.layer.title, task.spread_out(factor), task.spread_out(shift))


def _require_last_axis(task: _LayerTask, axis: Any, numbers: int) -> None:
    places = axis if isinstance(axis, list) else [axis]
    last = 1 if task.shape is None else len(task.shape)
    if numbers > 1 and places not in ([-1], [last]):
        raise DataError(
            task.at, expected="one number for each of the last axis", got=f"axis {axis}"
        )


_TRANSLATED: Mapping[str, Callable[[_LayerTask], Iterator[ModelStep]]] = MappingProxyType(
    {
        "Dense": _dense,
        "Activation": _activation,
        "ReLU": _relu,
        "LeakyReLU": _named_activation("leaky_relu", negative_slope=0.01),
        "ELU": _named_activation("elu", alpha=1.0),
        "Softmax": _softmax,
        "Reshape": _reshape,
        "Rescaling": _rescaling,
        "Normalization": _normalization,
        "BatchNormalization": _batch_normalization,
    }
)
