"""The nodes and constants of an ONNX graph, checked and looked up by the names of tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import Array, require_size
from chainrule.storage import read_bytes

__all__ = ["GraphNode", "OnnxGraph", "open_graph"]

_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_OLDEST = 7
"""Before opset 7, how shapes are broadcast was an attribute of each node."""


@dataclass(frozen=True, eq=False)
class GraphNode:
    """One node.

    Args:
        kind: its operator.
        name: its own name, or that of its first output.
        inputs: the names of the tensors that it takes; "" for one that is left out.
        output: the name of its first output.
        attributes: its attributes, as plain values.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]

    @property
    def title(self) -> str:
        """How error texts name it."""
        return f"node {self.name[:80]!r} ({self.kind})"


class OnnxGraph:
    """A graph under a walk from its outputs to its inputs.

    Args:
        model: a checked model.
        where: the file, for error texts.
        most: the most bytes that one array may claim.
    """

    def __init__(self, model: Any, where: str, most: int) -> None:
        from onnx import numpy_helper

        self.where = where
        self.model = model
        self.metadata: dict[str, str] = {}
        for pair in model.metadata_props:
            if pair.key in self.metadata:
                raise DataError(where, expected="each key once", got=f"{pair.key[:60]!r} twice")
            self.metadata[pair.key] = pair.value
        self.opset = _opset(model, where)
        self._constants: dict[str, Array] = {}
        for tensor in model.graph.initializer:
            _require_plain(tensor, where, most)
            if tensor.name in self._constants:
                raise DataError(where, expected="each array once", got=f"{tensor.name!r} twice")
            self._constants[tensor.name] = numpy_helper.to_array(tensor)
        self.inputs = {
            one.name: _declared_shape(one)
            for one in model.graph.input
            if one.name not in self._constants
        }
        self._nodes: dict[str, GraphNode] = {}
        for node in model.graph.node:
            self._add(node, most)

    def _add(self, node: Any, most: int) -> None:
        from onnx import AttributeProto, helper, numpy_helper

        name = node.name or (node.output[0] if node.output else "")
        at = f"{self.where}, node {name[:80]!r} ({node.op_type[:60]})"
        if node.domain not in _DOMAINS:
            raise DataError(at, expected="a dense layer", got=f"an operator of {node.domain!r}")
        values: dict[str, Any] = {}
        for attribute in node.attribute:
            if attribute.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS):
                raise DataError(at, expected="a dense layer", got="a graph within a node")
            value = helper.get_attribute_value(attribute)
            if attribute.type == AttributeProto.TENSOR:
                _require_plain(value, self.where, most)
                value = numpy_helper.to_array(value)
            values[attribute.name] = value
        record = GraphNode(
            node.op_type,
            name,
            tuple(node.input),
            node.output[0] if node.output else "",
            MappingProxyType(values),
        )
        for output in filter(None, node.output):
            if output in self._nodes or output in self._constants or output in self.inputs:
                raise DataError(at, expected="each tensor made once", got=f"{output!r} twice")
            self._nodes[output] = record

    def producer(self, name: str) -> GraphNode | None:
        """Return the node that makes a tensor; None for an input or a constant."""
        return self._nodes.get(name)

    def constant(self, name: str, depth: int = 8) -> Array | None:
        """Return an array that does not depend on the inputs; None for one that does.

        Followed are nodes that only turn, widen or rename constants.
        """
        if name in self._constants:
            return self._constants[name]
        node = self._nodes.get(name)
        if node is None or depth == 0:
            return None
        if node.kind == "Constant":
            return _constant_value(node)
        inner = self.constant(node.inputs[0], depth - 1) if node.inputs else None
        if inner is None:
            return None
        if node.kind in ("Identity", "Cast"):
            return inner if node.kind == "Identity" or inner.dtype.kind == "f" else None
        if node.kind == "Transpose" and inner.ndim == 2:
            turned = list(node.attributes.get("perm", (1, 0))) == [1, 0]
            return inner.T if turned else None
        return None

    def require_constant(self, node: GraphNode, place: int) -> Array:
        """Return an input of a node that must be a constant.

        Raises: DataError.
        """
        found = self.constant(node.inputs[place]) if place < len(node.inputs) else None
        if found is None:
            raise self.refuse(node, "a constant", f"input {place + 1} that is computed")
        return found

    def refuse(self, node: GraphNode, expected: str, got: str, why: str = "") -> DataError:
        """Return the error for a node that cannot be read."""
        return DataError(f"{self.where}, {node.title}", expected=expected, got=got, why=why)


def open_graph(path: Path) -> OnnxGraph:
    """Read and check an ONNX file.

    Raises: FileError, DataError.
    """
    import onnx

    where = str(path)
    try:
        model = onnx.load_model_from_string(read_bytes(path))
    except Exception as error:  # protobuf's own kinds of errors
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise DataError(where, expected="an ONNX model", got=reason) from None
    if not model.graph.node or not model.graph.output:
        raise DataError(where, expected="an ONNX model with nodes and outputs", got="none")
    if model.functions or model.graph.sparse_initializer:
        got = "functions" if model.functions else "sparse arrays"
        raise DataError(where, expected="nodes and dense arrays alone", got=got)
    for tensor in model.graph.initializer:
        _require_inside(tensor, where)
    try:
        onnx.checker.check_model(model)
    except Exception as error:  # onnx has errors of its own for each fault
        reason = " ".join(str(error).split())[:160]
        raise DataError(where, expected="a valid ONNX model", got=reason) from None
    return OnnxGraph(model, where, 4 * path.stat().st_size + 64 * 2**20)


def _opset(model: Any, where: str) -> int:
    found = [one.version for one in model.opset_import if one.domain in ("", "ai.onnx")]
    if len(found) != 1 or found[0] < _OLDEST:
        raise DataError(where, expected=f"opset {_OLDEST} or later", got=str(found)[:60])
    return int(found[0])


def _require_inside(tensor: Any, where: str) -> None:
    if tensor.data_location or tensor.external_data:
        raise DataError(
            where,
            expected="arrays within the file",
            got=f"{tensor.name[:80]!r} in another file",
            why="No other file is opened",
            remedy="Save it whole: onnx.save_model(model, path, save_as_external_data=False)",
        )


def _require_plain(tensor: Any, where: str, most: int) -> None:
    """Refuse an array in another file, and one that claims more than the file holds."""
    _require_inside(tensor, where)
    require_size(where, tensor.name[:80], tensor.dims, 1, most)


def _declared_shape(value: Any) -> tuple[int, ...]:
    """Return the shape of an input as declared; 0 for a size that is not fixed."""
    return tuple(int(one.dim_value) for one in value.type.tensor_type.shape.dim)


def _constant_value(node: GraphNode) -> Array | None:
    given = node.attributes
    if "value" in given:
        return np.asarray(given["value"])
    for name in ("value_float", "value_floats"):
        if name in given:
            return np.asarray(given[name], np.float32)
    for name in ("value_int", "value_ints"):
        if name in given:
            return np.asarray(given[name], np.int64)
    return None
