"""The child process that reads a foreign file: it limits itself, reads, and writes one answer.

After the libraries are loaded, nothing that it runs may write a file, start a program or open a
connection, and memory and time are bounded. What a file makes a library do is then limited to a
wrong answer, a refusal, or the end of the process.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, DataError, describe
from chainrule.exchange.importers.detection import detect_form, load_libraries, read_form
from chainrule.exchange.importers.foreign_model import ReadChoices, pack_model

__all__ = ["main", "refuse_action"]

_SECONDS = 10
_SPARE_BYTES = 64 * 2**20
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.startfile",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.kill",
    "shutil.",
    "webbrowser.",
    "urllib.",
    "ftplib.",
    "http.",
    "smtplib.",
)
"""Beginnings of the names of audit events: what no reader needs."""


def main(path: str, given: str) -> None:
    """Read a file, and write "model", "answers" or "error", a line's end, and what belongs to it.

    Args:
        path: the file.
        given: JSON of the fields of `ReadChoices`; with "feed", the path of a file of NumPy with
            rows, what is written are the answers of the ONNX graph to them.
    """
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is not part of the answer
    sys.dont_write_bytecode = True
    try:
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(given).items()
        }
        feed = values.pop("feed", None)
        choices = ReadChoices(**values)
        form = detect_form(path)
        load_libraries(form, path)
        if feed is not None:
            chunks: Iterable[bytes | memoryview] = (b"answers\n", _compute(path, feed))
        else:
            _limit_process(Path(path).stat().st_size)
            model = read_form(form, path, choices).with_common_type()
            chunks = chain((b"model\n",), pack_model(model))
    except ChainruleError as error:
        chunks = (b"error\n", _error_facts(error))
    except MemoryError:
        chunks = (b"error\n", _error_facts(_unreadable(path, "one that claims more memory")))
    except Exception as error:  # a library's own error on damaged content
        chunks = (b"error\n", _error_facts(_unreadable(path, describe(error))))
    with answer:
        answer.writelines(chunks)


def _compute(path: str, feed: str) -> bytes:
    """Return the answers of an ONNX graph to the rows in a file of NumPy, as safetensors."""
    from safetensors.numpy import save

    from chainrule.exchange.importers.onnx_answers import compute_answers

    with np.load(feed, allow_pickle=False) as given:
        rows = given["rows"]
        cells = [given[f"cells{k}"].tolist() for k in range(int(given["columns"]))]
    _limit_process(Path(path).stat().st_size)
    return save({"answers": compute_answers(Path(path), cells, rows)})


def _unreadable(path: str, got: str) -> DataError:
    return DataError(path, expected="a whole file of its form", got=got)


def _error_facts(error: ChainruleError) -> bytes:
    names = ("where", "expected", "got", "why", "remedy", "argument")
    facts = {name: getattr(error, name) for name in names}
    return json.dumps({"kind": type(error).__name__, **facts}).encode()


def _limit_process(size: int) -> None:
    """Bound this process for good: memory, time, and what it may do.

    Args:
        size: the file's size in bytes.
    """
    sys.addaudithook(refuse_action)
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    bytes_now = pages * resource.getpagesize()
    most = bytes_now + _SPARE_BYTES + 4 * size
    seconds = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + _SECONDS
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse_action(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what a reader never does; an audit hook.

    Raises: PermissionError.
    """
    writes = event == "open" and _opens_for_writing(arguments)
    if writes or event.startswith(_REFUSED):
        raise PermissionError(f"a reader of foreign files may not do {event}")


def _opens_for_writing(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str) and set(mode) & set("wax+"):
        return True
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    return isinstance(flags, int) and bool(flags & writing)
