"""Networks leave in other forms, and answer there as before."""

import json
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.exchange.networks import drawn, image_network, table_network, yes_or_no

from chainrule import Network, export_network
from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import DataError, InputError, MissingLibraryError, UnknownNameError
from chainrule.exchange import export_forms, import_network, network_export, sql_runs
from chainrule.exchange.child_process import call_program
from chainrule.exchange.forms import find_exporter
from chainrule.exchange.json_model import network_from_values
from chainrule.exchange.sample_rows import draw_rows
from chainrule.schema import Column, Preprocessing, Schema, Target

FORMS = ("json", "python", "c", "onnx", "sql", "torch", "keras", "csv", "javascript", "html")
REFUSED = {("sql", "gelu"): "that SQL can compute", ("keras", "step"): "that Keras has"}
TABLES = {
    "numbers": table_network(),
    "classes": table_network("classes"),
    "ordinal": table_network(encoding="ordinal"),
}
OTHERS = {"image": image_network(), "one output": yes_or_no()}


def test_these_are_the_forms() -> None:
    assert set(FORMS) <= set(export_forms())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [*TABLES, *OTHERS])
def test_a_form_answers_as_the_network(form: str, name: str, tmp_path: Path) -> None:
    network = {**TABLES, **OTHERS}[name]
    report = export_network(network, form, tmp_path / "model")
    assert report.rows == 1000
    assert report.labels == 0
    assert report.relative < 2e-6
    path = Path(report.files[0])
    assert path.suffix == find_exporter(form).suffix
    assert path.stat().st_size == report.sizes[0]
    proof = report.sentence().split(":")[0]
    if form == "keras":
        with zipfile.ZipFile(path) as archive:
            assert proof in archive.read("metadata.json").decode()
        return
    assert any(proof.encode() in Path(file).read_bytes() for file in report.files)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "activations",
    [
        ("sigmoid", "tanh", "step", "relu"),
        ("leaky_relu", "elu", "selu", "identity"),
        ("gelu", "silu", "softplus", "softmax"),
    ],
)
def test_every_activation(form: str, activations: tuple[str, ...], tmp_path: Path) -> None:
    left = tuple(name for name in activations if (form, name) not in REFUSED)
    report = export_network(drawn(left, biases=form != "c"), form, tmp_path / "model")
    assert report.relative < 2e-6


def test_the_activations_are_all_tried() -> None:
    assert len(ACTIVATIONS) == 12


@pytest.mark.parametrize(("form", "activation"), REFUSED)
def test_activations_that_a_form_has_not_are_refused(
    form: str, activation: str, tmp_path: Path
) -> None:
    text = f"activations {REFUSED[form, activation]}, got {activation}"
    with pytest.raises(InputError, match=text):
        export_network(drawn(activation), form, tmp_path / "model")


@pytest.mark.parametrize("form", FORMS)
def test_networks_without_biases_and_in_float64(form: str, tmp_path: Path) -> None:
    network = drawn(
        ("softplus", "silu", "selu", "elu", "leaky_relu", "tanh"), biases=False, dtype="float64"
    )
    limit = 1e-4 if find_exporter(form).dtype else 1e-6
    assert export_network(network, form, tmp_path / "model").relative < limit


def test_json_gives_the_network_back_to_the_bit(tmp_path: Path) -> None:
    for network in (*TABLES.values(), *OTHERS.values()):
        report = export_network(network, "json", tmp_path / "model.json")
        assert report.difference == 0
        again = network_from_values(json.loads((tmp_path / "model.json").read_text()))
        assert again.digest == network.digest
        assert again.preprocessing == network.preprocessing
        assert again.class_names == network.class_names
    with pytest.raises(ValueError, match="the format 'other'"):
        network_from_values({"format": "other"})


def test_the_python_file_answers_rows_of_a_csv_by_name(tmp_path: Path) -> None:
    network = TABLES["classes"]
    export_network(network, "python", tmp_path / "model.py")
    header = '"port of ""call""",age,int,sailed,landed,3 n'
    rows = "Q'uote,31,m,1990-05-01T12:30,1990-05-02,0.5\n,,f,,1990-05-02,0.25\n"
    (tmp_path / "rows.csv").write_text(f"{header}\n{rows}")
    command = [sys.executable, "-I", str(tmp_path / "model.py"), str(tmp_path / "rows.csv")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.split(",") for line in text.splitlines()]
    assert lines[0] == ["answer", "no", "yes", "may be"]
    first, landed = (
        (np.datetime64(date) - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
        for date in ("1990-05-01T12:30", "1990-05-02")
    )
    given = np.array([[31, 1, 1, first, landed, 0.5], [np.nan, np.nan, 0, np.nan, landed, 0.25]])
    due = network.predict(given)
    assert np.array([line[1:] for line in lines[1:]], float) == pytest.approx(due, abs=1e-6)
    assert [line[0] for line in lines[1:]] == [network.class_names[k] for k in due.argmax(axis=1)]


def test_int8_weights_are_small_and_their_loss_is_said(tmp_path: Path) -> None:
    whole = export_network(OTHERS["image"], "c", tmp_path / "whole.h")
    small = export_network(OTHERS["image"], "c", tmp_path / "small.h", weights="int8")
    assert small.relative > 10 * whole.relative
    assert small.sizes[0] < 0.7 * whole.sizes[0]
    assert f"{small.relative:.3g} of the largest output" in (tmp_path / "small.h").read_text()


def test_the_headers_own_test_passes(tmp_path: Path) -> None:
    export_network(TABLES["numbers"], "c", tmp_path / "model.h")
    main = """#include <stdio.h>
#include "model.h"
int main(void)
{
    printf("%g %s", (double)chainrule_self_test(), chainrule_names[0]);
    return 0;
}
"""
    (tmp_path / "main.c").write_text(main)
    command = ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "main.c", "-o", "main", "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True)
    text = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout
    assert float(text.split()[0]) < 1e-5
    assert text.split()[1] == "fare"


def test_the_query_answers_with_classes(tmp_path: Path) -> None:
    network = yes_or_no()
    export_network(network, "sql", tmp_path / "model.sql")
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE samples (x1 REAL, x2 REAL, x3 REAL)")
    rows = np.random.default_rng(2).normal(size=(50, 3)).astype(np.float32)
    connection.executemany("INSERT INTO samples VALUES (?, ?, ?)", rows.astype(float).tolist())
    found = connection.execute((tmp_path / "model.sql").read_text()).fetchall()
    assert [row[2] for row in found] == [("no", "yes")[k] for k in network.classify(rows)]


def test_the_query_runs_in_duckdb(tmp_path: Path) -> None:
    for network in (*TABLES.values(), *OTHERS.values()):
        report = export_network(network, "sql", tmp_path / "model.sql", dialect="duckdb")
        assert "DuckDB" in report.runtime


def test_the_query_runs_in_postgresql(postgres: str, tmp_path: Path) -> None:
    for network in (*TABLES.values(), *OTHERS.values()):
        options = {"dialect": "postgresql", "database": postgres}
        report = export_network(network, "sql", tmp_path / "model.sql", **options)
        assert "PostgreSQL" in report.runtime


def test_a_small_network_is_a_small_query(tmp_path: Path) -> None:
    network = Network.create([30, 100, 1], "relu", output_activation="sigmoid", seed=0)
    assert export_network(network, "sql", tmp_path / "model.sql").sizes[0] < 200_000


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"expected a form, got 'onx'.* Did you mean 'onnx'"):
        export_network(drawn("relu"), "onx", tmp_path / "model")
    with pytest.raises(UnknownNameError, match=r"an option of this form, got 'weight'.*weights"):
        export_network(drawn("relu"), "c", tmp_path / "model", weight="int8")
    with pytest.raises(InputError, match=r"weights to be one of float32, int8, got 'int4'"):
        export_network(drawn("relu"), "c", tmp_path / "model", weights="int4")
    with pytest.raises(InputError, match="the address of a PostgreSQL server"):
        export_network(drawn("relu"), "sql", tmp_path / "model", dialect="postgresql")


def test_a_library_that_is_not_here_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("onnx", "duckdb"):
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibraryError, match="onnx, which writes and proves the graph"):
        export_network(drawn("relu"), "onnx", tmp_path / "model")
    with pytest.raises(MissingLibraryError, match="duckdb, which proves the query"):
        export_network(drawn("relu"), "sql", tmp_path / "model", dialect="duckdb")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingLibraryError, match="a C compiler, which proves"):
        export_network(drawn("relu"), "c", tmp_path / "model")


def test_other_answers_are_not_handed_over(tmp_path: Path) -> None:
    network, exporter = OTHERS["image"], find_exporter("json")
    rows = draw_rows(network)
    for outputs, text in (
        (rows.outputs + 0.01, "a difference of 0.0"),
        (rows.outputs[:, ::-1], "other classes"),
        (rows.outputs[:, 1:], r"outputs of shape \(1000, 10\), got \(1000, 9\)"),
        (rows.outputs * np.nan, "a difference of nan"),
    ):
        with pytest.raises(DataError, match=text):
            network_export._compare(exporter, network, rows, outputs, tolerance=1e-6, runtime="")
    assert not list(tmp_path.iterdir())


def test_a_program_that_fails_is_reported(tmp_path: Path) -> None:
    for source, reason in (("raise SystemExit('broken')", "broken"), ("1 / 0", "ZeroDivision")):
        with pytest.raises(DataError, match=f"a program that runs, got {reason}"):
            call_program([sys.executable, "-c", source], "export as c")
    assert sql_runs.describe_runtime("postgresql") == "PostgreSQL"


def test_the_report_is_a_document(tmp_path: Path) -> None:
    report = export_network(drawn("relu"), "json", tmp_path / "model")
    document = report.document()
    assert document.title == "Exported as json"
    assert document.values is not None
    assert document.values() == report.to_dict()
    empty = network_export.ExportReport(form="svg", files=(), sizes=())
    assert empty.sentence() == "This form shows the network; there is nothing to run."


def test_onnx_has_gelu_of_float64(tmp_path: Path) -> None:
    report = export_network(drawn("gelu", dtype="float64"), "onnx", tmp_path / "model")
    assert 0 < report.relative < 1e-6  # the error function is one of float32


@pytest.mark.parametrize("form", ["c", "keras"])
def test_forms_of_float32_round_a_network_of_float64(form: str, tmp_path: Path) -> None:
    network = drawn("tanh", dtype="float64")
    large = network.with_parameters(network.parameters * 100)  # whose sums lose digits
    report = export_network(large, form, tmp_path / "model")
    assert report.relative > 1e-6
    assert f"{report.relative:.3g} of the largest output" in report.sentence()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", ["json", "torch", "keras", "onnx"])
def test_what_leaves_comes_back(form: str, dtype: str, tmp_path: Path) -> None:
    network = drawn(("elu", "selu", "softplus", "gelu", "silu"), dtype=dtype)
    report = export_network(network, form, tmp_path / "model")
    again = import_network(report.files[0])
    assert again.architecture.activations == network.architecture.activations
    rows = draw_rows(network, 50)
    assert again.predict(rows.inputs) == pytest.approx(rows.outputs, rel=1e-6, abs=1e-6)


def test_a_formula_that_is_no_activation_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    export_network(drawn(("elu", "tanh"), dtype="float64"), "onnx", tmp_path / "model")
    model = onnx.load(tmp_path / "model.onnx")
    for constant in model.graph.initializer:
        if constant.name == "float64_1.0":
            constant.CopyFrom(onnx.numpy_helper.from_array(np.array(2.0), constant.name))
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(DataError):
        import_network(tmp_path / "other.onnx")


def test_columns_without_categories_and_wide_softmax_leave(tmp_path: Path) -> None:
    columns = (Column(name="lost", kind="category", missing=2), Column(name="x", kind="number"))
    schema = Schema(columns=columns, target=Target(names=("y",), kind="numbers"))
    cells = np.array([[np.nan, 1.0], [np.nan, 2.0]])
    steps = Preprocessing.fit(schema, cells, np.array([[1.0], [3.0]]), encoding="ordinal")
    network = replace(Network.create([len(steps.features), 2, 1], seed=0), preprocessing=steps)
    assert export_network(network, "onnx", tmp_path / "model").relative < 2e-6
    assert export_network(network, "sql", tmp_path / "model").relative < 2e-6
    for width in (1, 60):
        softmax = Network.create([3, width], "softmax", seed=0)
        assert export_network(softmax, "sql", tmp_path / "model").relative < 2e-6


def test_what_float32_cannot_hold_is_0_in_c(tmp_path: Path) -> None:
    """A probability of 1e-51 in the self-test, or such a weight, is no constant of C's float."""
    network = Network.create([2, 2], ["softmax"], dtype="float64")
    flat = np.array([1e-60, 130.0, -1e-50, 0.0, 0.0, 0.0])
    export_network(network.with_parameters(flat), "c", tmp_path / "model.h")
    text = (tmp_path / "model.h").read_text()
    assert "e-50" not in text
    assert "e-60" not in text


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_what_follows_a_step_is_computed_in_double_precision(dialect: str, tmp_path: Path) -> None:
    """A layer of steps leaves whole numbers, of which databases make decimals."""
    network = drawn(("tanh", "step", "relu", "softmax"), dtype="float64")
    network = network.with_parameters(network.parameters * 30)  # sums beyond what exp() takes
    report = export_network(network, "sql", tmp_path / "q.sql", dialect=dialect)
    assert report.relative < 1e-6
