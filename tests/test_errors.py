"""The tree of errors, their one form, and their way to another process."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from chainrule import errors
from chainrule.errors import (
    ChainruleError,
    DataError,
    DivergenceError,
    DownloadError,
    FileError,
    InputError,
    IntegrityError,
    MissingLibraryError,
    RunFolderError,
    ShapeError,
    TrainingInterrupted,
    UnknownNameError,
    describe,
    unknown_name,
)

# Each class with the class it refines and the built-in by which a script may catch it.
TREE: list[tuple[type[ChainruleError], type, type[Exception]]] = [
    (InputError, ChainruleError, ValueError),
    (ShapeError, InputError, ValueError),
    (UnknownNameError, InputError, ValueError),
    (DataError, ChainruleError, ValueError),
    (IntegrityError, DataError, ValueError),
    (FileError, ChainruleError, OSError),
    (RunFolderError, FileError, OSError),
    (DownloadError, FileError, OSError),
    (MissingLibraryError, ChainruleError, ImportError),
    (DivergenceError, ChainruleError, ArithmeticError),
]
KINDS = [kind for kind, _, _ in TREE]


@pytest.mark.parametrize(("kind", "parent", "builtin"), TREE)
def test_each_error_stands_in_the_tree(kind: Any, parent: type, builtin: type[Exception]) -> None:
    assert issubclass(kind, parent)
    assert issubclass(kind, builtin)
    with pytest.raises(builtin, match=r"^f: expected 1, got 2\.$"):
        raise kind("f", expected="1", got="2")


def test_the_tree_is_whole() -> None:
    exported = {getattr(errors, name) for name in errors.__all__}
    classes = {thing for thing in exported if isinstance(thing, type)}
    assert classes == {ChainruleError, TrainingInterrupted, *KINDS}


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (
            {"expected": "3 rows", "got": "4", "why": "The batch has 3", "remedy": "Take one off"},
            "f: expected 3 rows, got 4. The batch has 3. Take one off.",
        ),
        ({"expected": "3 rows"}, "f: expected 3 rows."),
        ({"got": "no rows"}, "f: got no rows."),
        ({"why": "Nothing fits"}, "f: Nothing fits."),
        ({"remedy": "Try again!"}, "f: Try again!"),
        ({"why": "Did you mean 'x'?", "remedy": "See y."}, "f: Did you mean 'x'? See y."),
        ({"expected": "one\n  line", "got": "two\tlines"}, "f: expected one line, got two lines."),
        ({}, "f:"),
    ],
)
def test_every_message_has_the_one_form_in_one_line(parts: dict[str, str], text: str) -> None:
    assert str(ChainruleError("f", **parts)) == text


def test_the_parts_hang_on_the_error() -> None:
    error = InputError(
        "f", expected="a", got="b", why="c", remedy="d", argument="rate", value=[1, 2]
    )
    parts = (error.where, error.expected, error.got, error.why, error.remedy)
    assert parts == ("f", "a", "b", "c", "d")
    assert (error.argument, error.value) == ("rate", [1, 2])
    plain = InputError("f")
    assert (plain.expected, plain.argument, plain.value) == ("", "", None)


@pytest.mark.parametrize("kind", [ChainruleError, *KINDS])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_the_way_from_a_worker(kind: type[ChainruleError], protocol: int) -> None:
    error = kind("f", expected="1", got="2", why="w", remedy="r", argument="n", value=(3, None))
    error.add_note("in trial 7")
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is kind
    assert str(again) == str(error) == "f: expected 1, got 2. w. r."
    assert again.args == error.args
    assert again.__dict__ == error.__dict__
    assert again.__notes__ == ["in trial 7"]


@pytest.mark.parametrize("kind", [ChainruleError, *KINDS])
def test_an_error_can_be_copied(kind: type[ChainruleError]) -> None:
    error = kind("f", got="2", value=3)
    again = copy.copy(error)
    assert again is not error
    assert (str(again), again.value) == (str(error), 3)


def test_a_divergence_keeps_the_run() -> None:
    error = DivergenceError("train", got="NaN")
    assert error.run is None
    error.run = {"epoch": 3}
    assert pickle.loads(pickle.dumps(error)).run == {"epoch": 3}
    assert DivergenceError("train").run is None


def test_an_interruption_is_no_error_and_keeps_the_run() -> None:
    stop = TrainingInterrupted(run=[1, 2])
    assert isinstance(stop, KeyboardInterrupt)
    assert not isinstance(stop, Exception)
    assert (
        str(stop)
        == "train: interrupted; the error's attribute 'run' holds the run up to this point."
    )
    again = pickle.loads(pickle.dumps(stop))
    assert (again.run, str(again)) == ([1, 2], str(stop))
    assert TrainingInterrupted().run is None
    assert pickle.loads(pickle.dumps(TrainingInterrupted())).run is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3.0 (float)"),
        ("adm", "'adm' (str)"),
        (None, "None (NoneType)"),
        (True, "True (bool)"),
        ("two\nlines", r"'two\nlines' (str)"),
        (np.zeros((2, 3), np.float32), "an array of shape (2, 3) (float32)"),
        (np.zeros(0), "an array of shape (0,) (float64)"),
        (np.array(3), "array(3) (ndarray)"),
        (np.float64(3), "np.float64(3.0) (float64)"),
        ("x" * 200, "'" + "x" * 78 + "… (str)"),
        ("x" * 78, "'" + "x" * 78 + "' (str)"),
        (SimpleNamespace(shape=(2, 3)), "namespace(shape=(2, 3)) (SimpleNamespace)"),
    ],
)
def test_describe(value: object, text: str) -> None:
    assert describe(value) == text


def test_describe_does_not_print_a_number_of_thousands_of_digits() -> None:
    assert describe(1 << 20_000) == "a value too long to print (int)"
    assert describe([1 << 20_000]) == "a value too long to print (list)"


def test_describe_puts_a_value_in_one_line() -> None:
    assert describe([np.zeros((2, 2))]) == "[array([[0., 0.], [0., 0.]])] (list)"


def test_an_unknown_name_gets_the_nearest_one() -> None:
    error = unknown_name("f", "a cost", "Hubr", ("l1", "huber"), argument="cost")
    assert type(error) is UnknownNameError
    assert str(error) == (
        "f: expected a cost, got 'Hubr' (str). Did you mean 'huber'? Valid names: huber, l1."
    )
    assert (error.argument, error.value) == ("cost", "Hubr")


@pytest.mark.parametrize(("name", "shown"), [("zzz", "'zzz' (str)"), (7, "7 (int)")])
def test_a_name_near_to_none_gets_the_list(name: object, shown: str) -> None:
    assert str(unknown_name("f", "a cost", name, iter(["l1", "huber"]))) == (
        f"f: expected a cost, got {shown}. This name is unknown. Valid names: huber, l1."
    )
