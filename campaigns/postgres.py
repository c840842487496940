"""A PostgreSQL server to throw away: on 127.0.0.1, in a folder of its own, as long as it is needed.

    python campaigns/postgres.py                prints the address, serves until its input ends
    python campaigns/postgres.py COMMAND ...    runs a command with the address in the variable
                                                CHAINRULE_DATABASE, and ends with its exit code

It needs PostgreSQL's own programs (Debian: apt-get install postgresql), no running server and no
rights; where it is started by root, the server runs as the user postgres or nobody, since it
refuses root. Exit 3 where the programs are not installed.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOT_INSTALLED = 3
_TRIES = 5


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's; None where there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in folders), key=lambda p: int(p.parent.name), default=None)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server's address; leaving the block ends it and removes its folder."""
    place = programs()
    if place is None:
        raise FileNotFoundError("PostgreSQL's programs are not installed")
    with tempfile.TemporaryDirectory(prefix="chainrule-postgres-") as name:
        folder, who = Path(name), _user()
        if who:
            os.chown(folder, pwd.getpwnam(who["user"]).pw_uid, -1)
        command = [str(place / "initdb"), "-D", str(folder / "data"), "-U", "chainrule"]
        command += ["-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C"]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True, **who)
        process, port = _started(place, folder, who)
        try:
            yield f"postgresql://chainrule@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # a fast but orderly end
            process.wait()


def _user() -> dict[str, Any]:
    """As whom to run, where that is not as we do."""
    if os.getuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    return {"user": "postgres" if "postgres" in known else "nobody", "extra_groups": []}


def _started(place: Path, folder: Path, who: dict[str, Any]) -> tuple[subprocess.Popen[str], int]:
    """The process, once it takes connections, and its port."""
    for _ in range(_TRIES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [str(place / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
        command += ["-h", "127.0.0.1", "-k", "", "-F", "-c", "logging_collector=off"]
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, **who)
        assert process.stderr is not None
        for line in process.stderr:
            if "ready to accept connections" in line:
                _drain(process)
                return process, port
        process.wait()  # somebody else took the port
    raise OSError("no server would start")


def _drain(process: subprocess.Popen[str]) -> None:
    """Read what the server says from now on, so that it never waits for a reader."""
    import threading

    assert process.stderr is not None
    threading.Thread(target=process.stderr.read, daemon=True).start()


def main(command: list[str]) -> int:
    if programs() is None:
        print("postgres: PostgreSQL's programs are not installed", file=sys.stderr)
        return NOT_INSTALLED
    with server() as address:
        if command:
            environment = {**os.environ, "CHAINRULE_DATABASE": address}
            return subprocess.run(command, env=environment, check=False).returncode
        print(address, flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
