"""Activations that ONNX graphs write as formulas, since float64 has no operator for them."""

from __future__ import annotations

import math
from typing import TypeAlias

from chainrule.equations.activations import SELU_ALPHA, SELU_SCALE
from chainrule.exchange.importers.onnx_graph_reader import GraphNode, OnnxGraph

__all__ = ["match_formula"]

_Pattern: TypeAlias = "str | float | tuple[_Pattern, ...]"
"""A number; _Z; or the kind of a node with the patterns of its inputs."""

_Z = "z"
_BELOW: _Pattern = ("Sub", ("Exp", ("Min", _Z, 0.0)), 1.0)
_POSITIVE: _Pattern = ("GreaterOrEqual", _Z, 0.0)
_ERF: _Pattern = ("Cast", ("Erf", ("Cast", ("Mul", _Z, math.sqrt(0.5)))))
_SMALL: _Pattern = ("Log", ("Add", ("Exp", ("Neg", ("Abs", _Z))), 1.0))

_FORMULAS: dict[str, _Pattern] = {
    "elu": ("Where", _POSITIVE, _Z, _BELOW),
    "selu": ("Mul", ("Where", _POSITIVE, _Z, ("Mul", _BELOW, SELU_ALPHA)), SELU_SCALE),
    "softplus": ("Add", ("Max", _Z, 0.0), _SMALL),
    "gelu": ("Mul", ("Mul", _Z, 0.5), ("Add", _ERF, 1.0)),
}


def match_formula(graph: OnnxGraph, node: GraphNode) -> dict[str, str]:
    """Return the activation whose formula ends with a node, with the tensor that it is of.

    Args:
        graph: of the node.
        node: perhaps the last of a formula.

    Returns: one activation's name with the name of z; empty for any other node.
    """
    bound = {name: _bind(graph, node.output, form, "") for name, form in _FORMULAS.items()}
    return {name: z for name, z in bound.items() if z}


def _bind(graph: OnnxGraph, name: str, pattern: _Pattern, z: str) -> str | None:
    """Return the tensor that stands for z: "" if none does yet, None if nothing fits."""
    if isinstance(pattern, str):
        return name if z in ("", name) else None
    if isinstance(pattern, float):
        value = graph.constant(name)
        fits = value is not None and value.size == 1 and math.isclose(value.item(), pattern)
        return z if fits else None
    kind, *parts = pattern
    node = graph.producer(name)
    if node is None or node.kind != kind or len(node.inputs) != len(parts):
        return None
    found: str | None = z
    for one, part in zip(node.inputs, parts, strict=True):
        found = None if found is None else _bind(graph, one, part, found)
    return found
