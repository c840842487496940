"""Programs that prove what was written, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence

from chainrule.errors import DataError

__all__ = ["call_program"]

_SECONDS = 600


def call_program(
    command: Sequence[str], where: str, environment: Mapping[str, str] | None = None
) -> str:
    """Return what a program prints.

    Args:
        command: the program and its arguments.
        where: who asks, for the error text.
        environment: variables to set beside those of this process.

    Raises: DataError if it fails, or if the undefined behaviour sanitizer finds something.
    """
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode or "runtime error" in done.stderr:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["none"]
        # Python says what went wrong in the last line, compilers in the first, Node between.
        named = next((line for line in lines if re.match(r"\w*Error: ", line)), lines[0])
        reason = lines[-1] if lines[0].startswith("Traceback") else named
        raise DataError(where, expected="a program that runs", got=reason[:200])
    return done.stdout
