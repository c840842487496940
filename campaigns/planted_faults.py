"""Trainings with one planted fault each: the fault must be named, and healthy ones left in peace.

    python campaigns/planted_faults.py [--trainings 300] [--seed 0]

Data are normal clouds around a centre for each class, of random size, width and distance; networks
and recipes are random among usual ones. A training is healthy, or has one fault: inputs in units of
their own, inputs that never change, an input that holds the target, a class with hardly any
examples, a class that is rare, a hidden layer too narrow for the classes, weights that are all 0,
weights ten times too large, or a learning rate a thousand times too low. Each is tried for 200
steps and diagnosed, as by `chainrule diagnose`.

- The planted fault must be among the findings; how often it is the first of them is counted too.
- A healthy training must have no finding.

Prints one line of JSON; exit 1 where fewer than 98 % of the faults are found, or more than 2 % of
the healthy trainings have a finding.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chainrule.data import Dataset
from chainrule.diagnosis import diagnose_evidence, probe_training
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training.computing_conditions import versions

LEAST_FOUND, MOST_FALSE = 0.98, 0.02
STEPS = 200


@dataclass(frozen=True)
class Training:
    """A training before it begins.

    Args:
        data: what is learned from.
        layers: the widths of the network.
        activation: of its hidden layers.
        recipe: how it is trained.
        initialiser: of the weights; None for the usual one.
        deviation: of weights that are drawn from a normal distribution.
    """

    data: Dataset
    layers: list[int]
    activation: str
    recipe: Recipe
    initialiser: str | None = None
    deviation: float = 1.0

    def findings(self) -> list[str]:
        """The names of what a diagnosis finds, root causes first."""
        network = Network.create(
            self.layers,
            self.activation,
            output_activation="softmax",
            initialiser=self.initialiser,
            initialiser_deviation=self.deviation,
            seed=self.recipe.seed or 0,
        )
        evidence = probe_training(network, self.data, self.recipe, steps=STEPS)
        return [finding.name for finding in diagnose_evidence(evidence).findings]


def healthy(chance: np.random.Generator) -> Training:
    """A training of a kind that usually does well."""
    # So many inputs that none alone tells the class, and so many examples that none is learned by
    # heart: a diagnosis would be right to report either.
    classes, features = int(chance.integers(2, 7)), int(chance.integers(12, 41))
    n = int(chance.integers(1000, 2500))
    targets = np.arange(n) % classes
    # Centres that lie far enough apart for most examples to be told.
    centres = chance.standard_normal((classes, features)) * chance.uniform(4, 6) / features**0.5
    inputs = centres[targets] + chance.standard_normal((n, features))
    name, rate = [("adam", 0.005), ("adamw", 0.005), ("momentum", 0.02), ("sgd", 0.1)][
        chance.integers(4)
    ]
    recipe = Recipe(
        optimiser=name, learning_rate=rate, batch_size=int(chance.choice([16, 32])),
        epochs=40, seed=int(chance.integers(2**31)), engine="reference",
    )  # fmt: skip
    hidden = [int(chance.integers(12, 65)) for _ in range(chance.integers(1, 3))]
    data = Dataset(inputs, targets, name="clouds")
    return Training(
        data, [features, *hidden, classes], str(chance.choice(["relu", "tanh"])), recipe
    )


def with_inputs(training: Training, inputs: np.ndarray) -> Training:
    """The training on other inputs."""
    layers = [inputs.shape[1], *training.layers[1:]]
    return replace(training, data=replace(training.data, inputs=inputs, shape=()), layers=layers)


def unscaled(training: Training, chance: np.random.Generator) -> Training:
    units = 10.0 ** chance.integers(-2, 5, training.data.features)
    units[chance.integers(len(units))] = 1e3
    return with_inputs(training, training.data.inputs * units)


def constant(training: Training, chance: np.random.Generator) -> Training:
    n, features = training.data.inputs.shape
    still = np.full((n, int(chance.integers(12, 20)) * features), chance.standard_normal())
    return with_inputs(training, np.hstack([training.data.inputs, still]))


def leaking(training: Training, chance: np.random.Generator) -> Training:
    inputs = np.array(training.data.inputs)
    hidden = training.data.targets + 0.01 * chance.standard_normal(len(inputs))
    inputs[:, chance.integers(inputs.shape[1])] = hidden - hidden.mean()
    return with_inputs(training, inputs)


def _without(training: Training, most: int) -> Training:
    """The training with at most so many examples of the last class."""
    last = training.data.targets == training.data.targets.max()
    rows = np.flatnonzero(~last | (np.cumsum(last) <= most))
    return replace(training, data=training.data.subset(rows))


def few(training: Training, chance: np.random.Generator) -> Training:
    return _without(training, int(chance.integers(2, 6)))  # a fifth of them is held out


def rare(training: Training, chance: np.random.Generator) -> Training:
    most = int(np.bincount(training.data.targets).max())
    return _without(training, max(8, most // int(chance.integers(15, 30))))


def narrow(training: Training, chance: np.random.Generator) -> Training:
    features, n = training.data.features, len(training.data)
    targets = np.arange(n) % 10
    centres = chance.standard_normal((10, features)) * 5 / features**0.5
    inputs = centres[targets] + chance.standard_normal((n, features))
    data = Dataset(inputs, targets, name="clouds")
    return replace(training, data=data, layers=[features, *training.layers[1:-1], 1, 10])


def alike(training: Training, chance: np.random.Generator) -> Training:
    return replace(training, initialiser="zeros")


def large(training: Training, chance: np.random.Generator) -> Training:
    return replace(training, initialiser="normal", deviation=10 * (2 / training.layers[0]) ** 0.5)


def slow(training: Training, chance: np.random.Generator) -> Training:
    recipe = training.recipe.replaced(optimiser="sgd", learning_rate=1e-4)
    return replace(training, recipe=recipe)


FAULTS: dict[str, Callable[[Training, np.random.Generator], Training]] = {
    "unscaled_inputs": unscaled,
    "constant_inputs": constant,
    "target_leak": leaking,
    "few_examples": few,
    "class_imbalance": rare,
    "bottleneck": narrow,
    "symmetric_weights": alike,
    "large_weights": large,
    "rate_too_low": slow,
}


@dataclass
class Tally:
    """What came of the trainings."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)


def campaign(trainings: int, seed: int) -> dict[str, Any]:
    """Diagnose as many trainings with a fault, and as many without; what came of it."""
    began, tally = time.monotonic(), Tally()
    for number in range(trainings):
        chance = np.random.default_rng([seed, number])
        training = healthy(chance)
        if findings := training.findings():
            tally.false.append(f"{number}: {', '.join(findings)}")
        name = list(FAULTS)[number % len(FAULTS)]
        findings = FAULTS[name](training, chance).findings()
        tally.planted[name] += 1
        tally.found[name] += name in findings
        tally.first[name] += findings[:1] == [name]
        if name not in findings:
            tally.missed.append(f"{number}: {name}, found {', '.join(findings) or 'nothing'}")
    return {
        "campaign": "planted_faults",
        "seed": seed,
        "healthy": trainings,
        "healthy_with_a_finding": len(tally.false),
        "faults": trainings,
        "found": tally.found.total(),
        "found_first": tally.first.total(),
        "planted": dict(sorted(tally.planted.items())),
        "found_by_name": dict(sorted(tally.found.items())),
        "missed": tally.missed,
        "false": tally.false,
        "seconds": round(time.monotonic() - began),
        "versions": versions(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trainings", type=int, default=300, help="of each sort")
    parser.add_argument("--seed", type=int, default=0, help="fixes data, networks and faults")
    given = parser.parse_args()
    found = campaign(given.trainings, given.seed)
    print(json.dumps(found, ensure_ascii=False))
    enough = found["found"] >= LEAST_FOUND * found["faults"]
    return int(not enough or found["healthy_with_a_finding"] > MOST_FALSE * found["healthy"])


if __name__ == "__main__":
    sys.exit(main())
