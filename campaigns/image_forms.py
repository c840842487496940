"""Trains networks on images of one form each, and shows them images of every other form.

    .venv/bin/python campaigns/image_forms.py > campaigns/results/image_forms.json

MNIST's digits are written as class folders in several forms: light on dark, dark on light, as
JPEG, on nothing (transparent), enlarged, with 16 bits. A network is trained on each; `evaluate`
judges its own test files, and `predict` the test files of all forms. Exit status 1 if a network
answers its own files other than `evaluate` does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import chainrule as cr
from chainrule.training.computing_conditions import versions

Bytes = NDArray[np.uint8]


def _transparent(image: Bytes) -> Image.Image:
    ink = np.zeros((*image.shape, 4), np.uint8)
    ink[..., 3] = image
    return Image.fromarray(ink)


FORMS: dict[str, tuple[str, Callable[[Bytes], Image.Image], dict[str, Any]]] = {
    "light": (".png", Image.fromarray, {}),
    "dark": (".png", lambda image: Image.fromarray(255 - image), {}),
    "dark JPEG": (".jpg", lambda image: Image.fromarray(255 - image), {"quality": 80}),
    "transparent": (".png", _transparent, {}),
    "dark 56 x 56": (".png", lambda image: Image.fromarray(255 - image).resize((56, 56)), {}),
    "light 16 bits": (".png", lambda image: Image.fromarray(image.astype(np.uint16) * 257), {}),
}
"""For each form the files' suffix, how a picture is made of a digit, and how it is written."""


def write_form(folder: Path, form: str, count: int, shown: int) -> None:
    """Write digits of MNIST's training set to train, and of its test set to test."""
    digits = cr.load_dataset("mnist")
    suffix, make, options = FORMS[form]
    for name, part, most in (("train", digits.train, count), ("test", digits.test, shown)):
        for row in range(most):
            place = folder / name / str(part.targets[row])
            place.mkdir(parents=True, exist_ok=True)
            image = part.inputs[row].reshape(28, 28)
            make(image).save(place / f"{row}{suffix}", **options)


def main(arguments: list[str] | None = None) -> int:
    """Print the share of right answers for each form learned and each form shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000, help="training images a form")
    parser.add_argument("--shown", type=int, default=300, help="test images a form")
    parser.add_argument("--epochs", type=int, default=10)
    given = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        found = {form: _judge(Path(name), form, given) for form in FORMS}
    differing = sum(one["own"] != one["shown"][form] for form, one in found.items())
    counts = {**vars(given), "seconds": round(time.monotonic() - started), "differing": differing}
    print(json.dumps({**counts, "forms": found, "versions": versions()}))
    return int(differing > 0)


def _judge(root: Path, form: str, given: argparse.Namespace) -> dict[str, Any]:
    """Train on one form; return the share right by evaluate, and by predict for every form."""
    for one in FORMS:
        if not (root / one).exists():
            write_form(root / one, one, given.count, given.shown)
    experiment = cr.Experiment.create(str(root / form), epochs=given.epochs, seed=0)
    experiment.train(folder=str(root / f"run {form}"))
    run = cr.open_run(str(root / f"run {form}"))
    print(f"trained on {form}", file=sys.stderr)
    return {
        "own": run.evaluate().accuracy,
        "shown": {one: _right(run, root / one) for one in FORMS},
    }


def _right(run: cr.SavedRun, folder: Path) -> float:
    files = [path for path in sorted((folder / "test").rglob("*")) if path.is_file()]
    right = 0
    for path in files:
        answers = run.predict(str(path), errors="return")
        first = answers[0]
        right += (
            len(answers) == 1
            and isinstance(first, cr.Prediction)
            and first.answer == path.parent.name
        )
    return right / len(files)


if __name__ == "__main__":
    sys.exit(main())
