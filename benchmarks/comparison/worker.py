"""One peer's process: does what the lines on its standard input ask for.

    python -m comparison.worker PEER FOLDER THREADS

Each line in is JSON, {"do": task, ...}; each line out is {"done": value} or {"failed": reason}.
Arrays go through .npz files in FOLDER.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from comparison.peers.table import PEERS
from comparison.processes import PeerError
from comparison.worker_tasks import TASKS, PeerState

__all__ = ["serve"]


def serve(state: PeerState, lines: Iterable[str], out: TextIO) -> None:
    """Do what each line asks for, until there are no more.

    Args:
        state: what the peer works on.
        lines: JSON texts.
        out: where the answers go.
    """
    for line in lines:
        asked = json.loads(line)
        task = TASKS[asked.pop("do")]
        try:
            answer = {"done": task(state, **asked)}
        except PeerError as reason:
            answer = {"failed": str(reason)}
        except Exception as error:  # whatever a library raises becomes a row that says so
            text = " ".join(str(error).split())[:300]
            answer = {"failed": f"{type(error).__name__}: {text}"}
        out.write(json.dumps(answer) + "\n")
        out.flush()


def _main(name: str, folder: str, threads: str) -> None:
    # What a library prints goes to stderr: standard output is for answers alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    serve(PeerState(PEERS[name], Path(folder), int(threads)), sys.stdin, answers)


if __name__ == "__main__":
    _main(*sys.argv[1:])
