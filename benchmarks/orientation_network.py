"""Trains the network that tells how a digit lies, and measures it on MNIST's test set.

    .venv/bin/python benchmarks/orientation_network.py --write
    .venv/bin/python benchmarks/orientation_network.py --run runs/digits

Each of MNIST's training digits is shown upright and turned by a quarter, a half and three quarters;
distorted copies are made anew for each epoch. `--write` puts the network where `chainrule predict`
finds it. `--run` prints, for test digits in each orientation, how often `chainrule predict` says
that they are turned.
"""

from __future__ import annotations

import argparse
import json
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import chainrule as cr
from chainrule.data.handwriting import Preparation, prepare
from chainrule.experiment.digit_orientation import (
    NETWORK_FILE,
    ORIENTATIONS,
    read_upright,
    turn_images,
)
from chainrule.experiment.prediction_records import Output

RECIPE = cr.Recipe(
    cost="categorical_cross_entropy",
    optimiser="adamw",
    weight_decay=0.01,
    learning_rate=0.004,
    schedule="one_cycle",
    batch_size=256,
    rotation=8.0,
    zoom=0.12,
    shear=0.12,
    elastic=20.0,
    thickness=0.6,
    epochs=14,
    seed=0,
)
HIDDEN = 128


def turned(part: cr.Dataset, quarters: int) -> NDArray[np.uint8]:
    """A part of MNIST turned anticlockwise, (n, 784)."""
    return turn_images(part.inputs.reshape(-1, 28, 28), quarters).reshape(-1, 784)


def dataset(part: cr.Dataset) -> cr.Dataset:
    """MNIST's part in all orientations, with the orientation as its class."""
    return cr.Dataset(
        inputs=np.concatenate([turned(part, quarters) for quarters in range(4)]),
        targets=np.repeat(np.arange(4), len(part.inputs)),
        class_names=ORIENTATIONS,
        name="turned digits",
        shape=(28, 28),
        scale=part.scale,
    )


def measure(run: cr.SavedRun, part: cr.Dataset) -> dict[str, Any]:
    """How often digits in each orientation are said to be turned, by what a run answers.

    Args:
        run: trained on MNIST.
        part: the digits to turn.
    """
    result: dict[str, Any] = {}
    for quarters, orientation in enumerate(ORIENTATIONS):
        images = turned(part, quarters).reshape(-1, 28, 28)
        found = [_judge(run, image, str(t)) for image, t in zip(images, part.targets, strict=True)]
        said = np.array([one.said for one in found])
        wrong = np.array([one.wrong for one in found])
        right = np.array([one.right for one in found])
        result[orientation] = {
            "said to be turned": float(said.mean()),
            "of those read wrongly as they lie": float(said[wrong].mean()),
            "upright answer right": float(right[said].mean()),
        }
    return result


class _Judged(NamedTuple):
    """Whether a digit is said to be turned, is read wrongly as it lies, and rightly upright."""

    said: bool
    wrong: bool
    right: bool


def _judge(run: cr.SavedRun, image: NDArray[np.uint8], target: str) -> _Judged:
    def answer(preparation: Preparation) -> cr.Prediction:
        outputs = run.network.predict(preparation.image.reshape(1, -1))[0]
        best = int(outputs.argmax())
        return cr.Prediction(
            "", str(best), (Output(str(best), float(outputs[best])),), (), preparation
        )

    found = answer(prepare(image))
    upright = read_upright(found, answer)
    right = upright is not None and target in (upright.answer, upright.other)
    return _Judged(upright is not None, found.answer != target, right)


def main() -> None:
    """Train the network and write it, or measure the one that is there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="train, and put the network in place")
    parser.add_argument("--run", help="a saved run on MNIST, by whose answers to measure")
    parser.add_argument("--most", type=int, default=10_000, help="test digits to measure by")
    asked = parser.parse_args()
    digits = cr.load_dataset("mnist")
    if asked.write:
        network = cr.Network.create([784, HIDDEN, 4], activation=["relu", "softmax"], seed=0)
        cr.train(network, dataset(digits.train), RECIPE).network.save(NETWORK_FILE)
    if asked.run:
        part = digits.test.subset(np.arange(asked.most))
        print(json.dumps(measure(cr.open_run(asked.run), part)))


if __name__ == "__main__":
    main()
