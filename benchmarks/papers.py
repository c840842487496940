"""The networks of the papers, trained by chainrule on real MNIST, beside what the papers print.

    .venv/bin/python benchmarks/papers.py

prints the table of the README. Each row is trained with seeds 0 to 4 on the 60,000 training images
and judged once on the 10,000 test images, with the epochs fixed beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean
from typing import Any

import chainrule as cr

SEEDS = range(5)
SGD = {"cost": "squared_error", "optimiser": "sgd"}


@dataclass(frozen=True)
class Row:
    """One experiment of a paper.

    Args:
        paper: the paper's id.
        what: the experiment in words.
        layers: widths.
        activation: of all layers.
        recipe: what the recipe sets.
        printed: the test accuracy that the paper prints, in per cent.
    """

    paper: str
    what: str
    layers: tuple[int, ...]
    activation: str
    recipe: dict[str, Any]
    printed: float


ROWS = (
    Row(
        "investigation",
        "batch 40, rate 4, one pass",
        (784, 32, 16, 10),
        "sigmoid",
        {**SGD, "learning_rate": 4.0, "batch_size": 40, "epochs": 1},
        83.50,
    ),
    Row(
        "investigation",
        "batch 20, rate 0.9, 600,000 examples",
        (784, 32, 16, 10),
        "sigmoid",
        {**SGD, "learning_rate": 0.9, "batch_size": 20, "epochs": 10},
        89.45,
    ),
    Row(
        "matrix-based",
        "its best; here ReLU, Adam, 10 passes",
        (784, 64, 10),
        "relu",
        {"epochs": 10},
        90.8,
    ),
)


def accuracy(row: Row, seed: int, digits: cr.DatasetPair) -> float:
    """The test accuracy in per cent of one training."""
    network = cr.Network.create(row.layers, row.activation, seed=seed)
    run = cr.train(network, digits.train, cr.Recipe(seed=seed, **row.recipe))
    report = cr.evaluate(run.network, digits.test)
    assert report.accuracy is not None, "digits are classes"
    return 100.0 * float(report.accuracy)


def main() -> None:
    """Train all and print the table."""
    digits = cr.load_dataset("mnist")
    print("| paper | network | how | printed | chainrule: mean of 5 seeds (least to most) |")
    print("|---|---|---|---|---|")
    for row in ROWS:
        reached = [accuracy(row, seed, digits) for seed in SEEDS]
        network = "-".join(map(str, row.layers))
        ours = f"{mean(reached):.2f} % ({min(reached):.2f} to {max(reached):.2f})"
        print(f"| {row.paper} | {network} | {row.what} | {row.printed} % | {ours} |")


if __name__ == "__main__":
    main()
