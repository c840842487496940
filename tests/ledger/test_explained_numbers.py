"""The campaign of explained numbers, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "campaigns" / "explained_numbers.py"


def test_numbers_are_the_engines_to_the_bit_and_right_to_thirteen_digits() -> None:
    command = [sys.executable, str(SCRIPT), "--networks", "42", "--seed", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    told = json.loads(run.stdout)
    assert (told["networks"], told["mixtures"], told["missed"]) == (42, 42, [])
    assert told["other_bits_than_the_engine"] == told["farther_away"] == 0
    assert sum(told["near_enough"].values()) == told["numbers"] > 5_000
    assert told["near_enough"]["value"] >= 0.99 * told["numbers"]
