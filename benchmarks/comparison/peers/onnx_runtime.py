"""onnxruntime, which only predicts."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comparison.peers.contract import Peer, Predictor
from comparison.workload import Job

__all__ = ["ONNX"]

Array = NDArray[Any]

_OPSET, _IR = 17, 8
"""Old enough for every release of the runtime that is in use."""


def _model(job: Job) -> bytes:
    """The job's network as an ONNX model: Gemm and activation, layer after layer."""
    make: Any = importlib.import_module("onnx.helper")
    arrays: Any = importlib.import_module("onnx.numpy_helper")
    kinds: Any = importlib.import_module("onnx").TensorProto
    hidden, last = ("Sigmoid", "Sigmoid") if job.case.paper else ("Relu", "Softmax")
    nodes, tensors, at, depth = [], [], "x", len(job.weights)
    for layer, (W, b) in enumerate(zip(job.weights, job.biases, strict=True), 1):
        tensors += [arrays.from_array(W, f"W{layer}"), arrays.from_array(b, f"b{layer}")]
        nodes.append(
            make.make_node("Gemm", [at, f"W{layer}", f"b{layer}"], [f"z{layer}"], transB=1)
        )
        at = f"a{layer}"
        nodes.append(make.make_node(last if layer == depth else hidden, [f"z{layer}"], [at]))
    widths = (job.case.layers[0], job.case.layers[-1])
    ends = [
        make.make_tensor_value_info(name, kinds.FLOAT, ["rows", width])
        for name, width in zip(("x", at), widths, strict=True)
    ]
    graph = make.make_graph(nodes, "network", ends[:1], ends[1:], tensors)
    opset = [make.make_opsetid("", _OPSET)]
    made: bytes = make.make_model(graph, opset_imports=opset, ir_version=_IR).SerializeToString()
    return made


def _predictor(job: Job) -> Predictor:
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = job.threads
    # Threads that wait by spinning would take the time of the peers measured next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = runtime.InferenceSession(_model(job), options, providers=["CPUExecutionProvider"])
    return lambda rows: np.asarray(session.run(None, {"x": rows})[0])


ONNX = Peer(
    name="onnxruntime",
    title="onnxruntime",
    packages={"onnxruntime": "onnxruntime", "onnx": "onnx"},
    predictor=_predictor,
)
