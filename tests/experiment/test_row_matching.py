"""Predictions for the rows of tables, by networks that know their columns and others."""

from __future__ import annotations

import gzip
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, DataError, InputError
from chainrule.experiment import SavedRun


@pytest.fixture
def plain() -> SavedRun:
    """A network of two numbers that knows nothing of columns."""
    network = cr.Network.create([2, 3, 2], "relu", output_activation="softmax", seed=0)
    replace(network, class_names=("a", "b")).save("plain.safetensors")
    return cr.open_run("plain.safetensors")


@pytest.fixture
def flowers() -> SavedRun:
    """A run that learned from a table with names, a category and blanks."""
    rng = np.random.default_rng(0)
    lines = ["id,length,width,soil,kind"]
    for k in range(60):
        kind = k % 2
        length = "" if k % 9 == 5 else f"{5 + kind + rng.normal() / 4:.2f}"
        lines.append(f"{k + 1},{length},{3 - kind:.1f},{'xyz'[k % 3]},{('rose', 'tulip')[kind]}")
    Path("flowers.csv").write_text("\n".join(lines) + "\n")
    cr.Experiment.create("flowers.csv", epochs=20, seed=0).train(folder="run")
    return cr.open_run("run")


def _answers(found) -> list[tuple[str, ...]]:
    return [(one.answer, *one.outputs) for one in found]


def test_rows_with_and_without_a_header(plain: SavedRun) -> None:
    Path("a.csv").write_text("1,2\n\n3,4.5\n")
    Path("b.csv").write_text("length;width\n1;2\n")
    first, second = plain.predict("a.csv"), plain.predict("b.csv")
    assert [one.input for one in first] == ["a.csv, line 1", "a.csv, line 3"]
    assert _answers(second) == _answers(first[:1])
    assert plain.network.predict(np.array([[1.0, 2.0]], np.float32))[0].max() == pytest.approx(
        first[0].outputs[0].value
    )


def test_the_column_of_targets_is_left_out(plain: SavedRun) -> None:
    Path("a.csv").write_text("1,2,7\n")
    Path("b.csv").write_text("1,2\n")
    (one,) = plain.predict("a.csv")
    assert one.remarks == ("Column 3 (the target) was left out.",)
    assert _answers([one]) == _answers(plain.predict("b.csv"))


def test_compressed_and_marked_as_unicode(plain: SavedRun) -> None:
    Path("a.csv.gz").write_bytes(gzip.compress("\ufeff1\t2".encode()))
    assert len(plain.predict("a.csv.gz")) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.csv: expected at least one row, got an empty file."),
        (b"a,b\n", "a.csv: expected at least one row below the header, got none."),
        (b"1,2\n3\n", "a.csv, line 2: expected 2 fields, got 1."),
        (
            b"1,2,3,4\n",
            "a.csv: expected 2 columns, or 3 with the target's, got 4. "
            "The network takes 2 numbers.",
        ),
        (b'1,"2\n', "a.csv, line 1: expected comma-separated values, got unexpected end of data."),
    ],
)
def test_other_files_are_refused(plain: SavedRun, content: bytes, message: str) -> None:
    Path("a.csv").write_bytes(content)
    with pytest.raises(ChainruleError) as caught:
        plain.predict("a.csv")
    assert str(caught.value) == message


def test_a_cell_that_cannot_be_read_does_not_end_the_other_rows(plain: SavedRun) -> None:
    Path("a.csv").write_text("1,2\n3,x\n5,\n7,inf\n9,10\n")
    found = plain.predict("a.csv", errors="return")
    assert [getattr(one, "answer", None) is not None for one in found] == [1, 0, 0, 0, 1]
    assert str(found[1].error).startswith("a.csv, line 2, column 1: expected a number, got")
    assert "missing" in str(found[2].error)
    with pytest.raises(DataError, match=r"^a\.csv, line 2, column 1"):
        plain.predict("a.csv")


def test_columns_are_found_by_name_however_they_are_stored(flowers: SavedRun) -> None:
    frame = pd.read_csv("flowers.csv")
    due = _answers(flowers.predict("flowers.csv"))
    turned = frame[["soil", "kind", "width", "length"]].assign(more=1)
    turned.to_csv("turned.csv", index=False)
    frame.to_parquet("flowers.parquet")
    found = flowers.predict("turned.csv")
    assert _answers(found) == due
    assert found[0].remarks == ("Columns that the network does not know were ignored: more.",)
    assert _answers(flowers.predict("flowers.parquet")) == due
    assert _answers(flowers.predict(frame)) == due
    assert _answers(flowers.predict(pl.from_pandas(turned.drop(columns="kind")))) == due
    with pytest.raises(DataError, match="expected the columns width"):
        flowers.predict(frame.drop(columns="width"))


def test_a_copied_network_answers_as_the_run(flowers: SavedRun) -> None:
    Path("elsewhere").mkdir()
    Path("elsewhere/flowers.safetensors").write_bytes(Path("run/network.safetensors").read_bytes())
    copied = cr.open_run("elsewhere/flowers.safetensors")
    assert _answers(copied.predict("flowers.csv")) == _answers(flowers.predict("flowers.csv"))
    mine = flowers.evaluate("flowers.csv", part="all").to_dict()
    assert copied.evaluate("flowers.csv", part="all").to_dict() == mine


def test_images_in_the_rows_of_a_table() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 4, 4)).astype(np.uint8)
    np.savez("images.npz", x=images, y=np.arange(40) % 4)
    cr.Experiment.create("images.npz", epochs=2, seed=0).train(folder="run")
    run = cr.open_run("run")
    header = ",".join(f"pixel{k}" for k in range(16))
    rows = "\n".join(",".join(map(str, one.ravel())) for one in images[:7])
    Path("rows.csv").write_text(f"{header}\n{rows}\n")
    found = run.predict("rows.csv")
    due = run.network.classify(images[:7].reshape(7, -1))
    assert [one.answer for one in found] == [str(k) for k in due]
    frame = pl.read_csv("rows.csv")
    assert _answers(run.predict(frame)) == _answers(found)
    Path("broken.csv").write_text('"')
    with pytest.raises(ChainruleError):
        run.predict("broken.csv")


def test_a_row_of_another_width_does_not_end_the_other_rows(plain: SavedRun) -> None:
    Path("a.csv").write_text("x,y\n1,2\n3\n\n3,four\n1,2\n")
    first, short, word, last = plain.predict("a.csv", errors="return")
    assert _answers([last]) == _answers([first])
    assert last.input == "a.csv, line 6"
    assert short.to_dict() == {
        "input": "a.csv, line 3",
        "error": "a.csv, line 3: expected 2 fields, got 1.",
    }
    assert word.input == "a.csv, line 5"
    assert str(word.error) == "a.csv, line 5, column 1 ('y'): expected a number, got 'four'."


def test_a_workbook_that_cannot_be_read_is_refused(plain: SavedRun) -> None:
    Path("a.xlsx").write_bytes(b"no workbook")
    with pytest.raises(DataError, match="an intact zip archive"):
        plain.predict("a.xlsx")


@pytest.mark.parametrize(
    "source", [None, 3, {"x": 1}, [1, 2], np.ones((2, 2)), pl.LazyFrame({"x": [1]})], ids=str
)
def test_what_is_no_file_and_no_table_is_refused(plain: SavedRun, source) -> None:
    with pytest.raises(InputError, match=r"^predict: expected the path of a file, or a data frame"):
        plain.predict(source)
    with pytest.raises(InputError, match=r"^predict: expected the path of a file, or a data frame"):
        plain.predict_table(source, "out.csv")


def test_paths_are_files(plain: SavedRun) -> None:
    Path("a.csv").write_text("1,2\n")
    (due,) = plain.predict("a.csv")
    (one,) = plain.predict(Path("a.csv"))
    assert (one.input, _answers([one])) == (due.input, _answers([due]))
    assert len(plain.predict(path for path in [Path("a.csv"), "a.csv"])) == 2
    plain.predict_table(Path("a.csv"), "out.csv")
    assert Path("out.csv").read_text().splitlines()[1].startswith(f"1,2,{due.answer},")


def test_arrays_with_names_and_a_table_of_a_database(flowers: SavedRun) -> None:
    frame = pd.read_csv("flowers.csv").drop(columns=["id", "soil", "kind"])
    Path("numbers.csv").write_text(frame.assign(kind=["rose", "tulip"] * 30).to_csv(index=False))
    cr.Experiment.create("numbers.csv", epochs=2, seed=0).train(folder="numbers")
    found = cr.open_run("numbers")
    due = found.predict("numbers.csv")
    names = list(frame.columns[::-1])
    y = np.array(["rose", "tulip"] * 30)
    np.savez("rows.npz", x=frame[names].to_numpy(), y=y, feature_names=names)
    assert _answers(found.predict("rows.npz")) == _answers(due)
    with sqlite3.connect("rows.db") as connection:
        connection.execute("CREATE TABLE other (x)")
        frame.to_sql("rows", connection, index=False)
    connection.close()
    assert _answers(found.predict("rows.db::rows")) == _answers(due)
    for source in ("rows.npz", "rows.db::rows"):
        found.predict_table(source, "out.csv", block_rows=7)
        written = pd.read_csv("out.csv")
        assert written["answer"].tolist() == [one.answer for one in due]
    np.savez("images.npz", x=np.zeros((3, 4, 4), np.uint8), y=np.arange(3))
    with pytest.raises(DataError, match="a table with rows and columns, got arrays or images"):
        found.predict("images.npz")


def test_tables_of_which_no_row_can_be_read_are_refused(plain: SavedRun) -> None:
    Path("a.csv").write_text("x,y\n3\n4\n")
    with pytest.raises(DataError, match="line 2: expected 2 fields, as in the first row, got 1"):
        plain.predict("a.csv")
    Path("a.csv").write_bytes(b"1,2\n3,\x004\n")
    with pytest.raises(DataError, match="line 2: expected text, got a NUL byte"):
        plain.predict("a.csv")
    Path("a.log").write_text("1,2\n")
    with pytest.raises(DataError, match=r"expected a table that ends in .*, .npz, got 'a.log'"):
        plain.predict("a.log")
