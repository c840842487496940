"""ONNX graphs that are chains of dense layers, as PyTorch, scikit-learn and chainrule write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    AffineStep,
    DenseStep,
    ForeignModel,
    ModelStep,
    ReadChoices,
    StandardiseStep,
)
from chainrule.exchange.importers.model_metadata import apply_metadata
from chainrule.exchange.importers.onnx_graph_reader import GraphNode, OnnxGraph, open_graph
from chainrule.exchange.importers.onnx_operators import translate_node

__all__ = ["find_answers", "read"]

_ANSWERS = ("outputs", "probabilities", "output_probability")
"""Names of outputs that hold the answers, where a graph has several of floats."""
_FLOATS = (1, 10, 11, 16)


def read(path: Path, _: ReadChoices) -> ForeignModel:
    """Read an ONNX file.

    The graph is followed from the output of floats back to the one input. An export of chainrule
    also holds its preprocessing, whose nodes are not followed.

    Raises: FileError, DataError.
    """
    graph = open_graph(path)
    where = str(path)
    own = graph.metadata.get("chainrule", "")
    name, classes = find_answers(graph)
    steps: list[ModelStep] = []
    while name not in graph.inputs:
        node = graph.producer(name)
        if node is None:
            raise DataError(where, expected="a chain from an input", got=f"a constant {name!r}")
        if own and node.kind == "Concat":
            break  # what comes before is the preprocessing, which the facts hold
        found = translate_node(graph, node)
        steps[:0] = found.steps
        name = found.source
    if not own and len(graph.inputs) != 1:
        raise DataError(
            where,
            expected="one input",
            got=f"{len(graph.inputs)}: {', '.join(list(graph.inputs)[:6])}",
            why="The model is not a chain of layers",
        )
    shape = () if name not in graph.inputs else graph.inputs[name][1:]
    model = ForeignModel(
        form="an ONNX graph",
        steps=_merge_scalings(steps),
        class_names=classes,
        input_shape=shape if len(shape) > 1 and all(shape) else (),
        can_run=True,
    )
    if not own:
        return model
    return apply_metadata(model, own, where)


def find_answers(graph: OnnxGraph) -> tuple[str, tuple[str, ...]]:
    """Return the name of the tensor with the answers, and the classes that the graph names.

    Raises: DataError for a graph with several that could be it.
    """
    found: dict[str, str] = {}
    classes: tuple[str, ...] = ()
    for one in graph.model.graph.output:
        node = graph.producer(one.name)
        if node is not None and node.kind == "ZipMap":
            found[one.name] = node.inputs[0]
        elif one.type.tensor_type.elem_type in _FLOATS:
            found[one.name] = one.name
        else:
            classes = classes or _label_classes(graph, node)
    chosen = [name for name in _ANSWERS if name in found]
    if len(found) == 1:
        chosen = list(found)
    if len(chosen) != 1:
        raise DataError(
            graph.where,
            expected="one output of floats",
            got=f"{len(found)}: {', '.join(list(found)[:6])}" if found else "none",
        )
    return found[chosen[0]], classes


def _label_classes(graph: OnnxGraph, node: GraphNode | None) -> tuple[str, ...]:
    """Return the classes among which scikit-learn's graph of labels chooses."""
    for _ in range(6):
        if node is None or not node.inputs:
            return ()
        if node.kind == "ArrayFeatureExtractor":
            found = graph.constant(node.inputs[0])
            listed = [] if found is None else found.reshape(-1).tolist()
            return tuple(v.decode() if isinstance(v, bytes) else str(v) for v in listed)
        node = graph.producer(node.inputs[0])
    return ()


def _merge_scalings(steps: list[ModelStep]) -> tuple[ModelStep, ...]:
    """Return the steps with x - c and then / s as one standardisation, which rounds the same."""
    merged: list[ModelStep] = []
    for step in steps:
        last = merged[-1] if merged else None
        if (
            isinstance(step, StandardiseStep)
            and isinstance(last, StandardiseStep)
            and np.all(last.spread == 1)
            and np.all(step.centre == 0)
        ):
            title = f"{last.layer} and {step.layer}"
            merged[-1] = replace(last, layer=title, spread=step.spread)
            continue
        if isinstance(step, AffineStep) and isinstance(last, DenseStep) and _is_bias(step, last):
            merged[-1] = replace(last, biases=step.shift.reshape(-1))
            continue
        merged.append(step)
    return tuple(merged)


def _is_bias(step: AffineStep, dense: DenseStep) -> bool:
    """Whether a step adds the biases of a dense layer that has none yet."""
    fits = dense.biases is None and step.shift.size == len(dense.weights)
    return fits and bool(np.all(step.factor == 1))
