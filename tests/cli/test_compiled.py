"""The compiled engine from the command line: announced once, then at once."""

from __future__ import annotations

import os
import subprocess
import sys


def test_the_compilation_is_announced_once(tmp_path):
    table = tmp_path / "points.csv"
    rows = [f"{k % 5},{k % 3},{'ab'[k % 2]}" for k in range(40)]
    table.write_text("\n".join(["x,y,kind", *rows]) + "\n")
    kept = {key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"}
    command = [sys.executable, "-m", "chainrule", "train", str(table)]
    command += ["--engine", "compiled", "--layers", "2,3,2", "--epochs", "2", "--seed", "0"]
    told = []
    for _ in range(2):
        done = subprocess.run(
            command,
            env=kept | {"CHAINRULE_CACHE": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "all epochs done" in done.stdout
        told.append(done.stderr)
    assert told == ["The kernels are compiled, this once: about 10 s.\n", ""]
