"""The identity of the process that computes a trial, and whether it is still alive."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["LEASE_SECONDS", "current_process", "is_gone", "lease_end"]

LEASE_SECONDS = 180.0
"""A trial of another machine is given up when its lease has not been renewed for this time.
Leases are renewed four times in it, so that a slow storage costs no trial."""


def current_process() -> dict[str, Any]:
    """Return this process as plain values: host, machine, process number and start time."""
    pid = os.getpid()
    state = _process(pid)
    began = "" if state is None else state[1]
    return {"host": platform.node(), "machine": _machine(), "pid": pid, "began": began}


def lease_end() -> float:
    """Return the time, in seconds since 1970, until which other machines trust this process."""
    return time.time() + LEASE_SECONDS


def is_gone(owner: Mapping[str, Any], lease: float) -> bool:
    """Whether the owner of a trial will never end it.

    Args:
        owner: as `current_process` gave it.
        lease: as `lease_end` gave it.

    Returns: on this machine whether the process has ended; elsewhere whether the lease is over.
    """
    if owner.get("machine") != _machine():
        return time.time() > lease
    state = _process(int(owner.get("pid", 0)))
    if state is None:
        return True
    # A killed process keeps its number until its parent waits for it: states Z and X. A later
    # process with the same number began at another time.
    return state[0] in ("Z", "X") or state[1] != owner.get("began")


@cache
def _machine() -> str:
    """Return what identifies this machine since its start, as far as process numbers are shared.

    Containers of one machine number their processes each from 1, hence the PID namespace.
    """
    parts = [platform.node()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            found = Path(path)
            parts.append(str(found.readlink()) if found.is_symlink() else found.read_text().strip())
        except OSError:
            parts.append("")
    return " ".join(parts)


def _process(pid: int) -> tuple[str, str] | None:
    """Return a process's state and start time, or None if no process has that number."""
    try:
        after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return ("R", "") if not Path("/proc/self").exists() and _exists(pid) else None
    except OSError:
        return ("R", "")
    return after[0], after[19]  # fields 3 and 22 of proc(5)


def _exists(pid: int) -> bool:
    """Whether a process has that number, on systems without /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
