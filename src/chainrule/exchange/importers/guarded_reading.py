"""Reading of foreign files in a child process with limits on memory, time and what it may do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule import errors
from chainrule.errors import ChainruleError, DataError, FileError
from chainrule.exchange.importers.foreign_model import ForeignModel, ReadChoices, unpack_model

__all__ = ["compute_guarded", "read_guarded"]

_WALL_SECONDS = 120
"""The child ends itself after 10 seconds of computing; this is for one that does not even begin."""
_SPARE_BYTES = 64 * 2**20
_LARGEST = 4 * 2**30
_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from chainrule.exchange.importers.reading_child import main; main(*sys.argv[1:])"
)


def read_guarded(path: str | Path, choices: ReadChoices) -> ForeignModel:
    """Read a foreign model in a child process, which hands back plain arrays.

    The child has 10 seconds of computing and 64 MiB beside four times the file's size, and may
    neither write, nor start a program, nor open a connection. (The limit on memory is kept on
    Linux.)

    Args:
        path: a file of any form that `chainrule import` reads.
        choices: what a reader of plain weights may have to know.

    Raises: FileError; DataError for a file that is damaged, of no known form, or no chain of dense
        layers; MissingLibraryError.
    """
    body = _ask_child(str(path), asdict(choices), b"model")
    try:
        return unpack_model(body)
    except Exception:  # whatever a child that broke off has written
        raise _crash(str(path), "an answer that is cut short") from None


def compute_guarded(
    path: str | Path, cells: Sequence[NDArray[Any]], rows: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the answers of an ONNX graph to rows, computed by the onnx library in a child process.

    Args:
        path: the file.
        cells: for each column of a table, its texts, (rows,); empty for a column of numbers. No
            columns for a graph with one input.
        rows: numbers, (rows, columns).

    Raises: FileError, DataError, MissingLibraryError.
    """
    from safetensors.numpy import load

    with tempfile.TemporaryDirectory() as folder:
        feed = Path(folder) / "rows.npz"
        named: dict[str, Any] = {f"cells{place}": column for place, column in enumerate(cells)}
        np.savez(feed, rows=rows, columns=np.array(len(cells)), **named)
        body = _ask_child(str(path), {"feed": str(feed)}, b"answers")
    try:
        found: NDArray[np.float64] = load(body)["answers"]
    except Exception:  # whatever a child that broke off has written
        raise _crash(str(path), "answers that are cut short") from None
    return found


def _ask_child(where: str, given: dict[str, Any], expected: bytes) -> bytes:
    """Return what the child writes after the word `expected`."""
    size = _require_file(Path(where))
    content = _run_child(where, json.dumps(given), 4 * size + _SPARE_BYTES)
    kind, _, body = content.partition(b"\n")
    if kind == b"error":
        raise _rebuild_error(where, body)
    if kind != expected:
        raise _crash(where, "another answer")
    return body


def _require_file(path: Path) -> int:
    """Return the size of a regular file."""
    try:
        if path.is_dir():
            raise DataError(
                str(path),
                expected="a file",
                got="a folder",
                remedy="For a SavedModel of TensorFlow, save the Keras model: "
                "model.save('model.keras')",
            )
        if not path.is_file():
            raise FileError(str(path), expected="a readable file", got="no such file")
        size = path.stat().st_size
        path.open("rb").close()
    except ChainruleError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileError(str(path), expected="a readable file", got=reason) from None
    if size > _LARGEST:
        raise DataError(str(path), expected="at most 4 GiB", got=f"{size} bytes")
    return size


def _run_child(where: str, choices: str, most: int) -> bytes:
    """Return what the child writes, up to `most` bytes; the child ends in any case."""
    folder = str(Path(__file__).parents[3])
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    # -P: a file numpy.py that lies beside the model is not what is imported.
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _START, folder, where, choices],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **dict.fromkeys(threads, "1")},
    ) as child:
        timer = threading.Timer(_WALL_SECONDS, child.kill)
        timer.start()
        try:
            assert child.stdout is not None
            content = child.stdout.read(most + 1)
        finally:
            timer.cancel()
            child.kill()
    if not content:
        raise _crash(where, "none")
    return content


def _crash(where: str, got: str) -> DataError:
    return DataError(
        where,
        expected="an answer from the process that reads the file",
        got=got,
        why="It needed more than 10 seconds, more memory than 64 MiB and four times the file, or "
        "its library broke off",
        remedy="The file is damaged, or made to harm",
    )


def _rebuild_error(where: str, body: bytes) -> ChainruleError:
    """Return the error that the child reported."""
    try:
        facts = {key: str(value) for key, value in json.loads(body).items()}
        kind = getattr(errors, facts.pop("kind"))
        found: ChainruleError = kind(facts.pop("where"), **facts)
    except Exception:  # whatever a child that broke off has written
        return _crash(where, "an error that is cut short")
    return found
