"""Ask trainings to stop in their first two seconds: not one request may be lost.

    python campaigns/signals.py [--signals 2000] [--seed 0]

Each training would take hours. It is started as a command, and gets SIGINT, SIGTERM or SIGHUP
after a random time of at most two seconds; a tenth of them compile the kernels meanwhile, in a
cache of their own. A request is lost if the training still runs four minutes later. Prints a line
of JSON with how the trainings ended; exit 1 if a request was lost, a process was aborted, or a run
that was begun cannot be continued.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from chainrule.training.computing_conditions import versions
from chainrule.training.run_folder import RunFolder

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 240.0
"""Longer than the compiler takes on a busy machine: it is not interrupted."""
ROWS = "\n".join(["length,width,kind", *(f"{i % 5},{i % 3},{'ab'[i % 2]}" for i in range(40))])
LOST, ABORTED, BROKEN = "lost", "aborted", "the run cannot be continued"


def ask_one(place: Path, cache: Path, chance: random.Random) -> str:
    """Start a training and ask it to stop; how it ended."""
    (place / "data.csv").write_text(ROWS + "\n")
    if chance.random() < 0.1:
        cache = place / "cache"
    words = ("train", "data.csv", "--layers", "2,4,2", "--epochs", "100000000", "--run", "run")
    environment = {**os.environ, "CHAINRULE_CACHE": str(cache), "NUMBA_DISABLE_JIT": "0"}
    environment["PYTHONFAULTHANDLER"] = "1"
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "chainrule", *words]
    number, wait = chance.choice(NUMBERS), 2 * chance.random()
    process = subprocess.Popen(command, cwd=place, env=environment, **pipes)  # type: ignore[call-overload]
    time.sleep(wait)
    process.send_signal(number)
    try:
        _, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # Python then writes where it is
        _, err = process.communicate()
        print(number.name, f"after {wait:.2f} s:", err.decode(errors="replace"), file=sys.stderr)
        return LOST
    return describe(process.returncode, number, err, place / "run")


def describe(code: int, number: signal.Signals, err: bytes, run: Path) -> str:
    """How a training ended."""
    # Python ends itself so if an interruption went through its own `exec`.
    if code == -signal.SIGINT and b"interrupted." in err:
        code = 130
    if code == -number or (code == 1 and b"KeyboardInterrupt" in err):
        return "ended before the program began"
    if code != 130:
        print(code, err.decode(errors="replace"), file=sys.stderr)
        return ABORTED
    if not (run / "run.json").exists():
        return "interrupted before the run was begun"
    try:
        RunFolder(run).network()
    except Exception as error:
        print(error, file=sys.stderr)
        return BROKEN
    return "saved"


def campaign(signals: int, seed: int, minutes: float = 1e9) -> dict[str, Any]:
    """Ask as many trainings, one after the other; what came of it."""
    chance, began, found = random.Random(seed), time.monotonic(), Counter[str]()
    with tempfile.TemporaryDirectory() as shared:
        while found.total() < signals and time.monotonic() - began < 60 * minutes:
            with tempfile.TemporaryDirectory() as place:
                found[ask_one(Path(place), Path(shared), chance)] += 1
    return {
        "campaign": "signals",
        "seed": seed,
        "signals": found.total(),
        "signals_asked": signals,
        "bad": sum(found[one] for one in (LOST, ABORTED, BROKEN)),
        "ended": dict(sorted(found.items())),
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--signals", type=int, default=2000, help="how many in all")
    parser.add_argument("--seed", type=int, default=0, help="fixes signals and times")
    parser.add_argument("--minutes", type=float, default=1e9, help="the most time to take")
    given = parser.parse_args()
    # A shell that starts this in the background has it ignore some, and its children too.
    for number in NUMBERS:
        signal.signal(number, signal.SIG_DFL)
    told = campaign(given.signals, given.seed, given.minutes)
    print(json.dumps(told))
    return int(bool(told["bad"]))


if __name__ == "__main__":
    sys.exit(main())
