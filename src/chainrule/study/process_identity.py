"""Who computes a trial, and whether that process is still there."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["LEASE_SECONDS", "is_gone", "lease", "owner"]

LEASE_SECONDS = 180.0
"""A trial of another machine whose owner has not been heard of for so long is given up."""


def owner() -> dict[str, Any]:
    """This process, as plain values: host, machine, process number and when it began."""
    pid = os.getpid()
    state = _process(pid)
    began = "" if state is None else state[1]
    return {"host": platform.node(), "machine": _machine(), "pid": pid, "began": began}


def lease() -> float:
    """The time, in seconds since 1970, until which an owner on another machine is trusted."""
    return time.time() + LEASE_SECONDS


def is_gone(kept: Mapping[str, Any], until: float) -> bool:
    """Whether the owner of a trial will never end it.

    Args:
        kept: the owner, as `owner` gave it.
        until: its lease.

    Returns: on this machine whether the process has ended; elsewhere whether the lease is over.
    """
    if kept.get("machine") != _machine():
        return time.time() > until
    state = _process(int(kept.get("pid", 0)))
    if state is None:
        return True
    # A process that was killed and not yet waited for still has its number.
    return state[0] in ("Z", "X") or state[1] != kept.get("began")


@cache
def _machine() -> str:
    """What tells this machine, since its start, from all others: processes have one numbering."""
    parts = [platform.node()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            found = Path(path)
            parts.append(str(found.readlink()) if found.is_symlink() else found.read_text().strip())
        except OSError:
            parts.append("")
    return " ".join(parts)


def _process(pid: int) -> tuple[str, str] | None:
    """A process's state and when it began; None where there is none of that number."""
    try:
        after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return ("R", "") if not Path("/proc/self").exists() and _answers(pid) else None
    except OSError:
        return ("R", "")
    return after[0], after[19]


def _answers(pid: int) -> bool:
    """Whether there is a process of that number, where the system has no /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
