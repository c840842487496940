"""What a measurement was made with: processor, versions, commit."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import chainrule
from comparison.peers.contract import Peer

__all__ = ["Machine", "this_machine"]

_PROCESSORS = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Machine:
    """Where a run was made.

    Args:
        processor: its model, as the system names it.
        cores: that the run could use.
        system: operating system and architecture.
        python: version.
        versions: of chainrule and of each peer's package that is installed, by its name.
        commit: of the checkout that chainrule was imported from, with "+" where files were
            changed; empty where it was not imported from one.
        date: of the measurement; empty where it is not known.
    """

    processor: str
    cores: int
    system: str
    python: str
    versions: dict[str, str]
    commit: str
    date: str = ""


def this_machine(peers: Iterable[Peer], cores: int) -> Machine:
    """The machine that this runs on.

    Args:
        peers: whose versions to report.
        cores: that the run can use.
    """
    installed = {peer.package: peer.version() for peer in peers if not peer.own}
    return Machine(
        processor=_processor(),
        cores=cores,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        versions={
            "chainrule": chainrule.__version__,
            **{package: version for package, version in installed.items() if version},
        },
        commit=_commit(Path(chainrule.__file__).parent),
        date=f"{date.today():%Y-%m-%d}",
    )


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in _PROCESSORS.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit(folder: Path) -> str:
    """The commit of the checkout that holds a folder; empty where there is none."""
    name = _git(folder, "rev-parse", "--short=12", "HEAD")
    # A folder that git does not hold, such as an installed package's, has no commit.
    if not name or not _git(folder, "ls-files", "__init__.py"):
        return ""
    return name + "+" * bool(_git(folder, "status", "--porcelain"))


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", os.fspath(folder), *arguments]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""
