"""Tables with answers behind their rows: through files, standard streams and data frames."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import chainrule as cr
from chainrule.errors import DataError, FileError, InputError
from chainrule.experiment.table_predictions import predict_table
from chainrule.network.network import Network


def written(path: str = "answers.csv") -> list[dict[str, str]]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def run() -> cr.SavedRun:
    """A run that learned a class from two numbers and a category."""
    random = np.random.default_rng(0)
    size, kind = random.normal(50, 10, 120), random.integers(0, 3, 120)
    label = np.where(size + 10 * kind > 60, "high", "low")
    lines = [f"{s:.3f},{'xyz'[k]},{y}" for s, k, y in zip(size, kind, label, strict=True)]
    Path("learned.csv").write_text("\n".join(["size,kind,level", *lines]) + "\n")
    cr.Experiment.create("learned.csv", epochs=10, seed=1, engine="reference").train(folder="run")
    return cr.open_run("run")


def test_the_columns_come_first_then_answer_and_probabilities(run) -> None:
    found = predict_table(run.network, "learned.csv", "answers.csv", block_rows=50)
    rows = written()
    assert list(rows[0]) == [
        *("size", "kind", "level"),
        *("answer", "probability high", "probability low", "error"),
    ]
    assert (found.rows, found.answered, found.failed, len(rows)) == (120, 120, 0, 120)
    assert found.describe() == "120 of 120 rows answered"
    assert sum(found.answers.values()) == 120
    shares = np.array([[float(row[f"probability {k}"]) for k in ("high", "low")] for row in rows])
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-6)
    right = [row["answer"] == row["level"] for row in rows]
    assert np.mean(right) > 0.85


def test_the_probabilities_are_the_network_s_to_the_bit(run) -> None:
    run.predict_table("learned.csv", "answers.csv")
    rows = written()
    columns = [(float(row["size"]), "xyz".index(row["kind"])) for row in rows]
    outputs = run.network.predict(np.array(columns, float))
    given = np.array([[row["probability high"], row["probability low"]] for row in rows])
    assert given.astype(np.float32).tobytes() == outputs.tobytes()


def test_columns_are_matched_by_name_and_bad_rows_stay(run) -> None:
    Path("new.csv").write_text(
        "note,kind,size\nfirst,x,90\nsecond,y,many\nthird,z\nfourth,q,20\n", encoding="utf-8"
    )
    found = run.predict_table("new.csv", "answers.csv")
    rows = written()
    assert [row["note"] for row in rows] == ["first", "second", "third", "fourth"]
    assert rows[0]["answer"] == "high"
    assert rows[1]["answer"] == ""
    assert rows[1]["error"].startswith("column 2 ('size'): expected a number")
    assert rows[2]["error"] == "expected 3 fields, got 2"
    assert rows[3]["answer"] == "low"
    assert (found.rows, found.answered, found.failed) == (4, 2, 2)
    assert found.describe() == "2 of 4 rows answered, 2 with errors"
    assert found.errors[0].startswith("line 3: column 2")
    assert any("note" in sentence for sentence in found.remarks)
    assert any("'q'" in sentence or "(q)" in sentence for sentence in found.remarks)


def test_a_block_without_a_whole_row_and_a_label_that_is_no_class(run) -> None:
    Path("new.csv").write_text("size,kind,level\n40,x,high\n1,2\n90,z,medium\n")
    found = predict_table(run.network, "new.csv", "answers.csv", block_rows=1)
    assert [row["error"] for row in written()] == ["", "expected 3 fields, got 2", ""]
    assert (found.answered, found.failed) == (2, 1)


def test_a_table_without_a_good_row_is_all_errors(run) -> None:
    Path("new.csv").write_text("size,kind\nmany,x\nfew,y\n")
    found = run.predict_table("new.csv", "answers.csv")
    assert (found.answered, found.failed) == (0, 2)


def test_what_is_said_is_said_of_all_blocks_together(run) -> None:
    sizes = [500, 40, 700, -9, 50, 600]
    kinds = ["x", "p", "y", "q", "x", "p"]
    lines = [f"{size},{kind}" for size, kind in zip(sizes, kinds, strict=True)]
    Path("new.csv").write_text("\n".join(["size,kind", *lines]) + "\n")
    whole = run.predict_table("new.csv", "answers.csv")
    parts = predict_table(run.network, "new.csv", "parts.csv", block_rows=2)
    assert set(parts.remarks) == set(whole.remarks)
    said = " ".join(parts.remarks)
    assert "size: 3 values above" in said
    assert "the furthest is 700." in said
    assert "size: 1 value below" in said
    assert "kind: 3 cells hold categories that the training data did not have (p, q)" in said
    answers = [[row["answer"] for row in written(name)] for name in ("parts.csv", "answers.csv")]
    assert answers[0] == answers[1]


def test_an_answer_that_is_not_sure_is_left_open(run) -> None:
    plain = run.predict_table("learned.csv", "answers.csv")
    found = run.predict_table("learned.csv", "sure.csv", abstain=0.95)
    rows = written("sure.csv")
    open_rows = [row for row in rows if row["answer"] == "?"]
    assert 0 < len(open_rows) == found.abstained < plain.rows
    assert found.answered == 120 - found.abstained
    for row in rows:
        sure = max(float(row["probability high"]), float(row["probability low"])) >= 0.95
        assert (row["answer"] != "?") == sure
    assert f"{found.abstained} left open" in found.describe()


def test_standard_streams(run, monkeypatch, capsys) -> None:
    text = Path("learned.csv").read_text()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    found = run.predict_table("-")
    lines = capsys.readouterr().out.splitlines()
    assert (found.output, len(lines)) == ("-", 121)
    run.predict_table("learned.csv", "answers.csv")
    assert Path("answers.csv").read_text().splitlines() == lines


def test_a_data_frame_and_tabs(run) -> None:
    frame = pd.DataFrame({"kind": ["x", "z"], "size": [20.0, 90.0], "answer": ["a", "b"]})
    run.predict_table(frame, "answers.tsv")
    lines = [line.split("\t") for line in Path("answers.tsv").read_text().splitlines()]
    assert lines[0][:4] == ["kind", "size", "answer", "answer_"]
    assert [line[3] for line in lines[1:]] == ["low", "high"]


def test_numbers_are_answered_in_their_own_unit() -> None:
    lines = [f"{x},{1000 + 3 * x}" for x in range(60)]
    Path("line.csv").write_text("\n".join(["x,price", *lines]) + "\n")
    made = cr.Experiment.create("line.csv", epochs=40, seed=0, engine="reference", task="numbers")
    made.train(folder="run")
    run = cr.open_run("run")
    found = run.predict_table("line.csv", "answers.csv")
    rows = written()
    assert list(rows[0]) == ["x", "price", "answer", "error"]
    assert found.answers == {}
    assert float(rows[30]["answer"]) == pytest.approx(1090, abs=60)
    with pytest.raises(InputError, match="outputs for classes are from 0 to 1, got numbers"):
        run.predict_table("line.csv", "answers.csv", abstain=0.5)


def test_a_network_that_knows_no_columns_takes_numbers_by_their_place() -> None:
    network = Network.create([2, 2], "identity", dtype="float64", biases=False)
    network = network.with_parameters(np.eye(2).ravel())
    Path("new.csv").write_text("a,b,y\n1,5,0\n4,2,1\n1,x,0\n,2,0\n")
    found = predict_table(network, "new.csv", "answers.csv")
    rows = written()
    assert list(rows[0])[3:] == ["answer 1", "answer 2", "error"]
    assert (rows[0]["answer 1"], rows[0]["answer 2"]) == ("1.0", "5.0")
    assert rows[2]["error"] == "column 1 ('b'): expected a number, got 'x'"
    assert rows[3]["error"] == "column 0 ('a'): expected a number, got a missing cell"
    assert found.remarks == ("Column 3 (the target) was left out.",)
    frame = pd.DataFrame({"a": [1.0], "b": [2.0]})
    assert predict_table(network, frame, "answers.csv").remarks == ()
    with pytest.raises(DataError, match="expected 2 columns, or 3 with the target's, got 1"):
        predict_table(network, pd.DataFrame({"a": [1.0]}), "answers.csv")


def test_a_single_output_has_two_probabilities() -> None:
    network = Network.create([1, 1], "sigmoid").with_parameters([1.0, 0.0])
    predict_table(replace(network, class_names=("no", "yes")), pd.DataFrame({"a": [9.0]}), "a.csv")
    (row,) = written("a.csv")
    assert list(row) == ["a", "answer", "probability no", "probability yes", "error"]
    assert row["answer"] == "yes"
    predict_table(replace(network, class_names=("no",)), pd.DataFrame({"a": [9.0]}), "a.csv")
    assert "probability not no" in written("a.csv")[0]
    several = Network.create([1, 2], "sigmoid")
    predict_table(replace(several, class_names=("a", "b")), pd.DataFrame({"x": [1.0]}), "a.csv")
    assert "output a" in written("a.csv")[0]
    free = replace(Network.create([1, 2], "identity"), class_names=("a", "b"))
    with pytest.raises(InputError, match="got outputs of any size"):
        predict_table(free, pd.DataFrame({"x": [1.0]}), "a.csv", abstain=0.5)


@pytest.mark.parametrize("output", ["learned.csv", "answers.xlsx", "answers"])
def test_an_output_that_cannot_be_written_is_refused_before_any_work(run, output) -> None:
    before = Path("learned.csv").read_bytes()
    with pytest.raises(InputError, match="expected another file than the input, ending with"):
        run.predict_table("learned.csv", output)
    assert Path("learned.csv").read_bytes() == before


def test_a_missing_column_leaves_no_file_behind(run) -> None:
    Path("new.csv").write_text("kind\nx\n")
    with pytest.raises(DataError, match="size"):
        run.predict_table("new.csv", "answers.csv")
    assert not Path("answers.csv").exists()
    with pytest.raises(FileError):
        run.predict_table("learned.csv", "nowhere/answers.csv")


def test_pixels_of_a_digit_table() -> None:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (60, 16))
    label = (pixels[:, 5] > 127).astype(int)
    pixels[:, 5] = 255 * label
    head = ",".join(["label", *(f"pixel{k}" for k in range(16))])
    lines = [",".join(map(str, [y, *row])) for y, row in zip(label, pixels.tolist(), strict=True)]
    Path("digits.csv").write_text("\n".join([head, *lines]) + "\n")
    made = cr.Experiment.create(
        "digits.csv", target="label", pixels=True, epochs=30, seed=0, engine="reference"
    )
    made.train(folder="run")
    found = cr.open_run("run").predict_table("digits.csv", "answers.csv")
    rows = written()
    assert found.failed == 0
    assert np.mean([row["answer"] == row["label"] for row in rows]) > 0.8
