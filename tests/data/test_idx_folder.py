import gzip
import lzma

import numpy as np
import pytest

from chainrule.data.idx import find_idx, read_idx_pair
from chainrule.data.reader import ReadOptions
from chainrule.data.sources import read_source
from chainrule.errors import DataError, FileError

_LABELS = np.array([0, 1, 0, 1, 2, 2], np.uint8)


@pytest.fixture
def folder(tmp_path, idx_bytes, grey_images):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(grey_images)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(_LABELS))
    (tmp_path / "t10k-images.idx3-ubyte").write_bytes(idx_bytes(grey_images[:2]))
    (tmp_path / "t10k-labels-idx1-ubyte.xz").write_bytes(lzma.compress(idx_bytes(_LABELS[:2])))
    (tmp_path / "readme.txt").write_text("digits")
    return tmp_path


def test_the_four_files_are_found_however_compressed(folder, grey_images):
    train, test = read_idx_pair(folder, ReadOptions())
    np.testing.assert_array_equal(train.inputs, grey_images)
    np.testing.assert_array_equal(train.labels, _LABELS)
    np.testing.assert_array_equal(test.inputs, grey_images[:2])
    assert test.where == str(folder / "t10k-images.idx3-ubyte")


def test_the_names_may_begin_with_the_sets_own(tmp_path):
    for name in (
        "emnist-digits-train-images-idx3-ubyte",
        "emnist-digits-test-labels-idx1-ubyte.gz",
    ):
        (tmp_path / name).touch()
    assert list(find_idx(tmp_path)) == [("test", "labels"), ("train", "images")]


def test_without_a_test_part_there_is_one_part(folder):
    (folder / "t10k-images.idx3-ubyte").unlink()
    assert read_idx_pair(folder, ReadOptions())[1] is None


@pytest.mark.parametrize(
    ("missing", "example"),
    [
        ("train-labels-idx1-ubyte", "train labels, such as train-labels-idx1-ubyte.gz"),
        ("train-images-idx3-ubyte.gz", "train images, such as train-images-idx3-ubyte.gz"),
        ("t10k-labels-idx1-ubyte.xz", "test labels, such as test-labels-idx1-ubyte.gz"),
    ],
)
def test_a_missing_file_is_named(folder, missing, example):
    (folder / missing).unlink()
    with pytest.raises(DataError) as refused:
        read_idx_pair(folder, ReadOptions())
    assert str(refused.value) == f"{folder}: expected a file of {example}, got none."


def test_the_same_file_twice_is_read_once_and_two_sets_are_refused(folder):
    plain, packed = (folder / f"train-labels-idx1-ubyte{suffix}" for suffix in ("", ".gz"))
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert find_idx(folder)["train", "labels"] == plain
    (folder / "more-train-labels-idx1-ubyte").touch()
    with pytest.raises(DataError) as refused:
        find_idx(folder)
    assert str(refused.value) == (
        f"{folder}: expected one file of train labels, "
        "got more-train-labels-idx1-ubyte and train-labels-idx1-ubyte. "
        "Put each data set into a folder of its own."
    )


def test_labels_in_place_of_images_are_refused(folder):
    (folder / "train-images-idx3-ubyte.gz").write_bytes(
        (folder / "train-labels-idx1-ubyte").read_bytes()
    )
    with pytest.raises(DataError) as refused:
        read_idx_pair(folder, ReadOptions())
    assert str(refused.value) == (
        f"{folder / 'train-images-idx3-ubyte.gz'}: expected 3 dimensions, got 1."
    )


def test_a_folder_that_cannot_be_read_is_a_file_error(tmp_path):
    with pytest.raises(FileError) as refused:
        find_idx(tmp_path / "none")
    assert str(refused.value) == (
        f"{tmp_path / 'none'}: expected a readable file, got No such file or directory."
    )


@pytest.fixture
def write(tmp_path, idx_bytes):
    """Write a set's training files: its prefix, its images, its labels."""

    def written(prefix, images, labels):
        (tmp_path / f"{prefix}train-images-idx3-ubyte").write_bytes(idx_bytes(images))
        (tmp_path / f"{prefix}train-labels-idx1-ubyte").write_bytes(idx_bytes(labels))

    return written


def test_a_folder_that_holds_each_file_twice(tmp_path, write, grey_images):
    write("", grey_images, _LABELS)
    for path in list(tmp_path.iterdir()):
        inner = tmp_path / path.name.replace("-idx", ".idx")
        inner.mkdir()
        (inner / path.name).write_bytes(path.read_bytes())
    train, test = read_source(tmp_path, ReadOptions())
    np.testing.assert_array_equal(train.inputs, grey_images)
    assert test is None
    assert train.where == str(tmp_path / "train-images-idx3-ubyte")


def test_each_file_in_a_folder_of_its_name(tmp_path, write, grey_images):
    write("", grey_images, _LABELS)
    for path in list(tmp_path.iterdir()):
        content, inner = path.read_bytes(), path
        path.unlink()
        inner.mkdir()
        (inner / path.name).write_bytes(content)
    np.testing.assert_array_equal(read_idx_pair(tmp_path, ReadOptions())[0].inputs, grey_images)


@pytest.mark.parametrize(
    ("prefix", "first", "names"),
    [
        ("emnist-letters-", 1, ["A", "B", "A", "B", "C", "C"]),
        ("emnist-balanced-", 9, ["9", "A", "9", "A", "B", "B"]),
        ("EMNIST-digits-", 0, ["0", "1", "0", "1", "2", "2"]),
        ("my-emnist-old-", 5, [5, 6, 5, 6, 7, 7]),
        ("emnist-letters-", 0, [0, 1, 0, 1, 2, 2]),
        ("emnist-digits-", 8, [8, 9, 8, 9, 10, 10]),
    ],
)
def test_emnist_is_turned_upright_and_its_classes_named(
    tmp_path, write, grey_images, prefix, first, names
):
    write(prefix, grey_images.transpose(0, 2, 1), _LABELS + np.uint8(first))
    train, _ = read_source(tmp_path, ReadOptions())
    np.testing.assert_array_equal(train.inputs, grey_images)
    assert train.labels.tolist() == names
    assert train.remarks == (
        "EMNIST's own files hold each image mirrored and on its side; "
        "the images were turned upright.",
    )


@pytest.mark.parametrize("prefix", ["", "hemnist-digits-", "kmnist-", "fashion-mnist-"])
def test_other_sets_are_left_as_they_lie(tmp_path, write, grey_images, prefix):
    write(prefix, grey_images, _LABELS)
    train, _ = read_source(tmp_path, ReadOptions())
    np.testing.assert_array_equal(train.inputs, grey_images)
    assert (train.labels.tolist(), train.remarks) == (_LABELS.tolist(), ())


def test_one_of_several_sets_is_chosen_by_a_file(tmp_path, write, grey_images):
    write("emnist-digits-", grey_images.transpose(0, 2, 1), _LABELS)
    write("", grey_images[:3], _LABELS[:3])
    train, _ = read_source(tmp_path / "emnist-digits-train-labels-idx1-ubyte", ReadOptions())
    assert len(train.inputs) == 6
    train, _ = read_source(tmp_path / "train-images-idx3-ubyte", ReadOptions())
    assert (len(train.inputs), train.remarks) == (3, ())
