import zipfile

import pytest

from chainrule.data.untrusted_files import open_archive, open_member
from chainrule.errors import DataError, FileError


@pytest.fixture
def pack(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("in/numbers", b"0123456789" * 100)
    return path


def _read(path, name="in/numbers", limit=1000):
    with open_archive(path) as opened, open_member(opened, name, str(path), limit) as stream:
        return stream.read()


def test_a_file_in_an_archive_is_read(pack):
    assert _read(pack) == b"0123456789" * 100


def test_a_file_that_is_not_there_is_named(pack):
    with pytest.raises(DataError) as refused:
        _read(pack, "other")
    assert str(refused.value) == f"{pack}: expected a file 'other' in the archive, got 1 others."


def test_a_file_beyond_the_limit_is_not_opened(pack):
    with pytest.raises(DataError) as refused:
        _read(pack, limit=999)
    assert str(refused.value) == (
        f"{pack}: expected at most 999 bytes of content, got 1000 in 'in/numbers'."
    )


def test_broken_archives_are_data_errors(pack, attempt):
    whole = pack.read_bytes()
    pack.write_bytes(b"no archive")
    with pytest.raises(DataError) as refused:
        _read(pack)
    assert (
        str(refused.value) == f"{pack}: expected an intact zip archive, got File is not a zip file."
    )
    for at in range(len(whole)):
        pack.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        content, text = attempt(_read, pack)
        assert content == b"0123456789" * 100 or text.startswith(f"{pack}: expected ")


def test_a_missing_archive_is_a_file_error(tmp_path):
    with pytest.raises(FileError) as refused:
        _read(tmp_path / "none.zip")
    path = tmp_path / "none.zip"
    assert str(refused.value) == f"{path}: expected a readable file, got No such file or directory."
