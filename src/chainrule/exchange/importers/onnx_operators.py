"""The operators of ONNX that a chain of dense layers is made of, as steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    AffineStep,
    Array,
    DenseStep,
    ModelStep,
    StandardiseStep,
)
from chainrule.exchange.importers.onnx_formulas import match_formula
from chainrule.exchange.importers.onnx_graph_reader import GraphNode, OnnxGraph

__all__ = ["TranslatedNode", "translate_node"]

_NAMES = MappingProxyType(
    {"Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus"}
)
_ARGUMENTS = MappingProxyType(
    {
        "LeakyRelu": ("leaky_relu", {"alpha": (0.01, 0.01)}),
        "Elu": ("elu", {"alpha": (1.0, 1.0)}),
        "Selu": ("selu", {"alpha": (1.67326319, 1.67326319), "gamma": (1.05070102, 1.05070102)}),
    }
)
"""Activations with arguments: ours, and for each argument its default and the value of ours."""
_FLOATS = (1, 10, 11, 16)
"""FLOAT, FLOAT16, DOUBLE and BFLOAT16 of TensorProto."""


@dataclass(frozen=True, eq=False)
class TranslatedNode:
    """What a node computes.

    Args:
        source: the name of the tensor that it computes it from.
        steps: in order.
    """

    source: str
    steps: tuple[ModelStep, ...] = ()


def translate_node(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    """Return what a node computes, with the nodes that make one activation together.

    Raises: DataError for an operator that belongs to no chain of dense layers.
    """
    pattern = _match_activation(graph, node)
    if pattern is not None:
        return pattern
    if node.kind in _NAMES:
        return TranslatedNode(node.inputs[0], (ActivationStep(node.title, _NAMES[node.kind]),))
    if node.kind in _ARGUMENTS:
        return _with_arguments(graph, node)
    if node.kind not in _TRANSLATED:
        hint = {
            "LogSoftmax": "Export the model without its logarithm, or with Softmax",
        }.get(node.kind, "")
        raise DataError(
            f"{graph.where}, {node.title}", expected="a dense layer", got=node.kind, remedy=hint
        )
    return _TRANSLATED[node.kind](graph, node)


def _with_arguments(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    name, arguments = _ARGUMENTS[node.kind]
    for argument, (default, ours) in arguments.items():
        given = float(node.attributes.get(argument, default))
        if not math.isclose(given, ours, rel_tol=1e-6):
            raise graph.refuse(node, f"{argument} {ours:g}, as chainrule has it", f"{given:g}")
    return TranslatedNode(node.inputs[0], (ActivationStep(node.title, name),))


def _matmul(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    if graph.constant(node.inputs[0]) is not None:
        raise graph.refuse(node, "inputs times weights", "weights times inputs")
    weights = graph.require_constant(node, 1)
    if weights.ndim != 2:
        raise graph.refuse(node, "weights of two dimensions", f"shape {weights.shape}")
    return TranslatedNode(node.inputs[0], (DenseStep(node.title, weights.T),))


def _gemm(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    given = node.attributes
    if given.get("transA", 0) or not all(given.get(k, 1.0) == 1.0 for k in ("alpha", "beta")):
        raise graph.refuse(node, "a plain product, alpha and beta 1", "another")
    weights = graph.require_constant(node, 1)
    if weights.ndim != 2:
        raise graph.refuse(node, "weights of two dimensions", f"shape {weights.shape}")
    weights = weights if given.get("transB", 0) else weights.T
    biases = None
    if len(node.inputs) > 2 and node.inputs[2]:
        vector = _row(graph, node, graph.require_constant(node, 2))
        biases = np.broadcast_to(vector, (len(weights),)) if vector.size == 1 else vector
    return TranslatedNode(node.inputs[0], (DenseStep(node.title, weights, biases),))


def _row(graph: OnnxGraph, node: GraphNode, array: Array) -> Array:
    """Return a constant that is the same for all rows, as a vector or one number."""
    if array.dtype.kind != "f" or array.size != (array.shape[-1] if array.ndim else 1):
        raise graph.refuse(
            node, "a constant vector of floats", f"shape {array.shape} ({array.dtype})"
        )
    return array.reshape(()) if array.size == 1 else array.reshape(-1)


def _arithmetic(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    """Translate Add, Sub, Mul or Div of the chain and one constant."""
    constants = [graph.constant(name) for name in node.inputs]
    places = [place for place, found in enumerate(constants) if found is not None]
    if len(places) != 1 or len(node.inputs) != 2:
        raise graph.refuse(
            node,
            "one constant beside the layer before",
            "two tensors that are computed",
            "The model is not a chain of layers",
        )
    (place,) = places
    value = _row(graph, node, graph.require_constant(node, place))
    zero, one = np.zeros((), value.dtype), np.ones((), value.dtype)
    step: ModelStep
    if node.kind == "Add":
        step = AffineStep(node.title, one, value)
    elif node.kind == "Mul":
        step = AffineStep(node.title, value, zero)
    elif node.kind == "Sub" and place == 1:
        step = StandardiseStep(node.title, value, one)
    elif node.kind == "Sub":
        step = AffineStep(node.title, -one, value)
    elif place == 1:
        step = StandardiseStep(node.title, zero, value)
    else:
        raise graph.refuse(node, "a division by a constant", "one of a constant")
    return TranslatedNode(node.inputs[1 - place], (step,))


def _batch_normalisation(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    if node.attributes.get("training_mode", 0):
        raise graph.refuse(node, "normalisation at inference", "training mode")
    scale, shift, mean, variance = (
        _row(graph, node, graph.require_constant(node, k)).astype(np.float64) for k in (1, 2, 3, 4)
    )
    epsilon = float(node.attributes.get("epsilon", 1e-5))
    with np.errstate(all="ignore"):
        factor = scale / np.sqrt(variance + epsilon)
    step = AffineStep(node.title, factor, shift - mean * factor)
    return TranslatedNode(node.inputs[0], (step,))


def _scaler(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    """Translate (x - offset) scale of ai.onnx.ml."""
    offset, scale = (
        np.asarray(node.attributes.get(name, default), np.float64)
        for name, default in (("offset", [0.0]), ("scale", [1.0]))
    )
    if not np.all(scale):
        raise graph.refuse(node, "a scale other than 0", "0")
    centre, spread = (a.reshape(()) if a.size == 1 else a for a in (offset, 1 / scale))
    return TranslatedNode(node.inputs[0], (StandardiseStep(node.title, centre, spread),))


def _softmax(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    if node.attributes.get("axis", -1) not in (-1, 1):
        raise graph.refuse(node, "softmax of each row", f"axis {node.attributes['axis']}")
    return TranslatedNode(node.inputs[0], (ActivationStep(node.title, "softmax"),))


def _gelu(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    if node.attributes.get("approximate", b"none") != b"none":
        raise graph.refuse(node, "the exact GELU", "its approximation by tanh")
    return TranslatedNode(node.inputs[0], (ActivationStep(node.title, "gelu"),))


def _cast(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    if node.attributes.get("to") not in _FLOATS:
        raise graph.refuse(node, "a cast to floats", "another")
    return TranslatedNode(node.inputs[0])


def _dropout(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    if len(node.inputs) > 2 and node.inputs[2]:
        training = graph.constant(node.inputs[2])
        if training is None or bool(training.reshape(-1)[0]):
            raise graph.refuse(node, "dropout at inference", "training mode")
    return TranslatedNode(node.inputs[0])


def _flatten(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    if node.attributes.get("axis", 1) != 1:
        raise graph.refuse(node, "one vector for each row", f"axis {node.attributes['axis']}")
    return TranslatedNode(node.inputs[0])


def _reshape(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    sizes = graph.require_constant(node, 1).reshape(-1).tolist()
    if len(sizes) != 2:
        raise graph.refuse(node, "one vector for each row", f"the shape {sizes[:6]}")
    return TranslatedNode(node.inputs[0])


def _pass(_: OnnxGraph, node: GraphNode) -> TranslatedNode:
    return TranslatedNode(node.inputs[0])


def _concat(graph: OnnxGraph, node: GraphNode) -> TranslatedNode:
    """Translate [1 - p, p], as scikit-learn's two classes leave; it is one output p."""
    if len(node.inputs) == 2:
        first = graph.producer(node.inputs[0])
        ones = graph.constant(first.inputs[0]) if first is not None and first.inputs else None
        rest = first is not None and first.kind == "Sub" and first.inputs[1] == node.inputs[1]
        if rest and ones is not None and np.all(ones == 1):
            return TranslatedNode(node.inputs[1])
    raise graph.refuse(
        node,
        "one tensor before it",
        f"{len(node.inputs)} that are joined",
        "The model is not a chain of layers with one input",
    )


def _match_activation(graph: OnnxGraph, node: GraphNode) -> TranslatedNode | None:
    """Return the activation that several nodes make together; None for other nodes."""
    for name, z in match_formula(graph, node).items():
        return TranslatedNode(z, (ActivationStep(node.title, name),))
    if node.kind == "Where":
        return _match_step(graph, node)
    if node.kind != "Mul":
        return None
    for z, other in (node.inputs, node.inputs[::-1]):
        gate = graph.producer(other)
        if gate is not None and gate.kind == "Sigmoid" and gate.inputs[0] == z:
            return TranslatedNode(z, (ActivationStep(node.title, "silu"),))
    return _match_gelu(graph, node)


def _match_step(graph: OnnxGraph, node: GraphNode) -> TranslatedNode | None:
    compared = graph.producer(node.inputs[0])
    high, low = (graph.constant(name) for name in node.inputs[1:])
    if compared is None or compared.kind != "GreaterOrEqual" or high is None or low is None:
        return None
    zero = graph.constant(compared.inputs[1])
    if zero is None or np.any(zero != 0) or np.any(high != 1) or np.any(low != 0):
        return None
    return TranslatedNode(compared.inputs[0], (ActivationStep(node.title, "step"),))


@dataclass(frozen=True)
class _Product:
    """A number times tensors."""

    number: float
    tensors: tuple[str, ...]


def _product(graph: OnnxGraph, name: str, depth: int = 4) -> _Product:
    """Return a tensor as a product, through multiplications and divisions by numbers."""
    value = graph.constant(name)
    if value is not None and value.size == 1:
        return _Product(float(value.reshape(-1)[0]), ())
    node = graph.producer(name)
    if node is None or depth == 0 or node.kind not in ("Mul", "Div"):
        return _Product(1.0, (name,))
    first, second = (_product(graph, one, depth - 1) for one in node.inputs)
    if node.kind == "Mul":
        return _Product(first.number * second.number, first.tensors + second.tensors)
    if second.tensors or second.number == 0:
        return _Product(1.0, (name,))
    return _Product(first.number / second.number, first.tensors)


def _match_gelu(graph: OnnxGraph, node: GraphNode) -> TranslatedNode | None:
    """Return GELU if a node is ½ z (1 + erf(z / √2))."""
    whole = _product(graph, node.output)
    if len(whole.tensors) != 2 or not math.isclose(whole.number, 0.5, rel_tol=1e-5):
        return None
    for z, other in (whole.tensors, whole.tensors[::-1]):
        if _is_one_plus_erf(graph, graph.producer(other), z):
            return TranslatedNode(z, (ActivationStep(node.title, "gelu"),))
    return None


def _is_one_plus_erf(graph: OnnxGraph, node: GraphNode | None, z: str) -> bool:
    if node is None or node.kind != "Add":
        return False
    for erf, one in (node.inputs, node.inputs[::-1]):
        value, inner = graph.constant(one), graph.producer(erf)
        if value is None or np.any(value != 1) or inner is None or inner.kind != "Erf":
            continue
        scaled = _product(graph, inner.inputs[0])
        if scaled.tensors == (z,) and math.isclose(scaled.number, math.sqrt(0.5), rel_tol=1e-5):
            return True
    return False


_TRANSLATED: Mapping[str, Callable[[OnnxGraph, GraphNode], TranslatedNode]] = MappingProxyType(
    {
        "MatMul": _matmul,
        "Gemm": _gemm,
        **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _arithmetic),
        "BatchNormalization": _batch_normalisation,
        "Scaler": _scaler,
        "Softmax": _softmax,
        "Gelu": _gelu,
        "Cast": _cast,
        "Dropout": _dropout,
        "Flatten": _flatten,
        "Reshape": _reshape,
        "Identity": _pass,
        "Concat": _concat,
    }
)
