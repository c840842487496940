"""Flip single bits of journals and SQLite databases: no damaged result may be shown silently.

    python campaigns/journal_flips.py [--flips 10000] [--seed 0]

A small study is computed into both. Each flip is followed by what `study status`, `show` and
`export` read. Prints one line of JSON; exit 1 where an answer differs and nothing names the damage,
or where the error is none of chainrule's.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError
from chainrule.study import open_study
from chainrule.study.runner import begin_stored_study, work_on_study
from chainrule.study.spec import parse_study
from chainrule.study.toml_source import StudySource
from chainrule.training.computing_conditions import versions

NAME = "small"


class Remarks(logging.Handler):
    """What the library wants known."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a remark."""
        self.texts.append(record.getMessage())


def ignore(*told: object) -> None:
    """Nobody watches."""


def write_studies(place: Path) -> dict[str, Path]:
    """Compute the study into both kinds of storage; the addresses with their files."""
    chance, labels = np.random.default_rng(0), np.arange(60) % 3
    np.savez(place / "points.npz", x=chance.random((60, 6), dtype=np.float32), y=labels)
    table = {
        "search": "grid",
        "seeds": 2,
        "validation_fraction": 0.25,
        "data": {"source": str(place / "points.npz")},
        "network": {"layers": [6, 4, 3]},
        "recipe": {"engine": "reference", "optimiser": "sgd"},
        "space": {"batch_size": [8, 16], "learning_rate": [0.05, 0.5]},
        "budget": {"epochs": 2},
    }
    files = {"journal": place / "studies.journal", "sqlite": place / "studies.db"}
    urls = {"journal": str(files["journal"]), "sqlite": f"sqlite:///{files['sqlite']}"}
    addresses = {url: files[kind] for kind, url in urls.items()}
    for url in addresses:
        begin_stored_study(parse_study(StudySource(NAME, table), NAME), url)
        work_on_study(url, NAME, on_trial=ignore, on_begin=ignore)
    return addresses


def answer(url: str) -> Any:
    """What the commands show of the study."""
    study = open_study(NAME, url)
    summary = study.summarise(effects=False).to_dict()
    return json.loads(json.dumps([summary, study.rows(), study.rows(curves=True)]))


def judge(url: str, file: Path, content: bytes, bit: int, right: Any, remarks: Remarks) -> str:
    """What reading says to a storage with one bit flipped; the file is written anew."""
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    file.write_bytes(damaged)
    remarks.texts.clear()
    try:
        same = answer(url) == right
    except ChainruleError as error:
        return "refused in one line" if "\n" not in str(error) else "internal"
    except Exception as error:
        print(f"{url}, bit {bit}: {type(error).__name__}: {error}", file=sys.stderr)
        return "internal"
    finally:
        for more in ("-journal", "-wal", "-shm"):
            Path(f"{file}{more}").unlink(missing_ok=True)
    if remarks.texts:
        return "named, same answer" if same else "named, without the damaged trial"
    if not same:
        print(f"{url}, bit {bit}: silent", file=sys.stderr)
    return "same answer" if same else "silent"


def campaign(flips: int, seed: int, place: Path) -> dict[str, Any]:
    """Flip as many bits, one at a time; what came of it."""
    chance, began, remarks = random.Random(seed), time.monotonic(), Remarks()
    log = logging.getLogger("chainrule")
    log.addHandler(remarks)
    log.setLevel(logging.INFO)
    log.propagate = False
    told: dict[str, Counter[str]] = {}
    for url, file in write_studies(place).items():
        content, right = file.read_bytes(), answer(url)
        kind = "sqlite" if "://" in url else "journal"
        told[kind] = Counter(
            judge(url, file, content, chance.randrange(8 * len(content)), right, remarks)
            for _ in range(flips // 2)
        )
        file.write_bytes(content)
        if answer(url) != right:
            told[kind]["silent"] += 1
    return {
        "campaign": "journal_flips",
        "seed": seed,
        "flips": sum(found.total() for found in told.values()),
        "silent": sum(found["silent"] for found in told.values()),
        "internal": sum(found["internal"] for found in told.values()),
        **{kind: dict(sorted(found.items())) for kind, found in told.items()},
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flips", type=int, default=10_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=0, help="fixes the bits")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        told = campaign(given.flips, given.seed, Path(os.path.realpath(place)))
    print(json.dumps(told))
    return int(bool(told["silent"] or told["internal"]))


if __name__ == "__main__":
    sys.exit(main())
