"""The small network, the digits and the drawing with which the lab opens when nothing is named."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from chainrule.data import Dataset
from chainrule.lab.ink import InkPoint, Stroke
from chainrule.network import Network

__all__ = ["EXAMPLES_FILE", "NETWORK_FILE", "START_INK", "start_examples", "start_network"]

NETWORK_FILE = Path(__file__).with_name("digits-784-32-10.safetensors")
EXAMPLES_FILE = Path(__file__).with_name("digits-examples.npz")

START_INK: tuple[Stroke, ...] = (
    tuple(
        InkPoint(*point)
        for point in (
            *((72, 84), (108, 80), (144, 77), (180, 76), (204, 78), (196, 100), (184, 126)),
            *((171, 152), (158, 178), (146, 204), (136, 228)),
        )
    ),
)
"""The 7 that is drawn when the lab opens."""


@cache
def start_network() -> Network:
    """Return the network: 784-32-10, trained on MNIST (benchmarks/lab_network.py makes it)."""
    return Network.load(NETWORK_FILE)


@cache
def start_examples() -> Dataset:
    """Return 200 of MNIST's test digits, which the network has not learned from."""
    with np.load(EXAMPLES_FILE, allow_pickle=False) as file:
        return Dataset(
            inputs=file["inputs"],
            targets=file["targets"].astype(np.int64),
            class_names=tuple("0123456789"),
            name="MNIST test digits",
            shape=(28, 28),
            scale=1 / 255,
        )
