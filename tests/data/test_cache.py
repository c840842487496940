import os
import subprocess
import sys

import numpy as np
import pytest

from chainrule.data.cache import load_cached_array, store_array
from chainrule.data.idx import array_digest
from chainrule.storage import cache_folder

_ARRAY = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)


def _file(cache):
    return cache / "arrays" / "digits.npy"


def test_an_array_comes_back_with_its_shape_and_type(cache):
    for array in (_ARRAY, np.linspace(0, 1, 7), np.arange(3, dtype=np.int32)):
        store_array("digits", array)
        found = load_cached_array("digits", array_digest(array))
        np.testing.assert_array_equal(found, array)
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(load_cached_array("digits"), array)


def test_the_file_is_one_that_numpy_reads(cache):
    store_array("digits", _ARRAY)
    np.testing.assert_array_equal(np.load(_file(cache)), _ARRAY)


def test_nothing_is_left_beside_the_file(cache):
    store_array("digits", _ARRAY)
    assert [path.name for path in _file(cache).parent.iterdir()] == ["digits.npy"]


def test_an_empty_cache_has_nothing(cache):
    assert load_cached_array("digits") is None
    assert not cache.exists()


def test_every_flipped_bit_and_every_cut_is_found(cache):
    store_array("digits", _ARRAY)
    whole = _file(cache).read_bytes()
    header = len(whole) - 60 - 32
    for at in range(header, len(whole)):
        _file(cache).write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        assert load_cached_array("digits") is None
    for size in range(0, len(whole)):
        _file(cache).write_bytes(whole[:size])
        assert load_cached_array("digits") is None
    _file(cache).write_bytes(whole + b"\0")
    assert load_cached_array("digits") is None


def test_a_flipped_bit_in_the_header_never_gives_another_array(cache):
    store_array("digits", _ARRAY)
    whole = _file(cache).read_bytes()
    # Every fifth bit: each byte is met, and each of the eight places.
    for bit in range(0, 8 * (len(whole) - 60 - 32), 5):
        at, mask = bit // 8, 1 << bit % 8
        _file(cache).write_bytes(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
        found = load_cached_array("digits")
        # Some bytes of the header are mere spaces.
        assert found is None or (found.shape == _ARRAY.shape and (found == _ARRAY).all())


def test_a_whole_file_with_another_content_is_not_trusted(cache):
    store_array("digits", _ARRAY + 1)
    assert load_cached_array("digits", array_digest(_ARRAY)) is None


def test_a_type_that_idx_lacks_is_not_trusted(cache):
    _file(cache).parent.mkdir(parents=True)
    with _file(cache).open("wb") as file:
        np.save(file, np.zeros(3, np.uint16))
        file.write(bytes(32))
    assert load_cached_array("digits") is None


def test_where_nothing_can_be_written_nothing_happens(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    for folder in (blocked, blocked / "below", "/proc/none", "/dev/full"):
        monkeypatch.setenv("CHAINRULE_CACHE", str(folder))
        store_array("digits", _ARRAY)
        assert load_cached_array("digits") is None
    assert blocked.read_text() == "in the way"


def test_a_full_disk_leaves_nothing_behind(cache):
    program = (
        "import resource, signal, numpy as np\n"
        "from chainrule.data.cache import load_cached_array, store_array\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "store_array('digits', np.zeros(100_000, np.uint8))\n"
        "print(load_cached_array('digits'))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("None\n", "")
    assert list((cache / "arrays").iterdir()) == []


def test_several_processes_may_write_and_read_at_once(cache):
    program = (
        "import numpy as np\n"
        "from chainrule.data.cache import load_cached_array, store_array\n"
        "array = np.arange(200_000, dtype=np.int32)\n"
        "for _ in range(30):\n"
        "    store_array('digits', array)\n"
        "    assert (load_cached_array('digits') == array).all()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert [path.name for path in _file(cache).parent.iterdir()] == ["digits.npy"]


def test_the_folder_is_the_users_choice_or_the_platforms(monkeypatch, tmp_path):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHAINRULE_CACHE", "near")
    assert cache_folder() == tmp_path / "near"
    monkeypatch.setenv("CHAINRULE_CACHE", "")
    assert cache_folder().name == "chainrule"
    monkeypatch.delenv("CHAINRULE_CACHE")
    assert cache_folder().name == "chainrule"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can try")
def test_a_user_without_a_home_has_no_cache(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_CACHE_HOME", "CHAINRULE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    program = (
        "import os, numpy as np, platformdirs, pwd\n"
        "from chainrule.data.cache import load_cached_array, store_array\n"
        "from chainrule.storage import cache_folder\n"
        "os.setuid(54321)\n"
        "store_array('digits', np.zeros(3, np.uint8))\n"
        "print(cache_folder(), load_cached_array('digits'))\n"
    )
    arguments = [sys.executable, "-c", program]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("None None\n", "")
    assert list(tmp_path.iterdir()) == []
