"""The campaign of planted slips, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "campaigns" / "planted_slips.py"


def test_planted_slips_are_found_and_none_is_invented() -> None:
    command = [sys.executable, str(SCRIPT), "--sheets", "30", "--seed", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    told = json.loads(run.stdout)
    assert told["correct_marked_wrong"] == 0
    assert told["first_wrong_named"] == told["slips"] == 30
    assert told["slip_named"] >= 29
