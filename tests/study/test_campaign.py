"""The campaign of kills, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "campaigns" / "study_kills.py"


@pytest.mark.parametrize("storage", ["journal", "postgres"])
def test_every_trial_ends_exactly_once(storage: str, request: pytest.FixtureRequest) -> None:
    command = [sys.executable, str(SCRIPT), "--kills", "20", "--trials", "100"]
    if storage == "postgres":
        command += ["--storage", request.getfixturevalue("postgres")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    wrong = ("failed_children", "lost", "doubled", "stuck", "other_digests")
    assert {name: told[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert told["kills"] > 0
