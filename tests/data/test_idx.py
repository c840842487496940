import gzip
import hashlib
import io
import lzma
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.data.idx import array_digest, decode_idx, read_idx, read_idx_stream
from chainrule.errors import DataError, FileError, InputError

_HEADER = bytes([0, 0, 8, 1, 0, 0, 0, 3])
_LABELS = _HEADER + bytes([7, 0, 255])


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress])
@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "i4", "f4", "f8"])
@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (1,) * 32])
def test_every_type_and_compression_comes_back(tmp_path, idx_bytes, compress, dtype, shape):
    array = (np.arange(np.prod(shape)) * 5 - 7).astype(dtype).reshape(shape)
    path = tmp_path / "numbers"
    path.write_bytes(compress(idx_bytes(array)))
    found = read_idx(path)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == np.dtype(dtype)
    assert found.dtype.isnative


def test_two_numbers_by_hand():
    # Type 0x0B is two bytes a number, the high one first: 0x0102 = 258, 0xFFFE = -2.
    assert decode_idx(bytes.fromhex("00000b01 00000002 0102 fffe"), "f").tolist() == [258, -2]


def test_several_gzip_and_xz_members_are_one_file():
    for compress in (gzip.compress, lzma.compress):
        assert decode_idx(compress(_LABELS[:5]) + compress(_LABELS[5:]), "f").tolist() == [
            7,
            0,
            255,
        ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "f: expected 4 more bytes, as its header promises, got 0. The file is cut short."),
        (
            _HEADER[:6],
            "f: expected 4 more bytes, as its header promises, got 2. The file is cut short.",
        ),
        (
            _LABELS[:-1],
            "f: expected 3 more bytes, as its header promises, got 2. The file is cut short.",
        ),
        (
            _LABELS + b"\0",
            "f: expected 3 bytes of content, got more. "
            "The header and the length of the file do not agree.",
        ),
        (
            b"\x89PNG" + _LABELS,
            "f: expected an IDX file, which begins with 00 00, a type and a number of "
            "dimensions, got 89 50 4e 47.",
        ),
        (
            b"\0\0\x0a\1" + _LABELS,
            "f: expected an IDX file, which begins with 00 00, a type and a number of "
            "dimensions, got 00 00 0a 01.",
        ),
        (
            b"\0\0\x08\0" + _LABELS,
            "f: expected an IDX file, which begins with 00 00, a type and a number of "
            "dimensions, got 00 00 08 00.",
        ),
        (
            b"\0\0\x08\x21" + b"\0\0\0\1" * 33 + b"a",
            "f: expected an IDX file, which begins with 00 00, a type and a number of "
            "dimensions, got 00 00 08 21.",
        ),
        (bytes([0, 0, 8, 1, 0, 0, 0, 0]), "f: expected sizes of at least 1, got (0,)."),
        (
            b"\0\0\x0e\3" + b"\xff" * 12,
            "f: expected at most 33554432 bytes of content, got sizes "
            "(4294967295, 4294967295, 4294967295), which make 633825299671392843082401579000. "
            "Raise the limit (--limit BYTES) if the file is supposed to be that large.",
        ),
    ],
)
def test_what_is_no_idx_file_is_refused(content, text):
    with pytest.raises(DataError) as refused:
        decode_idx(content, "f")
    assert str(refused.value) == text


def test_the_number_of_dimensions_is_held():
    with pytest.raises(DataError) as refused:
        decode_idx(_LABELS, "f", dimensions=3)
    assert str(refused.value) == "f: expected 3 dimensions, got 1."
    assert decode_idx(_LABELS, "f", dimensions=1).shape == (3,)


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_a_broken_compressed_file_is_refused(compress):
    whole = compress(_LABELS * 50)
    for content in (whole[: len(whole) // 2], whole[:7], whole[:-9] + b"\xff" + whole[-8:]):
        with pytest.raises(DataError, match=r"^f: expected an intact compressed file, got "):
            decode_idx(content, "f")


def test_a_promise_alone_takes_no_memory(small_memory):
    content = b"\0\0\x08\1" + struct.pack(">I", 2**24) + b"abc"
    with small_memory(4 * 2**20), pytest.raises(DataError) as refused:
        decode_idx(content, "f")
    assert str(refused.value) == (
        "f: expected 16777216 more bytes, as its header promises, got 3. The file is cut short."
    )


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_a_decompression_bomb_stays_small(small_memory, compress):
    bomb = compress(_LABELS + bytes(2**26))
    assert len(bomb) < 2**17
    # An xz file is decoded with a dictionary of 8 MiB.
    with small_memory(12 * 2**20), pytest.raises(DataError, match="3 bytes of content, got more"):
        decode_idx(bomb, "f")


def test_the_limit_holds_before_anything_is_read():
    stream = io.BytesIO(_LABELS)
    with pytest.raises(DataError) as refused:
        read_idx_stream(stream, "f", limit=2)
    assert stream.tell() == 8
    assert str(refused.value) == (
        "f: expected at most 2 bytes of content, got sizes (3,), which make 3. "
        "Raise the limit (--limit BYTES) if the file is supposed to be that large."
    )


def test_files_that_cannot_be_read_are_file_errors(tmp_path):
    for path, reason in (
        (tmp_path / "x", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(FileError) as refused:
            read_idx(path)
        assert str(refused.value) == f"{path}: expected a readable file, got {reason}."


_mutations = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255)), min_size=1, max_size=4)


@given(st.binary(max_size=64), st.sampled_from([bytes, gzip.compress, lzma.compress]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_an_array_or_a_data_error(attempt, content, compress):
    assert _is_sane(*attempt(decode_idx, compress(b"\0\0" + content), "f"))
    assert _is_sane(*attempt(decode_idx, b"\x1f\x8b\x08" + content, "f"))
    assert _is_sane(*attempt(decode_idx, b"\xfd7zXZ\0" + content, "f"))


@given(_mutations, st.integers(0, 60), st.sampled_from([bytes, gzip.compress, lzma.compress]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes_are_an_array_or_a_data_error(
    small_memory, attempt, mutations, keep, compress
):
    content = bytearray(compress(bytes.fromhex("00000b02 00000003 00000002") + bytes(range(12))))
    for at, value in mutations:
        content[at % len(content)] ^= value
    with small_memory(12 * 2**20):
        assert _is_sane(*attempt(decode_idx, bytes(content), "f"))
        assert _is_sane(*attempt(decode_idx, bytes(content[:keep]), "f"))


def _is_sane(array, text):
    return text.startswith("f: expected ") if array is None else array.size > 0


@pytest.mark.parametrize("dtype", ["u1", "i2", "f8"])
def test_the_digest_of_an_array_is_that_of_its_file(idx_bytes, dtype):
    array = np.arange(24).astype(dtype).reshape(2, 3, 4)
    expected = hashlib.sha256(idx_bytes(array)).hexdigest()
    assert array_digest(array) == expected
    assert array_digest(np.asfortranarray(array)) == expected
    assert array_digest(array.astype(array.dtype.newbyteorder(">"))) == expected


def test_an_array_that_no_idx_file_holds_has_no_digest():
    with pytest.raises(InputError) as refused:
        array_digest(np.zeros(2, np.float16))
    assert str(refused.value) == "array_digest: expected a type of the IDX format, got float16."
