"""The campaign of planted faults, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "campaigns" / "planted_faults.py"


def test_planted_faults_are_found_and_none_is_invented() -> None:
    command = [sys.executable, str(SCRIPT), "--trainings", "9", "--seed", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert found["healthy_with_a_finding"] == 0
    assert found["found"] == found["faults"] == 9
    assert found["missed"] == found["false"] == []
