"""However many threads share a batch's work, and however a run is cut, the bits are the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("thread_bits.py")

WIDE = 7 * 3
SMALL = 3 * 7 * 4
CRAFT = 3 * 8
ALL = WIDE + 3 + SMALL + CRAFT


def test_1_2_3_4_and_8_threads_give_the_same_bits_compiled(compiled_double) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=compiled_double,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["differ"] == []
    assert found["compared"] == ALL
    assert found["threads"] == 8
    # Where a batch is one example, rows and columns may add up in one order.
    assert ALL - 4 <= found["results"] <= ALL
