"""A network's file whose meaning of inputs and outputs does not fit its layers is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.errors import DataError
from chainrule.exchange import export_network
from chainrule.exchange.json_model import network_from_values
from chainrule.network.network import Network
from chainrule.network.sealed_file import read_sealed, write_sealed
from chainrule.schema import Column, ImageFormat, Preprocessing, Schema, Target

Forge = Callable[[dict[str, Any], dict[str, Any]], object]

COLUMNS = (
    Column(name="age", kind="number", missing=1),
    Column(name="port", kind="category", categories=("N", "S", "W")),
    Column(name="day", kind="date"),
)
ROWS = np.array([[1.0, 0, 3], [np.nan, 2, 500], [3, 1, 9000.0]])


def saved(folder: Path, kind: str) -> Path:
    """A network for a table with classes or numbers, or for images."""
    target = Target(names=("kind",), kind="classes", classes=("a", "b"))
    schema, targets = Schema(columns=COLUMNS, target=target), np.array([0, 1, 0])
    if kind == "numbers":
        schema = Schema(columns=COLUMNS, target=Target(names=("y", "z"), kind="numbers"))
        targets = np.arange(6.0).reshape(3, 2)
    if kind == "image":
        schema = Schema(target=target, image=ImageFormat(height=3, width=3))
    steps = Preprocessing.fit(schema, ROWS, targets)
    network = Network.create([9, 2])
    classes = () if kind == "numbers" else ("a", "b")
    shape = (3, 3) if kind == "image" else (9,)
    made = Network(network.architecture, network.parameters, 1.0, shape, classes, steps)
    made.save(folder / "n.safetensors")
    assert Network.load(folder / "n.safetensors").preprocessing == steps
    return folder / "n.safetensors"


def steps_of(facts: dict[str, Any]) -> Any:
    return facts["preprocessing"]


CHANGES: list[tuple[str, Forge, str]] = [
    ("image", lambda t, f: f.update(input_shape=[2, 2]), "input_shape: expected 9 numbers in all"),
    ("image", lambda t, f: f.update(input_shape=[-3, -3]), "input_shape: expected 9 numbers in"),
    ("image", lambda t, f: f.update(input_scale=float("nan")), "input_scale: expected a finite"),
    ("image", lambda t, f: f.update(class_names=["a"]), "class_names: expected names for 2 outp"),
    ("image", lambda t, f: f.update(more=1), "got 'more'. It was added"),
    ("image", lambda t, f: t.update(more=np.zeros(1)), "biases True, got also more"),
    ("image", lambda t, f: t.update({"b[1]": np.zeros(2, int)}), "b[1] of int64, which are no"),
    ("image", lambda t, f: steps_of(f)["schema"]["image"].update(height=4), "9 pixels in all"),
    ("image", lambda t, f: steps_of(f)["schema"]["image"].update(height=0), "1 to 32768 pixels"),
    ("image", lambda t, f: steps_of(f)["schema"]["image"].update(channels=2), "expected 1 or 3"),
    ("image", lambda t, f: steps_of(f)["schema"]["image"].update(top=-1.0), "a value above bottom"),
    ("image", lambda t, f: steps_of(f)["schema"]["image"].update(side=1e9), "from 0 to 3 pixels"),
    ("image", lambda t, f: steps_of(f)["schema"]["image"].update(polarity="x"), "image.polarity"),
    ("classes", lambda t, f: steps_of(f)["features"].pop(), "features: expected 9, one for each"),
    ("classes", lambda t, f: steps_of(f)["schema"]["target"].update(kind="x"), "target.kind: exp"),
    ("classes", lambda t, f: steps_of(f)["schema"]["target"]["classes"].pop(), "target.classes: "),
    ("classes", lambda t, f: steps_of(f).update(encoding="x"), "encoding: expected one of"),
    ("classes", lambda t, f: steps_of(f).update(features=[]), "none without, got 0 features"),
    ("classes", lambda t, f: steps_of(f)["features"][0].update(column=3), "a column from 0 to 2"),
    ("classes", lambda t, f: steps_of(f)["features"][0].update(kind="x"), "features[0].kind"),
    ("classes", lambda t, f: steps_of(f)["features"][2].update(column=0), "features[2].column's k"),
    ("classes", lambda t, f: steps_of(f)["features"][0].update(part="day"), "features[0].part"),
    ("classes", lambda t, f: steps_of(f)["features"][5].update(part="x"), "features[5].part"),
    ("classes", lambda t, f: steps_of(f)["features"][0].update(spread=0.0), "a number above 0"),
    ("classes", lambda t, f: steps_of(f)["features"][2].update(category=3), "one of 3 categories"),
    ("classes", lambda t, f: steps_of(f)["features"][0].update(fill=float("inf")), "a finite numb"),
    (
        "classes",
        lambda t, f: steps_of(f).update(target_centre=[0.0], target_spread=[1.0]),
        "target_centre: expected none for classes",
    ),
    ("numbers", lambda t, f: steps_of(f).update(target_spread=[1.0]), "2 numbers above 0, one for"),
    ("numbers", lambda t, f: steps_of(f)["target_spread"].reverse(), ""),
    (
        "numbers",
        lambda t, f: steps_of(f).update(target_centre=[0.0], target_spread=[1.0]),
        "target_centre: expected 2 numbers, one for each output, or none",
    ),
]


@pytest.mark.parametrize(("kind", "change", "words"), CHANGES)
def test_a_forged_network_is_refused(kind: str, change: Forge, words: str, tmp_path: Path) -> None:
    path = saved(tmp_path, kind)
    tensors, facts = read_sealed(path)
    change(tensors, facts)
    write_sealed(path, tensors, facts)
    if not words:  # another network, of which all fits
        assert Network.load(path).preprocessing is not None
        return
    with pytest.raises(DataError) as caught:
        Network.load(path)
    assert str(caught.value).startswith(f"{path}: expected a valid network, got ")
    assert words in str(caught.value)


def test_a_json_form_is_looked_at_as_well(tmp_path: Path) -> None:
    export_network(Network.load(saved(tmp_path, "image")), "json", tmp_path / "n.json")
    values = json.loads((tmp_path / "n.json").read_text())
    assert network_from_values(values).input_shape == (3, 3)
    with pytest.raises(DataError, match="input_shape: expected 9 numbers in all"):
        network_from_values({**values, "input_shape": [2, 2]})
