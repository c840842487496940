from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from chainrule.errors import DataError, FileError, UnknownNameError
from chainrule.figures.study_table import Metric, StudyTable, TrialRow, distinct, read_study_table
from chainrule.study.saved_study import StudyPlace, compute_study
from chainrule.study.spec import parse_study
from chainrule.study.toml_source import StudySource

EXPORTED = """study_trial,outcome,metric_mean,layers,epochs,seed,run_epochs,test_accuracy,test_cost
0,complete,0.5,"[4, 2]",3,7,3,0.25,1.5
1,pruned,,"[4, 2]",9,8,2,,
2,complete,0.5,"[4, 3, 2]",9,8,9,0.75,0.5
"""


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str | bytes, name: str = "table.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


def test_what_a_study_exports(written) -> None:
    table = read_study_table(written(EXPORTED))
    assert table.metric.name == "test_accuracy"
    assert table.left_out == 1
    # epochs is a parameter here: what tells of the run stands as run_epochs
    assert [row.parameters for row in table.rows] == [
        {"layers": "[4, 2]", "epochs": 3.0},
        {"layers": "[4, 3, 2]", "epochs": 9.0},
    ]
    assert [row.value for row in table.rows] == [0.25, 0.75]
    assert [row.seed for row in table.rows] == [7, 8]
    assert (table.metric.is_fraction, table.metric.sign, table.metric.title) == (
        True,
        1,
        "test accuracy",
    )
    assert table.best is table.rows[1]


def test_another_metric(written) -> None:
    table = read_study_table(written(EXPORTED), "test_cost")
    assert [row.value for row in table.rows] == [1.5, 0.5]
    assert (table.metric.is_fraction, table.metric.sign) == (False, -1)
    assert table.best is table.rows[1]


def test_per_cent_become_shares_and_remarks_are_skipped(written) -> None:
    table = read_study_table(written("# from a paper\nrate,accuracy_percent\n\n1,50\n2,25\n"))
    assert [(row.parameters, row.value, row.seed) for row in table.rows] == [
        ({"rate": 1.0}, 0.5, None),
        ({"rate": 2.0}, 0.25, None),
    ]
    assert table.metric.title == "accuracy"


def test_a_compressed_table(written) -> None:
    packed = gzip.compress(b"\xef\xbb\xbfrate,cost\n1,2\n")
    assert read_study_table(written(packed, "t.csv.gz")).rows[0].parameters == {"rate": 1.0}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("rate,cost\n", "expected names of columns and a row below them, got none."),
        ("", "expected names of columns and a row below them, got none."),
        ("rate,rate\n1,2\n", "expected columns of different names, got 'rate' twice."),
        ("rate,cost\n1\n", "expected 2 fields, as in the names, got 1 in row 1."),
        (
            "rate,size\n1,2\n",
            "expected a column with the metric, got rate, size. Name it by metric=.",
        ),
        (
            "rate,cost\n1,nan\n",
            "expected a column with the metric, got rate, cost. Name it by metric=.",
        ),
        (
            b"rate,cost\n\xff,2\n",
            "expected a CSV file in UTF-8, got 'utf-8' codec can't decode byte 0xff in position "
            "10: invalid start byte.",
        ),
        ('rate,cost\n"1,2\n', "expected a CSV file in UTF-8, got unexpected end of data."),
    ],
)
def test_a_bad_table_is_refused(written, text: str, error: str) -> None:
    path = written(text)
    with pytest.raises(DataError) as caught:
        read_study_table(path)
    assert str(caught.value) == f"{path}: {error}"


def test_a_bad_metric_is_refused(written) -> None:
    path = written("rate,name,cost\n1,a,2\n")
    with pytest.raises(UnknownNameError) as unknown:
        read_study_table(path, "costs")
    assert str(unknown.value) == (
        f"{path}: expected a column, got 'costs' (str). Did you mean 'cost'? Valid names: "
        "cost, name, rate."
    )
    with pytest.raises(DataError) as caught:
        read_study_table(path, "name")
    assert str(caught.value) == f"{path}: expected numbers in the column name, got none."


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_study_table(str(tmp_path / "none.csv"))


def test_which_parameters_are_drawn(table: StudyTable) -> None:
    assert table.choose_parameters(()) == (
        "activation",
        "learning_rate",
    )  # there is one value of layers
    assert table.choose_parameters((), 1) == ("activation",)
    assert table.choose_parameters(("layers",)) == ("layers",)
    with pytest.raises(UnknownNameError) as caught:
        table.choose_parameters(("rate",))
    assert str(caught.value) == (
        "made: expected a parameter, got 'rate' (str). This name is unknown. Valid names: "
        "activation, layers, learning_rate."
    )


@pytest.mark.parametrize(("given", "got"), [({"a": 1.0}, "a"), ({}, "no parameter")])
def test_nothing_that_varies_is_refused(given: dict[str, float], got: str) -> None:
    with pytest.raises(DataError) as caught:
        StudyTable("made", Metric("cost"), (TrialRow(given, 1.0),)).choose_parameters(())
    assert str(caught.value) == (f"made: expected a parameter with more than one value, got {got}.")


def test_numbers_come_before_texts() -> None:
    assert distinct(["b", 10.0, 9.0, "a", 9.0]) == [9.0, 10.0, "a", "b"]


def test_a_name_instead_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = read_study_table("investigation")  # comes with chainrule
    assert (len(printed.rows), printed.metric.name) == (800, "test_accuracy_percent")
    table = {
        "metric": "test_accuracy",
        "search": "grid",
        "data": "points.npz",
        "recipe": {"engine": "reference", "epochs": 1},
        "space": {"batch_size": [4, 8]},
    }
    rng = np.random.default_rng(0)
    np.savez("points.npz", x=rng.normal(size=(40, 2)), y=np.arange(40) % 2)
    study = compute_study(
        parse_study(StudySource("small", table), "small"), place=StudyPlace(workers=1)
    )
    read = read_study_table("small")
    assert read.metric.name == "test_accuracy"  # the study's own, not the first of the columns
    assert [row.parameters for row in read.rows] == [{"batch_size": 4.0}, {"batch_size": 8.0}]
    assert [row.value for row in read.rows] == [run["test_accuracy"] for run in study.rows()]
    assert read_study_table("small", "validation_cost").metric.name == "validation_cost"
    Path("small").write_text("rate,cost\n1,2\n")
    assert read_study_table("small").metric.name == "cost"  # a file that exists comes first
    with pytest.raises(FileError):
        read_study_table("another")
