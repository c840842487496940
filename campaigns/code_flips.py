"""Flip single bits of compiled code on the disk: not one damaged file may run.

    python campaigns/code_flips.py [--flips 3000] [--starts 20] [--seed 0]

Each flip damages the code of a small function, which a fresh copy of the function then asks for;
for each start, one bit in the code of the kernels is flipped, and a training is begun in two new
processes: the first must say so, and both must give the weights of the undamaged training. A tenth
of the flips hit the digest, the others any byte. Prints one line of JSON; exit 1 if damaged code
was run, or was not replaced.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from chainrule.kernels import code_cache, compiling
from chainrule.training.computing_conditions import versions

DIGEST = 32
TRAINING = """
import numpy as np, chainrule as cr
data = cr.Dataset(np.random.default_rng(0).random((640, 20)), np.arange(640) % 3)
run = cr.train(cr.Network.create([20, 16, 3]), data, cr.Recipe(epochs=3, batch_size=64, seed=0))
print(run.certificate["network_sha256"])
"""


def flip(file: Path, chance: random.Random) -> None:
    """Flip one bit of a file."""
    content = bytearray(file.read_bytes())
    bit = chance.randrange(8 * (DIGEST if chance.random() < 0.1 else len(content)))
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)


def make_function() -> Any:
    """A compiled function as a new process has it: nothing of it is in memory."""

    @compiling.entry
    def sum_of_squares(values: Any) -> float:
        total = 0.0
        for value in values:
            total += value * value
        return total

    return sum_of_squares


def flip_function(flips: int, chance: random.Random, cache: Path) -> Counter[str]:
    """Damage the code of a function again and again; what came of it."""
    import numpy as np

    folder = code_cache.find_code_folder(cache)
    assert folder.path is not None
    compiling._FOLDER = folder
    values, found = np.arange(10.0), Counter[str]()
    make_function()(values)
    for _ in range(flips):
        (file,) = folder.path.iterdir()
        flip(file, chance)
        first, second = make_function(), make_function()
        right = [one(values) for one in (first, second)] == [285.0, 285.0]
        loads = [sum(one.stats.cache_hits.values()) for one in (first, second)]
        found["refused and replaced" if right and loads == [0, 1] else "run"] += 1
    return found


def start(cache: Path) -> tuple[str, str]:
    """The digest of a training in a new process, or how it ended; and what was said."""
    environment = {**os.environ, "CHAINRULE_CACHE": str(cache), "NUMBA_DISABLE_JIT": "0"}
    program = "import logging; logging.basicConfig(level=logging.INFO)\n" + TRAINING
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return (
        ended.stdout.strip() if not ended.returncode else f"exit {ended.returncode}",
        ended.stderr,
    )


def flip_kernels(starts: int, chance: random.Random, cache: Path) -> Counter[str]:
    """Damage the code of the kernels before each of as many trainings; what came of it."""
    right, _ = start(cache)
    found: Counter[str] = Counter()
    for _ in range(starts):
        flip(chance.choice(sorted(cache.rglob("advance*.code"))), chance)
        first, said = start(cache)
        second, silence = start(cache)
        replaced = "code is damaged" in said and not silence
        found[
            "refused and replaced" if (first, second) == (right, right) and replaced else "run"
        ] += 1
    return found


def campaign(flips: int, starts: int, seed: int) -> dict[str, Any]:
    """Flip as many bits, one at a time; what came of it."""
    chance, began = random.Random(seed), time.monotonic()
    logging.getLogger("chainrule").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as place:
        functions = flip_function(flips, chance, Path(place) / "function")
        kernels = flip_kernels(starts, chance, Path(place) / "kernels")
    return {
        "campaign": "code_flips",
        "seed": seed,
        "flips": functions.total(),
        "starts": kernels.total(),
        "run": functions["run"] + kernels["run"],
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flips", type=int, default=3000, help="how many in a small function")
    parser.add_argument("--starts", type=int, default=20, help="how many in the kernels")
    parser.add_argument("--seed", type=int, default=0, help="fixes the bits")
    given = parser.parse_args()
    told = campaign(given.flips, given.starts, given.seed)
    print(json.dumps(told))
    return int(bool(told["run"]))


if __name__ == "__main__":
    sys.exit(main())
