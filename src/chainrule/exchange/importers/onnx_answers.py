"""The answers of an ONNX graph itself, by the reference evaluator of the onnx library.

A graph may compute something else than the chain that was read from it: a scaling that was
misunderstood, or facts that do not belong to the weights. So both are run on the same rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError
from chainrule.exchange.importers.onnx_chain import find_answers
from chainrule.exchange.importers.onnx_graph_reader import OnnxGraph, open_graph

__all__ = ["compute_answers"]


def compute_answers(path: Path, cells: list[list[str]], rows: NDArray[Any]) -> NDArray[np.float64]:
    """Run a graph on rows.

    Args:
        path: the file.
        cells: for a column of texts, its cell in each row, in the order of the graph's inputs; an
            empty list for a column of numbers. Empty for a graph with one input.
        rows: numbers, (rows, columns), for a graph with one input; or those of each column.

    Returns: the answers, (rows, outputs).
    Raises: DataError.
    """
    from onnx.reference import ReferenceEvaluator

    graph = open_graph(path)
    name, _ = find_answers(graph)
    feed = _feed(graph, cells, rows)
    try:
        with np.errstate(all="ignore"):
            evaluator = ReferenceEvaluator(_part_for(graph, name), new_ops=_corrected(graph))
            (found,) = evaluator.run([name], feed)
    except Exception as error:  # whatever an operator does with arrays that do not fit
        reason = " ".join(str(error).split())[:160]
        raise DataError(str(path), expected="a graph that can be run", got=reason) from None
    return np.asarray(found, np.float64)


def _corrected(graph: OnnxGraph) -> list[type]:
    """Return the operators that the library's evaluator computes otherwise than ONNX has them.

    Before opset 14 it takes each batch normalisation for one under training, and mixes the rows'
    own mean and variance in. One with a single output is at inference.
    Source: onnx.ai/onnx/operators, "BatchNormalization - 9".
    """
    if graph.opset >= 14:
        return []
    from onnx.reference.op_run import OpRun

    class BatchNormalization(OpRun):
        op_domain = ""

        def _run(self, x: Any, *statistics: Any, epsilon: Any = None, **_: Any) -> tuple[Any]:
            scale, shift, mean, variance = statistics
            factor = scale / np.sqrt(variance + (1e-5 if epsilon is None else epsilon))
            shape = (1, -1, *[1] * (x.ndim - 2))
            moved = x * factor.reshape(shape) + (shift - mean * factor).reshape(shape)
            return (moved.astype(x.dtype),)

    return [BatchNormalization]


def _part_for(graph: OnnxGraph, name: str) -> Any:
    """Return the model without the nodes that a tensor does not depend on, such as labels."""
    from onnx import ModelProto, ValueInfoProto

    needed, seen = [name], set()
    while needed:
        tensor = needed.pop()
        node = graph.producer(tensor)
        if node is not None and tensor not in seen:
            needed += node.inputs
        seen.add(tensor)
    part = ModelProto()
    part.CopyFrom(graph.model)
    kept = [node for node in graph.model.graph.node if seen.intersection(node.output)]
    del part.graph.node[:], part.graph.output[:]
    part.graph.node.extend(kept)
    part.graph.output.append(ValueInfoProto(name=name))
    return part


def _feed(graph: OnnxGraph, cells: list[list[str]], rows: NDArray[Any]) -> dict[str, Any]:
    from onnx import helper

    declared = [one for one in graph.model.graph.input if one.name in graph.inputs]
    for one in declared:
        number = one.type.tensor_type.elem_type
        if number not in helper.get_all_tensor_dtypes():  # 0 where none is declared
            got = f"type {number}" if number else "none"
            raise DataError(f"input {one.name!r}", expected="a type of ONNX", got=got)
    kinds = [helper.tensor_dtype_to_np_dtype(one.type.tensor_type.elem_type) for one in declared]
    if len(declared) == 1 and not cells:
        shape = (len(rows), *graph.inputs[declared[0].name][1:])
        fits = all(shape) and np.prod(shape) == rows.size
        return {declared[0].name: rows.reshape(shape if fits else rows.shape).astype(kinds[0])}
    feed: dict[str, Any] = {}
    for place, (one, kind) in enumerate(zip(declared, kinds, strict=True)):
        column: Any = cells[place] if cells[place] else rows[:, place].astype(kind)
        feed[one.name] = np.array(column).reshape(-1, 1)
    return feed
