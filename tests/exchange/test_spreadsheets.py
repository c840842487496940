"""Live spreadsheets: networks that answer, and worked examples that recompute."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.exchange.networks import drawn, image_network, table_network, yes_or_no
from tests.exchange.workbooks import Workbook

from chainrule import Dataset, Network, Recipe, export_network
from chainrule.equations.costs import COSTS
from chainrule.equations.updates import UPDATES
from chainrule.errors import DataError, InputError, UnknownNameError
from chainrule.exchange import export_worked_example, worked_cells, worked_spreadsheet
from chainrule.exchange.network_spreadsheet import EXPORTER
from chainrule.exchange.sample_rows import draw_rows
from chainrule.exchange.spreadsheet_formulas import number_literal, spreadsheet_formula
from chainrule.exchange.worked_cells import list_rows
from chainrule.ledger import Ledger, parse_worked, read_worked
from chainrule.ledger.formulas import Call, Case, Negative, Number, Power, Product, Quotient, Sum
from chainrule.ledger.steps import WorkedExample
from chainrule.schema import Column, Preprocessing, Schema, Target

needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
NETWORKS = {
    "numbers": table_network(),
    "classes": table_network("classes"),
    "ordinal": table_network(encoding="ordinal"),
    "image": image_network(),
    "one output": yes_or_no(),
    "first four": drawn(("sigmoid", "tanh", "step", "relu")),
    "next four": drawn(("leaky_relu", "elu", "selu", "identity"), biases=False),
    "last four": drawn(("gelu", "silu", "softplus", "softmax"), dtype="float64"),
}


@pytest.fixture
def without_office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("without_office")
@pytest.mark.parametrize("name", NETWORKS)
def test_formulas_answer_as_the_network(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]
    report = export_network(network, "xlsx", tmp_path / "model")
    assert "LibreOffice is not installed here" in report.sentence()
    book, rows = Workbook(tmp_path / "model.xlsx"), draw_rows(network, 5)
    first = rows.inputs.shape[1] + 1
    for row, due in enumerate(rows.outputs, 4):
        found = [book.value("Predict", row, first + k) for k in range(len(due))]
        assert found == pytest.approx(due, rel=2e-5, abs=2e-5)
        if network.class_names:
            place = int(due.argmax()) if len(due) > 1 else int(due[0] > 0.5)
            answer = book.value("Predict", row, first + len(due))
            assert answer == network.class_names[place]


@pytest.mark.usefixtures("without_office")
def test_a_row_can_be_typed_into(tmp_path: Path) -> None:
    network = NETWORKS["classes"]
    export_network(network, "xlsx", tmp_path / "model")
    book = Workbook(tmp_path / "model.xlsx")
    assert book.book["Predict"].data_validations.count == 6
    for column, cell in enumerate((None, "Q'uote", None, 33000.5, None, 0.25), 1):
        book.change("Predict", 4, column, cell)
    given = [[np.nan, 1, np.nan, 33000.5 - 25569, np.nan, 0.25]]
    found = [book.value("Predict", 4, column) for column in (7, 8, 9)]
    assert found == pytest.approx(network.predict(given)[0], rel=1e-5)
    cells = load_stored(tmp_path / "model.xlsx")
    assert cells[3][6] == pytest.approx(draw_rows(network, 5).outputs[0, 0], rel=1e-5)


def load_stored(path: Path) -> list[tuple[object, ...]]:
    from openpyxl import load_workbook

    return list(load_workbook(path, data_only=True)["Predict"].iter_rows(values_only=True))


@needs_office
def test_libreoffice_computes_the_same(tmp_path: Path) -> None:
    report = export_network(NETWORKS["one output"], "xlsx", tmp_path / "model")
    assert (report.rows, report.labels) == (1000, 0)
    assert "LibreOffice" in report.runtime
    assert report.relative < 1e-6


def test_what_no_sheet_holds_is_refused(tmp_path: Path) -> None:
    large = Network.create([784, 200, 10], seed=0)
    with pytest.raises(InputError, match=r"at most 100,000 weights .* got 159,010 weights"):
        export_network(large, "xlsx", tmp_path / "model")
    assert EXPORTER.count_rows(large) == 50
    columns = (Column(name="born", kind="date", low=-40000, high=20000),)
    schema = Schema(columns=columns, target=Target(names=("y",), kind="numbers"))
    steps = Preprocessing.fit(schema, np.array([[-40000.0], [0.0]]), np.zeros((2, 1)))
    old = replace(Network.create([4, 2, 1], seed=0), preprocessing=steps)
    with pytest.raises(InputError, match=r"dates from 1900-03-01, got .*'born'"):
        export_network(old, "xlsx", tmp_path / "model")


def test_columns_that_were_empty(tmp_path: Path) -> None:
    columns = (Column(name="all lost", kind="category", missing=2), Column(name="x", kind="number"))
    schema = Schema(columns=columns, target=Target(names=("y",), kind="numbers"))
    cells, targets = np.array([[np.nan, 1.0], [np.nan, 2.0]]), np.array([[1.0], [3.0]])
    for encoding in ("one_hot", "ordinal"):
        steps = Preprocessing.fit(schema, cells, targets, encoding=encoding)
        network = replace(Network.create([len(steps.features), 2, 1], seed=0), preprocessing=steps)
        rows = draw_rows(network, 5)
        (tmp_path / "model.xlsx").write_bytes(EXPORTER.write(network, "")[".xlsx"])
        book = Workbook(tmp_path / "model.xlsx")
        found = [book.value("Predict", row, 3) for row in range(4, 9)]
        assert found == pytest.approx(rows.outputs[:, 0], rel=1e-5)


FILE = """
[network]
layers = [2, 3, 2]
activations = ["{hidden}", "{output}"]
weights = [[[0.5, -0.4], [0.3, 0.8], [-0.6, 0.7]], [[0.2, -0.5, 0.9], [-0.3, 0.4, 0.1]]]
biases = [[0.1, -0.2, 0.3], [0.05, -0.1]]
[training]
cost = "{cost}"
optimiser = "{optimiser}"
learning_rate = 0.1
steps = 2
{more}
[[examples]]
inputs = [1.0, -0.5]
targets = [1.0, 0.0]
[[examples]]
inputs = [0.25, 2.0]
targets = [0.0, 1.0]
"""


def worked(**settings: str) -> WorkedExample:
    values = {"hidden": "tanh", "output": "sigmoid", "cost": "half_squared_error"}
    return parse_worked(FILE.format(**{**values, "optimiser": "sgd", "more": "", **settings}))


OUTPUTS = ("sigmoid", "softmax", "identity")
CASES = [
    *(
        {"cost": cost, "output": output}
        for cost in COSTS
        for output in OUTPUTS
        if not ("entropy" in cost and output == "identity")
    ),
    *({"optimiser": name} for name in UPDATES if name != "lbfgs"),
    *(
        {"hidden": name}
        for name in (
            "step",
            "identity",
            "relu",
            "leaky_relu",
            "elu",
            "selu",
            "gelu",
            "silu",
            "softplus",
            "softmax",
        )
    ),
    {"more": "l1 = 0.02\nl2 = 0.03\nclip_norm = 0.05"},
    *({"more": f"clip_norm = {norm}", "optimiser": "adam"} for norm in (0.05, 0.3, 0.6)),
    {"more": "label_smoothing = 0.1", "cost": "categorical_cross_entropy", "output": "softmax"},
    {"more": 'biases = "fixed"'},
    {"more": "batch_size = 1"},
    {"more": 'schedule = "cosine"\nepochs = 4'},
    {"more": 'schedule = "one_cycle"\nepochs = 8'},
]


@pytest.mark.usefixtures("without_office")
@pytest.mark.parametrize("settings", CASES, ids=lambda case: "-".join(case.values())[:60])
def test_every_number_recomputes_when_another_is_changed(
    settings: dict[str, str], tmp_path: Path
) -> None:
    example = worked(**settings)
    export_worked_example(example, tmp_path / "example")
    book = Workbook(tmp_path / "example.xlsx")
    assert_equal(book, Ledger(example))
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(2, 2))
    targets = np.array([[0.0, 1.0], [1.0, 0.0]])
    changed = replace(
        example,
        parameters=example.parameters + rng.normal(size=example.parameters.size),
        dataset=Dataset(inputs, targets),
    )
    ledger = Ledger(changed)
    for line in given_lines(book):
        address = book.value("Given", line, 1)
        if "[" in address:
            step = "step[2]." if "batch_size" in settings.get("more", "") else ""
            step = step if address.startswith("example[1]") else ""
            book.change("Given", line, 4, ledger.value(step + address))
    assert_equal(book, ledger)


def given_lines(book: Workbook) -> range:
    return range(2, book.book["Given"].max_row + 1)


def assert_equal(book: Workbook, ledger: Ledger) -> None:
    for sheet in book.book:
        for line in range(2, sheet.max_row + 1) if sheet.title.startswith("Step") else ():
            address = book.value(sheet.title, line, 1)
            due, found = ledger.value(address), book.value(sheet.title, line, 4)
            assert found == pytest.approx(due, rel=1e-9, abs=1e-12), address


def test_numbers_that_a_file_cannot_hold_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = WorkedExample.from_network(
        Network.create([784, 2], seed=0),
        Dataset(np.ones((1, 784)), np.array([0, 1])[:1], class_names=("a", "b")),
        Recipe(cost="half_squared_error"),
    )
    with pytest.raises(InputError, match=r"none of them a longer sum .* got a sum of"):
        export_worked_example(wide, tmp_path / "example")
    monkeypatch.setattr(worked_cells, "MOST_NUMBERS", 10)
    with pytest.raises(InputError, match=r"at most 10 numbers.* got more"):
        export_worked_example(worked(), tmp_path / "example")
    with pytest.raises(InputError, match="xlsx, the form in which a worked example can leave"):
        export_worked_example("two-layers", tmp_path / "example", "onnx")
    with pytest.raises(UnknownNameError, match="an option of this form, got 'weights'"):
        export_worked_example("two-layers", tmp_path / "example", weights="int8")


@pytest.mark.usefixtures("without_office")
def test_a_forward_pass_alone_is_a_sheet(tmp_path: Path) -> None:
    report = export_worked_example("approximator-relu", tmp_path / "example.xlsx")
    assert report.files == (str(tmp_path / "example.xlsx"),)
    assert "were not run" in report.sentence()
    assert_equal(Workbook(tmp_path / "example.xlsx"), Ledger(read_worked("approximator-relu")))


@pytest.mark.usefixtures("without_office")
def test_a_network_that_is_not_trained_is_a_sheet(tmp_path: Path) -> None:
    text = FILE.format(hidden="relu", output="softmax", cost="", optimiser="", more="")
    head, examples = text.split("[training]")[0], text.split("[[examples]]")[1]
    example = parse_worked(f"{head}[[examples]]{examples}".replace("targets = [1.0, 0.0]", ""))
    assert example.recipe is None
    export_worked_example(example, tmp_path / "example")
    assert_equal(Workbook(tmp_path / "example.xlsx"), Ledger(example))


@needs_office
def test_libreoffice_computes_a_worked_example(tmp_path: Path) -> None:
    report = export_worked_example("two-layers", tmp_path / "example")
    assert report.relative < 1e-12
    assert report.sentence().endswith("of the largest of them.")
    assert f"on {report.rows} numbers of the worked example" in report.sentence()
    example = read_worked("two-layers")
    rows = list_rows(example)
    rows = [replace(row, value=9.0) if row.address == "cost" else row for row in rows]
    with pytest.raises(DataError, match=r"cost to be 9\.0 in the spreadsheet, got 0\.10225"):
        worked_spreadsheet._prove(example, rows)


def test_formulas_hold_together() -> None:
    a, b = Number(3.0), Number(-0.5)
    cases = {
        "-(3^(-0.5))": Negative(Power(a, b)),
        "3-(3+(-0.5))": Sum((a, Negative(Sum((a, b))))),
        "3*(3/(-0.5))": Product((a, Quotient(a, b))),
        "(-0.5)+3": Sum((b, a)),
        "3/(3*3)": Quotient(a, Product((a, a))),
        "IF(3=0,0,3*LN(3))": Product((a, Call("ln", (a,)))),
        "IF(3>=-0.5,3,NA())": Case(a, a, "≥", b),
    }
    for text, tree in cases.items():
        assert spreadsheet_formula(tree, lambda leaf: number_literal(leaf.value)) == text
