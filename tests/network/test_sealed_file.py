"""Sealed files: nothing that was damaged is ever read."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from chainrule.errors import DataError, FileError, IntegrityError
from chainrule.network.sealed_file import read_sealed, write_sealed

TENSORS = {"a": np.array([1.5, -2.0], np.float32), "é": np.array([[3.0], [4.0]])}
FACTS = {"word": 'quote " and \\ and é', "list": [1, None, 0.1], "sha256": "0" * 64}


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    write_sealed(tmp_path / "file", TENSORS, FACTS)
    return tmp_path / "file"


def refused(path: Path) -> bool:
    """Whether reading is refused, by an error that names the file."""
    try:
        read_sealed(path)
    except DataError as error:
        return str(error).startswith(f"{path}: expected ")
    return False


def test_what_is_written_is_read(sealed: Path) -> None:
    tensors, facts = read_sealed(sealed)
    assert facts == FACTS
    assert sorted(tensors) == ["a", "é"]
    assert tensors["a"].dtype == np.float32
    assert tensors["a"].tolist() == [1.5, -2.0]
    assert tensors["é"].tolist() == [[3.0], [4.0]]


def test_tensors_that_are_not_contiguous(tmp_path: Path) -> None:
    table = np.arange(12.0).reshape(3, 4)
    write_sealed(tmp_path / "f", {"T": table.T, "every": table[:, ::2]}, {})
    tensors, _ = read_sealed(tmp_path / "f")
    assert tensors["T"].tolist() == table.T.tolist()
    assert tensors["every"].tolist() == table[:, ::2].tolist()


def test_no_tensors_and_empty_ones(tmp_path: Path) -> None:
    write_sealed(tmp_path / "f", {}, {"x": 1})
    assert read_sealed(tmp_path / "f") == ({}, {"x": 1})
    write_sealed(tmp_path / "f", {"none": np.zeros((0, 3), np.float32)}, {})
    assert read_sealed(tmp_path / "f")[0]["none"].shape == (0, 3)


def test_the_digest_is_of_the_file_with_zeros_in_its_place(sealed: Path) -> None:
    content = sealed.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    bears = json.loads(content[8 : 8 + length])["__metadata__"]["sha256"].encode()
    assert content.count(bears) == 1
    assert hashlib.sha256(content.replace(bears, b"0" * 64)).hexdigest().encode() == bears


def test_the_tensors_begin_on_a_multiple_of_eight(sealed: Path) -> None:
    (length,) = struct.unpack_from("<Q", sealed.read_bytes())
    assert length % 8 == 0


def test_every_single_bit_flip_is_refused(sealed: Path) -> None:
    content = sealed.read_bytes()
    loaded = []
    with sealed.open("r+b", buffering=0) as file:
        for bit in range(8 * len(content)):
            place, byte = bit // 8, content[bit // 8]
            os.pwrite(file.fileno(), bytes([byte ^ 1 << bit % 8]), place)
            if not refused(sealed):
                loaded.append(bit)
            os.pwrite(file.fileno(), bytes([byte]), place)
    assert loaded == []
    assert sealed.read_bytes() == content


def test_a_file_cut_anywhere_is_refused(sealed: Path) -> None:
    loaded = []
    for length in range(sealed.stat().st_size - 1, -1, -1):
        os.truncate(sealed, length)
        if not refused(sealed):
            loaded.append(length)
    assert loaded == []


def test_bytes_added_or_swapped_are_refused(sealed: Path) -> None:
    content = sealed.read_bytes()
    for damaged in (
        content + b"\0",
        content + content,
        content[:-2] + content[-1:] + content[-2:-1],
        content[:-16] + bytes(16),
        content[8:],
    ):
        assert damaged != content
        sealed.write_bytes(damaged)
        assert refused(sealed)


def test_a_digest_in_capitals_is_refused(sealed: Path) -> None:
    content = sealed.read_bytes()
    at = content.index(b'"sha256":"') + 10
    capitals = content[at : at + 64].upper()
    assert capitals != content[at : at + 64]
    sealed.write_bytes(content[:at] + capitals + content[at + 64 :])
    with pytest.raises(IntegrityError) as caught:
        read_sealed(sealed)
    is_now = content[at : at + 12].decode()
    assert str(caught.value) == (
        f"{sealed}: expected SHA-256 {is_now.upper()}…, got {is_now}…. "
        "The file was damaged after it was written."
    )


def test_the_words_for_a_flipped_bit(sealed: Path) -> None:
    content = bytearray(sealed.read_bytes())
    at = content.index(b'"sha256":"') + 10
    bears = content[at : at + 12].decode()
    content[-1] ^= 1
    sealed.write_bytes(content)
    blanked = content[:at] + b"0" * 64 + content[at + 64 :]
    with pytest.raises(IntegrityError) as caught:
        read_sealed(sealed)
    assert str(caught.value) == (
        f"{sealed}: expected SHA-256 {bears}…, got {hashlib.sha256(blanked).hexdigest()[:12]}…. "
        "The file was damaged after it was written."
    )


def headed(header: Any, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff" * 100,
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 3) + b"{}",
        headed(b"{"),
        headed(b"\xff\xfe{}"),
        headed(b"[" * 100_000),
        headed([]),
        headed({}),
        headed({"__metadata__": None}),
        headed({"__metadata__": "text"}),
        headed({"__metadata__": {}}),
        headed({"__metadata__": {"sha256": 5}}),
        headed({"__metadata__": {"sha256": ["0"] * 64}}),
        headed(b'{"__metadata__":{"sha256":"abc"}}'),
        headed({"__metadata__": {"sha256": "\ud800" * 64}}),
        # The digest stands there, but not as `"sha256":"`: its place cannot be told.
        headed({"__metadata__": {"sha256": "0" * 64}}),
    ],
    ids=repr,
)
def test_files_that_bear_no_seal(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_sealed(tmp_path / "file")
    assert str(caught.value) == (
        f"{tmp_path / 'file'}: expected a file that chainrule sealed, "
        f"got {len(content)} bytes without a readable seal. "
        "It is truncated, damaged, or another kind of file."
    )


def test_safetensors_of_another_program(tmp_path: Path) -> None:
    content = save({"weight": np.zeros(3)}, {"format": "pt"})
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_sealed(tmp_path / "file")
    assert str(caught.value) == (
        f"{tmp_path / 'file'}: expected a file that chainrule sealed, got {len(content)} bytes "
        "without a readable seal. It is truncated, damaged, or another kind of file."
    )


def with_seal(header: dict[str, Any], body: bytes = b"") -> bytes:
    """Content with a right seal, whatever stands in it otherwise."""
    header["__metadata__"]["sha256"] = "0" * 64
    blank = headed(json.dumps(header, separators=(",", ":")).encode(), body)
    return blank.replace(b"0" * 64, hashlib.sha256(blank).hexdigest().encode(), 1)


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (with_seal({"__metadata__": {}}), "'facts'"),
        (
            with_seal({"__metadata__": {"facts": "{"}}),
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        (with_seal({"__metadata__": {"facts": "5"}}), "'int' object is not iterable"),
        (
            with_seal(
                {
                    "__metadata__": {"facts": "{}"},
                    "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                },
                bytes(4),
            ),
            "Error while deserializing: incomplete metadata, file not fully covered",
        ),
    ],
)
def test_sealed_content_that_makes_no_sense(tmp_path: Path, content: bytes, got: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_sealed(tmp_path / "file")
    assert str(caught.value) == f"{tmp_path / 'file'}: expected a sealed file, got {got}."


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (read_sealed, "a readable file"),
        (lambda path: write_sealed(path, TENSORS, FACTS), "a file that can be written"),
    ],
)
def test_a_folder_is_no_file(
    tmp_path: Path, action: Callable[[Path], object], expected: str
) -> None:
    with pytest.raises(FileError) as caught:
        action(tmp_path)
    reason = os.strerror(errno.EISDIR)
    assert str(caught.value) == f"{tmp_path}: expected {expected}, got {reason}."
    assert list(tmp_path.iterdir()) == []


def test_a_long_header_is_read(tmp_path: Path) -> None:
    write_sealed(tmp_path / "f", {}, {"x": "y" * 3_000_000})
    assert len(read_sealed(tmp_path / "f")[1]["x"]) == 3_000_000
