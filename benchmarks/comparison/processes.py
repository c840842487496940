"""The peers' processes as the measuring process sees them."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from comparison.environment import peer_environment
from comparison.peers.contract import Peer

__all__ = ["PeerError", "PeerProcesses", "Worker"]

_LONGEST_REASON = 200
_BENCHMARKS = Path(__file__).parents[1]


class PeerError(Exception):
    """A peer could not do what it was asked for; its text is the reason, for a row."""


@dataclass(frozen=True, eq=False)
class _Live:
    """A process that runs, or did."""

    process: subprocess.Popen[str]
    requests: IO[str]
    answers: queue.Queue[str | None]
    complaints: IO[bytes]


class Worker:
    """One peer in a process of its own.

    Args:
        peer: which.
        folder: where arrays are handed over.
        threads: how many it may use.
    """

    def __init__(self, peer: Peer, folder: Path, threads: int) -> None:
        self._peer, self._folder, self._threads = peer, folder, threads
        self._live: _Live | None = None

    def ask(self, do: str, *, seconds: float, **what: Any) -> Any:
        """The answer to a request; a process is started where none runs.

        Args:
            do: the task.
            seconds: how long to wait; the process is then ended.
            what: the task's arguments.

        Raises: PeerError.
        """
        live = self._live = self._live or self._started()
        with contextlib.suppress(OSError):  # one that died is found when its answer is awaited
            live.requests.write(json.dumps({"do": do, **what}) + "\n")
            live.requests.flush()
        try:
            line = live.answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise PeerError(f"took more than {seconds:g} s to {do}") from None
        if line is None:
            raise PeerError(self._last_words(live))
        answer = json.loads(line)
        if "failed" in answer:
            raise PeerError(answer["failed"])
        return answer["done"]

    def _started(self) -> _Live:
        command = [sys.executable, "-m", "comparison.worker", self._peer.name]
        complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        process = subprocess.Popen(
            [*command, str(self._folder), str(self._threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
            env=_with_this_package(peer_environment(self._threads)),
        )
        assert process.stdin is not None
        answers: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_listen, args=(process.stdout, answers), daemon=True).start()
        return _Live(process, process.stdin, answers, complaints)

    def _last_words(self, live: _Live) -> str:
        """Why the process is gone."""
        code = live.process.wait()
        live.complaints.seek(0)
        lines = live.complaints.read().decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        self.close()
        said = f": {last[:_LONGEST_REASON]}" if last else ""
        return f"its process ended with code {code}{said}"

    def close(self) -> None:
        """End the process, where there is one."""
        live, self._live = self._live, None
        if live is None:
            return
        live.process.kill()
        live.process.wait()
        for pipe in (live.requests, live.complaints):
            with contextlib.suppress(OSError):
                pipe.close()


def _with_this_package(environment: dict[str, str]) -> dict[str, str]:
    """The environment of a process that can import this package too."""
    folders = (str(_BENCHMARKS), environment.get("PYTHONPATH", ""))
    return environment | {"PYTHONPATH": os.pathsep.join(filter(None, folders))}


def _listen(pipe: IO[str], answers: queue.Queue[str | None]) -> None:
    """Hand on what a process says; None when it is gone."""
    with pipe:
        for line in pipe:
            answers.put(line)
    answers.put(None)


class PeerProcesses:
    """The processes of all peers of a run, each started when it is first asked.

    Args:
        folder: where arrays are handed over.
        threads: how many each peer may use.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder, self._threads = folder, threads
        self._workers: dict[str, Worker] = {}

    def worker(self, peer: Peer) -> Worker:
        """The peer's worker."""
        return self._workers.setdefault(peer.name, Worker(peer, self._folder, self._threads))

    @contextlib.contextmanager
    def fresh(self, peer: Peer) -> Iterator[Worker]:
        """A worker of its own, ended at the end of the block."""
        worker = Worker(peer, self._folder, self._threads)
        try:
            yield worker
        finally:
            worker.close()

    def __enter__(self) -> PeerProcesses:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers.values():
            worker.close()
