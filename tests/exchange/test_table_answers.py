"""A table with texts, blanks and dates is answered by every form as by `predict`, row by row."""

import csv
import io
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule import Experiment, export_network, open_run
from chainrule.data import read_table
from chainrule.exchange import export_forms
from chainrule.exchange.forms import find_exporter
from chainrule.exchange.sample_rows import SampleRows
from chainrule.experiment import SavedRun
from chainrule.schema import match_table

HEADER = ("name of port", "age", "sailed", "crew", "fate")
FORMS = [form for form in export_forms() if find_exporter(form).run is not None]


def table(rows: int, seed: int) -> str:
    """A table as text: categories that look like numbers, blanks in every column, ISO dates."""
    rng = np.random.default_rng(seed)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for row in range(rows):
        day = np.datetime64("1990-01-01T00:00") + np.timedelta64(
            int(rng.integers(0, 5_000_000)), "m"
        )
        age = int(rng.integers(1, 90))
        port = str(rng.choice(["Cobh", "Q'uay", 'the "old" one']))
        fate = "lost" if age > 50 else "saved"
        cells = [port, age, str(day), int(rng.integers(9)), fate]
        for place in range(4):
            if rng.random() < 0.2:
                cells[place] = ""
        writer.writerow(cells if row else ["Cobh", 30, "1995-05-01T12:30", 3, "saved"])
    return text.getvalue()


@pytest.fixture(scope="module")
def ships(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    folder = tmp_path_factory.mktemp("ships")
    (folder / "ships.csv").write_text(table(80, 0))
    experiment = Experiment.create(
        str(folder / "ships.csv"), target="fate", neurons_1=6, epochs=2, seed=0
    )
    experiment.train(folder=str(folder / "run"))
    (folder / "more.csv").write_text(table(40, 1))
    return open_run(folder / "run")


@pytest.fixture(scope="module")
def given(ships: SavedRun) -> str:
    """The path of the rows that are asked."""
    return str(Path(ships.path).parent / "more.csv")


def answers(run: SavedRun, given: str) -> tuple[list[str | None], NDArray[np.float64]]:
    """What `predict` answers to the rows: the classes, and an output for each class."""
    found = run.predict(given)
    outputs = [{one.name: one.value for one in row.outputs} for row in found]
    names = run.network.class_names
    values = np.array([[row[name] for name in names] for row in outputs])
    return [row.answer for row in found], values


@pytest.mark.parametrize("form", FORMS)
def test_a_form_answers_row_by_row(form: str, ships: SavedRun, given: str, tmp_path: Path) -> None:
    network = ships.network
    report = export_network(network, form, tmp_path / "model")
    assert network.schema is not None
    matrix = match_table(network.schema, read_table(given)).matrix
    classes, due = answers(ships, given)
    assert np.isnan(matrix).any(axis=0).all()
    rows = SampleRows(matrix, due, network.schema.columns)
    run = find_exporter(form).run
    assert run is not None
    outputs = run(Path(report.files[0]), network, rows)
    assert outputs == pytest.approx(due, abs=1e-6)
    assert [network.class_names[k] for k in outputs.argmax(axis=1)] == classes


@pytest.mark.parametrize("form", ["python", "keras"])
def test_a_program_takes_the_same_file(
    form: str, ships: SavedRun, given: str, tmp_path: Path
) -> None:
    export_network(ships.network, form, tmp_path / "model")
    command = [sys.executable, str(tmp_path / "model.py"), given]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = list(csv.reader(io.StringIO(done.stdout)))
    classes, due = answers(ships, given)
    assert lines[0] == ["answer", *ships.network.class_names]
    assert [line[0] for line in lines[1:]] == classes
    assert np.array([line[1:] for line in lines[1:]], float) == pytest.approx(due, abs=1e-6)


def test_a_query_takes_the_same_rows(ships: SavedRun, given: str, tmp_path: Path) -> None:
    export_network(ships.network, "sql", tmp_path / "model")
    header, *rows = csv.reader(Path(given).read_text().splitlines())
    kinds = {"age": "REAL", "crew": "REAL"}
    columns = ", ".join(f'"{name}" {kinds.get(name, "TEXT")}' for name in header)
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE samples ({columns})")
    cells = [[cell or None for cell in row] for row in rows]
    connection.executemany(f"INSERT INTO samples VALUES ({', '.join('?' * len(header))})", cells)
    found = connection.execute((tmp_path / "model.sql").read_text()).fetchall()
    connection.close()
    classes, due = answers(ships, given)
    assert [row[-1] for row in found] == classes
    assert np.array([row[1:-1] for row in found], float) == pytest.approx(due, abs=1e-6)
