"""Files that are not a chain of dense layers, damaged, or made to harm: one clear line each."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.exchange.test_import import FOREIGN, load, nielsen

from chainrule import import_network, import_report
from chainrule.errors import ChainruleError, DataError, FileError, InputError, MissingLibraryError
from chainrule.exchange.importers import read_guarded
from chainrule.exchange.importers.foreign_model import ReadChoices
from chainrule.exchange.importers.onnx_answers import compute_answers
from chainrule.exchange.importers.reading_child import refuse_action

RELU = {"activations": ("relu", "identity")}


def refusal(path: Path, **given: Any) -> str:
    with pytest.raises(ChainruleError) as caught:
        load(path, **given)
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "convolution.pt",
            "layer '0': expected a weight of two dimensions, got shape (2, 1, 2, 2)",
        ),
        ("layer-norm.pt", "layer '1': expected a weight of two dimensions, got shape (3,). It is"),
        ("whole-module.pt", "'torch.nn.modules.container.Sequential' in its pickle"),
        ("torchscript.pt", "got a program of TorchScript. Save the state dict"),
        ("convolution.keras", "layer 1 'conv1' (Conv2D): expected a dense layer, got Conv2D"),
        ("branches.keras", "layer 'sum' (Add): expected one input, got 2: branch,"),
        ("convolution.onnx", "(Conv): expected a dense layer, got Conv"),
    ],
)
def test_a_layer_that_is_not_dense_is_named(name: str, text: str) -> None:
    assert text in refusal(FOREIGN / name, **RELU)


def test_activations_are_asked_for_and_must_fit() -> None:
    state = FOREIGN / "sequential.pt"
    text = refusal(state)
    assert "expected the activation of each layer, got none for layer 1 '0', layer 2 '4'" in text
    assert "--activations relu,softmax" in text
    assert "expected 3 activations, or two" in refusal(state, activations=("relu",))
    assert "got 'rleu'" in refusal(state, activations=("rleu", "softmax"))
    table = FOREIGN / "table.keras"
    assert "expected relu for layer 2" in refusal(table, activations=("tanh", "softmax"))
    assert "3 different classes, got 2: a, b" in refusal(table, class_names=("a", "b"))
    images = FOREIGN / "images.keras"
    assert "expected the scale 0.0039215686, as the file has it" in refusal(images, input_scale=0.5)
    assert "a scale above 0" in refusal(FOREIGN / "keras-2.h5", input_scale=-1.0)
    for shape in ((5, 5), (-4, -4)):
        assert "a shape of 16 numbers" in refusal(images, input_shape=shape)


def write_safetensors(path: Path, header: dict[str, Any] | bytes, data: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def save_state(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    from safetensors.numpy import save_file

    save_file(arrays, path)
    return path


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


def test_state_dicts_that_make_no_chain(tmp_path: Path) -> None:
    path = tmp_path / "s.safetensors"
    for arrays, text in (
        ({"a.weight": zeros(3, 4), "b.weight": zeros(2, 5)}, "layers of one chain"),
        ({"a.weight": zeros(4, 4), "b.weight": zeros(4, 4)}, "Give it: --layer-order"),
        (
            {"a.weight": zeros(3, 4), "a.bias": zeros(2)},
            "3 biases, one for each output, got shape",
        ),
        ({"a.weight": zeros(3, 4) * np.nan}, "finite weights, got nan at (0, 0)"),
        ({"a.weight_ih_l0": zeros(3, 4)}, "layer 'a': expected a weight and a bias"),
        ({"a.in_proj_weight": zeros(3, 4)}, "it is attention"),
        ({"a.weight_g": zeros(3, 1), "a.weight_v": zeros(3, 4)}, "remove the parametrisation"),
        ({"n.running_mean": zeros(3), "n.running_var": zeros(2)}, "arrays of other shapes"),
        ({"n.running_mean": zeros(3), "n.running_var": zeros(3)}, "weights of dense layers, got n"),
        ({"a.weight": np.zeros((3, 4), np.int8)}, "Quantised weights cannot be read"),
    ):
        assert text in refusal(save_state(path, arrays), **RELU)
    norm = {"bn.running_mean": zeros(3), "bn.running_var": zeros(3)}
    text = refusal(save_state(path, {"fc.weight": zeros(3, 4), **norm}), activations=("relu",))
    assert "layer 'bn'" in text
    assert "Export the model as ONNX" in text
    square = save_state(path, {"a.weight": zeros(4, 4), "b.weight": zeros(4, 4) + 1})
    ordered = load(square, **RELU, layer_order=("b", "a"))
    assert ordered.weights[0][0, 0] == 1
    assert "the layers a, b, each once" in refusal(square, **RELU, layer_order=("a", "c"))
    flax = save_state(path, {"d.kernel": zeros(4, 3) + 1, "d.bias": zeros(3)})
    assert load(flax, activations=("relu",)).architecture.layers == (4, 3)


def test_headers_that_lie(tmp_path: Path) -> None:
    path = tmp_path / "s.safetensors"
    huge = {"a.weight": {"dtype": "F32", "shape": [10**6, 10**6], "data_offsets": [0, 16]}}
    assert "a whole safetensors file" in refusal(write_safetensors(path, huge, bytes(16)))
    twice = b'{"a.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"a.weight":{}}'
    assert "'a.weight' twice" in refusal(write_safetensors(path, twice, bytes(4)))
    assert "a header of safetensors" in refusal(write_safetensors(path, {"__metadata__": 3}))
    facts = {"__metadata__": {"chainrule": '{"format": "other"}'}}
    one = {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}
    other = write_safetensors(path, {**facts, "a.weight": one}, bytes(4))
    assert "the format 'other'" in refusal(other)


class Harmful:
    def __init__(self, call: Any, *arguments: Any) -> None:
        self._given = (call, arguments)

    def __reduce__(self) -> Any:
        return self._given


def torch_file(path: Path, value: Any, storages: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        content = value if isinstance(value, bytes) else pickle.dumps(value, 2)
        archive.writestr("archive/data.pkl", content)
        for key, data in (storages or {}).items():
            archive.writestr(f"archive/data/{key}", data)
    return path


def tensor_pickle(shape: str, strides: str, count: int = 4, offset: int = 0) -> bytes:
    """A pickle, in text, of {"a.weight": tensor of one storage "0"}."""
    return (
        "(dVa.weight\nctorch._utils\n_rebuild_tensor_v2\n"
        f"((Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI{count}\ntQI{offset}\n({shape}t({strides}t"
        "I00\nccollections\nOrderedDict\n(tRtRs."
    ).encode()


def test_pickles_run_nothing(tmp_path: Path) -> None:
    path, mark = tmp_path / "a.pt", tmp_path / "ran"
    for call, arguments in ((os.system, (f"touch {mark}",)), (eval, ("1 + 1",)), (getattr, (1, 2))):
        text = refusal(torch_file(path, {"a.weight": Harmful(call, *arguments)}))
        assert "expected tensors alone, got" in text
    for value in (b"cos\nsystem\n(Vtrue\ntR.", b"cbuiltins\neval\n.", b"c__main__\nNet\n."):
        assert "in its pickle" in refusal(torch_file(path, value))
    assert not mark.exists()
    plain = tmp_path / "model.pkl"
    plain.write_bytes(pickle.dumps({"a": 1}))
    assert "A pickle can run any program" in refusal(plain)


def test_tensors_that_lie(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    good = torch_file(path, tensor_pickle("I2\nI2\n", "I2\nI1\n"), {"0": bytes(16)})
    assert load(good, activations=("relu",)).architecture.layers == (2, 2)
    for pickled, data, text in (
        (tensor_pickle("I1000000\nI1000000\n", "I0\nI0\n"), 16, "a tensor of at most 4 numbers"),
        (tensor_pickle("I2\nI2\n", "I2\nI1\n", offset=1), 16, "a tensor of at most 4 numbers"),
        (tensor_pickle("I2\nI2\n", "I2\n"), 16, "a tensor of at most 4 numbers"),
        (tensor_pickle("I2\nI2\n", "I1\nI1\n"), 16, "strides (1, 1), which repeat numbers"),
        (tensor_pickle("I2\nI2\n", "I0\nI1\n"), 16, "strides (0, 1), which repeat numbers"),
        (tensor_pickle("I2\nI2\n", "I2\nI1\n"), 12, "4 numbers, as its header promises"),
        (tensor_pickle("I-2\nI2\n", "I2\nI1\n"), 16, "a tensor without a storage"),
        (tensor_pickle("I2\nI2\n", "I2\nI1\n")[:60], 16, "a whole pickle"),
        (b"(dVa\nI3\ns.", 16, "got int for 'a'"),
        (b"I3\n.", 16, "expected a state dict, got int"),
        (b"(V0\ntQ.", 16, "a persistent id of no storage"),
        (b"(Vstorage\nI1\nV0\nVcpu\nI4\ntQ.", 16, "a storage without a type"),
    ):
        assert text in refusal(torch_file(path, pickled, {"0": bytes(data)}))
    assert "a file 'archive/data/0' in the archive" in refusal(
        torch_file(path, tensor_pickle("I2\nI2\n", "I2\nI1\n"))
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/byteorder", "big")
    assert "little-endian" in refusal(path)


def test_old_files_of_torch_that_are_cut(tmp_path: Path) -> None:
    whole = (FOREIGN / "sequential-old.pt").read_bytes()
    path = tmp_path / "old.pt"
    for length in (100, 600, len(whole) - 200, len(whole) - 2):
        path.write_bytes(whole[:length])
        refusal(path, activations=("relu", "identity"))
    path.write_bytes(whole.replace(b"little_endian", b"little_endiom"))
    assert "little-endian" in refusal(path)


def test_archives_that_are_bombs_or_double(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.npz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W1.npy", bytes(100 * 2**20))
    assert "bytes of content. Save the model without compression" in refusal(bomb)
    twice = tmp_path / "twice.npz"
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("W1.npy", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("W1.npy", b"2")
    assert "expected each name once, got 'W1.npy' twice" in refusal(twice)
    strange = tmp_path / "strange.zip"
    with zipfile.ZipFile(strange, "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert "got an archive of notes.txt" in refusal(strange)


LONG = np.ones((2, 3))
BEYOND = np.array([2**31 - 1], np.uint32).view("<U1")
"""A text of a number beyond all characters."""


def test_arrays_that_make_no_network(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    square = {"W1": np.eye(3), "b1": np.ones(3)}
    for arrays, text in (
        ({"W1": np.eye(3), "b2": np.ones(3)}, "a bias for each weight or none"),
        ({"W1": np.eye(3), "W3": np.eye(3)}, "layers counted without a gap, got 1, 3"),
        ({"W1": np.ones((3, 4)), "W2": np.ones((5, 5))}, "that make one chain of layers"),
        ({"W1": np.ones(3)}, "layer 1: expected weights of two dimensions"),
        ({"W1": np.eye(3, dtype=int)}, "an array of floats"),
        (square, "Give --orientation out-in for z = W a + b"),
        ({**square, "activations": np.ones(1)}, "Give --orientation"),
        (
            {"W1": np.ones((3, 2)), "b1": np.ones(3), "activations": BEYOND},
            "expected 1 names in ASCII letters",
        ),
        (
            {"layers": np.array([2, 3]), "activation": BEYOND, "W0": LONG, "b0": np.ones(3)},
            "expected one name in ASCII letters",
        ),
        ({"layers": np.array([3, 4]), "activation": np.array("relu"), "W0": np.eye(3)}, "of the s"),
    ):
        np.savez(path, **arrays)
        assert text in refusal(path)
    np.savez(path, **square, activations=np.array(["relu", "tanh"]))
    assert "expected 1 names" in refusal(path, orientation="in-out")
    np.savez(path, **square)
    assert "expected out-in or in-out" in refusal(path, orientation="sideways")
    assert load(path, orientation="in-out", activations=("relu",)).architecture.layers == (3, 3)
    np.savez(path, W1=np.array([object()]))
    assert "Arrays of Python objects are never loaded" in refusal(path)


def test_json_that_makes_no_network(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    nielsen(path)
    values = json.loads(path.read_text())
    for change, text in (
        ({"sizes": [4, 6, 3]}, "layer 1: expected weights of shape (6, 4)"),
        ({"sizes": [4, 5]}, "weights and biases for each size but the first"),
        ({"biases": 3}, "2 weights, no biases"),
        ({"weights": [[["a"]], []]}, "layer 1: expected rows of numbers"),
        ({"format": "chainrule model 9"}, "the format 'chainrule model 9'"),
        ({"format": "chainrule model 1"}, "a model that chainrule export wrote as JSON"),
    ):
        path.write_text(json.dumps(values | change))
        assert text in refusal(path)
    for content, text in (
        ('{"sizes": [1], "sizes": [2]}', "'sizes' twice"),
        ('{"sizes": NaN}', "finite numbers, got NaN"),
        ('{"sizes": ', "expected a JSON text"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("{}", "got an empty table"),
        ('{"\ud800": 1}', "got"),
    ):
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        assert text in refusal(path)


def keras_file(path: Path, layers: list[Any], arrays: dict[str, Any], **more: Any) -> Path:
    """A .h5 file of a Sequential model of these layers."""
    import h5py

    config = {"class_name": "Sequential", "config": layers, **more}
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        for layer in layers:
            name = layer["config"].get("name", "")
            own = group.create_group(name)
            names = [key for key in arrays if key.startswith(f"{name}/")]
            own.attrs["weight_names"] = [key.encode() for key in names] or np.zeros(0)
            for key in names:
                own[key] = arrays[key]
    return path


def dense(name: str = "d", **more: Any) -> dict[str, Any]:
    config = {"name": name, "activation": "relu", "batch_input_shape": [None, 3], **more}
    return {"class_name": "Dense", "config": config}


def other(kind: str, **more: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": "x", **more}}


WEIGHTS = {"d/kernel": np.eye(3), "d/bias": np.ones(3)}


@pytest.mark.parametrize(
    ("layers", "arrays", "text"),
    [
        (
            [dense(activation="mish")],
            WEIGHTS,
            "expected an activation that chainrule has, got mish",
        ),
        ([dense(activation="leaky_relu")], WEIGHTS, "Keras has the slope 0.2"),
        ([dense(), other("ReLU", max_value=6)], WEIGHTS, "a ReLU without a greatest value"),
        ([dense(), other("ReLU", negative_slope=0.5)], WEIGHTS, "a slope of 0 or 0.01"),
        ([dense(), other("LeakyReLU", alpha=0.3)], WEIGHTS, "negative_slope 0.01, as chainrule"),
        ([dense(), other("ELU", alpha=2)], WEIGHTS, "alpha 1, as chainrule has it, got 2"),
        ([dense(), other("Softmax", axis=0)], WEIGHTS, "softmax along the last axis"),
        ([dense(), other("Softmax")], WEIGHTS, "one activation after each dense layer"),
        ([other("ReLU"), dense()], WEIGHTS, "'x' (ReLU): expected a dense layer before it"),
        ([dense(), other("Rescaling", scale=2.0)], WEIGHTS, "belongs to no layer"),
        ([dense(), other("Reshape", target_shape=[1, 3])], WEIGHTS, "a reshape to one vector"),
        ([dense()], {"d/kernel": np.eye(3)}, "expected 2 arrays of weights, got 1"),
        ([dense()], {"d/kernel": np.ones(3), "d/bias": np.ones(3)}, "weights of two dimensions"),
        ([dense(batch_input_shape=[None, 2])], WEIGHTS, "weights for 2 inputs"),
        ([dense(batch_input_shape=[None, 2, 3])], WEIGHTS, "Flatten is missing before it"),
        ([dense()], {**WEIGHTS, "d/bias": np.ones(2)}, "3 biases, one for each output"),
        ([dense(), dense()], WEIGHTS, "the same name twice"),
        ([{**dense(), "registered_name": "My>Dense"}], WEIGHTS, "a layer of Keras"),
        ([dense(name="a/b")], {}, "a name without a slash"),
        ([other("Flatten", data_format="channels_first")], {}, "expected channels last"),
        ([other("Normalization", invert=True)], {}, "its inverse"),
        ([other("Normalization", mean=[1.0], variance=["a"])], {}, "expected its arguments"),
        ([other("Embedding")], {}, "expected a dense layer, got Embedding"),
        ([], {}, "at least one dense layer, got none"),
    ],
)
def test_models_of_keras_that_do_not_fit(
    layers: list[Any], arrays: dict[str, Any], text: str, tmp_path: Path
) -> None:
    if layers and layers[-1] == layers[0] and len(layers) == 2:
        path = keras_file(tmp_path / "m.h5", layers[:1], arrays)
        path = rewrite_config(path, layers)
    elif layers and "/" in layers[0]["config"]["name"]:
        path = rewrite_config(keras_file(tmp_path / "m.h5", [], {}), layers)
    else:
        path = keras_file(tmp_path / "m.h5", layers, arrays)
    assert text in refusal(path)


def rewrite_config(path: Path, layers: Any, kind: str = "Sequential") -> Path:
    import h5py

    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = json.dumps({"class_name": kind, "config": layers})
    return path


def test_layers_of_keras_with_other_arguments_are_read(tmp_path: Path) -> None:
    layers = [
        other("Normalization", mean={"config": {"value": [1.0, 2.0, 3.0]}}, variance=[4.0] * 3),
        dense(activation={"class_name": "function", "config": "tanh"}),
        {**other("Reshape", target_shape=[3]), "config": {"name": "r", "target_shape": [-1]}},
        dense("e", activation=None, use_bias=False),
        {**other("ReLU"), "config": {"name": "l", "negative_slope": 0.01}},
    ]
    path = keras_file(tmp_path / "m.h5", layers, {**WEIGHTS, "e/kernel": 2 * np.eye(3)})
    network = load(path)
    rows = np.random.default_rng(0).normal(size=(5, 3))
    z = 2 * np.tanh((rows - [1, 2, 3]) / 2 + 1)
    assert network.predict(rows) == pytest.approx(np.where(z > 0, z, 0.01 * z))


def test_hdf5_that_leads_elsewhere(tmp_path: Path) -> None:
    import h5py

    path = keras_file(tmp_path / "m.h5", [dense()], WEIGHTS)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["kernel"] = np.eye(3)
    for link, text in (
        (h5py.ExternalLink("other.h5", "/kernel"), "a link at 'kernel', which is not followed"),
        (h5py.SoftLink("/model_weights/d/d/bias"), "a link at 'kernel', which is not followed"),
    ):
        with h5py.File(path, "a") as file:
            del file["model_weights/d/d/kernel"]
            file["model_weights/d/d/kernel"] = link
        assert text in refusal(path)
    with h5py.File(path, "a") as file:
        own = file["model_weights/d/d"]
        del own["kernel"]
        own.create_dataset("kernel", (10**6, 10**6), "f8", chunks=(1000, 1000))
    assert "a header that claims shape (1000000, 1000000)" in refusal(path)
    with h5py.File(path, "a") as file:
        own = file["model_weights/d/d"]
        del own["kernel"]
        layout = h5py.VirtualLayout((3, 3), "f8")
        layout[:] = h5py.VirtualSource("other.h5", "kernel", (3, 3))
        own.create_virtual_dataset("kernel", layout)
    assert "a reference to another file" in refusal(path)
    with h5py.File(path, "a") as file:
        own = file["model_weights/d/d"]
        del own["kernel"]
        own["kernel"] = "text"
    assert "expected numbers at 'd/kernel', got object" in refusal(path)
    with h5py.File(path, "a") as file:
        del file["model_weights/d"].attrs["weight_names"]
    assert "an attribute 'weight_names', got none" in refusal(path)
    with h5py.File(path, "a") as file:
        del file.attrs["model_config"]
    assert "weights alone, or another HDF5 file" in refusal(path)
    path.write_bytes(path.read_bytes()[:900])
    assert "a whole HDF5 file" in refusal(path)


def functional(*nodes: tuple[str, str, list[str]], output: str = "b") -> dict[str, Any]:
    layers = [
        {
            "class_name": kind,
            "name": name,
            "config": {"name": name},
            "inbound_nodes": [[[source, 0, 0, {}]] for source in sources],
        }
        for name, kind, sources in nodes
    ]
    return {"layers": layers, "output_layers": [[output, 0, 0]]}


def test_functional_models_that_are_no_chain(tmp_path: Path) -> None:
    path = keras_file(tmp_path / "m.h5", [], {})
    for config, text in (
        (functional(("a", "Dense", ["b"]), ("b", "Dense", ["a"])), "a loop at 'b'"),
        (functional(("a", "Dense", []), ("b", "Dense", ["a"]), ("c", "Dense", [])), "'c' (Dense)"),
        ({"layers": []}, "none of 'output_layers'"),
        ({"layers": [], "output_layers": []}, "expected one output, got none"),
        (
            {"layers": [], "output_layers": [["a", 0, 0], ["b", 0, 0]]},
            "expected one output, got 2: a, b. The model is no chain of layers",
        ),
        ({"layers": [{}], "output_layers": [["a", 0, 0]]}, "none of 'name'"),
    ):
        assert text in refusal(rewrite_config(path, config, "Functional"))
    assert "a Sequential or Functional model, got Net" in refusal(
        rewrite_config(path, {"layers": []}, "Net")
    )


def test_keras_archives_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(FOREIGN / "table.keras") as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}

    def rewrite(config: bytes) -> Path:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in {**parts, "config.json": config}.items():
                archive.writestr(name, content)
        return path

    config = parts["config.json"]
    assert "the weights of 'other', got of 'dense'" in refusal(
        rewrite(config.replace(b'"name": "dense"', b'"name": "other"'))
    )
    assert "expected the weights of 'activation', got of 'dense_2'" in refusal(
        rewrite(config.replace(b'"class_name": "Activation"', b'"class_name": "Dense"'))
    )


def onnx_file(path: Path, nodes: list[Any], arrays: dict[str, Any], **more: Any) -> Path:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    outputs = more.pop("outputs", ["y"])
    inputs = more.pop("inputs", ["x"])
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 3]) for n in inputs],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 3]) for n in outputs],
        [numpy_helper.from_array(np.asarray(a), name) for name, a in arrays.items()],
    )
    opset = [helper.make_opsetid("", more.pop("opset", 17)), helper.make_opsetid("ai.onnx.ml", 3)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8, **more), path)
    return path


EYE = {"W": np.eye(3, dtype=np.float32), "b": np.ones(3, np.float32), "B": zeros(2, 3)}


def node(kind: str, *inputs: str, out: str = "y", **more: Any) -> Any:
    from onnx import helper

    return helper.make_node(kind, list(inputs), [out], name="n1", **more)


@pytest.mark.parametrize(
    ("nodes", "text"),
    [
        (lambda: [node("MatMul", "W", "x")], "expected inputs times weights"),
        (lambda: [node("MatMul", "x", "x")], "a constant, got input 2 that is computed"),
        (lambda: [node("Gemm", "x", "W", alpha=2.0)], "alpha and beta 1"),
        (lambda: [node("Gemm", "x", "b")], "weights of two dimensions"),
        (lambda: [node("MatMul", "x", "b")], "weights of two dimensions"),
        (lambda: [node("Add", "x", "B")], "a constant vector of floats, got shape (2, 3)"),
        (lambda: [node("Add", "x", "x")], "two tensors that are computed"),
        (lambda: [node("Div", "b", "x")], "a division by a constant"),
        (lambda: [node("Elu", "x", alpha=2.0)], "alpha 1, as chainrule has it, got 2"),
        (lambda: [node("Softmax", "x", axis=0)], "softmax of each row"),
        (lambda: [node("LogSoftmax", "x")], "Export the model without its logarithm"),
        (lambda: [node("Flatten", "x", axis=0)], "one vector for each row"),
        (lambda: [node("Cast", "x", to=7), ], "a cast to floats"),
        (lambda: [node("Concat", "x", "x", axis=1)], "2 that are joined"),
        (lambda: [node("Where", "c", "x", "x")], "expected a dense layer, got Where"),
        (lambda: [node("Identity", "W")], "a chain from an input"),
        (lambda: [node("Relu", "x")], "expected a dense layer before it, got the inputs"),
        (lambda: [node("Identity", "x")], "at least one dense layer, got none"),
        (lambda: [node("Gelu", "x", domain="com.example")], "No opset import for domain"),
        (lambda: [node("Reshape", "x", "s")], "the shape [3]"),
        (lambda: [node("Scaler", "x", offset=[1.0] * 2, scale=[1.0] * 3, domain="ai.onnx.ml")],
         "(Scaler): expected as many numbers for each part of a scaling, got 2 and 3"),
        (lambda: [node("Mul", "x", "h", out="z"), node("Mul", "z", "b")], "a scaling, got 2 and 3"),
    ],
)  # fmt: skip
def test_graphs_that_do_not_fit(nodes: Any, text: str, tmp_path: Path) -> None:
    arrays = {**EYE, "c": np.ones(3, bool), "s": np.array([3]), "h": np.ones(2, np.float32) / 2}
    assert text in refusal(onnx_file(tmp_path / "g.onnx", nodes(), arrays))


def test_graphs_of_other_shapes(tmp_path: Path) -> None:
    import onnx

    path = tmp_path / "g.onnx"
    gemm = node("Gemm", "x", "W", "b")
    two = [gemm, node("Gemm", "x", "W", out="z")]
    assert "one output of floats, got 2: y, z" in refusal(
        onnx_file(path, two, EYE, outputs=["y", "z"])
    )
    assert "one input, got 2: x, w" in refusal(onnx_file(path, [gemm], EYE, inputs=["x", "w"]))
    assert "opset 7 or later" in refusal(onnx_file(path, [gemm], EYE, opset=6))
    model = onnx.load(onnx_file(path, [gemm], EYE))
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    entry = model.graph.initializer[0].external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    path.write_bytes(model.SerializeToString())
    assert "'W' in another file. No other file is opened" in refusal(path)
    model = onnx.load(onnx_file(path, [gemm], EYE))
    model.graph.initializer[0].dims[0] = 10**12
    path.write_bytes(model.SerializeToString())
    assert "expected" in refusal(path)
    for key in ("chainrule", "chainrule"):
        model.metadata_props.add(key=key, value="{}")
    path.write_bytes(onnx.load(onnx_file(path, [gemm], EYE)).SerializeToString()[:-40])
    assert "an ONNX model" in refusal(path)
    path.write_bytes(b"\x08\x00")
    assert "an ONNX model with nodes and outputs" in refusal(path)


def test_a_graph_that_computes_more_is_found_by_running_it(tmp_path: Path) -> None:
    """A reshape that folds rows together passes for none where only the chain is read."""
    arrays = {**EYE, "s": np.array([-1, 1])}
    nodes = [node("Gemm", "x", "W", "b", out="z"), node("Reshape", "z", "s")]
    path = onnx_file(tmp_path / "g.onnx", nodes, arrays)
    with pytest.raises(DataError, match="from the graph itself"):
        import_network(path)


@pytest.mark.parametrize(("number", "text"), [(0, "got none"), (99, "got type 99")])
def test_inputs_of_a_graph_have_a_type(number: int, text: str, tmp_path: Path) -> None:
    import onnx

    model = onnx.load(onnx_file(tmp_path / "g.onnx", [node("Gemm", "x", "W", "b")], EYE))
    model.graph.input[0].type.tensor_type.elem_type = number
    path = tmp_path / "other.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(DataError, match=f"input 'x': expected a type of ONNX, {text}"):
        compute_answers(path, [], np.ones((2, 3)))


def test_models_of_scikit_learn_that_do_not_fit(tmp_path: Path) -> None:
    import skops.io
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LinearRegression
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PolynomialFeatures

    rows = np.random.default_rng(0).normal(size=(20, 2))
    small = {"hidden_layer_sizes": (2,), "max_iter": 2}
    path = tmp_path / "m.skops"
    for model, text in (
        (LinearRegression(), "an MLPClassifier or MLPRegressor"),
        (make_pipeline(PolynomialFeatures(), MLPRegressor(**small)), "'polynomialfeatures'"),
        (make_pipeline(MinMaxScaler(clip=True), MLPRegressor(**small)), "a scaler without clip"),
        (make_pipeline(MaxAbsScaler(clip=True), MLPRegressor(**small)), "a scaler without clip"),
        (
            MLPRegressor(**small, loss="poisson"),
            "layer 2: expected an activation that chainrule has, got exp",
        ),
    ):
        if isinstance(model, LinearRegression):
            model.fit(rows, rows[:, 0])
        else:
            with pytest.warns(ConvergenceWarning):
                model.fit(rows, np.abs(rows[:, 0]))
        skops.io.dump(model, path)
        assert text in refusal(path)
    skops.io.dump(MLPRegressor(), path)
    assert "a fitted model, got an MLPRegressor that was not fitted" in refusal(path)
    skops.io.dump({"harm": os.system}, path)
    assert "types of scikit-learn and NumPy alone" in refusal(path)


def test_the_child_refuses_what_the_reader_refuses(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'conv1' .Conv2D.: expected a dense layer, got Conv2D"):
        import_network(FOREIGN / "convolution.keras")
    with pytest.raises(FileError, match="a readable file, got no such file"):
        import_network(tmp_path / "gone.pt")
    with pytest.raises(DataError, match=r"expected a file, got a folder.*model\.save"):
        import_network(tmp_path)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(DataError, match="Its content is of none of these forms"):
        import_network(tmp_path / "text")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(DataError, match="got an empty file"):
        import_network(tmp_path / "empty")
    shutil.copy(FOREIGN / "keras-2.h5", tmp_path / "net.safetensors")
    for out in ("net.safetensors", "net.onnx"):
        with pytest.raises(InputError, match=r"another file to write, which ends in \.safetensors"):
            import_report(tmp_path / "net.safetensors", tmp_path / out)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is kept on Linux")
def test_the_child_has_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text('{"sizes": [' + ",".join(["[]"] * 3_000_000) + "]}")
    with pytest.raises(DataError, match=r"claims more memory|an answer from the process"):
        read_guarded(path, ReadChoices())


def test_the_child_may_neither_write_nor_run_nor_connect() -> None:
    program = (
        "import sys, os\n"
        "from chainrule.exchange.importers.reading_child import _limit_process\n"
        "_limit_process(1000)\n"
        "def tries():\n"
        "    import socket, subprocess\n"
        "    yield lambda: open('made', 'w')\n"
        "    yield lambda: os.open('made', os.O_WRONLY | os.O_CREAT)\n"
        "    yield lambda: os.system('true')\n"
        "    yield lambda: subprocess.run(['true'])\n"
        "    yield lambda: socket.create_connection(('127.0.0.1', 9))\n"
        "    yield lambda: os.remove('x')\n"
        "for one in tries():\n"
        "    try:\n"
        "        one()\n"
        "    except PermissionError:\n"
        "        print('refused')\n"
        "open(os.devnull).read()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (["refused"] * 6, "")
    with pytest.raises(PermissionError, match=r"may not do os\.system"):
        refuse_action("os.system", ())
    refuse_action("import", ("json",))


def test_a_file_beside_the_model_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("open('ran', 'w')")
    nielsen(tmp_path / "net.json")
    monkeypatch.chdir(tmp_path)
    assert import_network("net.json").architecture.layers == (4, 5, 3)
    assert not Path("ran").exists()


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingLibraryError, match=r"h5py, which reads a \.keras model"):
        load(FOREIGN / "table.keras")


def test_an_ordered_dictionary_is_a_state_dict(tmp_path: Path) -> None:
    assert "expected a state dict" in refusal(torch_file(tmp_path / "a.pt", OrderedDict()))
