"""The JavaScript module computes what Python computes, forward and backward."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.exchange.networks import COLUMNS, drawn, image_network, table_network, yes_or_no

from chainrule import Network, export_network
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import trace
from chainrule.equations.costs import COSTS
from chainrule.errors import DataError, MissingLibraryError
from chainrule.exchange import javascript_runs
from chainrule.exchange.javascript_module import javascript_literal

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
TABLE = table_network("classes")
ROW = {
    "age": 31,
    'port of "call"': "Q'uote",
    "int": "m",
    "sailed": "1990-05-01T12:30",
    "landed": "1990-05-02",
    "3 n": 0.5,
}


def ask(network: Network, folder: Path, expression: str, given: Any = None) -> Any:
    """What an expression of the exported module gives in Node, with `model` and `given`."""
    export_network(network, "javascript", folder / "model.mjs")
    script = (
        f'import * as model from "./model.mjs"; const given = {json.dumps(given)};\n'
        f"console.log(JSON.stringify({expression}));"
    )
    (folder / "ask.mjs").write_text(script)
    command = ["node", str(folder / "ask.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def refusals(
    network: Network, folder: Path, expressions: list[str], given: Any = None
) -> list[str]:
    """The messages of the Errors that expressions throw; what they give if they throw none."""
    caught = "() => { try { return String(%s); } catch (error) { return error.message; } }"
    calls = ", ".join(caught % expression for expression in expressions)
    found: list[str] = ask(network, folder, f"[{calls}].map((call) => call())", given)
    return found


def matrix_row(**changes: float) -> np.ndarray:
    """ROW as `Network.predict` takes it."""
    day = np.timedelta64(1, "D")
    first, landed = (
        (np.datetime64(date) - np.datetime64("1970-01-01")) / day
        for date in ("1990-05-01T12:30", "1990-05-02")
    )
    cells = {"age": 31, "port": 1, "int": 1, "sailed": first, "landed": landed, "n": 0.5} | changes
    return np.array([list(cells.values())], np.float64)


@node
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_backward_pass_is_pythons(activation: str, tmp_path: Path) -> None:
    network = drawn(activation, dtype="float64")
    x = np.array([[0.3, -0.2, 0.5, 0.1, -0.4]])
    given, due = [], []
    a = network.predict(x)
    for name, cost in COSTS.items():
        if (a > cost.low).all() and (a < cost.high).all():
            y = [0.1, 0.7, 0.2]
            given.append([x[0].tolist(), y, name])
            due.append(trace(x, np.array([y]), network.layers, cost, 1.0))
    assert given
    found = ask(
        network,
        tmp_path,
        """given.map(([row, y, name]) => {
            const { cost, inputs, layers } = model.gradients(row, y, name);
            const list = (numbers) => Array.from(numbers);
            return { cost, inputs: list(inputs), W: layers.map((l) => list(l.W)),
                     b: layers.map((l) => list(l.b)), delta: layers.map((l) => list(l.delta)) };
        })""",
        given,
    )
    for one, exact in zip(found, due, strict=True):
        assert one["cost"] == pytest.approx(float(exact.cost), rel=1e-12, abs=1e-14)
        assert one["inputs"] == pytest.approx(
            (exact.du[0] @ network.weights[0])[0], rel=1e-10, abs=1e-13
        )
        for layer in range(2):
            assert one["W"][layer] == pytest.approx(exact.dW[layer].ravel(), rel=1e-10, abs=1e-13)
            assert one["b"][layer] == pytest.approx(exact.db[layer], rel=1e-10, abs=1e-13)
            assert one["delta"][layer] == pytest.approx(exact.delta[layer][0], rel=1e-10, abs=1e-13)


@node
def test_a_row_by_name_with_texts_blanks_and_dates(tmp_path: Path) -> None:
    blank = {**ROW, "age": None, 'port of "call"': "", "sailed": None}
    ordered = list(ROW.values())
    strange = {**ROW, 'port of "call"': "Nowhere"}
    found = ask(
        TABLE,
        tmp_path,
        "[model.predictAll(given), given.map(model.classify), model.columns.map((c) => c.name)]",
        [ROW, blank, ordered, strange],
    )
    empty = {"age": np.nan, "port": np.nan, "sailed": np.nan}
    rows = [matrix_row(), matrix_row(**empty), matrix_row(), matrix_row(port=np.nan)]
    due = TABLE.predict(np.concatenate(rows))
    assert np.array(found[0]) == pytest.approx(due, abs=1e-6)
    assert found[1] == [TABLE.class_names[k] for k in due.argmax(axis=1)]
    assert found[2] == [*(column.name for column in COLUMNS), "3 n"]


@node
def test_numbers_come_in_the_targets_unit_and_so_do_gradients(tmp_path: Path) -> None:
    network = table_network("numbers")
    found = ask(
        network,
        tmp_path,
        "[model.predict(given), model.gradients(given, 100).cost, model.outputs, model.classes]",
        ROW,
    )
    due = network.predict(matrix_row())[0, 0]
    assert found[0] == [pytest.approx(due, rel=1e-6)]
    spread = network.preprocessing.target_spread[0]
    assert found[1] == pytest.approx(0.5 * ((due - 100) / spread) ** 2, rel=1e-5)
    assert found[2:] == [["fare"], []]


@node
def test_bytes_are_scaled_and_the_test_of_the_module_passes(tmp_path: Path) -> None:
    network = image_network()
    image = np.random.default_rng(3).integers(0, 256, 36).astype(np.uint8)
    expression = """[model.predict(Uint8Array.from(given)),
        model.predict(given.map((v) => v / 255)), model.selfTest()]"""
    bytes_, fractions, test = ask(network, tmp_path, expression, image.tolist())
    assert bytes_ == pytest.approx(network.predict(image[None])[0], abs=1e-6)
    assert fractions == pytest.approx(bytes_, abs=1e-7)
    assert test["rows"] == 4
    assert test["passed"] is True
    assert test["difference"] < 1e-6


@node
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    table, image = TABLE, image_network()
    said = {
        "model.predict({})": 'expected the column "age"; null is a blank',
        "model.predict([1])": "a row: expected 6 cells, got 1",
        "model.predict({...given, age: 'old'})": 'age: expected a number, got "old"',
        "model.predict({...given, landed: '1990-02-30'})": "landed: expected a date such as",
        "model.predict({...given, landed: 'May'})": "landed: expected a date such as",
        "model.predict({...given, sailed: '1990-05-01T24:00'})": "sailed: expected a date such as",
        "model.gradients(given, 'never')": "a target: expected one of no, yes, may be, got never",
        "model.gradients(given, [1])": "a target: expected 3 numbers, got 1",
    }
    found = refusals(table, tmp_path, list(said), ROW)
    assert [due in text for due, text in zip(said.values(), found, strict=True)] == [True] * len(
        said
    )
    grey, short = refusals(
        image, tmp_path, ["model.predict(new Array(36).fill(200))", "model.predict([1, 2])"]
    )
    assert "give bytes as a Uint8Array, or 0 to 1" in grey
    assert "expected 36 inputs, got 2" in short
    none, text = refusals(
        drawn("relu"),
        tmp_path,
        ["model.classify([1, 2, 3, 4, 5])", "model.predict(['1', 2, 3, 4, 5])"],
    )
    assert "answers with numbers" in none
    assert "input 1: expected a number" in text


@node
def test_one_output_names_two_classes(tmp_path: Path) -> None:
    network = yes_or_no()
    rows = np.random.default_rng(2).normal(size=(20, 3)).astype(np.float32)
    found = ask(
        network,
        tmp_path,
        "[given.map(model.classify), model.gradients(given[0], 'yes').cost]",
        rows.astype(float).tolist(),
    )
    assert found[0] == [network.class_names[k] for k in network.classify(rows)]
    assert found[1] == pytest.approx(-np.log(network.predict(rows[:1])[0, 0]), rel=1e-5)


def test_texts_cannot_end_the_script_of_a_page() -> None:
    text = javascript_literal({"name": "</script><script>alert(1)</script>\u2028"})
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"name": "</script><script>alert(1)</script>\u2028"}


def only(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Leave these programs on PATH, of those that run JavaScript."""
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: which(name) if name in names else None)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_chromium_proves_where_node_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, "chromium")
    report = export_network(TABLE, "javascript", tmp_path / "model")
    assert report.runtime.startswith("Chromium")
    assert report.relative < 1e-6
    with pytest.raises(DataError, match=r"answers by .*chromium, got none: the script fails"):
        javascript_runs.run_script("throw new Error('no');", {"isBytes": False, "rows": []})


def test_without_both_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch)
    for form in ("javascript", "html"):
        with pytest.raises(MissingLibraryError, match=r"Node or Chromium, which.*Install Node"):
            export_network(TABLE, form, tmp_path / "model")
    assert not list(tmp_path.iterdir())


@node
def test_a_script_that_fails_is_reported() -> None:
    rows = {"isBytes": False, "rows": []}
    with pytest.raises(DataError, match="a program that runs, got ReferenceError: strange"):
        javascript_runs.run_script("strange();", rows)
    with pytest.raises(DataError, match="a program that runs, got none"):
        javascript_runs.run_script("process.exit(3);", rows)
    failing = """globalThis.chainrule = { predictAll: (rows) => rows,
        selfTest: () => ({ passed: false, difference: 0.5 }) };"""
    with pytest.raises(DataError, match=r"a self-test that passes, got a difference of 0\.5"):
        javascript_runs.run_script(failing, rows)


def test_a_single_class_name_has_a_counterpart(tmp_path: Path) -> None:
    network = Network.create([2, 1], output_activation="sigmoid", seed=0)
    export_network(replace(network, class_names=("on",)), "javascript", tmp_path / "model.mjs")
    assert '"classes":["on","not on"]' in (tmp_path / "model.mjs").read_text()
