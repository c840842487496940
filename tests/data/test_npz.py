import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.data.numpy_files import read_npz
from chainrule.data.reader import ReadOptions
from chainrule.data.sources import read_source
from chainrule.errors import DataError

_X = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
_Y = np.array([0, 2, 1])


def _saved(folder, save=np.savez, **arrays):
    path = folder / "set.npz"
    save(path, **arrays)
    return path


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    ("x", "y", "x_test", "y_test"),
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("X_train", "y_train", "X_test", "y_test"),
        ("inputs", "targets", "test_inputs", "test_targets"),
        ("train_images", "train_labels", "test_images", "test_labels"),
    ],
)
def test_both_parts_are_found_by_their_names(tmp_path, save, x, y, x_test, y_test):
    path = _saved(tmp_path, save, **{x: _X, y: _Y, x_test: _X[:1], y_test: _Y[:1], "more": _Y})
    train, test = read_npz(path, ReadOptions())
    np.testing.assert_array_equal(train.inputs, _X)
    assert train.labels.tolist() == [0, 2, 1]
    assert (test.inputs.shape, test.labels.tolist()) == ((1, 2, 2), [0])
    assert train.where == str(path)
    assert train.place(2) == "row 2"


@pytest.mark.parametrize(
    ("x", "y"),
    [("x", "y"), ("X", "y"), ("inputs", "targets"), ("images", "labels"), ("data", "target")],
)
def test_one_part_is_enough(tmp_path, x, y):
    train, test = read_npz(_saved(tmp_path, **{x: _X, y: np.array(["a", "b", "a"])}), ReadOptions())
    assert train.labels.tolist() == ["a", "b", "a"]
    assert test is None


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        (
            {"x": _X, "z": _Y},
            "expected arrays called x_train and y_train, or inputs and targets, or x and y, "
            "got x, z.",
        ),
        (
            {},
            "expected arrays called x_train and y_train, or inputs and targets, or x and y, "
            "got an empty archive.",
        ),
        (
            {"x": np.array(3.0), "y": _Y},
            "expected an array of numbers, one example per row, and its labels, "
            "got x.npy of shape () (float64), y.npy of shape (3,) (int64).",
        ),
        (
            {"x": np.array(["a"]), "y": _Y[:1]},
            "expected an array of numbers, one example per row, and its labels, "
            "got x.npy of shape (1,) (<U1), y.npy of shape (1,) (int64).",
        ),
    ],
)
def test_archives_without_inputs_and_targets_are_refused(tmp_path, arrays, text):
    path = _saved(tmp_path, **arrays)
    with pytest.raises(DataError) as refused:
        read_npz(path, ReadOptions())
    assert str(refused.value) == f"{path}: {text}"


def test_objects_are_never_loaded(tmp_path):
    path = _saved(tmp_path, x=_X, y=np.array([{}, {}, {}], dtype=object))
    with pytest.raises(DataError) as refused:
        read_npz(path, ReadOptions())
    assert str(refused.value) == (
        f"{path}: y.npy: expected an array of numbers or texts, got the header "
        "\"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\". "
        "Arrays of Python objects are never loaded, as loading them can run any program."
    )


def _zipped(folder, **files):
    path = folder / "set.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name + ".npy", content)
    return path


def _npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_bombs_are_refused_in_small_memory(tmp_path, small_memory):
    small, bomb = _npy(_Y), _npy(np.zeros(2**25, np.uint8))
    path = _zipped(tmp_path, x=bomb, y=small)
    assert path.stat().st_size < 2**16
    with small_memory(2**21), pytest.raises(DataError) as refused:
        read_npz(path, ReadOptions(limit=2**20))
    assert str(refused.value) == (
        f"{path}: expected at most 1048576 bytes of content, got 33554560 in 'x.npy'. "
        "Raise the limit (--limit BYTES) if the file is supposed to be that large."
    )
    path = _zipped(tmp_path, x=small + bytes(2**24), y=small)
    with small_memory(2**21), pytest.raises(DataError) as refused:
        read_npz(path, ReadOptions())
    assert str(refused.value) == f"{path}: x.npy: expected an array of 24 bytes, got more."


def test_texts_of_no_characters_are_refused(tmp_path):
    content = _npy(np.array(["a", "b", "c"])).replace(b"c\0\0\0", b"\xff" * 4)
    path = _zipped(tmp_path, x=_npy(_X), y=content)
    with pytest.raises(DataError) as refused:
        read_npz(path, ReadOptions())
    assert str(refused.value) == (
        f"{path}: y.npy: expected texts, got numbers that are not character codes."
    )


@given(st.lists(st.tuples(st.integers(0, 10**4), st.integers(1, 255)), min_size=1, max_size=4))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes_are_arrays_or_a_data_error(tmp_path, small_memory, attempt, flips):
    path = _saved(tmp_path, np.savez_compressed, x=_X, y=np.array(["a", "b", "a"]))
    content = bytearray(path.read_bytes())
    for at, mask in flips:
        content[at % len(content)] ^= mask
    path.write_bytes(content)
    with small_memory(2**22):
        parts, text = attempt(read_npz, path, ReadOptions())
    assert text.startswith(str(path)) if parts is None else len(parts) == 2


def test_arrays_that_are_not_read_are_listed(tmp_path):
    path = _saved(tmp_path, train_images=_X, train_labels=_Y, val_images=_X, val_labels=_Y)
    train, test = read_npz(path, ReadOptions())
    assert test is None
    assert train.remarks == ("Not read: val_images.npy, val_labels.npy.",)


def test_a_folder_of_arrays(tmp_path):
    for name, array in (("X_train", _X), ("y_train", _Y), ("X_test", _X[:1]), ("y_test", _Y[:1])):
        np.save(tmp_path / f"{name}.npy", array)
    (tmp_path / "notes.txt").write_text("arrays")
    train, test = read_source(tmp_path, ReadOptions())
    np.testing.assert_array_equal(train.inputs, _X)
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 2, 1], [0])
    assert train.where == str(tmp_path)


def test_a_broken_array_in_a_folder_is_named(tmp_path):
    np.save(tmp_path / "x.npy", _X)
    (tmp_path / "y.npy").write_bytes(b"none")
    with pytest.raises(DataError) as refused:
        read_source(tmp_path, ReadOptions())
    assert str(refused.value).startswith(f"{tmp_path / 'y.npy'}: expected 8 more bytes")
    (tmp_path / "y.npy").unlink()
    with pytest.raises(DataError, match=r"other files: x\.npy"):
        read_source(tmp_path, ReadOptions())
