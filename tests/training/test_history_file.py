"""history.jsonl grows by the new lines, and is written anew where it is not what was left."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from chainrule.engine.history import EpochRecord, History
from chainrule.errors import FileError
from chainrule.training.history_file import HistoryFile

FIRST = EpochRecord(1, 0.5, 0.0, 0.5, 0.1, 2.0, "ab", {"W[1]": "cd"})


def history(count: int) -> History:
    return History(replace(FIRST, epoch=k + 1) for k in range(count))


def lines(epochs: History) -> str:
    return "".join(json.dumps(one.line()) + "\n" for one in epochs)


def test_only_the_new_lines_are_written(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    file, one = HistoryFile(path), history(3)
    file.write(one)
    before = path.stat().st_ino
    longer = one.append(FIRST).append(FIRST)
    file.write(longer)
    file.write(longer)
    assert path.read_text() == lines(longer)
    assert path.stat().st_ino == before  # not replaced


@pytest.mark.parametrize("change", ["gone", "longer", "shorter", "no file"])
def test_a_file_that_was_changed_is_written_anew(tmp_path: Path, change: str) -> None:
    path = tmp_path / "history.jsonl"
    file, one = HistoryFile(path), history(3)
    file.write(one)
    match change:
        case "longer":
            path.write_text(lines(one) + "more")
        case "shorter":
            path.write_text(lines(one)[:-5])
        case _:
            path.unlink()
    if change == "no file":
        target = tmp_path / "target"
        target.write_text("")
        path.symlink_to(target)
    file.write(one.append(FIRST))
    assert path.read_text() == lines(one.append(FIRST))


def test_another_history_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    file = HistoryFile(path)
    for one in (history(5), history(2), history(4)):
        file.write(one)
        assert path.read_text() == lines(one)


def test_a_disk_that_is_full_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.jsonl"
    file, one = HistoryFile(path), history(3)
    file.write(one)

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(FileError, match="No space left on device"):
            file.write(one.append(FIRST))
    assert path.read_text() == lines(one)
    file.write(one.append(FIRST))
    assert path.read_text() == lines(one.append(FIRST))


def test_what_is_no_regular_file_is_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    file, one = HistoryFile(path), history(3)
    file.write(one)
    path.unlink()
    path.symlink_to("/dev/null")
    file.write(one.append(FIRST))
    assert path.is_symlink()
