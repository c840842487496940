"""Networks as files, and files that are no networks."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from chainrule.errors import DataError, FileError
from chainrule.network.architecture import Architecture
from chainrule.network.files import NetworkFile, read_network_file, write_network_file
from chainrule.network.sealed_file import read_sealed, write_sealed

KEPT = NetworkFile(
    Architecture.of([3, 2, 2], "tanh", "softmax"),
    np.arange(14, dtype=np.float32),
    1 / 255,
    (3,),
    ("no", "yes"),
)

Forge = Callable[[dict[str, Any], dict[str, Any]], object]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_network_file(tmp_path / "n.safetensors", KEPT)
    again = read_network_file(str(tmp_path / "n.safetensors"))
    assert again.parameters.tobytes() == KEPT.parameters.tobytes()
    assert replace(again, parameters=KEPT.parameters) == KEPT
    assert again.parameters.dtype == np.float32


def test_a_tensor_a_layer_for_other_programs_to_read(tmp_path: Path) -> None:
    path = tmp_path / "n.safetensors"
    write_network_file(path, KEPT)
    with safe_open(path, "numpy") as file:
        assert sorted(file.keys()) == ["W[1]", "W[2]", "b[1]", "b[2]"]
        assert file.get_tensor("W[1]").tolist() == [[0, 1, 2], [3, 4, 5]]
        assert file.get_tensor("b[2]").tolist() == [12, 13]
        assert sorted(file.metadata()) == ["facts", "sha256"]


def test_equal_networks_make_equal_bytes(tmp_path: Path) -> None:
    written = set()
    for i in range(20):
        write_network_file(tmp_path / str(i), KEPT)
        written.add((tmp_path / str(i)).read_bytes())
    assert len(written) == 1


def forged(tmp_path: Path, change: Forge) -> Path:
    """A network file whose content was changed before it was sealed again."""
    path = tmp_path / "n.safetensors"
    write_network_file(path, KEPT)
    tensors, facts = read_sealed(path)
    change(tensors, facts)
    write_sealed(path, tensors, facts)
    return path


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda t, f: f.update(format="chainrule network 2"),
            "expected a file of format 'chainrule network 1', got 'chainrule network 2'.",
        ),
        (
            lambda t, f: f.pop("format"),
            "expected a file of format 'chainrule network 1', got None.",
        ),
        (lambda t, f: t.pop("b[1]"), "expected a valid network, got no tensor b[1]."),
        (
            lambda t, f: f.pop("architecture"),
            "expected a valid network, got architecture: expected an entry, got none.",
        ),
        (
            lambda t, f: f["architecture"].update(layers=[3]),
            "expected a valid network, got Architecture: expected at least two layer widths, "
            "inputs and outputs, got [3] (list). Write them in order: [784, 32, 10].",
        ),
        (
            lambda t, f: f["architecture"].pop("layers"),
            "expected a valid network, got Architecture.__init__() missing 1 required "
            "keyword-only argument: 'layers'.",
        ),
        (
            lambda t, f: t.update({"W[1]": t["W[1]"].T}),
            "expected a valid network, got W[1] of shape (3, 2), not (2, 3).",
        ),
        (
            lambda t, f: t.update({"b[2]": np.array([0, np.nan])}),
            "expected a valid network, got parameters: expected finite parameters, "
            "got nan in b[2].",
        ),
        (
            lambda t, f: f.update(input_scale="wide"),
            "expected a valid network, got input_scale: expected a number, got 'wide' (str).",
        ),
        (
            lambda t, f: f.update(input_shape=3),
            "expected a valid network, got input_shape: expected a list, got 3 (int).",
        ),
    ],
)
def test_sealed_files_that_hold_no_network(tmp_path: Path, change: Forge, text: str) -> None:
    path = forged(tmp_path, change)
    with pytest.raises(DataError) as caught:
        read_network_file(path)
    assert str(caught.value) == f"{path}: {text}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none.safetensors"
    with pytest.raises(FileError) as caught:
        read_network_file(path)
    reason = os.strerror(errno.ENOENT)
    assert str(caught.value) == f"{path}: expected a readable file, got {reason}."


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none" / "n.safetensors"
    with pytest.raises(FileError) as caught:
        write_network_file(path, KEPT)
    reason = os.strerror(errno.ENOENT)
    assert str(caught.value) == f"{path}: expected a file that can be written, got {reason}."
