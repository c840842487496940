"""Files that are whole or absent, and folders that cannot be used."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chainrule.errors import FileError
from chainrule.storage import (
    is_half_written,
    make_folder,
    names_in,
    open_atomically,
    read_bytes,
    remove,
    write_atomically,
)


@contextlib.contextmanager
def full_disk(most: int) -> Iterator[None]:
    """While it is entered, the system refuses to write a file beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"\0one")
    assert read_bytes(tmp_path / "file") == b"\0one"
    write_atomically(str(tmp_path / "file"), b"")
    assert read_bytes(str(tmp_path / "file")) == b""
    assert names_in(tmp_path) == ["file"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_user_asks_for(
    tmp_path: Path, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "file", b"one")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_atomically(path, b"new")
    assert read_bytes(path) == b"new"
    assert path.stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another user")
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.chown(path, 12345, 23456)
    write_atomically(path, b"new")
    assert read_bytes(path) == b"new"
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


def test_a_file_that_is_open_keeps_its_old_content(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"old")
    with (tmp_path / "file").open("rb") as file:
        write_atomically(tmp_path / "file", b"new and longer")
        assert file.read() == b"old"
    assert read_bytes(tmp_path / "file") == b"new and longer"


@pytest.mark.parametrize("most", [0, 1, 4095, 4096])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, most: int) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    with full_disk(most), pytest.raises(FileError) as caught:
        write_atomically(path, bytes(5000))
    reason = os.strerror(errno.EFBIG)
    assert str(caught.value) == f"{path}: expected a file that can be written, got {reason}."
    assert (caught.value.argument, caught.value.value) == ("path", str(path))
    assert names_in(tmp_path) == ["file"]
    assert read_bytes(path) == b"old"
    write_atomically(path, bytes(5000))
    assert read_bytes(path) == bytes(5000)


TOO_LONG = "n" * 300


@pytest.mark.parametrize(
    ("action", "name", "expected", "reason"),
    [
        (read_bytes, "none", "a readable file", errno.ENOENT),
        (read_bytes, "folder", "a readable file", errno.EISDIR),
        (read_bytes, TOO_LONG, "a readable file", errno.ENAMETOOLONG),
        (lambda p: write_atomically(p, b""), "none/f", "a file that can be written", errno.ENOENT),
        (lambda p: write_atomically(p, b""), "file/f", "a file that can be written", errno.ENOTDIR),
        (lambda p: write_atomically(p, b""), "folder", "a file that can be written", errno.EISDIR),
        (
            lambda p: write_atomically(p, b""),
            TOO_LONG,
            "a file that can be written",
            errno.ENAMETOOLONG,
        ),
        (make_folder, "file", "a folder that can be made", errno.EEXIST),
        (make_folder, "file/below", "a folder that can be made", errno.ENOTDIR),
        (make_folder, TOO_LONG, "a folder that can be made", errno.ENAMETOOLONG),
        (names_in, TOO_LONG, "a readable folder", errno.ENAMETOOLONG),
        (remove, "folder", "a file that can be removed", errno.EISDIR),
    ],
)
def test_every_refusal_of_the_system_is_one_line(
    tmp_path: Path, action: Callable[[Path], object], name: str, expected: str, reason: int
) -> None:
    (tmp_path / "file").write_bytes(b"one")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError) as caught:
        action(tmp_path / name)
    assert (
        str(caught.value) == f"{tmp_path / name}: expected {expected}, got {os.strerror(reason)}."
    )
    assert names_in(tmp_path) == ["file", "folder"]
    assert read_bytes(tmp_path / "file") == b"one"


def test_the_content_is_on_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a loss of power leaves cannot be tried here; the order of the flushes can be watched."""
    path, flush, flushed = tmp_path / "file", os.fsync, []
    write_atomically(path, b"old")

    def watched(descriptor: int) -> None:
        open_file = Path(f"/proc/self/fd/{descriptor}").readlink()
        if open_file.is_dir():
            flushed.append(("folder", open_file, read_bytes(path)))
        else:
            assert is_half_written(open_file.name)
            assert open_file.name.startswith(".file.")
            flushed.append((read_bytes(open_file).decode(), open_file.parent, read_bytes(path)))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    write_atomically(path, b"new")
    assert flushed == [("new", tmp_path, b"old"), ("folder", tmp_path, b"new")]
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208


def test_folders_are_made_with_those_above_them(tmp_path: Path) -> None:
    assert make_folder(str(tmp_path / "a" / "b")) == tmp_path / "a" / "b"
    assert make_folder(tmp_path / "a" / "b").is_dir()


def test_the_names_in_a_folder(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).touch()
    assert names_in(tmp_path) == [".hidden", "a", "b"]
    assert names_in(tmp_path / "none") == []
    assert names_in(tmp_path / "a") == []


def test_removing_twice(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remove(tmp_path / "file")
    remove(tmp_path / "file")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "half"), [(".run.json.k3x.part", True), ("run.part", False), (".run", False)]
)
def test_the_names_of_half_written_files(name: str, half: bool) -> None:
    assert is_half_written(name) is half


def test_a_file_of_any_length_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), open_atomically(path) as file:  # noqa: PT012
        file.write(b"half")
        raise KeyboardInterrupt
    assert [one.name for one in tmp_path.iterdir()] == ["long.txt"]
    assert path.read_bytes() == b"old"
    with open_atomically(path) as file:
        for part in (b"new ", b"and whole"):
            file.write(part)
    assert path.read_bytes() == b"new and whole"
    nowhere = open_atomically(tmp_path / "nowhere" / "file")
    with pytest.raises(FileError, match="expected a file that can be written"), nowhere:
        pass
