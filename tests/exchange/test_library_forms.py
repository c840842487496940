"""Networks for PyTorch, Keras, tables and drawings, beyond what all forms have in common."""

import json
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from tests.exchange.networks import drawn, image_network, table_network

from chainrule import Network, export_network
from chainrule.errors import DataError, InputError
from chainrule.exchange import keras_archive, torch_module
from chainrule.exchange.sample_rows import draw_rows


def test_the_state_dict_has_the_networks_bits(tmp_path: Path) -> None:
    network = table_network("classes")
    export_network(network, "torch", tmp_path / "model")
    with safe_open(tmp_path / "model.safetensors", "numpy") as file:
        assert sorted(file.keys()) == [
            f"{k}.{name}" for k in (0, 2, 4) for name in ("bias", "weight")
        ]
        for place, (W, b) in enumerate(zip(network.weights, network.biases, strict=True)):
            assert b is not None
            assert file.get_tensor(f"{2 * place}.weight").tobytes() == W.tobytes()
            assert file.get_tensor(f"{2 * place}.bias").tobytes() == b.tobytes()
        facts = file.metadata()
    assert facts["format"] == "pt"
    assert json.loads(facts["outputs"]) == ["no", "yes", "may be"]
    assert json.loads(facts["activations"]) == ["relu", "relu", "softmax"]
    assert "1000 drawn examples" in facts["proof"]
    source = (tmp_path / "model.py").read_text()
    assert "nn.Linear(8, 6),\n    nn.ReLU()," in source


def test_the_module_runs_where_pytorch_is(tmp_path: Path) -> None:
    network = drawn(("step", "gelu", "softplus"))
    report = export_network(network, "torch", tmp_path / "model")
    path, rows = tmp_path / "model.safetensors", draw_rows(network)
    if find_spec("torch"):
        assert "PyTorch" in report.runtime
        outputs = torch_module._run_module(path, network, rows)
        assert outputs == pytest.approx(rows.outputs, rel=1e-5, abs=1e-5)
        return
    assert "the model was not run" in report.sentence()
    with pytest.raises(DataError, match="No module named 'torch'"):
        torch_module._run_module(path, network, rows)


def test_files_that_belong_together_share_a_name(tmp_path: Path) -> None:
    report = export_network(drawn("relu"), "torch", tmp_path / "model.py")
    assert [Path(file).name for file in report.files] == ["model.safetensors", "model.py"]
    with pytest.raises(InputError, match=r"a name that ends with .safetensors, got '.bin'"):
        export_network(drawn("relu"), "torch", tmp_path / "model.bin")


def test_a_network_is_not_written_over(tmp_path: Path) -> None:
    drawn("relu").save(tmp_path / "network.safetensors")
    with pytest.raises(InputError, match="a network of chainrule, which would be lost"):
        export_network(drawn("tanh"), "torch", tmp_path / "network")
    assert Network.load(tmp_path / "network.safetensors").digest == drawn("relu").digest
    export_network(drawn("tanh"), "torch", tmp_path / "other")
    export_network(drawn("relu"), "torch", tmp_path / "other")  # what is not a network may be


def test_the_archive_scales_pixels_and_names_outputs(tmp_path: Path) -> None:
    export_network(image_network(), "keras", tmp_path / "model")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        config = json.loads(archive.read("config.json"))
        metadata = json.loads(archive.read("metadata.json"))
    kinds = [layer["class_name"] for layer in config["config"]["layers"]]
    assert kinds == ["InputLayer", "Rescaling", "Dense", "Dense"]
    assert metadata["outputs"] == list("0123456789")
    assert "Keras" in metadata["proof"]
    program = subprocess.run(
        [sys.executable, "-c", _ASK, str(tmp_path / "model.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(program.stdout) < 1e-5


_ASK = """
import runpy, sys
import numpy as np
program = runpy.run_path(sys.argv[1])
pixels = np.arange(72, dtype=np.uint8).reshape(2, 36)
grey = pixels.astype(np.float32) * np.float32(1 / 255)
print(abs(program["predict"](pixels) - program["predict"](grey)).max())
"""


def test_without_keras_the_weights_are_read_back(tmp_path: Path) -> None:
    for network in (image_network(), drawn("leaky_relu", biases=False)):
        export_network(network, "keras", tmp_path / "model")
        rows = draw_rows(network, 10)
        again = keras_archive._read_weights(tmp_path / "model.keras", network, rows)
        assert (again == rows.outputs).all()


@pytest.mark.parametrize("encoding", ["one_hot", "ordinal"])
def test_tables_hold_the_whole_network(encoding: str, tmp_path: Path) -> None:
    network = table_network(encoding=encoding)
    report = export_network(network, "csv", tmp_path / "model")
    assert report.difference == 0
    parameters = pd.read_csv(tmp_path / "model.csv")
    second = parameters[(parameters.layer == 2) & (parameters.parameter == "weight")]
    W = second.pivot(index="neuron", columns="input", values="value").to_numpy(np.float32)
    assert (network.weights[1] == W).all()
    inputs = pd.read_csv(tmp_path / "model.inputs.csv")
    assert network.preprocessing is not None
    assert inputs.name.tolist() == list(network.preprocessing.input_names)
    assert inputs.column[0] == "age"
    categories = pd.read_csv(tmp_path / "model.categories.csv")
    assert categories.text.tolist() == ["C", "Q'uote", "S?", "f", "m"]
    outputs = pd.read_csv(tmp_path / "model.outputs.csv")
    assert outputs.centre[0] == network.preprocessing.target_centre[0]
    assert report.sentence() in (tmp_path / "model.txt").read_text()


def test_tables_of_an_image_network_say_its_scale(tmp_path: Path) -> None:
    export_network(image_network(), "csv", tmp_path / "model")
    assert set(pd.read_csv(tmp_path / "model.inputs.csv").spread) == {255.0}
    assert pd.read_csv(tmp_path / "model.outputs.csv").name.tolist() == list(range(10))
    assert not (tmp_path / "model.categories.csv").exists()


def test_a_drawing_is_one_file_of_svg(tmp_path: Path) -> None:
    report = export_network(image_network(), "svg", tmp_path / "model")
    root = ElementTree.parse(tmp_path / "model.svg").getroot()
    names = [child.tag.split("}")[1] for child in root]
    assert names[:2] == ["title", "desc"]
    assert "36 → 12 → 10" in (root[0].text or "")
    assert 'href="http' not in (tmp_path / "model.svg").read_text()
    assert report.rows == 0
