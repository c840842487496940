import gzip
import lzma

import numpy as np
import pytest

from chainrule.data.idx import find_idx, read_idx_pair
from chainrule.data.reader import ReadOptions
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
