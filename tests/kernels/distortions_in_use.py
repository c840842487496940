"""Copies by the kernels beside those of the book.

    python tests/kernels/distortions_in_use.py

does it in compiled code, and prints for each case the greatest difference, the share of bytes that
differ at all, and whether numbers of threads and choices of rows change no bit.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.augmentation import Augmentation, augment, augment_reference
from chainrule.equations import hashing as book
from chainrule.kernels.compiling import entry
from chainrule.kernels.hashing import derive_key, random_bits, uniform

Array = NDArray[Any]

CASES = {
    "nothing but a shift": {"shift": 1.5},
    "affine": {"shift": 2, "rotation": 30, "zoom": 0.2, "shear": 0.2},
    "elastic": {"elastic": 20, "elastic_smoothness": 2.5},
    "thickness": {"thickness": 5},
    "noise": {"noise": 0.2},
    "cutout": {"cutout": 3},
    "all": {
        "shift": 1,
        "rotation": 15,
        "zoom": 0.1,
        "shear": 0.1,
        "elastic": 15,
        "thickness": 1.5,
        "noise": 0.05,
        "cutout": 2,
    },
}
SHAPES = ((6, 5), (3, 18), (5, 4, 3), (17, 2, 1))


def blots(n: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Images of a few grey blots."""
    chance = np.random.default_rng(7)
    ink = chance.integers(0, 256, (n, *shape)) * (chance.random((n, *shape)) < 0.4)
    made: NDArray[np.uint8] = ink.astype(np.uint8).reshape(n, -1)
    return made


def compared(name: str, n: int) -> dict[str, Any]:
    """How far copies by the kernels are from the book's: bytes, float32, float64, and the rest."""
    strengths, found = (
        Augmentation(**CASES[name]),
        dict.fromkeys(("bytes", "float32", "float64"), 0.0),
    )
    differing, same = [], True
    for shape in SHAPES:
        inputs = blots(n, shape)
        for kind, given in (
            ("bytes", inputs),
            ("float32", (inputs / 255).astype(np.float32)),
            ("float64", inputs / 255),
        ):
            ours = augment(given, shape, strengths, seed=3, epoch=2)
            law = augment_reference(given, shape, strengths, seed=3, epoch=2)
            gap = np.abs(ours.astype(np.float64) - law)
            found[kind] = max(found[kind], float(gap.max()))
            differing += [np.mean(gap > 0)] if kind == "bytes" else []
            rows = np.arange(n)[::-2].repeat(max(1, n // 3))
            some = augment(given, shape, strengths, seed=3, epoch=2, rows=rows, threads=3)
            same &= some.dtype == given.dtype and np.array_equal(some, ours[rows])
    return {**found, "differing": float(np.mean(differing)), "same": bool(same)}


@entry
def fill(key: int, numbers: Array, keys: Array, shares: Array) -> int:
    """The kernels' random numbers, one after the other."""
    for k in range(numbers.size):
        numbers[k] = random_bits(key, k)
        keys[k] = derive_key(key, k)
        shares[k] = uniform(key, k)
    return int(numbers.size)


def hashes_agree(n: int) -> bool:
    """Whether the kernels' random numbers are the book's to the bit."""
    key = book.make_key(2**62, "trial", 5)
    numbers, keys, shares = np.empty(n, np.uint32), np.empty(n, np.int64), np.empty(n)
    fill(key, numbers, keys, shares)
    counters = np.arange(n)
    return (
        np.array_equal(numbers, book.random_bits(key, counters))
        and keys.tolist() == [book.derive_key(key, k) for k in range(n)]
        and np.array_equal(shares, book.uniforms(key, counters))
    )


if __name__ == "__main__":
    told: dict[str, Any] = {name: compared(name, 40) for name in CASES}
    print(json.dumps({"hashes": hashes_agree(1000), "cases": told}))
