import subprocess
import sys

import pytest

from chainrule.data.catalogue import Served
from chainrule.data.download import fetch_file, is_offline
from chainrule.errors import DownloadError, FileError

_CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def home(cache):
    return cache / "downloads" / "set"


def _fetch(served, mirrors, home, **options):
    with fetch_file(served, mirrors, home, **options) as path:
        return path, path.read_bytes()


def test_a_file_is_fetched_once_and_kept(mirror, home):
    served = mirror.serve("f.gz", _CONTENT)
    for _ in range(2):
        assert _fetch(served, [mirror.address], home) == (home / "f.gz", _CONTENT)
    assert mirror.asked("f.gz") == [None]
    assert not (home / "f.gz.part").exists()


def test_the_next_mirror_goes_on_where_one_gave_up(mirror, home):
    served = mirror.serve("b/f.gz", _CONTENT)
    served = Served("f.gz", served.size, served.digest)
    mirror.serve("a/f.gz", _CONTENT, cuts=[1000, 0])
    mirrors = [mirror.address + folder for folder in ("none/", "a/", "b/")]
    assert _fetch(served, mirrors, home)[1] == _CONTENT
    assert mirror.asked("a/f.gz") == [None, "bytes=1000-"]
    assert mirror.asked("b/f.gz") == ["bytes=1000-"]


def test_an_interrupted_download_is_resumed_by_the_next_call(mirror, home):
    served = mirror.serve("f.gz", _CONTENT, cuts=[5000, 0])
    with pytest.raises(DownloadError):
        _fetch(served, [mirror.address], home)
    assert (home / "f.gz.part").stat().st_size == 5000
    assert not (home / "f.gz").exists()
    assert _fetch(served, [mirror.address], home)[1] == _CONTENT
    assert mirror.asked("f.gz") == [None, "bytes=5000-", "bytes=5000-"]


def test_the_last_word_tells_how_to_fetch_by_hand(mirror, home):
    served = mirror.serve("f.gz", _CONTENT, cuts=[10, 0])
    mirrors = [mirror.address, mirror.address + "none/"]
    with pytest.raises(DownloadError) as refused:
        _fetch(served, mirrors, home)
    assert str(refused.value) == (
        f"f.gz: expected a file of 256000 bytes with SHA-256 {served.digest}, "
        f"got {mirrors[0]}f.gz: the connection was cut after 10 bytes; "
        f"{mirrors[1]}f.gz: HTTP 404 Not Found. "
        f"To download it by hand, take {mirrors[0]}f.gz or {mirrors[1]}f.gz and put it at "
        f"{home / 'f.gz'}."
    )


def test_a_file_put_there_by_hand_is_found(home):
    home.mkdir(parents=True)
    (home / "f.gz").write_bytes(b"abc")
    served = Served("f.gz", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert _fetch(served, [], home, offline=True) == (home / "f.gz", b"abc")


def test_a_wrong_file_put_there_by_hand_is_named_and_left_alone(home):
    home.mkdir(parents=True)
    (home / "f.gz").write_bytes(b"abc")
    served = Served("f.gz", 3, "0" * 64)
    with pytest.raises(DownloadError) as refused:
        _fetch(served, ["http://a/"], home, offline=True)
    assert str(refused.value) == (
        f"f.gz: expected a file of 3 bytes with SHA-256 {'0' * 64}, got 3 bytes with SHA-256 "
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad at "
        f"{home / 'f.gz'}; downloads are switched off. "
        f"To download it by hand, take http://a/f.gz and put it at {home / 'f.gz'}."
    )
    assert (home / "f.gz").read_bytes() == b"abc"


def test_a_wrong_file_is_replaced_by_a_right_one(mirror, home):
    home.mkdir(parents=True)
    (home / "f.gz").write_bytes(b"abc")
    served = mirror.serve("f.gz", _CONTENT)
    assert _fetch(served, [mirror.address], home)[1] == _CONTENT


@pytest.mark.parametrize(
    ("argument", "variable", "expected"),
    [
        (None, None, False),
        (None, "", False),
        (None, "0", False),
        (None, "False", False),
        (None, "1", True),
        (None, "yes", True),
        (True, "0", True),
        (False, "1", False),
    ],
)
def test_the_switch_is_an_argument_or_a_variable(monkeypatch, argument, variable, expected):
    monkeypatch.delenv("CHAINRULE_OFFLINE", raising=False)
    if variable is not None:
        monkeypatch.setenv("CHAINRULE_OFFLINE", variable)
    assert is_offline(argument) is expected


def test_nothing_is_asked_for_while_downloads_are_off(mirror, home, monkeypatch):
    served = mirror.serve("f.gz", _CONTENT)
    monkeypatch.setenv("CHAINRULE_OFFLINE", "1")
    with pytest.raises(DownloadError) as refused:
        _fetch(served, [mirror.address], home)
    assert str(refused.value) == (
        f"f.gz: expected a file of 256000 bytes with SHA-256 {served.digest}, "
        "got no copy here; downloads are switched off. "
        f"To download it by hand, take {mirror.address}f.gz and put it at {home / 'f.gz'}."
    )
    assert mirror.asked("f.gz") == []
    assert not home.exists()


def test_without_a_folder_to_keep_it_the_file_lasts_for_the_block(mirror, tmp_path):
    served = mirror.serve("f.gz", _CONTENT)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    for home in (None, blocked / "downloads"):
        with fetch_file(served, [mirror.address], home) as path:
            assert path.read_bytes() == _CONTENT
        assert not path.exists()
    with pytest.raises(DownloadError) as refused:
        _fetch(served, ["http://a/"], None, offline=True)
    assert str(refused.value).endswith(
        "To download it by hand, take http://a/f.gz and set CHAINRULE_CACHE to a folder to "
        "put it into."
    )


def test_an_error_inside_the_block_is_not_ours(mirror, home):
    served = mirror.serve("f.gz", _CONTENT)
    with pytest.raises(KeyError), fetch_file(served, [mirror.address], home):
        raise KeyError("mine")


def test_a_folder_in_the_files_place_is_a_file_error(mirror, home):
    served = mirror.serve("f.gz", _CONTENT)
    (home / "f.gz" / "in").mkdir(parents=True)
    with pytest.raises(FileError) as refused:
        _fetch(served, [mirror.address], home)
    assert str(refused.value) == (
        f"{home / 'f.gz'}: expected a file that can be written, got Is a directory."
    )


def test_several_processes_fetch_a_file_once(mirror, home):
    served = mirror.serve("f.gz", _CONTENT * 8)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from chainrule.data.catalogue import Served\n"
        "from chainrule.data.download import fetch_file\n"
        "_, address, home, digest = sys.argv\n"
        "with fetch_file(Served('f.gz', 2048000, digest), [address], Path(home)) as path:\n"
        "    assert path.stat().st_size == 2048000\n"
    )
    arguments = [sys.executable, "-c", program, mirror.address, str(home), served.digest]
    running = [subprocess.Popen(arguments) for _ in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    assert mirror.asked("f.gz") == [None]


def test_a_killed_download_is_resumed(mirror, home):
    served = mirror.serve("f.gz", _CONTENT)
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from chainrule.data.catalogue import Served\n"
        "from chainrule.data.download import fetch_file\n"
        "def observe(name, done, size):\n"
        "    if done > 100_000:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "_, address, home, digest = sys.argv\n"
        "with fetch_file(Served('f.gz', 256000, digest), [address], Path(home), observe=observe):\n"
        "    pass\n"
    )
    arguments = [sys.executable, "-c", program, mirror.address, str(home), served.digest]
    assert subprocess.run(arguments).returncode == -9
    kept = (home / "f.gz.part").stat().st_size
    assert 100_000 < kept < 256_000
    assert _fetch(served, [mirror.address], home)[1] == _CONTENT
    assert mirror.asked("f.gz") == [None, f"bytes={kept}-"]
