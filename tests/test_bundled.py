"""Files that come with the package are found by their names, wherever a path is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.bundled import bundled_files, find_file
from chainrule.cli import main
from chainrule.descent.function_file import read_function
from chainrule.errors import FileError
from chainrule.ledger.files import read_worked
from chainrule.study import read_study


@pytest.mark.parametrize("name", bundled_files("worked"))
def test_each_worked_example_is_read_by_its_name(name: str) -> None:
    assert read_worked(name).title


@pytest.mark.parametrize("name", bundled_files("function"))
def test_each_function_is_read_by_its_name(name: str) -> None:
    assert read_function(name).title


@pytest.mark.parametrize("name", bundled_files("study"))
def test_each_study_is_read_by_its_name(name: str) -> None:
    assert read_study(name).name == name


def test_a_file_that_exists_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bundled = find_file("two-layers", "worked")
    assert bundled.parent != Path()
    Path("two-layers").write_text("")
    assert find_file("two-layers", "worked") == Path("two-layers")
    assert find_file(str(bundled), "worked") == bundled


def test_a_name_of_another_kind_is_a_path() -> None:
    assert find_file("rates", "worked") == Path("rates")
    with pytest.raises(FileError, match=r"^rates: expected a readable file"):
        read_worked("rates")


@pytest.mark.parametrize(
    "command",
    [
        ["explain", "two-layers"],
        ["check", "approximator-relu"],
        ["prove", "one-neuron-a-layer", "--no-peers"],
        ["descend", "parabola"],
        ["worksheet", "--from", "two-layers", "--format", "latex"],
    ],
)
def test_commands_take_names(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert len(captured.out) > 100
