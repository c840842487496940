from __future__ import annotations

import pytest

from chainrule.cli.flag_errors import errors_by_flags, flags_for_fields
from chainrule.errors import DivergenceError, FileError

NAMES = ("batch_size", "task", "target", "momentum")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Set batch_size, say to 3", "Set --batch-size, say to 3"),
        ("expected batch_size to fit", "expected --batch-size to fit"),
        ("give task='numbers'", "give --task numbers"),
        ("Name it with target=, or leave it", "Name it with --target, or leave it"),
        ("momentum is an optimiser", "momentum is an optimiser"),
        ("in data/batch_size.csv", "in data/batch_size.csv"),
        ("my_batch_size and batch_sizes", "my_batch_size and batch_sizes"),
    ],
)
def test_fields_become_flags(text, told) -> None:
    assert flags_for_fields(text, NAMES) == told


def test_an_error_keeps_its_kind_and_what_hangs_on_it() -> None:
    error = DivergenceError("train", got="nan in batch_size", remedy="Lower batch_size", value=7)
    error.run = object()
    with pytest.raises(DivergenceError) as caught, errors_by_flags("train", NAMES):
        raise error
    assert str(caught.value) == "train: got nan in batch_size. Lower --batch-size."
    assert (caught.value.run, caught.value.value) == (error.run, 7)


@pytest.mark.parametrize(
    ("where", "told"), [("load_dataset", "data show: got it."), ("a.csv", "a.csv: got it.")]
)
def test_the_command_stands_for_the_function(where, told) -> None:
    with pytest.raises(FileError) as caught, errors_by_flags("data show", NAMES):
        raise FileError(where, got="it")
    assert str(caught.value) == told


def test_a_file_that_is_called_as_a_function_keeps_its_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "split").mkdir()
    for where, told in (("split", "split: got it."), ("train", "tune: got it.")):
        with pytest.raises(FileError) as caught, errors_by_flags("tune", NAMES):
            raise FileError(where, got="it")
        assert str(caught.value) == told
