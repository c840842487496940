"""The effect of each part of the preset best: the recipe without it, or with something else.

    python benchmarks/ablations.py [--epochs 30] [--seed 0] [--only NAME,NAME] [--write]

Networks are trained on the first 50,000 training images of MNIST and tested on the last 10,000 of
them; the test images are not used. Each row changes one setting of the preset, which is trained for
--epochs instead of its own number. Rows that were measured before are kept; --write writes all rows
into benchmarks/ablations.json and docs/recipes.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import chainrule as cr
from chainrule.presets import preset

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "ablations.json"
PAGE = ROOT / "docs" / "recipes.md"
BEGIN, END = "<!-- begin: benchmarks/ablations.py -->", "<!-- end: benchmarks/ablations.py -->"
STILL = {"shift": 0.0, "rotation": 0.0, "zoom": 0.0, "shear": 0.0, "elastic": 0.0}

VARIANTS: dict[str, Mapping[str, Any]] = {
    "none": {},
    "without distortions": STILL,
    "shifts only": {**STILL, "shift": 2.0},
    "without elastic distortion": {"elastic": 0.0},
    "weaker elastic distortion": {"elastic": 17.0},
    "stronger elastic distortion": {"elastic": 50.0},
    "without batch normalisation": {"normalisation": "none", "learning_rate": 0.001},
    "without average": {"averaging": "none"},
    "without dropout": {"dropout": None},
    "without dropout and weaker elastic distortion": {"dropout": None, "elastic": 17.0},
    "with label smoothing 0.1": {"label_smoothing": 0.1},
    "with mixup 0.2": {"mixup": 0.2},
    "with thickness 0.5": {"thickness": 0.5},
    "one hidden layer of 1024": {"layers": [784, 1024, 10]},
    "three hidden layers of 1024": {"layers": [784, 1024, 1024, 1024, 10]},
    "hidden layers of 512": {"layers": [784, 512, 512, 10]},
    "hidden layers of 2048": {"layers": [784, 2048, 2048, 10]},
    "twice the epochs": {"epochs": 2},
    "four times the epochs": {"epochs": 4},
}
"""What each row changes; `epochs` is a factor."""


def halves() -> tuple[cr.Dataset, cr.Dataset]:
    """What is learned from, and what judges."""
    given = cr.load_dataset("mnist").train
    parts = [slice(0, 50_000), slice(50_000, None)]
    first, second = (
        cr.Dataset(given.inputs[p], given.targets[p], scale=given.scale, shape=given.shape)
        for p in parts
    )
    return first, second


def measured(changes: Mapping[str, Any], epochs: int, seed: int) -> dict[str, float]:
    """Accuracy on the images held out, and seconds of training."""
    settings = {**preset("best"), **changes, "seed": seed}
    settings["epochs"] = epochs * int(changes.get("epochs", 1))
    layers, activation = settings.pop("layers"), settings.pop("activation")
    learned, judged = halves()
    network = cr.Network.create(layers, activation, seed=seed)
    run = cr.train(network, learned, cr.Recipe.from_dict(settings))
    report = cr.evaluate(run.network, judged)
    assert report.accuracy is not None, "digits are classes"
    return {"accuracy": report.accuracy, "seconds": round(run.seconds, 1)}


def part(results: Mapping[str, Any]) -> str:
    """The part of docs/recipes.md."""
    rows = results["rows"]
    lines = [
        BEGIN,
        "",
        f"The preset best, trained for {results['epochs']} epochs on 50,000 training images and",
        "tested on the other 10,000. A difference of 0.1 points is about one standard deviation of",
        "the differences between seeds.",
        "",
        "| change | accuracy | seconds |",
        "|---|---|---|",
        *(
            f"| {name} | {rows[name]['accuracy']:.2%} | {rows[name]['seconds']:.0f} |"
            for name in VARIANTS
            if name in rows
        ),
        "",
        "Written by `python benchmarks/ablations.py --write`, from trainings on "
        f"{results['date']} on {results['machine']}.",
        "",
        END,
    ]
    return "\n".join(lines)


def written(results: Mapping[str, Any]) -> None:
    """Put the results into their file and into the page."""
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    page = PAGE.read_text(encoding="utf-8")
    found = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    PAGE.write_text(found.sub(lambda _: part(results), page), encoding="utf-8")


def _origin() -> dict[str, str]:
    """When and on what the newest rows are computed."""
    machine = f"{os.cpu_count()} {platform.machine()} processors"
    return {"date": f"{date.today():%Y-%m-%d}", "machine": machine}


def main() -> int:
    """Measure, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default=",".join(VARIANTS))
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    kept: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    same = kept.get("epochs") == given.epochs and kept.get("seed") == given.seed
    rows = kept["rows"] if same else {}
    for name in filter(None, given.only.split(",")):
        rows[name] = measured(VARIANTS[name], given.epochs, given.seed)
        print(f"{name}: {rows[name]}", file=sys.stderr)
        results = {"epochs": given.epochs, "seed": given.seed, **_origin(), "rows": rows}
        if given.write:
            written(results)
    origin = _origin() if not same else {name: kept[name] for name in _origin()}
    print(part({"epochs": given.epochs, "seed": given.seed, **origin, "rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
