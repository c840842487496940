"""The networks of the papers, trained by chainrule on real MNIST, beside what the papers print.

    .venv/bin/python benchmarks/papers.py [--write]

prints the table of the README, or writes it there. Each row is trained with seeds 0 to 4 on the
60,000 training images and judged once on the 10,000 test images, with the epochs fixed beforehand.
"""

from __future__ import annotations

import argparse
import os
import platform
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

import chainrule as cr

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- begin: benchmarks/papers.py -->", "<!-- end: benchmarks/papers.py -->"
SEEDS = range(5)
SGD = {"cost": "squared_error", "optimiser": "sgd"}
RANDOM = {"initialiser": "uniform", "bias_initialiser": "uniform"}
"""What the paper investigation calls random, as everywhere here: uniform between -1 and 1."""


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
        initial: how weights and biases are drawn, where the paper says so.
    """

    paper: str
    what: str
    layers: tuple[int, ...]
    activation: str
    recipe: dict[str, Any]
    printed: float
    initial: dict[str, str] = field(default_factory=dict)


ROWS = (
    Row(
        "investigation",
        "batch 40, rate 4, one pass",
        (784, 32, 16, 10),
        "sigmoid",
        {**SGD, "learning_rate": 4.0, "batch_size": 40, "epochs": 1},
        83.50,
        RANDOM,
    ),
    Row(
        "investigation",
        "batch 20, rate 0.9, 600,000 examples",
        (784, 32, 16, 10),
        "sigmoid",
        {**SGD, "learning_rate": 0.9, "batch_size": 20, "epochs": 10},
        89.45,
        RANDOM,
    ),
    Row(
        "matrix-based",
        "the best that it prints; here ReLU, Adam, 10 passes",
        (784, 64, 10),
        "relu",
        {"epochs": 10},
        90.8,
    ),
)


def accuracy(row: Row, seed: int, digits: cr.DatasetPair) -> float:
    """The test accuracy in per cent of one training."""
    network = cr.Network.create(row.layers, row.activation, seed=seed, **row.initial)
    run = cr.train(network, digits.train, cr.Recipe(seed=seed, **row.recipe))
    report = cr.evaluate(run.network, digits.test)
    assert report.accuracy is not None, "digits are classes"
    return 100.0 * float(report.accuracy)


def table() -> str:
    """Trains all and returns the table, with the date and the machine."""
    digits = cr.load_dataset("mnist")
    lines = [
        "| paper | network | training | printed | chainrule: mean of 5 seeds (least to greatest) |",
        "|---|---|---|---|---|",
    ]
    for row in ROWS:
        reached = [accuracy(row, seed, digits) for seed in SEEDS]
        network = "-".join(map(str, row.layers))
        ours = f"{mean(reached):.2f} % ({min(reached):.2f} to {max(reached):.2f})"
        lines.append(f"| {row.paper} | {network} | {row.what} | {row.printed} % | {ours} |")
    machine = f"{os.cpu_count()} {platform.machine()} processors"
    lines += ["", f"Measured on {date.today():%Y-%m-%d} on {machine}."]
    return "\n".join(lines)


def main() -> None:
    """Prints the table, or writes it into the README."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    write, text = parser.parse_args().write, table()
    print(text)
    if write:
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        README.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
