"""The command line: parsing and printing, no mathematics."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: as a shell gives them, without the program's name; None takes those of this
            process.

    Returns: the exit code: 0 success, 1 a check failed, 2 bad input, 70 a fault of chainrule
        itself, 130 interrupted.

    Example:
        >>> main(["--version"])
        chainrule 0.1.0
        0
    """
    if arguments is None:  # The process ends with the command: a last search for garbage is idle.
        atexit.register(gc.freeze)
    try:
        from chainrule.cli.app import run
    except KeyboardInterrupt:  # before anything could say so better
        return 130
    return run(arguments)
