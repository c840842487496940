"""four-detector's die: seven dots in, one of six faces out, with noise on the dots."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset
from chainrule.network.network import Network, predicted_classes
from chainrule.recipe import Recipe
from chainrule.training.loop import train
from experiments.size import Size

__all__ = ["FACES", "NOISES", "learned_dice", "nearest", "thrown"]

FACES = np.array(
    [
        [0, 0, 0, 1, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 1],
        [1, 0, 0, 1, 0, 0, 1],
        [1, 0, 1, 0, 1, 0, 1],
        [1, 0, 1, 1, 1, 0, 1],
        [1, 1, 1, 0, 1, 1, 1],
    ],
    np.float32,
)
"""The faces 1 to 6 as dots [a … g]: a, b, c down the left, d in the middle, e, f, g down the right.

The paper's 3 is [1, 0, 0, 1, 0, 0, 1].
"""

NOISES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
"""Standard deviations of what is added to each dot."""

TRAINED = 0.3
"""The noise with which networks are trained that are to stand it."""

SEEDS = 5


def thrown(count: int, noise: float, generator: np.random.Generator) -> Dataset:
    """Dice, thrown and seen with noise on each dot."""
    faces = generator.integers(6, size=count)
    dots = FACES[faces] + generator.normal(0, noise, (count, 7)).astype(np.float32)
    return Dataset(dots, faces, class_names=("1", "2", "3", "4", "5", "6"), name="dice")


def nearest(dots: NDArray[np.float32]) -> NDArray[np.int64]:
    """The face whose dots are nearest: with such noise nothing can be right more often."""
    apart = np.square(dots[:, None, :] - FACES).sum(axis=2)
    return np.asarray(apart.argmin(axis=1), np.int64)


def learned_dice(size: Size) -> dict[str, Any]:
    """Accuracy on noisy dice of networks that learned clean and noisy ones.

    Returns: "clean" and "noisy", for each noise the accuracy of each seed; "best", for each noise
        that of the nearest face; "six", how many of the six clean faces each network knows.
    """
    count = size.most(20_000, 300)
    judged = [thrown(count, s, np.random.default_rng(100 + k)) for k, s in enumerate(NOISES)]
    found: dict[str, Any] = {"noises": NOISES, "trained": TRAINED, "six": {}}
    found["best"] = [float((nearest(d.inputs) == d.targets).mean()) for d in judged]
    for name, noise in (("clean", 0.0), ("noisy", TRAINED)):
        networks = [_network(noise, seed, size) for seed in range(size.most(SEEDS))]
        found[name] = [[_accuracy(network, data) for network in networks] for data in judged]
        found["six"][name] = [int(6 * _accuracy(n, Dataset(FACES, np.arange(6)))) for n in networks]
    return found


def _network(noise: float, seed: int, size: Size) -> Network:
    """7-7-6, all sigmoid, as the paper draws its networks: a neuron looks for a dot."""
    dice = thrown(size.most(6000, 1000), noise, np.random.default_rng(seed))
    recipe = Recipe(
        cost="half_squared_error",
        optimiser="sgd",
        learning_rate=1.0,
        batch_size=10,
        epochs=size.most(20, 10),
        engine=size.engine,
        seed=seed,
    )
    return train(Network.create([7, 7, 6], "sigmoid", seed=seed), dice, recipe).network


def _accuracy(network: Network, data: Dataset) -> float:
    return float((predicted_classes(network.predict(data.inputs)) == data.targets).mean())
