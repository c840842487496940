"""A training that is made to be killed.

    python killed_run.py run FOLDER KIND      begin, or go on with what a kill left; say so
    python killed_run.py verify FOLDER KIND   compute a run that has ended again; say what differs
    python killed_run.py steps FOLDER         kill a training before each step on files in turn

It imports only what a training needs, so that a process costs little.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import resume, train
from chainrule.training.verification import verify

RESULTS = ("history.jsonl", "network.safetensors", "certificate.json", "recipe.toml", "run.json")

# What a training does to files, as Python reports it.
STEPS = ("open", "os.mkdir", "os.chmod", "os.rename", "os.remove", "os.listdir", "os.scandir")


def examples(n: int) -> Dataset:
    """Points of three classes that overlap."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, n)
    inputs = random.normal(0, 1, (n, 6)) + np.eye(3)[labels] @ random.normal(0, 1, (3, 6))
    return Dataset(inputs.astype(np.float32), labels, shape=(2, 3))


def go_on(folder: Path, dataset: Dataset, recipe: Recipe, **how: Any) -> None:
    """Train to the end, from the start or from where a kill left it."""
    how = {"checkpoint_seconds": 0, **how}
    if (folder / "run.json").exists():
        resume(folder, dataset, **how)
    else:
        train(Network.create([6, 5, 3], "tanh", seed=1), dataset, recipe, folder=folder, **how)


EXAMPLES = {"reference": 7_500, "compiled": 150_000, "craft": 40_000}
"""With so many, epochs of small batches last longer than a slice: kills hit in mid-epoch."""

CRAFT = {
    "normalisation": "batch",
    "dropout": (0.25,),
    "averaging": "ema",
    "averaging_start": 0.3,
    "label_smoothing": 0.1,
    "max_norm": 2.0,
    "shift": 0.5,
    "elastic": 1.0,
    "mixup": 0.3,
    "batch_size": 8,
    "batch_growth": 1.5,
    "batch_growth_every": 1,
    "accumulation": 2,
    "warmup_epochs": 1.5,
}
"""All that makes a training better, by the compiled engine."""


def recipe_of(kind: str) -> Recipe:
    """Batches of three, and all that a position carries; the kind craft has all the rest, too."""
    plain = Recipe(
        engine="reference" if kind == "reference" else "compiled",
        batch_size=3,
        epochs=5,
        learning_rate=0.01,
        clip_norm=1.0,
        schedule="one_cycle",
        validation_fraction=0.2,
        monitor="validation_cost",
        patience=4,
        seed=9,
    )
    return plain.replaced(**CRAFT) if kind == "craft" else plain


def run(folder: Path, kind: str, **how: Any) -> None:
    """Five epochs, or what is left of them."""
    go_on(folder, examples(EXAMPLES[kind]), recipe_of(kind), **how)


def ready(kind: str) -> None:
    """Have all loaded that a training needs, so that what follows is nothing else."""
    recipe = recipe_of(kind).replaced(epochs=0)
    used = train(Network.create([6, 5, 3], "tanh", seed=1), examples(10), recipe).recipe
    assert used.engine == recipe.engine


def results(folder: Path) -> dict[str, bytes]:
    """What must not differ; a file left half-written would be one more."""
    half = {str(path): b"" for path in folder.rglob(".*")}
    return {name: (folder / name).read_bytes() for name in RESULTS} | half


def short(folder: Path) -> None:
    """Three epochs of a moment each."""
    go_on(folder, examples(40), Recipe(batch_size=8, epochs=3, monitor="accuracy", seed=2))


def killed_before(step: int, folder: Path) -> bool:
    """Train in a child that dies before its step of this number; whether it came to that step."""
    child = os.fork()
    if child == 0:
        sys.addaudithook(_counting(step, str(folder)))
        short(folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise SystemExit(f"{folder}: a training ended with {status}")
    return False


def _counting(step: int, folder: str) -> Callable[[str, tuple[object, ...]], None]:
    """A hook that kills its own process at the given step below the folder."""
    left = step

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in STEPS and str(arguments[0]).startswith(folder):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def steps(folder: Path) -> dict[str, int]:
    """Kill a training before every step, and the one that goes on at another; count mismatches."""
    short(folder / "whole")
    undisturbed, counts = results(folder / "whole"), {"steps": 0, "kills": 0, "mismatches": 0}
    while killed_before(counts["steps"] + 1, folder / f"{counts['steps']:04d}-killed"):
        place = folder / f"{counts['steps']:04d}-killed"
        counts["steps"] += 1
        counts["kills"] += 1 + killed_before(counts["steps"] * 7 % 50 + 1, place)
        killed_before(0, place)
        counts["mismatches"] += results(place) != undisturbed
    return counts


if __name__ == "__main__":
    verb, target = sys.argv[1], Path(sys.argv[2])
    if verb == "run":
        ready(sys.argv[3])
        print("begins", flush=True)
        run(target, sys.argv[3], observers=[lambda moment: print("moves", flush=True)])
    elif verb == "verify":
        print(verify(target, examples(EXAMPLES[sys.argv[3]])).difference or "nothing differs")
    else:
        print(json.dumps(steps(target)))
