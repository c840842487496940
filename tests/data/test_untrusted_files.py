import gzip
import io
import lzma

import pytest

from chainrule.data.untrusted_files import (
    decompress,
    open_decompressed,
    read_exactly,
    translate_errors,
)
from chainrule.errors import DataError, FileError


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress])
def test_content_is_told_by_its_first_bytes_whatever_the_name(tmp_path, compress):
    path = tmp_path / "numbers.csv"
    path.write_bytes(compress(b"1,2\n"))
    with open_decompressed(path) as stream:
        assert stream.read() == b"1,2\n"


def test_short_content_is_plain():
    for content in (b"", b"\x1f", b"abc"):
        assert decompress(io.BytesIO(content)).read() == content


def test_no_more_is_read_than_asked_for():
    stream = io.BytesIO(b"x" * 10)
    assert read_exactly(stream, 4, "f") == b"xxxx"
    assert stream.tell() == 4
    assert read_exactly(stream, 0, "f") == b""


@pytest.mark.parametrize(
    ("raised", "kind", "text"),
    [
        (
            OSError(28, "No space left on device"),
            FileError,
            "a readable file, got No space left on device",
        ),
        (OSError("odd"), FileError, "a readable file, got odd"),
        (EOFError("too short"), DataError, "an intact compressed file, got too short"),
        (MemoryError(), DataError, "an intact compressed file, got MemoryError"),
        (gzip.BadGzipFile("bad CRC"), DataError, "an intact compressed file, got bad CRC"),
    ],
)
def test_foreign_errors_become_errors_of_the_package(raised, kind, text):
    with pytest.raises(kind) as refused, translate_errors("f"):
        raise raised
    assert str(refused.value) == f"f: expected {text}."


def test_what_was_to_be_done_can_be_told():
    with pytest.raises(FileError) as refused, translate_errors("f", "a folder"):
        raise OSError(13, "Permission denied")
    assert str(refused.value) == "f: expected a folder, got Permission denied."


def test_own_errors_pass_untouched():
    own = FileError("g", expected="x")
    with pytest.raises(FileError) as passed, translate_errors("f"):
        raise own
    assert passed.value is own
