"""Small runs that take milliseconds, and what their folders hold."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.network.network import Network
from chainrule.recipe import Recipe

RESULTS = ("history.jsonl", "network.safetensors", "certificate.json", "recipe.toml", "run.json")


@pytest.fixture
def three() -> Dataset:
    """41 points of three classes that overlap, as bytes."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, 41)
    centres = np.array([[60, 60, 90, 0], [160, 60, 90, 255], [110, 160, 90, 100]])
    inputs = (centres[labels] + random.normal(0, 40, (41, 4))).clip(0, 255).astype(np.uint8)
    return Dataset(inputs, labels, scale=1 / 255, shape=(2, 2), class_names=("a", "b", "c"))


@pytest.fixture
def line() -> Dataset:
    """Eight numbers to be learned from one number each."""
    x = np.linspace(-1, 1, 8)[:, None]
    return Dataset(x, 2 * x + 0.5)


@pytest.fixture
def network() -> Network:
    """Four inputs, three outputs."""
    return Network.create([4, 5, 3], "tanh", seed=1)


@pytest.fixture
def recipe() -> Recipe:
    """Four epochs of six batches, the last one of a single example."""
    return Recipe(epochs=4, batch_size=8, learning_rate=0.02, seed=3)


@pytest.fixture
def results() -> Callable[[Path], dict[str, bytes]]:
    """The bytes of every file that a run leaves for good."""

    def read(folder: Path) -> dict[str, bytes]:
        assert not list(folder.rglob(".*")), "nothing is left half-written"
        return {name: (folder / name).read_bytes() for name in RESULTS}

    return read


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """While it is entered, the system refuses to write a file beyond so many bytes."""

    @contextlib.contextmanager
    def limited(most: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
