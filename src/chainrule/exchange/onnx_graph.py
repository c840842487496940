"""A network as an ONNX graph that older runtimes open too: opset 17, IR version 8.

Scaling is a subtraction and a division, as in the network, since a multiplication by the reciprocal
gives other digits. Categories are texts, which a LabelEncoder turns into numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import SELU_ALPHA, SELU_SCALE
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.exchange.model_values import model_facts, output_names
from chainrule.exchange.optional_libraries import require_library
from chainrule.exchange.sample_rows import SampleRows
from chainrule.network import Network
from chainrule.schema import Column, Feature

__all__ = ["EXPORTER"]

OPSET = 17
IR_VERSION = 8
"""The newest that onnxruntime 1.12 and browsers of 2022 open."""


def _library(name: str) -> Any:
    return require_library(name, "onnx", "writes and proves the graph")


class _Graph:
    """The nodes and constants of a graph under way."""

    def __init__(self) -> None:
        self.helper, self.types = _library("onnx").helper, _library("onnx").TensorProto
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def add(self, kind: str, inputs: Sequence[str], about: str = "", **attributes: Any) -> str:
        """Add a node with one output; return the output's name."""
        output = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(
            self.helper.make_node(
                kind, list(inputs), [output], name=output, doc_string=about, **attributes
            )
        )
        return output

    def constant(self, array: NDArray[Any], name: str = "") -> str:
        """Add an array of numbers; return its name."""
        from onnx import numpy_helper

        name = name or f"constant_{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def number(self, value: float, dtype: Any = np.float64) -> str:
        """Add one number, once; return its name."""
        name = f"{np.dtype(dtype).name}_{float(value)!r}"
        if name not in self.constants:
            self.constant(np.array(value, dtype), name)
        return name


def _write(network: Network, proof: str) -> ExportFiles:
    graph = _Graph()
    columns = () if network.schema is None else network.schema.columns
    inputs, x = _table_inputs(graph, network, columns) if columns else _array_input(graph, network)
    dtype = np.dtype(network.architecture.dtype)
    layers = zip(network.weights, network.biases, network.architecture.activations, strict=True)
    for place, (weights, biases, name) in enumerate(layers, 1):
        about = f"z[{place}] = W[{place}] a[{place - 1}] + b[{place}]"
        x = graph.add("MatMul", [x, graph.constant(weights.T, f"W{place}")], about)
        if biases is not None:
            x = graph.add("Add", [x, graph.constant(biases, f"b{place}")])
        x = _activate(graph, name, x, dtype)
    outputs = _outputs(graph, network, x)
    return {".onnx": _serialise(graph, network, proof, inputs, outputs)}


def _array_input(graph: _Graph, network: Network) -> tuple[list[Any], str]:
    """Return the one input of a network for images or numbers, and the first layer's inputs."""
    width, dtype = network.architecture.layers[0], network.architecture.dtype
    is_bytes = network.input_scale != 1
    kind = graph.types.UINT8 if is_bytes else getattr(graph.types, _NAMES[dtype])
    declared = graph.helper.make_tensor_value_info("inputs", kind, ["rows", width])
    if not is_bytes:
        return [declared], "inputs"
    x = graph.add("Cast", ["inputs"], to=getattr(graph.types, _NAMES[dtype]))
    scale = graph.number(network.input_scale, dtype)
    return [declared], graph.add("Mul", [x, scale], "bytes times the scale of the training data")


_NAMES = {"float32": "FLOAT", "float64": "DOUBLE"}


def _table_inputs(
    graph: _Graph, network: Network, columns: Sequence[Column]
) -> tuple[list[Any], str]:
    """Return an input for each column, and the first layer's inputs."""
    declared, cells = [], []
    for column, name in zip(columns, _input_names(columns), strict=True):
        is_text = column.kind == "category"
        kind = graph.types.STRING if is_text else graph.types.DOUBLE
        about = _about(column)
        declared.append(graph.helper.make_tensor_value_info(name, kind, ["rows", 1], about))
        cells.append(_codes(graph, column, name) if is_text else name)
    steps = network.preprocessing
    assert steps is not None, "a table has its steps"
    parts: dict[int, dict[str, str]] = {}
    features = []
    for feature in steps.features:
        cell = cells[feature.column]
        if feature.part:
            if feature.column not in parts:
                parts[feature.column] = _date_parts(graph, cell)
            cell = parts[feature.column][feature.part]
        features.append(_feature(graph, feature, cell))
    joined = graph.add("Concat", features, axis=1)
    dtype = _NAMES[network.architecture.dtype]
    return declared, graph.add("Cast", [joined], to=getattr(graph.types, dtype))


def _input_names(columns: Sequence[Column]) -> list[str]:
    return [column.name or f"column {place}" for place, column in enumerate(columns)]


def _about(column: Column) -> str:
    if column.kind == "category":
        return "a category; an empty text if missing: " + ", ".join(column.categories)[:200]
    return "days since 1970-01-01; NaN if missing" if column.kind == "date" else "NaN if missing"


def _codes(graph: _Graph, column: Column, name: str) -> str:
    """Return the places of texts among the categories; NaN for any other text."""
    categories = column.categories or ("\0",)  # the operator needs one
    places = graph.add(
        "LabelEncoder",
        [name],
        f"the places of the categories of {column.name}",
        domain="ai.onnx.ml",
        keys_strings=list(categories),
        values_floats=[float(place) for place in range(len(categories))],
        default_float=math.nan,
    )
    return graph.add("Cast", [places], to=graph.types.DOUBLE)


def _feature(graph: _Graph, feature: Feature, cell: str) -> str:
    lost = graph.add("IsNaN", [cell])
    double = graph.types.DOUBLE
    if feature.kind == "missing":
        return graph.add("Cast", [lost], feature.name, to=double)
    if feature.kind == "category":
        equal = graph.add("Equal", [cell, graph.number(feature.category)])
        return graph.add("Cast", [equal], feature.name, to=double)
    fill = 0.5 if feature.kind == "second" else feature.fill
    filled = graph.add("Where", [lost, graph.number(fill), cell], feature.name)
    if feature.kind == "second":
        return filled
    centred = graph.add("Sub", [filled, graph.number(feature.centre)])
    return graph.add("Div", [centred, graph.number(feature.spread)])


def _date_parts(graph: _Graph, date: str) -> dict[str, str]:
    """Return year, month and so on of days since 1970-01-01, by the Gregorian calendar.

    Years are counted from March, so that the leap day comes last.
    """

    def n(value: float) -> str:
        return graph.number(value)

    def op(kind: str, first: str, second: str) -> str:
        return graph.add(kind, [first, second])

    def whole(value: str, divisor: float) -> str:
        return graph.add("Floor", [op("Div", value, n(divisor))])

    def rest(value: str, quotient: str, divisor: float) -> str:
        return op("Sub", value, op("Mul", quotient, n(divisor)))

    seconds = graph.add("Floor", [op("Add", op("Mul", date, n(86400)), n(0.5))])
    minutes = whole(seconds, 60)
    days = whole(minutes, 1440)
    of_day = rest(minutes, days, 1440)
    hour = whole(of_day, 60)
    monday = op("Add", days, n(3))
    weekday = op("Add", rest(monday, whole(monday, 7), 7), n(1))
    shifted = op("Add", days, n(719468))
    era = whole(shifted, 146097)
    of_era = rest(shifted, era, 146097)
    leap = op("Sub", whole(of_era, 36524), op("Add", whole(of_era, 1460), whole(of_era, 146096)))
    years = whole(op("Add", of_era, leap), 365)
    leap_days = op("Sub", whole(years, 4), whole(years, 100))
    of_year = op("Sub", of_era, op("Add", op("Mul", years, n(365)), leap_days))
    march = whole(op("Add", op("Mul", of_year, n(5)), n(2)), 153)
    before = whole(op("Add", op("Mul", march, n(153)), n(2)), 5)
    day = op("Add", op("Sub", of_year, before), n(1))
    late = graph.add("Less", [march, n(10)])
    month = graph.add("Where", [late, op("Add", march, n(3)), op("Sub", march, n(9))])
    january = graph.add("Cast", [graph.add("Less", [month, n(3)])], to=graph.types.DOUBLE)
    year = op("Add", op("Add", years, op("Mul", era, n(400))), january)
    return {
        "year": year,
        "month": month,
        "day": day,
        "weekday": weekday,
        "hour": hour,
        "minute": rest(of_day, hour, 60),
    }


_SINGLE = ("elu", "selu", "softplus")
"""Operators that onnxruntime has in float32 only; float64 gets their formulas."""

_PLAIN = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "softplus": "Softplus"}


def _activate(graph: _Graph, name: str, z: str, dtype: np.dtype[Any]) -> str:
    """Add an activation of opset 17, or its formula if there is no such operator."""

    def n(value: float) -> str:
        return graph.number(value, dtype)

    if name == "identity":
        return z
    if name in _SINGLE and dtype == np.float64:
        return _exponential(graph, name, z)
    if name in _PLAIN:
        return graph.add(_PLAIN[name], [z])
    if name == "softmax":
        return graph.add("Softmax", [z], axis=1)
    if name == "leaky_relu":
        return graph.add("LeakyRelu", [z], alpha=0.01)
    if name == "elu":
        return graph.add("Elu", [z], alpha=1.0)
    if name == "selu":
        return graph.add("Selu", [z])
    if name == "silu":
        return graph.add("Mul", [z, graph.add("Sigmoid", [z])])
    if name == "step":
        return graph.add("Where", [graph.add("GreaterOrEqual", [z, n(0)]), n(1), n(0)])
    scaled = graph.add("Mul", [z, n(math.sqrt(0.5))], "gelu: ½ z (1 + erf(z / √2))")
    erf = graph.add("Add", [_erf(graph, scaled, dtype), n(1)])
    return graph.add("Mul", [graph.add("Mul", [z, n(0.5)]), erf])


def _exponential(graph: _Graph, name: str, z: str) -> str:
    """Add an activation of _SINGLE by exponentials and logarithms, which float64 has too."""
    n, op = graph.number, graph.add
    if name == "softplus":
        small = op("Add", [op("Exp", [op("Neg", [op("Abs", [z])])]), n(1)])
        return op("Add", [op("Max", [z, n(0)]), op("Log", [small])])
    below = op("Sub", [op("Exp", [op("Min", [z, n(0)])]), n(1)])
    if name == "selu":
        below = op("Mul", [below, n(SELU_ALPHA)])
    whole = op("Where", [op("GreaterOrEqual", [z, n(0)]), z, below])
    return whole if name == "elu" else op("Mul", [whole, n(SELU_SCALE)])


def _erf(graph: _Graph, z: str, dtype: np.dtype[Any]) -> str:
    """Add the error function, which onnxruntime has in float32 only."""
    if dtype == np.float32:
        return graph.add("Erf", [z])
    narrow = graph.add("Cast", [z], "Erf in float32", to=graph.types.FLOAT)
    return graph.add("Cast", [graph.add("Erf", [narrow])], to=graph.types.DOUBLE)


def _outputs(graph: _Graph, network: Network, x: str) -> list[Any]:
    """Add the outputs in their own unit, and the place of the class; return their declarations."""
    steps, width = network.preprocessing, network.architecture.layers[-1]
    kind = getattr(graph.types, _NAMES[network.architecture.dtype])
    if steps is not None and steps.target_centre:
        kind = graph.types.DOUBLE
        x = graph.add("Cast", [x], to=kind)
        x = graph.add(
            "Mul", [x, graph.constant(np.array(steps.target_spread))], "the target's unit"
        )
        x = graph.add("Add", [x, graph.constant(np.array(steps.target_centre))])
    graph.nodes.append(graph.helper.make_node("Identity", [x], ["outputs"], name="outputs"))
    about = "in this order: " + ", ".join(output_names(network))[:2000]
    declared = [graph.helper.make_tensor_value_info("outputs", kind, ["rows", width], about)]
    if network.class_names and width > 1:
        graph.nodes.append(
            graph.helper.make_node(
                "ArgMax", ["outputs"], ["class"], name="class", axis=1, keepdims=0
            )
        )
        declared.append(graph.helper.make_tensor_value_info("class", graph.types.INT64, ["rows"]))
    return declared


def _serialise(
    graph: _Graph, network: Network, proof: str, inputs: list[Any], outputs: list[Any]
) -> bytes:
    onnx, helper = _library("onnx"), graph.helper
    body = helper.make_graph(
        graph.nodes,
        "chainrule",
        inputs,
        outputs,
        list(graph.constants.values()),
        doc_string=f"A dense network, {'-'.join(map(str, network.architecture.layers))}. {proof}",
    )
    model = helper.make_model(
        body,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", 3)],
        producer_name="chainrule",
        producer_version=version("chainrule"),
        doc_string=proof,
    )
    facts = {
        "outputs": "\n".join(output_names(network)),
        "proof": proof,
        "chainrule": json.dumps(model_facts(network)),  # what `chainrule import` needs
    }
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _run(path: Path, network: Network, rows: SampleRows, **_: Any) -> NDArray[np.float64]:
    session = _library("onnxruntime").InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    feed: dict[str, Any] = {}
    if not rows.columns:
        dtype = np.uint8 if network.input_scale != 1 else network.architecture.dtype
        feed["inputs"] = rows.inputs.astype(dtype)
    for place, (column, name) in enumerate(
        zip(rows.columns, _input_names(rows.columns), strict=True)
    ):
        if column.kind == "category":
            texts = [text or "" for text in rows.texts(place)]
            feed[name] = np.array(texts, object).reshape(-1, 1)
        else:
            feed[name] = rows.inputs[:, place : place + 1].astype(np.float64)
    found: NDArray[Any] = session.run(["outputs"], feed)[0]
    return found.astype(np.float64)


EXPORTER = Exporter(
    form="onnx",
    suffix=".onnx",
    about="an ONNX graph of opset 17, with an input for each column of a table",
    write=_write,
    run=_run,
    runtime=lambda **_: f"onnxruntime {version('onnxruntime')}",
)
