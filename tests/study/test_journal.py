from __future__ import annotations

import os
from pathlib import Path

import pytest

from chainrule.errors import ChainruleError, FileError
from chainrule.study.journal import JournalGuard, open_journal
from chainrule.study.study_storage import open_store


@pytest.mark.parametrize("torn", ['{"op_code"', "{}", '{"op_code": 0, "study_na'])
def test_a_half_written_line_is_cut_off_by_the_next_writer(journal: str, torn: str) -> None:
    store = open_store(journal, create=True)
    key = store.create_study("a", higher_is_better=True)
    whole = Path(journal).read_bytes()
    with Path(journal).open("a") as file:
        file.write(torn)
    again = open_store(journal)
    assert again.names() == ["a"]
    again.set_attribute(key, "x", 1)
    assert Path(journal).read_bytes().startswith(whole)
    assert open_store(journal).attributes(key) == {"x": 1}
    assert store.attributes(key) == {"x": 1}


def test_a_file_of_nothing_but_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_text("torn")
    guard = JournalGuard(path)
    assert guard.acquire()
    guard.release()
    assert path.read_bytes() == b""


def test_the_lock_of_a_process_that_died_is_free(journal: str) -> None:
    store = open_store(journal, create=True)
    child = os.fork()
    if child == 0:
        JournalGuard(Path(journal)).acquire()
        os._exit(0)
    os.waitpid(child, 0)
    assert store.create_study("a", higher_is_better=False) == 0


def test_where_there_is_none(tmp_path: Path) -> None:
    path = str(tmp_path / "no.journal")
    with pytest.raises(FileError) as error:
        open_store(path)
    assert str(error.value) == f"{path}: expected a journal of studies, got no such file."
    assert not list(tmp_path.iterdir())
    away = str(tmp_path / "no" / "j")
    with pytest.raises(FileError) as error:
        open_journal(away, create=True)
    told = "expected a file that can be written, got No such file or directory."
    assert str(error.value) == f"{away}: {told}"


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("one\ntwo\n")
    with pytest.raises(ChainruleError) as error:
        open_store(str(path))
    told = "expected a journal of studies, got something else."
    assert str(error.value) == f"{path}: {told}"
    assert path.read_text() == "one\ntwo\n"
