"""Trains the small network with which the lab opens, and measures it on MNIST's test set.

    .venv/bin/python benchmarks/lab_network.py --write

Distorted copies of the training digits are made anew for each epoch, since visitors draw by mouse
or finger. The network and 200 of MNIST's test digits are written beside the lab's modules.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

import chainrule as cr
from chainrule.lab.start_network import EXAMPLES_FILE, NETWORK_FILE

RECIPE = cr.Recipe(
    cost="categorical_cross_entropy",
    optimiser="adamw",
    weight_decay=0.0,
    learning_rate=0.01,
    schedule="one_cycle",
    batch_size=128,
    shift=1.0,
    rotation=5.0,
    zoom=0.05,
    shear=0.05,
    elastic=15.0,
    epochs=30,
    seed=0,
)
LAYERS = (784, 32, 10)
EXAMPLES = 200


def main() -> None:
    """Train the network and write it, and print how it does on the test set."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="train, and put the files in place")
    asked = parser.parse_args()
    digits = cr.load_dataset("mnist")
    if asked.write:
        network = cr.Network.create(LAYERS, activation=["relu", "softmax"], seed=0)
        cr.train(network, digits.train, RECIPE).network.save(NETWORK_FILE)
        some = digits.test.subset(np.arange(EXAMPLES))
        np.savez_compressed(
            EXAMPLES_FILE, inputs=some.inputs, targets=np.asarray(some.targets, np.uint8)
        )
    report = cr.evaluate(cr.Network.load(NETWORK_FILE), digits.test, cost=RECIPE.cost)
    print(json.dumps({"accuracy": report.accuracy, "bytes": NETWORK_FILE.stat().st_size}))


if __name__ == "__main__":
    main()
