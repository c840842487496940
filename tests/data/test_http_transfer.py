import socket

import pytest

from chainrule.data.catalogue import Served
from chainrule.data.http_transfer import transfer
from chainrule.errors import FileError

_CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def part(tmp_path):
    return tmp_path / "f.part"


def test_a_file_comes_whole(mirror, part):
    served = mirror.serve("f", _CONTENT)
    seen = []
    assert transfer(mirror.address + "f", part, served, lambda *now: seen.append(now)) == ""
    assert part.read_bytes() == _CONTENT
    assert mirror.asked("f") == [None]
    assert seen[-1] == ("f", 256_000, 256_000)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_a_cut_connection_is_resumed_where_it_was_cut(mirror, part):
    served = mirror.serve("f", _CONTENT, cuts=[1000, 20_000, 0])
    assert (
        transfer(mirror.address + "f", part, served) == "the connection was cut after 21000 bytes"
    )
    assert mirror.asked("f") == [None, "bytes=1000-", "bytes=21000-"]
    assert part.read_bytes() == _CONTENT[:21_000]
    assert transfer(mirror.address + "f", part, served) == ""
    assert mirror.asked("f")[3:] == ["bytes=21000-"]
    assert part.read_bytes() == _CONTENT


def test_a_server_that_ignores_ranges_starts_again(mirror, part):
    served = mirror.serve("f", _CONTENT, cuts=[1000], ranges="ignored")
    assert transfer(mirror.address + "f", part, served) == ""
    assert mirror.asked("f") == [None, "bytes=1000-"]
    assert part.read_bytes() == _CONTENT


def test_a_wrong_range_is_thrown_away_and_fetched_from_the_start(mirror, part):
    served = mirror.serve("f", _CONTENT, cuts=[1000], ranges="wrong")
    assert transfer(mirror.address + "f", part, served) == ""
    assert mirror.asked("f") == [None, "bytes=1000-", None]
    assert part.read_bytes() == _CONTENT


def test_a_beginning_from_elsewhere_is_found_by_its_digest(mirror, part):
    served = mirror.serve("f", _CONTENT)
    part.write_bytes(b"x" * 5000)
    assert transfer(mirror.address + "f", part, served) == ""
    assert mirror.asked("f") == ["bytes=5000-", None]
    assert part.read_bytes() == _CONTENT


@pytest.mark.parametrize("left", [b"x" * len(_CONTENT), b"x" * (len(_CONTENT) + 5)])
def test_a_part_that_is_full_and_wrong_is_dropped_unseen(mirror, part, left):
    served = mirror.serve("f", _CONTENT)
    part.write_bytes(left)
    assert transfer(mirror.address + "f", part, served) == ""
    assert mirror.asked("f") == [None]


def test_a_part_that_is_full_and_right_needs_no_server(part, mirror):
    served = mirror.serve("f", _CONTENT)
    part.write_bytes(_CONTENT)
    assert transfer(mirror.address + "f", part, served) == ""
    assert mirror.asked("f") == []


def test_a_range_beyond_the_end_starts_again(mirror, part):
    mirror.serve("f", _CONTENT[:100])
    served = Served("f", len(_CONTENT), "0" * 64)
    part.write_bytes(b"x" * 500)
    failure = transfer(mirror.address + "f", part, served)
    assert failure == "100 bytes instead of 256000"
    assert mirror.asked("f") == ["bytes=500-", None]


def test_wrong_bytes_are_refused_and_not_kept(mirror, part):
    served = mirror.serve("f", _CONTENT)
    digest = served.digest
    mirror.serve("f", _CONTENT[:-1] + b"!")
    assert transfer(mirror.address + "f", part, served).startswith("SHA-256 ")
    assert digest not in transfer(mirror.address + "f", part, served)
    assert not part.exists()
    assert mirror.asked("f") == [None, None]


def test_a_page_of_another_length_is_refused_unread(mirror, part):
    served = Served("f", len(_CONTENT), "0" * 64)
    mirror.serve("f", b"<html>Log in</html>")
    assert transfer(mirror.address + "f", part, served) == "19 bytes instead of 256000"
    assert not part.exists()


def test_no_more_than_one_byte_too_many_is_read(mirror, part):
    served = Served("f", 1000, "0" * 64)
    mirror.serve("f", _CONTENT, length=-1)
    seen = []
    failure = transfer(mirror.address + "f", part, served, lambda *now: seen.append(now))
    assert failure == "more than 1000 bytes"
    assert max(done for _, done, _ in seen) == 1001
    assert not part.exists()


def test_a_file_without_a_length_is_read_to_its_end(mirror, part):
    served = mirror.serve("f", _CONTENT, length=-1)
    assert transfer(mirror.address + "f", part, served) == ""


def test_a_missing_page_is_told(mirror, part):
    served = Served("g", 5, "0" * 64)
    assert transfer(mirror.address + "g", part, served) == "HTTP 404 Not Found"


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:99999/f", "http:///f"])
def test_an_address_that_is_none_is_told(part, address):
    failure = transfer(address, part, Served("f", 5, "0" * 64))
    assert failure
    assert "\n" not in failure


def test_a_server_that_is_not_there_is_told(part, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/f"
        failure = transfer(address, part, Served("f", 5, "0" * 64))
    assert "refused" in failure


def test_a_server_that_never_stops_cutting_is_given_up(mirror, part):
    served = mirror.serve("f", _CONTENT, cuts=[10] * 300)
    assert transfer(mirror.address + "f", part, served) == "the connection was cut after 1000 bytes"
    assert len(mirror.asked("f")) == 100


def test_a_disk_that_refuses_is_a_file_error(mirror, part):
    served = mirror.serve("f", _CONTENT)
    part.symlink_to("/dev/full")
    with pytest.raises(FileError) as refused:
        transfer(mirror.address + "f", part, served)
    reason = "No space left on device"
    assert str(refused.value) == f"{part}: expected a file that can be written, got {reason}."
    part.unlink()
    part.mkdir()
    with pytest.raises(FileError) as refused:
        transfer(mirror.address + "f", part, served)
    assert str(refused.value) == f"{part}: expected a file that can be written, got Is a directory."
    assert list(part.iterdir()) == []
