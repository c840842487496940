"""Compiled code on disk: only what this user wrote, and only as it was written."""

from __future__ import annotations

import ctypes
import logging
import math
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.kernels import compiling
from chainrule.kernels.code_cache import CodeCache, CodeFolder, find_code_folder
from chainrule.kernels.compiling import entry, numba

DAMAGED = "the compiled code is damaged. It is deleted and compiled again."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which entries of the test are kept, in a process that said nothing yet."""
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    found = find_code_folder(tmp_path)
    monkeypatch.setattr(compiling, "_FOLDER", found)
    monkeypatch.setattr(CodeCache, "_reported", set())
    assert found.path is not None
    return found.path


def make_entry() -> Any:
    """The same entry again, as a later process has it: nothing is in memory."""

    @entry
    def doubled(x: float) -> float:
        return 2 * x

    return doubled


def hits(compiled: Any) -> int:
    return sum(compiled.stats.cache_hits.values())


def test_no_folder_keeps_nothing() -> None:
    assert find_code_folder(None) == CodeFolder(None, "this user has no home")


def test_the_folder_is_of_these_sources_and_of_this_user(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        found = find_code_folder(tmp_path).path
    finally:
        os.umask(before)
    assert found is not None
    assert found.parent == tmp_path / "kernels"
    assert stat.S_IMODE(found.stat().st_mode) == 0o700
    assert find_code_folder(tmp_path) == CodeFolder(found)


def test_a_folder_that_cannot_be_made_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = find_code_folder(tmp_path / "file")
    assert found.path is None
    assert found.reason.endswith(": Not a directory")


def open_to_all(path: Path) -> None:
    path.chmod(0o777)


def readable(path: Path) -> None:
    path.chmod(0o750)


def of_another_user(path: Path) -> None:
    os.chown(path, 12345, -1)


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("change", [open_to_all, readable, of_another_user, linked])
def test_a_folder_that_others_can_enter_is_not_used(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = find_code_folder(tmp_path).path
    assert path is not None
    if change is of_another_user and os.geteuid() != 0:
        pytest.skip("gives a folder to another user")
    change(path)
    assert find_code_folder(tmp_path) == CodeFolder(None, f"{path} is open to other users")


def test_code_is_found_again(folder: Path) -> None:
    first, later = make_entry(), make_entry()
    assert [one(1.5) for one in (first, later)] == [3, 3]
    assert (hits(first), hits(later)) == (0, 1)
    assert later.stats.cache_path == str(folder)
    assert later(2) == 4  # another type of numbers
    assert len(list(folder.glob("doubled.*.code"))) == 2


@pytest.mark.parametrize("seed", range(12))
def test_one_flipped_bit_is_found_before_the_code_is_loaded(
    folder: Path, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    make_entry()(1.5)
    (file,) = folder.iterdir()
    content, chance = file.read_bytes(), random.Random(seed)
    bit = chance.randrange(8 * (32 if seed % 2 else len(content)))
    spoilt = bytearray(content)
    spoilt[bit // 8] ^= 1 << bit % 8
    file.write_bytes(spoilt)
    second, third = make_entry(), make_entry()
    with caplog.at_level(logging.INFO, "chainrule"):
        assert [one(1.5) for one in (second, third)] == [3, 3]
    assert (hits(second), hits(third)) == (0, 1)
    assert caplog.messages == [f"{file}: {DAMAGED}"]
    assert file.read_bytes()[32:] != spoilt[32:] or bit < 256


@pytest.mark.parametrize("content", [b"", b"short", bytes(32), bytes(4000)])
def test_what_is_no_code_is_compiled_again(folder: Path, content: bytes) -> None:
    make_entry()(1.5)
    (file,) = folder.iterdir()
    file.write_bytes(content)
    assert make_entry()(1.5) == 3
    assert make_entry()(1.5) == 3
    assert len(file.read_bytes()) > 4000


def test_the_code_of_other_types_under_this_name_is_not_loaded(folder: Path) -> None:
    of_float = make_entry()
    of_float(1.5)
    (file,) = folder.iterdir()
    of_float(2)
    (other,) = set(folder.iterdir()) - {file}
    file.write_bytes(other.read_bytes())
    later = make_entry()
    assert later(1.5) == 3
    assert hits(later) == 0


def test_it_is_said_once_that_files_are_damaged(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    of_both = make_entry()
    of_both(1.5), of_both(2)
    for file in folder.iterdir():
        file.write_bytes(b"short")
    later = make_entry()
    with caplog.at_level(logging.INFO, "chainrule"):
        assert (later(1.5), later(2)) == (3, 4)
    assert len(caplog.messages) == 1


def test_it_is_said_once_that_nothing_can_be_kept(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "_FOLDER", find_code_folder(None))
    with caplog.at_level(logging.INFO, "chainrule"):
        nowhere = make_entry()
        assert (nowhere(1.5), nowhere(2)) == (3, 4)
    assert nowhere.stats.cache_path == ""
    assert caplog.messages == [
        "Compiled code cannot be kept (this user has no home), and each process compiles it again. "
        "Set CHAINRULE_CACHE to a folder of your own."
    ]


def test_a_folder_that_goes_away_ends_no_run(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    homeless = make_entry()
    folder.rmdir()
    with caplog.at_level(logging.INFO, "chainrule"):
        assert homeless(1.5) == 3
    assert "expected a file that can be written, got No such file or directory)" in caplog.text
    homeless._cache.disable()
    homeless._cache.enable()
    homeless._cache.flush()


def test_code_with_addresses_of_this_process_is_not_kept(folder: Path) -> None:
    cosine = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(
        ctypes.cast(ctypes.CDLL(None).cos, ctypes.c_void_p).value
    )

    @entry
    def outside(x: float) -> float:
        return cosine(x)

    assert outside(0.5) == math.cos(0.5)
    assert not list(folder.iterdir())


def test_a_function_in_no_file_is_not_kept(folder: Path) -> None:
    """Typed again, it may have the same name on the same line."""
    for factor in (3, 4):
        space: dict[str, Any] = {"entry": entry, "__name__": "nowhere"}
        exec(compile(f"@entry\ndef many(x): return {factor} * x", "<typed>", "exec"), space)
        assert space["many"](2) == 2 * factor
    assert not list(folder.iterdir())
