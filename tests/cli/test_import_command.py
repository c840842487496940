"""`chainrule import` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

FOREIGN = Path(__file__).parents[1] / "fixtures" / "foreign"


def test_a_network_arrives(own_folder: None, chainrule) -> None:
    shutil.copy(FOREIGN / "table.keras", "table.keras")
    outcome = chainrule("import", "table.keras")
    assert (outcome.code, outcome.err) == (0, "")
    assert "table.keras, a Keras 3 model" in outcome.out
    assert "layer 4 'dense_1' (Dense)" in outcome.out
    assert "written  table.network.safetensors" in outcome.out
    assert Path("table.network.safetensors").exists()


def test_json_is_the_report(own_folder: None, chainrule) -> None:
    shutil.copy(FOREIGN / "sequential.pt", "state.pt")
    given = ("--activations", "relu, tanh,softmax", "--classes", "a,b,c", "--input-scale", "1/255")
    outcome = chainrule("import", "state.pt", "net", *given, "--input-shape", "2,2", "--json")
    report = json.loads(outcome.out)
    assert report["activations"] == ["relu", "tanh", "softmax"]
    assert report["classes"] == ["a", "b", "c"]
    assert (report["input_scale"], report["input_shape"]) == (1 / 255, [2, 2])
    assert report["written"] == "net.safetensors"
    assert report["difference"] < 1e-6
