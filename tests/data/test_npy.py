import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.data.numpy_files import read_npy_stream
from chainrule.errors import DataError


def _bytes(array, version=None):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version)
    return stream.getvalue()


def _with_header(header, content=b"", version=1):
    text = header.encode("latin-1")
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + content


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.arange(6, dtype=">f4").reshape(1, 2, 3),
        np.array([True, False]),
        np.array(["ant", "bee"]),
        np.array(["ü"], dtype=">U4"),
        np.array(3.5),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    ],
)
def test_what_numpy_writes_comes_back(array, version):
    stream = io.BytesIO(_bytes(array, version) + b"rest")
    found = read_npy_stream(stream, "f")
    np.testing.assert_array_equal(found, array)
    assert found.dtype.isnative
    assert stream.read() == b"rest"


def test_a_header_written_by_hand():
    content = _with_header("{'shape':(2L, ), 'fortran_order':False, 'descr':'<i2'}", b"\1\0\2\0")
    assert read_npy_stream(io.BytesIO(content), "f").tolist() == [1, 2]


_OBJECTS = "Arrays of Python objects are never loaded, as loading them can run any program."


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            b"PK\3\4aaaaaa",
            "f: expected an array in NumPy's .npy format, got 50 4b 03 04 61 61 61 61.",
        ),
        (
            b"\x93NUMPY\x04\0aa",
            "f: expected an array in NumPy's .npy format, got 93 4e 55 4d 50 59 04 00.",
        ),
        (
            _with_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"),
            "f: expected an array of numbers or texts, got the header "
            """"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}". """ + _OBJECTS,
        ),
        (
            _with_header("{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}"),
            "f: expected an array of numbers or texts, got the header "
            """"{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}". """ + _OBJECTS,
        ),
        (
            _with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"),
            "f: expected an array of numbers or texts, got the header "
            """"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}". """ + _OBJECTS,
        ),
        (
            _with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 0)}"),
            "f: expected sizes of at least 1, 32 of them at most, got (2, 0).",
        ),
        (
            _with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,)}"),
            "f: expected at most 4294967296 bytes of content, got an array of shape "
            "(1099511627776,) (float64), which has 8796093022208.",
        ),
        (
            _with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", bytes(15)),
            "f: expected 16 more bytes, as its header promises, got 15. The file is cut short.",
        ),
        (
            _with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, x)}"),
            "f: expected an array of numbers or texts, got the header "
            """"{'descr': '<f8', 'fortran_order': False, 'shape': (1, x)}". """ + _OBJECTS,
        ),
        (
            _with_header("{'descr': '<b2', 'fortran_order': False, 'shape': (1,)}"),
            "f: expected an array of numbers or texts, got the header "
            """"{'descr': '<b2', 'fortran_order': False, 'shape': (1,)}". """ + _OBJECTS,
        ),
        (
            b"\x93NUMPY\x02\0" + b"\xff" * 4,
            "f: expected a header of at most 65536 bytes, got 4294967295.",
        ),
    ],
)
def test_what_cannot_be_trusted_is_refused(content, text):
    with pytest.raises(DataError) as refused:
        read_npy_stream(io.BytesIO(content), "f")
    assert str(refused.value) == text


def test_a_promise_alone_takes_no_memory(small_memory):
    content = _with_header("{'descr': '|u1', 'fortran_order': False, 'shape': (4000000000,)}")
    with small_memory(2**21), pytest.raises(DataError, match="got 0"):
        read_npy_stream(io.BytesIO(content), "f")


_whole = bytearray(_bytes(np.arange(12, dtype=np.float32).reshape(3, 4)))


@given(st.lists(st.tuples(st.integers(0, 175), st.integers(1, 255)), max_size=3), st.integers(0))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_and_cut_files_are_an_array_or_a_data_error(small_memory, attempt, flips, keep):
    content = bytearray(_whole)
    for at, mask in flips:
        content[at] ^= mask
    for given_bytes in (content, content[: keep % len(content)]):
        with small_memory(2**22):
            assert _is_sane(*attempt(_read, bytes(given_bytes)))


@given(st.text("{}'(),: <>|=0123456789abcdefhiLOnorstu_FTU", max_size=90))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_headers_are_an_array_or_a_data_error(attempt, header):
    assert _is_sane(*attempt(_read, _with_header(header, bytes(64))))


def _is_sane(array, text):
    return text.startswith("f: expected ") if array is None else array.size > 0


def _read(content):
    return read_npy_stream(io.BytesIO(content), "f")
