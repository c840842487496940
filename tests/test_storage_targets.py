"""What a path may name other than a regular file: links, devices, pipes and standard output."""

from __future__ import annotations

import ast
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import chainrule
from chainrule.errors import FileError
from chainrule.storage import is_replaceable, open_atomically, write_atomically

TEXT = "printed before\n"


def write_streamed(path: str | Path, content: bytes) -> None:
    with open_atomically(path) as file:
        file.write(content)


WRITERS = [write_atomically, write_streamed]
Writer = Callable[[str | Path, bytes], None]


@pytest.mark.parametrize("write", WRITERS)
def test_a_link_is_followed(tmp_path: Path, write: Writer) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    link.symlink_to(target)
    for content in (b"made", b"replaced"):
        write(link, content)
        assert link.is_symlink()
        assert target.read_bytes() == content
    assert [one.name for one in target.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("write", WRITERS)
def test_a_pipe_is_written_into(tmp_path: Path, write: Writer) -> None:
    pipe, received = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write(pipe, b"through")
    reader.join()
    assert received == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert not is_replaceable(pipe)


@pytest.mark.parametrize("write", WRITERS)
def test_a_device_is_written_into(tmp_path: Path, write: Writer) -> None:
    link = tmp_path / "nothing"
    link.symlink_to(os.devnull)
    write(link, b"gone")
    assert stat.S_ISCHR(link.stat().st_mode)
    assert [one.name for one in tmp_path.iterdir()] == ["nothing"]


@pytest.mark.skipif(os.geteuid() != 0, reason="makes a device")
def test_a_device_of_the_super_user_stays_one(tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("no devices may be made here")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(tmp_path)
        # Where devices may be made and not opened, it still has to stay.
        try:
            write_atomically("null", b"gone")
        except FileError as error:
            assert "got Permission denied" in str(error)  # noqa: PT017
    assert stat.S_ISCHR(device.stat().st_mode)


@pytest.mark.parametrize("write", WRITERS)
def test_what_cannot_be_written_into_is_refused(tmp_path: Path, write: Writer) -> None:
    with socket.socket(socket.AF_UNIX) as listener, pytest.MonkeyPatch.context() as here:
        here.chdir(tmp_path)
        listener.bind("socket")
        with pytest.raises(FileError, match="socket: expected a file that can be written, got No"):
            write("socket", b"")
        assert stat.S_ISSOCK(Path("socket").stat().st_mode)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(FileError, match="got Too many levels of symbolic links"):
        write(tmp_path / "loop", b"")
    (tmp_path / "folder").symlink_to(tmp_path)
    with pytest.raises(FileError, match="got Is a directory"):
        write(tmp_path / "folder", b"")
    with pytest.raises(FileError, match="got No space left on device"):
        write("/dev/full", b"full")


PROGRAM = f"""
import sys
from pathlib import Path
from chainrule.storage import is_replaceable, write_atomically
print({TEXT.strip()!r})
write_atomically(sys.argv[1], b"content\\n")
assert not is_replaceable(sys.argv[1])
print("printed after")
"""


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
@pytest.mark.parametrize("into_a_file", [False, True])
def test_standard_output_keeps_its_order(tmp_path: Path, name: str, into_a_file: bool) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    command = [sys.executable, "-c", PROGRAM, name]
    if into_a_file:
        with (tmp_path / "out").open("wb") as out:
            subprocess.run(command, stdout=out, check=True, cwd=tmp_path)
        printed = (tmp_path / "out").read_text()
    else:
        printed = subprocess.run(
            command, stdout=subprocess.PIPE, check=True, cwd=tmp_path, text=True
        ).stdout
    assert printed == f"{TEXT}content\nprinted after\n"
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "-").exists()


def test_a_file_that_is_also_standard_output_is_not_replaced(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "out"]
    with (tmp_path / "out").open("wb") as out:
        subprocess.run(command, stdout=out, check=True, cwd=tmp_path)
    assert (tmp_path / "out").read_text() == f"{TEXT}content\nprinted after\n"


def test_standard_error_is_written_into(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "/dev/stderr"]
    ended = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, text=True)
    assert (ended.stdout, ended.stderr) == (f"{TEXT}printed after\n", "content\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    before = os.dup(1)
    try:
        os.dup2(writing, 1)
        write_atomically("-", b"unread")
    finally:
        os.dup2(before, 1)
        os.close(before)
        os.close(writing)


@pytest.mark.parametrize("streams", ["out", "both"])
def test_a_process_without_streams_writes_files(tmp_path: Path, streams: str) -> None:
    """Python sets the streams of such a process to None."""
    shut = {"out": ">&-", "both": ">&- 2>&-"}[streams]
    program = "from chainrule.storage import *; write_atomically('file', b'whole')"
    command = ["sh", "-c", f'exec "{sys.executable}" -c "{program}" {shut}']
    subprocess.run(command, check=True, cwd=tmp_path)
    assert (tmp_path / "file").read_bytes() == b"whole"
    program = "import chainrule.storage as s; s.write_atomically('-', b'nowhere')"
    command = ["sh", "-c", f'exec "{sys.executable}" -c "{program}" >&-']
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "expected a file that can be written, got Bad file descriptor" in ended.stderr


def test_a_name_as_long_as_the_system_allows_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"


def test_a_path_is_replaceable_if_it_is_regular_or_free(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_replaceable(tmp_path / "file")
    assert is_replaceable(tmp_path / "none")
    assert not is_replaceable(tmp_path)
    assert not is_replaceable("-")


OWN_FILES = {
    "cli/console.py": "the null device, to mute a stream",
    "cli/exit_status.py": "the null device, for a stream that is missing",
    "data/cache.py": "arrays in the cache folder, under a name made here",
    "data/http_transfer.py": "an unfinished download in the cache folder",
    "exchange/": "programs and files in folders made for them, where they are run",
    "serving/file_input.py": "what a client sent, in a folder made for it",
    "serving/server.py": "a log, which grows at its end",
    "storage.py": "what all others call",
    "study/journal.py": "a journal, which grows at its end",
    "study/journal_guard.py": "the end of a journal, where a writer was killed",
    "study/sealed_journal.py": "a journal, which grows at its end",
    "worksheets/browser.py": "a page in a folder made for it",
}
"""Modules that open a file to write by themselves, and which file."""


def _opens_to_write(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"write_text", "write_bytes", "mkstemp", "tofile"}:
        return True
    if (
        name == "open"
        and isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func) == "os.open"
    ):
        return True
    modes = [one for one in ast.walk(call) if isinstance(one, ast.Constant)]
    marks = {str(one.value) for one in modes if isinstance(one.value, str)}
    return name == "open" and any(set(mark) <= set("wabx+t") and mark for mark in marks)


def test_whoever_writes_a_file_does_it_by_storage() -> None:
    root = Path(chainrule.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        calls = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Call)]
        if any(map(_opens_to_write, calls)):
            found.add(str(path.relative_to(root)))
    assert not [name for name in found if not name.startswith(tuple(OWN_FILES))]
    assert "cli/console.py" in found
