"""A row's outputs, whatever rows lie beside it and however many threads share them.

    python tests/network/rows_alone.py

prints, as JSON, how many rows were compared, which networks gave a row other bits among others,
and the greatest difference from NumPy's outputs as a share of the greatest output.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import chainrule as cr
from chainrule.equations.backpropagation import forward

Array = NDArray[Any]

NETWORKS: tuple[tuple[list[int], list[str], bool], ...] = (
    ([30, 5, 3], ["relu", "softmax"], True),
    ([33, 40, 17], ["tanh", "identity"], False),
    ([300, 129, 64, 10], ["gelu", "softmax", "sigmoid"], True),
    ([9, 1], ["sigmoid"], True),
)
SHARES = (0.0, 0.1, 0.4, 1.0)
"""How much of the inputs is not 0."""


def rows_of(n: int, features: int, share: float, dtype: str) -> Array:
    """Inputs of one kind; some rows are all 0 and some have none, whatever the others have."""
    chance = np.random.default_rng(n)
    x = chance.integers(1, 256, (n, features)) * (chance.random((n, features)) < share)
    x[::7] = 0
    x[3::11] = 200
    return x.astype("uint8") if dtype == "uint8" else (x / 255).astype(dtype)


def by_numpy(network: cr.Network, rows: Array) -> Array:
    """The outputs by the equations."""
    return np.asarray(forward(network.scaled_inputs(rows), network.layers)[1][-1])


def differing(network: cr.Network, rows: Array) -> Iterator[bool]:
    """For some rows: whether they have other outputs alone, or among a few, than among all."""
    whole = network.predict(rows)
    for i in (0, 1, 3, 14, len(rows) // 2, len(rows) - 1):
        first = max(0, i - 3)
        alone, few = network.predict(rows[i : i + 1]), network.predict(rows[first : i + 1])
        yield alone.tobytes() != whole[i : i + 1].tobytes() or (
            few.tobytes() != whole[first : i + 1].tobytes()
        )


def threaded() -> Iterator[bool]:
    """Whether outputs of many rows differ between numbers of threads."""
    network = cr.Network.create([784, 128, 10], "relu", seed=1)
    rows = rows_of(3000, 784, 0.2, "uint8")
    outputs = set()
    for threads in ("1", "2", "3", "8"):
        os.environ["CHAINRULE_THREADS"] = threads
        outputs.add(network.predict(rows).tobytes())
    yield len(outputs) != 1
    yield from differing(network, rows)


def main() -> None:
    """Compare all."""
    count, wrong, far = 0, [], 0.0
    for (layers, activations, biases), dtype, share, n in itertools.product(
        NETWORKS, ("float32", "float64"), SHARES, (1, 63, 64, 65, 200)
    ):
        network = cr.Network.create(layers, activations, biases=biases, seed=3, dtype=dtype)
        network = cr.Network(network.architecture, network.parameters, 1 / 255)
        for kind in ("uint8", dtype):
            rows = rows_of(max(n, 20), layers[0], share, kind)[:n]
            if n > 20:
                found = list(differing(network, rows))
                count += len(found)
                wrong += [f"{layers} {kind} {share} {n}"] * any(found)
            given, wanted = network.predict(rows), by_numpy(network, rows)
            scale = max(1.0, float(np.abs(wanted).max()))
            far = max(far, float(np.abs(given - wanted).max()) / scale)
    found = list(threaded())
    wrong += ["threads"] * any(found)
    print(json.dumps({"compared": count + len(found), "wrong": wrong, "far": far}))


if __name__ == "__main__":
    main()
