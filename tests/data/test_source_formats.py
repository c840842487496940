import gzip
import lzma

import numpy as np
import pytest
from PIL import Image

from chainrule.data.reader import ReadOptions
from chainrule.data.sources import read_source
from chainrule.data.tables import TABLE_SUFFIXES
from chainrule.errors import DataError, FileError


def _images(folder, count=2):
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.new("L", (3, 2), number).save(folder / name / f"{number}.png")


@pytest.mark.parametrize(
    ("name", "compress"),
    [
        ("t.csv", bytes),
        ("t.CSV.GZ", gzip.compress),
        ("t.tsv.xz", lzma.compress),
        ("my.data.txt", bytes),
    ],
)
def test_text_tables(tmp_path, name, compress):
    (tmp_path / name).write_bytes(compress(b"1,2,a\n"))
    train, test = read_source(tmp_path / name, ReadOptions())
    assert ([cells.texts for cells in train.columns], test) == ([("1",), ("2",), ("a",)], None)


def test_parquet_and_npz(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    for name in ("t.parquet", "t.pq"):
        parquet.write_table(pa.table({"x": [1.0], "y": ["a"]}), tmp_path / name)
        assert read_source(tmp_path / name, ReadOptions())[0].names == ("x", "y")
    np.savez(tmp_path / "t.npz", x_train=np.eye(2), y_train=[0, 1], x_test=np.eye(2), y_test=[1, 0])
    train, test = read_source(tmp_path / "t.npz", ReadOptions())
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 1], [1, 0])


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("t.doc", ""),
        ("t", ""),
        ("t.gz", ""),
        (
            "training.pt",
            " In Python, save the arrays with numpy.savez('data.npz', x_train=…, y_train=…).",
        ),
        ("x_train.npy", " Give the folder that holds x_train.npy and y_train.npy."),
        ("old.xls", " Save it as .xlsx or .csv."),
    ],
)
def test_an_unknown_format_is_refused(tmp_path, name, remedy):
    (tmp_path / name).touch()
    with pytest.raises(DataError) as refused:
        read_source(tmp_path / name, ReadOptions())
    assert str(refused.value) == (
        f"{tmp_path / name}: expected a file that ends in .npz, {', '.join(TABLE_SUFFIXES)}, "
        f"got {name!r}.{remedy}"
    )


def test_a_folder_of_idx_files(tmp_path, idx_bytes, grey_images):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes(grey_images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(6, dtype=np.uint8)))
    train, test = read_source(tmp_path, ReadOptions())
    assert (train.inputs.shape, test) == ((6, 2, 3), None)


def test_a_folder_of_classes(tmp_path):
    _images(tmp_path)
    train, test = read_source(tmp_path, ReadOptions())
    assert (train.inputs.shape, train.labels, test) == ((4, 2, 3), ["a", "a", "b", "b"], None)


def test_folders_of_train_and_test_classes(tmp_path):
    _images(tmp_path / "train", 3)
    _images(tmp_path / "test", 1)
    train, test = read_source(tmp_path, ReadOptions())
    assert (len(train.inputs), len(test.inputs)) == (6, 2)
    assert test.labels == ["a", "b"]


def test_tables_of_train_and_test(tmp_path):
    (tmp_path / "train.csv").write_text("1,a\n2,b\n")
    (tmp_path / "test.csv.gz").write_bytes(gzip.compress(b"3,b\n"))
    train, test = read_source(tmp_path, ReadOptions())
    assert (train.columns[1].texts, test.columns[1].texts) == (("a", "b"), ("b",))


def test_a_train_folder_alone_is_a_class(tmp_path):
    _images(tmp_path)
    (tmp_path / "a").rename(tmp_path / "train")
    assert set(read_source(tmp_path, ReadOptions())[0].labels) == {"train", "b"}


def test_two_files_for_one_part_are_refused(tmp_path):
    for name in ("train.csv", "train.npz", "test.csv"):
        (tmp_path / name).touch()
    with pytest.raises(DataError) as refused:
        read_source(tmp_path, ReadOptions())
    assert str(refused.value) == (
        f"{tmp_path}: expected one file or folder called train, got train.csv and train.npz."
    )


def test_a_part_that_has_parts_is_refused(tmp_path):
    (tmp_path / "test.csv").write_text("1,a\n")
    path = tmp_path / "train.npz"
    np.savez(path, x_train=np.eye(2), y_train=[0, 1], x_test=np.eye(2), y_test=[1, 0])
    with pytest.raises(DataError) as refused:
        read_source(tmp_path, ReadOptions())
    assert str(refused.value) == f"{path}: expected one part, got arrays for two parts."


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError) as refused:
        read_source(tmp_path, ReadOptions())
    assert str(refused.value) == (
        f"{tmp_path}: expected a folder of pictures for each class, got an empty folder. "
        "Put the pictures of each class into a folder named after the class."
    )


def test_a_path_that_vanished_is_a_file_error(tmp_path):
    with pytest.raises(FileError) as refused:
        read_source(tmp_path / "t.csv", ReadOptions())
    assert str(refused.value) == (
        f"{tmp_path / 't.csv'}: expected a readable file, got No such file or directory."
    )
