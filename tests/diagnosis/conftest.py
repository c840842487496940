"""The data on which the recipes of these tests are tried, each from its own seed, as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.data.mnist import load_mnist

Arrays = tuple[np.ndarray, np.ndarray]


def _digits(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    pair = load_mnist()
    return tuple(
        (part.inputs[:n].reshape(-1, 28, 28), part.targets[:n])
        for part, n in ((pair.train, 2500), (pair.test, 250))
    )


def _grey(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    train, test = _digits(random)
    # Whole numbers would be read as pixels, which are divided by 255.
    return tuple((0.99 * x.reshape(len(x), -1), y) for x, y in (train, test))


def _small(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    """Digits of 7 by 7 pixels, each the mean of 16."""
    return tuple(
        (x[:750].reshape(-1, 7, 4, 7, 4).mean((2, 4)).astype(np.uint8), y[:750])
        for x, y in _digits(random)
    )


def _of_classes(random: np.random.Generator, distance: float, shape: tuple[int, int, int]) -> Any:
    """Normal clouds around a centre a class: (classes, features, examples)."""
    classes, features, n = shape
    centres = distance * random.standard_normal((classes, features))
    y = random.integers(0, classes, n)
    return centres[y] + random.standard_normal((n, features)), y


def _halves(x: np.ndarray, y: np.ndarray, train: int) -> tuple[Arrays, Arrays]:
    return (x[:train], y[:train]), (x[train:], y[train:])


def _clusters(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    return _halves(*_of_classes(random, 0.7, (6, 64, 2000)), 1500)


def _mislabelled(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    (x, y), test = _clusters(random)
    wrong = random.random(len(y)) < 0.33
    return (x, np.where(wrong, (y + random.integers(1, 6, len(y))) % 6, y)), test


def _faint(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    return _halves(*_of_classes(random, 0.25, (2, 30, 900)), 250)


def _rare(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    x, y = _of_classes(random, 1.2, (2, 10, 6000))
    kept = (y == 0) | (random.random(len(y)) < 1 / 30)
    return _halves(x[kept], y[kept], 2000)


def _sizes(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    """Clusters whose inputs have units of their own, from millimetres to kilometres."""
    units = 10.0 ** random.integers(-2, 5, 64)
    return tuple((x * units, y) for x, y in _clusters(random))


def _still(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    """Clusters, and 1000 inputs that are the same in every example."""
    return tuple((np.hstack([x, np.full((len(x), 1000), 0.3)]), y) for x, y in _clusters(random))


def _leaky(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    """Faint clouds, and the class itself, hardly hidden, as input 3."""
    parts = []
    for x, y in _faint(random):
        x[:, 3] = y + 0.01 * random.standard_normal(len(y))
        parts.append((x, y))
    return tuple(parts)


def _lonely(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    """Three clouds, the last of which has four examples to learn from."""
    x, y = _of_classes(random, 1.2, (3, 10, 3000))
    first = (y < 2) | (np.cumsum(y == 2) <= 4)
    return (x[:2000][first[:2000]], y[:2000][first[:2000]]), (x[2000:], y[2000:])


def _wave(random: np.random.Generator) -> tuple[Arrays, Arrays]:
    x = random.uniform(-2, 2, (500, 1))
    return _halves(x, np.sin(2 * x) + 0.05 * random.standard_normal((500, 1)), 400)


MAKERS = {
    "digits": _digits,
    "grey": _grey,
    "small": _small,
    "clusters": _clusters,
    "mislabelled": _mislabelled,
    "faint": _faint,
    "rare": _rare,
    "wave": _wave,
    "sizes": _sizes,
    "still": _still,
    "leaky": _leaky,
    "lonely": _lonely,
}
DATA_OF = {
    "unscaled_inputs": "grey",
    "unscaled_inputs_table": "sizes",
    "constant_inputs": "still",
    "target_leak": "leaky",
    "few_examples": "lonely",
    "bottleneck": "clusters",
    "exploding_gradients": "clusters",
    "deep_one_cycle": "clusters",
    "label_noise": "mislabelled",
    "overfitting": "faint",
    "class_imbalance": "rare",
    "weighed_classes": "rare",
    "test_used": "clusters",
    "numbers": "wave",
    "everything": "small",
}
"""The data of each recipe; the digits of those not named."""


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The folder of a recipe's data, with a part to learn from and a part to be judged by."""
    top = tmp_path_factory.mktemp("planted")

    def folder(recipe: str) -> str:
        name = DATA_OF.get(recipe, "digits")
        if not (top / name).exists():
            (top / name).mkdir()
            parts = MAKERS[name](np.random.default_rng(7))
            for part, (x, y) in zip(("train", "test"), parts, strict=True):
                np.savez(top / name / f"{part}.npz", x=x, y=y)
        return str(top / name)

    return folder
