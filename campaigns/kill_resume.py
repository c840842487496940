"""Kill trainings at random moments, let them go on, and compare every byte with undisturbed runs.

    python campaigns/kill_resume.py [--kills 1000] [--seed 0] [--minutes 20]

Each training runs in a child that is killed by SIGKILL after a random time, again and again, until
it comes to its end. Prints one line of JSON; exit 1 where a byte differs, a training fails or the
time is over before all kills are done.
"""

from __future__ import annotations

import os

# Children are forked, which copies one thread only.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import random
import select
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.computing_conditions import versions
from chainrule.training.loop import resume, train

RESULTS = ("history.jsonl", "network.safetensors", "certificate.json", "recipe.toml", "run.json")

SLOW = {"batch_size": 3, "epochs": 4}
"""Epochs of some thousand batches: slices and checkpoints lie within them."""

CASES: dict[str, dict[str, Any]] = {
    "sgd, l2": {**SLOW, "optimiser": "sgd", "learning_rate": 0.1, "l2": 1e-3},
    "momentum, clipped, cosine": {
        **SLOW,
        "optimiser": "momentum",
        "learning_rate": 0.01,
        "clip_norm": 0.5,
        "schedule": "cosine",
    },
    "adam, validated, patient": {
        **SLOW,
        "validation_fraction": 0.2,
        "monitor": "validation_cost",
        "patience": 2,
    },
    "adamw, one cycle, classes weighted": {
        **SLOW,
        "optimiser": "adamw",
        "schedule": "one_cycle",
        "class_weights": [1, 2, 0.5],
        "monitor": "accuracy",
    },
    "rmsprop, plateau, l1": {
        "batch_size": 40,
        "epochs": 40,
        "optimiser": "rmsprop",
        "schedule": "plateau",
        "schedule_patience": 1,
        "min_delta": 0.01,
        "l1": 1e-4,
        "monitor": "total_cost",
    },
    "nesterov, many short epochs": {
        "batch_size": 250,
        "epochs": 300,
        "optimiser": "nesterov",
        "schedule": "exponential",
        "schedule_factor": 0.99,
        "shuffle": False,
    },
    "reference engine, adam, cosine": {
        **SLOW,
        "engine": "reference",
        "epochs": 1,
        "schedule": "cosine",
    },
    "normalised, silenced, distorted, averaged": {
        "batch_size": 20,
        "batch_growth": 1.5,
        "batch_growth_every": 2,
        "epochs": 12,
        "optimiser": "adamw",
        "warmup_epochs": 1.5,
        "normalisation": "batch",
        "dropout": [0.2],
        "label_smoothing": 0.1,
        "noise": 0.1,
        "mixup": 0.2,
        "averaging": "ema",
        "averaging_decay": 0.99,
        "averaging_start": 0.3,
    },
    "lion, restarts, limited, in parts": {
        "batch_size": 20,
        "epochs": 12,
        "optimiser": "lion",
        "learning_rate": 0.001,
        "schedule": "cosine_restarts",
        "cycle_epochs": 4,
        "snapshots": True,
        "max_norm": 1.5,
        "accumulation": 2,
        "averaging": "swa",
        "normalisation": "batch",
    },
}


def examples() -> Dataset:
    """5,000 points of three classes that overlap, each with a weight."""
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 3, 5000)
    inputs = chance.normal(0, 1, (5000, 8)) + np.eye(3)[labels] @ chance.normal(0, 1, (3, 8))
    weights = chance.uniform(0, 2, 5000)
    return Dataset(inputs.astype(np.float32), labels, sample_weights=weights)


def go_on(folder: Path, dataset: Dataset, recipe: Recipe, checkpoint_seconds: float = 0) -> None:
    """Train to the end, from the start or from where a kill left it."""
    if (folder / "run.json").exists():
        resume(folder, dataset, checkpoint_seconds=checkpoint_seconds)
    else:
        network = Network.create([8, 6, 3], "tanh", seed=1)
        train(network, dataset, recipe, folder=folder, checkpoint_seconds=checkpoint_seconds)


def ended(work: Callable[[], None], delay: float | None) -> int | None:
    """Work in a child; its exit status, or None where it was killed after the delay in seconds."""
    child = os.fork()
    if child == 0:
        warnings.simplefilter("error")  # a damaged checkpoint would be told of by a warning
        work()
        os._exit(0)
    process = os.pidfd_open(child)
    select.select([process], [], [], delay)
    os.close(process)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def results(folder: Path) -> dict[str, bytes]:
    """What must not differ; a file left half-written would be one more."""
    half = {str(path): b"" for path in folder.rglob(".*")}
    return {name: (folder / name).read_bytes() for name in RESULTS} | half


def same(found: dict[str, bytes], due: dict[str, bytes], name: str) -> bool:
    """Whether two runs left the same; what differs is printed."""
    different = [one for one in {**found, **due} if found.get(one) != due.get(one)]
    if different:
        print(f"{name}: {', '.join(different)}", file=sys.stderr)
    return not different


def delay(folder: Path, chance: random.Random, kills: int) -> float:
    """Seconds until a kill: within the first files of a run, later anywhere.

    On a busy machine a run begins later, so that each kill before it does makes the next one later.
    """
    begun = (folder / "run.json").exists()
    return chance.uniform(0, 0.3 if begun else 0.02 * (1 + kills / 5))


def left_by_a_kill(folder: Path) -> str:
    """Where in a run the kill came, as far as the files tell."""
    if any(folder.rglob(".*.part")):
        return "while a file was written"
    if not (folder / "run.json").exists():
        return "before run.json"
    if (folder / "network.safetensors").exists():
        return "between the last files"
    newest = max((folder / "checkpoints").iterdir()).name
    return "at an epoch's end" if "batch-00000000" in newest else "in mid-epoch"


def one_run(
    folder: Path, work: Callable[[Path], None], chance: random.Random, most: int
) -> tuple[Counter[str], bool]:
    """Kill a training until it ends or there are enough kills: where they came, and if it ended."""
    kills: Counter[str] = Counter()
    while kills.total() < most:
        status = ended(lambda: work(folder), delay(folder, chance, kills.total()))
        if status is not None:
            return kills, status == 0
        kills[left_by_a_kill(folder)] += 1
    return kills, ended(lambda: work(folder), None) == 0


def campaign(kills: int, seed: int, minutes: float, place: Path) -> dict[str, Any]:
    """Run all cases in turn until there are as many kills; what came of it."""
    chance, dataset, began = random.Random(seed), examples(), time.monotonic()
    works: dict[str, Callable[[Path], None]] = {}
    undisturbed = {}
    for name, how in CASES.items():
        recipe = Recipe.from_dict({**how, "seed": 11})
        works[name] = partial(go_on, dataset=dataset, recipe=recipe)
        go_on(place / name, dataset, recipe, checkpoint_seconds=1e9)
        undisturbed[name] = results(place / name)
    came: Counter[str] = Counter()
    counts = {"runs": 0, "mismatches": 0, "failures": 0}
    while came.total() < kills and time.monotonic() - began < 60 * minutes:
        name = list(CASES)[counts["runs"] % len(CASES)]
        folder = place / f"{counts['runs']:05d}"
        found, whole = one_run(folder, works[name], chance, kills - came.total())
        came += found
        counts["runs"] += 1
        counts["failures"] += not whole
        counts["mismatches"] += whole and not same(results(folder), undisturbed[name], name)
    return {
        "campaign": "kill_resume",
        "seed": seed,
        "kills": came.total(),
        "kills_asked": kills,
        **counts,
        "kills_that_came": dict(sorted(came.items())),
        "recipes": len(CASES),
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many in all")
    parser.add_argument("--seed", type=int, default=0, help="fixes the moments' distribution")
    parser.add_argument("--minutes", type=float, default=20, help="the most time to take")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        told = campaign(given.kills, given.seed, given.minutes, Path(place))
    print(json.dumps(told))
    return int(bool(told["mismatches"] or told["failures"]) or told["kills"] < given.kills)


if __name__ == "__main__":
    sys.exit(main())
