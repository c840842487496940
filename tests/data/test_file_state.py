import hashlib

import pytest

from chainrule.data.file_state import FileState, file_digest, file_state
from chainrule.errors import FileError


def test_a_file_is_intact_damaged_or_missing(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    true = hashlib.sha256(b"abc").hexdigest()
    assert file_state(path, true) == FileState(str(path), true, true)
    assert file_state(path, true).state == "intact"
    assert file_state(path, "0" * 64).state == "damaged"
    assert file_state(path, "0" * 64).found == true
    assert file_state(tmp_path / "g", true).state == "missing"


def test_a_file_that_cannot_be_read_is_a_file_error(tmp_path):
    with pytest.raises(FileError) as refused:
        file_digest(tmp_path)
    assert str(refused.value) == f"{tmp_path}: expected a readable file, got Is a directory."
