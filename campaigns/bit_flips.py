"""Flip single bits of networks and checkpoints at random: not one damaged file may load.

    python campaigns/bit_flips.py [--flips 20000] [--seed 0]

Half of the flips hit the header, which is small; the others, any byte of the file. Prints one line
of JSON; exit 1 where a damaged file loads, or is refused by anything but an error that names it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.errors import DataError
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.checkpoint import read_checkpoint
from chainrule.training.computing_conditions import versions
from chainrule.training.loop import train

SIZES = ([1, 2], [4, 5, 3], [20, 16, 4], [784, 32, 16, 10])


@dataclass(frozen=True)
class Target:
    """A file to damage, its good content, and what reads it."""

    path: Path
    content: bytes
    read: Callable[[Path], object]

    @property
    def header(self) -> int:
        """How many bytes come before the tensors."""
        return 8 + int.from_bytes(self.content[:8], "little")


def targets(place: Path) -> list[Target]:
    """A network and a checkpoint of each size, trained for a few epochs."""
    found = []
    for layers in SIZES:
        chance = np.random.default_rng(0)
        labels = np.arange(60) % layers[-1]
        dataset = Dataset(chance.random((60, layers[0]), dtype=np.float32), labels)
        folder = place / "-".join(map(str, layers))
        recipe = Recipe(epochs=3, monitor="cost", seed=0)
        train(Network.create(layers), dataset, recipe, folder=folder)
        newest = max((folder / "checkpoints").iterdir())
        for path, read in ((folder / "network.safetensors", Network.load), (newest, _position)):
            read(path)
            found.append(Target(path, path.read_bytes(), read))
    return found


def _position(path: Path) -> object:
    return read_checkpoint(path)


def flipped(target: Target, bit: int) -> str:
    """What reading says to a file with one bit flipped; the bit is set back."""
    with target.path.open("r+b", buffering=0) as file:
        byte = target.content[bit // 8]
        os.pwrite(file.fileno(), bytes([byte ^ 1 << bit % 8]), bit // 8)
        try:
            target.read(target.path)
        except DataError as error:
            named = str(error).startswith(f"{target.path}: expected ")
            return type(error).__name__ if named else "an error that does not name the file"
        except Exception as error:
            return f"not told in words: {type(error).__name__}"
        finally:
            os.pwrite(file.fileno(), bytes([byte]), bit // 8)
    return "loaded"


def campaign(flips: int, seed: int, place: Path) -> dict[str, Any]:
    """Flip as many bits, one at a time; what came of it."""
    chance, began, files = random.Random(seed), time.monotonic(), targets(place)
    told: Counter[str] = Counter()
    for number in range(flips):
        target = files[number % len(files)]
        within = target.header if chance.random() < 0.5 else len(target.content)
        told[flipped(target, chance.randrange(8 * within))] += 1
    for target in files:
        target.read(target.path)  # the good files still load
    return {
        "campaign": "bit_flips",
        "seed": seed,
        "flips": told.total(),
        "files": len(files),
        "bytes": [len(target.content) for target in files],
        "loaded": told.pop("loaded", 0),
        "refused_by": dict(sorted(told.items())),
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flips", type=int, default=20_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=0, help="fixes files and bits")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        told = campaign(given.flips, given.seed, Path(place))
    print(json.dumps(told))
    return int(
        bool(told["loaded"]) or not set(told["refused_by"]) <= {"DataError", "IntegrityError"}
    )


if __name__ == "__main__":
    sys.exit(main())
