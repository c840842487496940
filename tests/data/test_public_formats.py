"""Tables as public sources and programs write them: what their columns become, and what is said."""

from __future__ import annotations

import datetime
import decimal
import gzip
import io
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from chainrule.data import load_dataset
from chainrule.errors import ChainruleError

_LABELS = ["no", "yes"]


def _kinds(pair: Any) -> dict[str, str]:
    return {column.name: column.kind for column in pair.train.schema.columns}


def _left_out(pair: Any) -> dict[str, str]:
    return {one.name: one.reason for one in pair.train.schema.left_out}


def _column(pair: Any, name: str) -> list[float]:
    place = pair.train.schema.names.index(name)
    values = np.concatenate([pair.train.inputs[:, place], pair.test.inputs[:, place]])
    return sorted(set(values[~np.isnan(values)].tolist()))


@pytest.fixture
def load(tmp_path: Path):
    def table(content: bytes | str, name: str = "t.csv", **options: Any):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_dataset(path, **options)

    return table


def _lines(row: Any, count: int = 20) -> str:
    return "".join(row(k) + "\n" for k in range(count))


def test_excel_in_germany(load) -> None:
    rows = _lines(
        lambda k: (
            f"{k % 9 + 1}.{k % 7}00,{k % 3}5;{k % 5 + 1}.{1 + k % 12}.2021;"
            f"{k % 4 * 5},5 %;{_LABELS[k % 2]}"
        )
    )
    pair = load(
        b"\xef\xbb\xbf" + ("Umsatz;Datum;Anteil;Kauf\r\n" + rows.replace("\n", "\r\n")).encode()
    )
    assert _kinds(pair) == {"Umsatz": "number", "Datum": "date", "Anteil": "number"}
    assert _column(pair, "Umsatz")[0] == 1000.05
    assert _column(pair, "Anteil") == [0.005, 0.055, 0.105, 0.155]
    assert pair.train.schema.columns[1].storage == "d.m.Y"


def test_excel_in_france(load) -> None:
    rows = _lines(lambda k: f"{k % 9 + 1}\u202f{k % 7}00,5;{k % 5 * 3},25 €;{_LABELS[k % 2]}")
    pair = load(("surface;prix;vendu\n" + rows).encode("utf-16"))
    assert _kinds(pair) == {"surface": "number", "prix": "number"}
    assert _column(pair, "surface")[0] == 1000.5
    assert _column(pair, "prix") == [0.25, 3.25, 6.25, 9.25, 12.25]


def test_excel_in_switzerland_and_latin_1(load) -> None:
    rows = _lines(lambda k: f"{k % 9 + 1}'{k % 7}00.5;Zürich {k % 3};{_LABELS[k % 2]}")
    pair = load(("grösse;ort;kauf\n" + rows).encode("latin-1"))
    assert _column(pair, "grösse")[0] == 1000.5
    assert "Latin-1" in pair.remarks[0]


def test_rs_write_csv_with_names_of_rows(load) -> None:
    rows = _lines(lambda k: f'"{k + 1}",{k % 7 + 0.5},"{"ab"[k % 2]}",NA,"{_LABELS[k % 2]}"')
    pair = load('"","speed","brand","lost","fast"\n' + rows)
    assert _kinds(pair) == {"speed": "number", "brand": "category"}
    assert _left_out(pair) == {"column 0": "index", "lost": "empty"}


def test_rs_write_table(load) -> None:
    rows = _lines(
        lambda k: f'"{k + 1}" {k % 7 + 0.5} TRUE "{_LABELS[k % 2]}"'.replace(
            "TRUE", ["TRUE", "FALSE"][k % 3 > 0]
        )
    )
    pair = load('"speed" "big" "fast"\n' + rows, "cars.txt")
    assert _kinds(pair) == {"speed": "number", "big": "category"}
    assert pair.train.schema.columns[1].categories == ("False", "True")


def test_uci_data_with_question_marks_and_no_names(load) -> None:
    rows = _lines(
        lambda k: f"{k % 9},{['?', k % 5][k % 4 > 0]},{['b', '?', 'a'][k % 3]},{'+-'[k % 2]}"
    )
    pair = load(rows + "\n\n", "crx.data")
    assert _kinds(pair) == {"column 0": "number", "column 1": "number", "column 2": "category"}
    assert pair.train.class_names == ("+", "-")
    assert pair.train.schema.columns[1].marks == ("?",)


def test_uci_adult_with_spaces_after_commas(load) -> None:
    rows = _lines(
        lambda k: (
            f"{20 + k % 9}, {['State-gov', 'Private', '?'][k % 3]}, {k * 977}, "
            f"{['<=50K', '>50K'][k % 2]}"
        )
    )
    pair = load(rows, "adult.data")
    assert _kinds(pair) == {"column 0": "number", "column 1": "category", "column 2": "number"}
    assert pair.train.schema.columns[1].categories == ("Private", "State-gov")


def test_uci_wine_quality_with_semicolons_and_points(load) -> None:
    rows = _lines(lambda k: f"{7 + k % 9 / 10};0.{991 + k % 9};{k % 6 + 3}", 60)
    pair = load('"fixed acidity";"density";"quality"\n' + rows)
    assert _kinds(pair) == {"fixed acidity": "number", "density": "number"}
    assert _column(pair, "density")[0] == 0.991
    assert pair.train.outputs == 6


def test_uci_auto_mpg_with_columns_of_spaces_and_quoted_names(load) -> None:
    rows = _lines(
        lambda k: (
            f'{14 + k % 9}.0   {4 + k % 2 * 4}   {["130.0", "?"][k % 5 == 4]}      "ford pinto {k}"'
        )
    )
    pair = load(rows, "auto-mpg.data", target=0)
    assert _kinds(pair) == {"column 1": "number", "column 2": "number"}
    assert pair.train.schema.columns[1].missing > 0


def test_weka_files_with_nominal_values_and_dates(load) -> None:
    head = (
        "@relation r\n@attribute temp real\n@attribute 'the sky' {sunny, 'light rain'}\n"
        "@attribute day date\n@attribute play {no, yes}\n@data\n"
    )
    skies = ["sunny", "'light rain'", "?"]
    rows = _lines(lambda k: f"{k % 9}.5,{skies[k % 3]},2020-01-{k % 20 + 10},{_LABELS[k % 2]}")
    pair = load(head + rows, "weather.arff")
    assert _kinds(pair) == {"temp": "number", "the sky": "category", "day": "date"}
    assert pair.train.schema.columns[1].categories == ("light rain", "sunny")


def test_kaggles_titanic(load) -> None:
    rows = _lines(
        lambda k: (
            f'{k + 1},{k % 2},{1 + k % 3},"Ward, Mr. A{k}",{["male", "female"][k % 2]},'
            f"{['', 20 + k % 30][k % 5 > 0]},{['A/5 ', ''][k % 3 > 0]}{k * 613 % 9973},{k % 17}.25,"
            f"{['', f'C{k}'][k % 3 == 0]},{['S', 'C', 'Q', ''][k % 4]}"
        ),
        120,
    )
    head = "PassengerId,Survived,Pclass,Name,Sex,Age,Ticket,Fare,Cabin,Embarked\n"
    pair = load(head + rows, target="Survived")
    assert _kinds(pair) == {
        **dict.fromkeys(["Pclass", "Age", "Fare"], "number"),
        **dict.fromkeys(["Sex", "Embarked"], "category"),
    }
    assert set(_left_out(pair)) == {"PassengerId", "Name", "Ticket", "Cabin"}


def test_statas_points_and_sas_months(load) -> None:
    rows = _lines(lambda k: f"{['.', k % 7][k % 4 > 0]}\t{k % 20 + 1:02}JAN2020\t{_LABELS[k % 2]}")
    pair = load("income\tvisit\tchurn\n" + rows.replace("JAN", "-JAN-"), "s.txt")
    assert _kinds(pair) == {"income": "number", "visit": "date"}
    assert pair.train.schema.columns[0].marks == (".",)


def test_sqlite_with_nulls_and_a_name(tmp_path) -> None:
    with sqlite3.connect(tmp_path / "shop.sqlite") as connection:
        connection.execute("CREATE TABLE orders (price REAL, city TEXT, paid INTEGER)")
        connection.execute("CREATE TABLE other (x)")
        rows = [(None if k % 5 == 0 else k / 2, "ab"[k % 2], k % 2) for k in range(40)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    connection.close()
    pair = load_dataset(f"{tmp_path / 'shop.sqlite'}::orders")
    assert _kinds(pair) == {"price": "number", "city": "category"}
    assert pair.train.schema.columns[0].missing > 0


def test_parquet_of_spark(tmp_path) -> None:
    count = 40
    moments = [datetime.datetime(2020, 1, 1 + k % 20, k % 24) for k in range(count)]
    table = pa.table(
        {
            "amount": pa.array([decimal.Decimal(k) / 4 for k in range(count)], pa.decimal128(9, 2)),
            "kind": pa.array(["ab"[k % 2] for k in range(count)]).dictionary_encode(),
            "at": pa.array(moments, pa.timestamp("us", "UTC")),
            "new": [bool(k % 3) for k in range(count)],
            "tags": [[k] for k in range(count)],
            "y": [k % 2 for k in range(count)],
        }
    )
    parquet.write_table(table, tmp_path / "t.parquet")
    pair = load_dataset(tmp_path / "t.parquet")
    assert _kinds(pair) == {"amount": "number", "kind": "category", "at": "date", "new": "category"}
    assert pair.train.schema.columns[2].clock
    assert pair.remarks[0] == "Columns of lists, structures or bytes were left out: tags."


def test_delimiters_at_the_end_of_each_line(load) -> None:
    pair = load("a;b;y;\n" + _lines(lambda k: f"{k % 7};{k % 5};{_LABELS[k % 2]};"), target="y")
    assert _kinds(pair) == {"a": "number", "b": "number"}
    assert _left_out(pair) == {"column 3": "empty"}


def test_comments_above_the_table(load) -> None:
    head = "# exported 2020-01-01\n# station 7\n\na,b,y\n"
    pair = load(head + _lines(lambda k: f"{k % 7},{k % 5},{_LABELS[k % 2]}"))
    assert _kinds(pair) == {"a": "number", "b": "number"}


def test_numpys_savetxt_with_a_header(load, tmp_path) -> None:
    rows = np.column_stack([np.arange(40) % 7 / 3, np.arange(40) % 5, np.arange(40) % 2])
    file = io.StringIO()
    np.savetxt(file, rows, header="length width kind")
    pair = load(file.getvalue(), "t.txt")
    assert _kinds(pair) == {"length": "number", "width": "number"}
    assert pair.train.class_names == ("0", "1")


def test_excel_with_an_empty_first_row_and_empty_columns(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.append([])
    book.active.append([None, "size", "born", "y", None, None])
    for k in range(20):
        born = datetime.datetime(2000 + k % 9, 1, 1)
        book.active.append([None, k % 7 + 0.5, born, _LABELS[k % 2], None])
    book.save(tmp_path / "t.xlsx")
    pair = load_dataset(tmp_path / "t.xlsx")
    assert _kinds(pair) == {"size": "number", "born": "date"}


def test_pandas_exports_with_one_index_or_two(load) -> None:
    rows = _lines(lambda k: f"{k},{k * 7 % 20},{k % 6 + 0.5},{_LABELS[k % 2]}")
    pair = load("Unnamed: 0.1,Unnamed: 0,x,y\n" + rows)
    assert _kinds(pair) == {"x": "number"}
    assert set(_left_out(pair).values()) == {"index"}


def test_zipped_and_gzipped_downloads(load) -> None:
    content = ("x,y\n" + _lines(lambda k: f"{k % 7},{_LABELS[k % 2]}")).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data/bank.csv", content)
        archive.writestr("__MACOSX/data/._bank.csv", b"\0")
    due = load(content).train.digest
    assert load(file.getvalue(), "bank.zip").train.digest == due
    assert load(gzip.compress(content), "bank.csv.gz").train.digest == due


def test_prices_as_shops_write_them(load) -> None:
    rows = _lines(lambda k: f'"${k % 4 + 1},{k % 9}50.00",(1.{k % 9}5),{_LABELS[k % 2]}')
    pair = load("price,change,y\n" + rows)
    assert _column(pair, "price")[0] == 1050
    assert _column(pair, "change")[0] == -1.85


def test_american_and_british_dates(load) -> None:
    rows = _lines(lambda k: f"{1 + k % 3}/{k + 1}/2020 {k % 12 + 1}:30 PM,{k % 7},{_LABELS[k % 2]}")
    pair = load("when,x,y\n" + rows)
    first = pair.train.schema.columns[0]
    assert (first.kind, first.storage, first.clock) == ("date", "m/d/Y", True)
    british = load(
        "when,x,y\n" + _lines(lambda k: f"{k + 1}/{1 + k % 3}/2020,{k % 7},{_LABELS[k % 2]}")
    )
    assert british.train.schema.columns[0].storage == "d/m/Y"
    with pytest.raises(ChainruleError, match="may have the day or the month first"):
        load(
            "when,x,y\n"
            + _lines(lambda k: f"{1 + k % 9}/{1 + k % 7}/2020,{k % 7},{_LABELS[k % 2]}")
        )


def test_a_category_with_too_many_values_and_one_of_uuids(load) -> None:
    rows = _lines(
        lambda k: f"{k:08x}-0000-4000-8000-000000000000,street {k % 130},{k % 7},{_LABELS[k % 2]}",
        400,
    )
    pair = load("key,address,x,y\n" + rows)
    assert _left_out(pair) == {"key": "identifier", "address": "text"}
    assert load("key,address,x,y\n" + rows, category=["address"]).train.schema.names[0] == "address"


def test_mushrooms_of_letters_alone(load) -> None:
    rows = _lines(lambda k: f"{'ep'[k % 2]},{'xbs'[k % 3]},{'nyw'[k % 3]},f", 60)
    pair = load(rows, "agaricus.data", target="first")
    assert len(pair.train) + len(pair.test) == 60
    assert _kinds(pair) == {"column 1": "category", "column 2": "category"}
    assert _left_out(pair) == {"column 3": "constant"}


def test_survey_codes_that_stand_for_no_answer(load) -> None:
    rows = _lines(lambda k: f"{[-99, 999, k % 5][min(k % 10, 2)]},{k % 7},{_LABELS[k % 2]}")
    pair = load("score,x,y\n" + rows, missing=["-99", "999"])
    column = pair.train.schema.columns[0]
    assert (column.high, column.marks) == (4, ("-99", "999"))


def test_codes_of_no_answer_that_nobody_named_are_said(load) -> None:
    rows = _lines(
        lambda k: f"{[-99, k % 5][k % 4 > 0]},{k % 7},{[99, k % 9][k % 3 > 0]},{_LABELS[k % 2]}"
    )
    pair = load("score,x,near,y\n" + rows)
    assert pair.remarks[1:] == (
        "score: 5 cells are -99, far from all others. If that stands for a missing cell, give "
        "missing='-99'.",
        "near: 7 cells are 99, far from all others. If that stands for a missing cell, give "
        "missing='99'.",
    )
    assert (
        len(
            load(
                "x,near,y\n" + _lines(lambda k: f"{k % 7},{k % 3 * 49.5},{_LABELS[k % 2]}")
            ).remarks
        )
        == 1
    )
    once = load(
        "x,y\n" + _lines(lambda k: f"{[k % 7, 999][k == 5]},{_LABELS[k % 2]}"), test_fraction=0.1
    )
    assert len(once.remarks) == 1
    same = load("x,y,z\n" + _lines(lambda k: f"99,{k % 7},{_LABELS[k % 2]}", 8))
    assert len(same.remarks) == 1


def test_postal_codes_are_categories(load) -> None:
    rows = _lines(
        lambda k: f"{['02139', '94103', '10001'][k % 3]},{k % 7},0{k % 5},{_LABELS[k % 2]}"
    )
    pair = load("zip,x,padded,y\n" + rows)
    assert _kinds(pair) == {"zip": "category", "x": "number", "padded": "category"}
    rows = _lines(lambda k: f"{k * 7 % 1000:03},{_LABELS[k % 2]}", 200)
    assert _kinds(load("x,y\n" + rows)) == {"x": "number"}


def test_a_truth_table_keeps_its_columns(load) -> None:
    pair = load("a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    assert _kinds(pair) == {"a": "number", "b": "number"}


def test_columns_with_one_name_are_refused(load) -> None:
    with pytest.raises(ChainruleError, match="a name of its own for each column, got 'x' for col"):
        load("x,x,y\n1,2,a\n3,4,b\n")


def test_sparse_files_of_weka_are_refused(load) -> None:
    head = "@relation r\n@attribute a real\n@attribute y {0,1}\n@data\n"
    with pytest.raises(
        ChainruleError, match="line 5: expected a value for each attribute, got a sp"
    ):
        load(head + "{0 1, 1 0}\n", "s.arff")


def test_excels_line_that_declares_the_delimiter(load) -> None:
    rows = _lines(lambda k: f"{k % 7},5;{k % 5};{_LABELS[k % 2]}")
    pair = load('"sep=;"\r\nx;z;y\r\n' + rows)
    assert _kinds(pair) == {"x": "number", "z": "number"}
    assert _column(pair, "x")[0] == 0.5
    bars = load("SEP=|\nx|z, and more|y\n" + rows.replace(";", "|"))
    assert bars.train.schema.names == ("x", "z, and more")


def test_a_header_in_two_rows_of_excel_leaves_a_column_without_a_name(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["size", None, "y"])
    for k in range(20):
        book.active.append([k % 7 + 0.5, k % 5, _LABELS[k % 2]])
    book.active.merge_cells("A1:B1")
    book.save(tmp_path / "t.xlsx")
    pair = load_dataset(tmp_path / "t.xlsx")
    assert _kinds(pair) == {"size": "number", "column 1": "number"}
    assert _column(pair, "column 1") == [0, 1, 2, 3, 4]


def test_values_of_which_pandas_made_names(load) -> None:
    names = ["0", *(f"0.{k}" for k in range(1, 257))]
    rows = _lines(lambda k: ",".join(map(str, [k % 2, *((k * 7 + np.arange(256)) % 256)])))
    pair = load(",".join(names) + "\n" + rows, target="first")
    assert len(pair.train) + len(pair.test) == 20
    assert pair.train.shape == (16, 16)
    assert pair.remarks[0] == (
        "The first row, 0, 0.1, 0.2 …, was one of values made into names; it is lost."
    )


@pytest.mark.parametrize(
    ("content", "got"),
    [
        ("\n<!DOCTYPE html>\n<html>\n", "an HTML page"),
        ("<HTML><body>a,b</body></HTML>\n", "an HTML page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d\n", "a pointer of Git LFS"),
        ("@relation iris\n@attribute a real\n@data\n1\n", "a table of Weka or KEEL"),
        ("+1 1:0.7 2:1 3:-1e-3\n-1 2:0.5 # note\n", "sparse rows of LIBSVM"),
    ],
)
def test_what_is_called_like_a_table_and_is_none(load, content, got) -> None:
    with pytest.raises(ChainruleError, match=f"got {got}"):
        load(content)


def test_times_are_no_sparse_rows(load) -> None:
    rows = _lines(lambda k: f"{_LABELS[k % 2]} 8:30 9:15 {8 + k % 2}:45")
    assert _kinds(load("kind start noon end\n" + rows, "t.txt", target="kind"))
    back = _lines(lambda k: f"{_LABELS[k % 2]} {9 - k % 2}:30 8:15 7:45")
    assert load(back, "t.txt", target="first").train.class_names == ("no", "yes")
    few = _lines(lambda k: f"{_LABELS[k % 2]} 8:3{k % 5} 9:15")
    assert load(few, "t.txt", target="first").train.class_names == ("no", "yes")


def test_keels_files_with_ranges_and_roles(load) -> None:
    head = (
        "@relation iris\n@attribute a real[4.3, 7.9]\n@attribute b integer [1, 6]\n"
        "@attribute kind {s, v}\n@inputs a, b\n@outputs kind\n@data\n"
    )
    rows = _lines(lambda k: f"{k % 7}.5, {k % 6}, {'sv'[k % 2]}")
    pair = load(head + rows, "iris.arff")
    assert _kinds(pair) == {"a": "number", "b": "number"}


def test_marks_of_c_eurostat_and_dbeaver(load) -> None:
    for mark in ("1.#IND", "-1.#QNAN", "-nan", ":", "[NULL]", "#N/A N/A"):
        pair = load("x,y\n" + _lines(lambda k: f"{[mark, k / 8][k % 4 > 0]},{_LABELS[k % 2]}", 60))  # noqa: B023
        assert _kinds(pair) == {"x": "number"}
        assert pair.train.schema.columns[0].missing > 0


def test_a_word_among_numbers_is_refused_rather_than_the_column_left_out(load) -> None:
    rows = _lines(lambda k: f"{['void', k / 8][k % 4 > 0]},{k % 7},{_LABELS[k % 2]}", 60)
    with pytest.raises(ChainruleError, match=r"got 'void'; \d+ more .* give missing='void'"):
        load("x,z,y\n" + rows)
    assert _kinds(load("x,z,y\n" + rows, missing=["void"])) == {"x": "number", "z": "number"}
    flags = _lines(lambda k: f"{k / 8} {'ep'[k % 2]},{k % 7},{_LABELS[k % 2]}", 60)
    assert _left_out(load("x,z,y\n" + flags)) == {"x": "identifier"}


def test_a_test_table_without_labels_is_refused(tmp_path) -> None:
    rows = _lines(lambda k: f"{k % 7},{_LABELS[k % 2]}")
    (tmp_path / "train.csv").write_text("x,y\n" + rows)
    (tmp_path / "test.csv").write_text("x\n1\n2\n")
    with pytest.raises(ChainruleError, match=r"test.csv: .*without it. Rows without labels can be"):
        load_dataset(tmp_path)


def test_dates_in_the_basic_format(load) -> None:
    sold = _lines(lambda k: f"201410{k * 7 % 20 + 10}T000000,{k % 7},{_LABELS[k % 2]}")
    found = load("sold,x,y\n" + sold).train.schema.columns[0]
    assert (found.kind, found.storage, found.clock) == ("date", "Ymd", True)
    plain = "sold,x,y\n" + sold.replace("T000000", "")
    assert _kinds(load(plain))["sold"] == "number"
    assert _column(load(plain, date=["sold"]), "sold")[0] == 16353


def test_classes_in_a_column_each_are_said(load) -> None:
    head, rows = "a,open,red,green,blue\n", lambda k: [k % 3 == 0, k % 3 == 1, k % 3 == 2]
    pair = load(head + _lines(lambda k: ",".join(map(str, [k % 7, k % 2, *map(int, rows(k))]))))
    assert pair.remarks[-1] == (
        "In each row one of red, green, blue is 1. If they are the classes of one target, write "
        "their names into one column; as inputs they give the target away."
    )
    twice = _lines(lambda k: f"{k % 7},{k % 2},{k % 2},{(k + 1) % 2},{int(k % 3 == 0)}")
    assert len(load(head + twice).remarks) == 1
    pairs = _lines(lambda k: f"{k % 7},{k % 5},{k % 5},{(k + 1) % 2},{k % 2}")
    assert len(load(head + pairs).remarks) == 1
    halves = _lines(lambda k: f"{k % 7},{[0, 0.5, 1][k % 3]},{k % 5},{k % 6},{int(k % 3 == 0)}")
    assert len(load(head + halves).remarks) == 1


def test_five_in_a_hundred_spoilt_cells_are_refused(load) -> None:
    rows = _lines(lambda k: f"{[1e15, 10 + k % 7][k % 24 > 0]},{k % 5},{_LABELS[k % 2]}", 240)
    with pytest.raises(ChainruleError, match="expected numbers of one order of magnitude, got"):
        load("a,b,y\n" + rows)


def test_a_label_in_front_without_a_name_is_advised(load) -> None:
    content = _lines(lambda k: f"{k % 2},{k % 7}.5,{k % 5},0")
    with pytest.raises(ChainruleError, match=r"column 3 has one class\. Name the label: .*'first'"):
        load(content)
    with pytest.raises(ChainruleError, match=r"column 0 has one class\. Name the label: .*'NAME'"):
        load("\n".join(f"0{line[1:]}" for line in content.splitlines()), target="first")
