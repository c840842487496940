"""Every number that `chainrule explain` shows, held against the engine and against 50 digits.

    python campaigns/explained_numbers.py [--networks 588] [--seed 0]

Small random networks, two steps each. 588 of them are every mixture of hidden activation, cost and
update once; all else (depth, widths, examples, batches, weights of examples, biases, penalties,
clipping, schedule, warm-up, smoothed labels, output activation) is drawn. A draw whose numbers are
not finite is taken again.

- Bits: the reference engine goes the same two steps by itself, from batch to batch. Every number
  that is shown must be its number, to the bit.
- Digits: every number is worked out with mpmath in 50 digits, from the given numbers on, through
  the formulas that are shown. The float must lie within 1e-13 of it, relative to its size.

A number's size is its value, wherever that can be. What is left of a difference of nearly equal
numbers has lost digits in any arithmetic of floats: 1 - 0.9999 has lost four. So the size of such a
number is the sum of the terms of its own formula, all taken as positive. A number that is made of
one that has lost digits before, as a gradient is of an error, has lost them too. It must lie within
half a unit of the last place of floats, 2^-53, times its condition: what the number would move by,
were everything that it is made of twice as large, each move taken as positive, to first order. How
many numbers need which of the three is counted.

Prints one line of JSON; exit 1 where a bit differs or a number lies farther away.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from numpy.random import Generator

sys.path.insert(0, str(Path(__file__).parent))

from engine_walk import key_of, walk
from fifty_digits import DIGITS, Digits, own_size
from random_networks import MIXTURES, random_example

from chainrule.errors import DivergenceError
from chainrule.ledger.entries import LedgerEntry
from chainrule.ledger.ledger import Ledger
from chainrule.training.computing_conditions import versions

WITHIN = {"value": 1e-13, "terms": 1e-13, "condition": 2.0**-53}
NOTHING = 1e-45
"""What is 0 in floats may be a last digit of the 50."""


@dataclass
class Tally:
    """What came of the networks; distances are of the float from the 50 digits."""

    redrawn: int = 0
    numbers: int = 0
    by_size: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    other_bits: list[str] = field(default_factory=list)
    too_far: list[str] = field(default_factory=list)
    farthest: dict[str, float] = field(default_factory=dict)

    def count(self, size: str, distance: float) -> None:
        """Count a number that is near enough by a size."""
        self.by_size[size] += 1
        self.farthest[size] = max(self.farthest.get(size, 0.0), distance)


def drawn(chance: Generator, number: int, tally: Tally) -> Ledger:
    """A network whose numbers are finite."""
    while True:
        ledger = Ledger(random_example(chance, number))
        try:
            ledger.step(ledger.example.steps)
        except DivergenceError:
            tally.redrawn += 1
        else:
            return ledger


def hold_bits(ledger: Ledger, entries: list[LedgerEntry], tally: Tally) -> None:
    """Compare the numbers with the engine's."""
    steps = list(walk(ledger.example))
    for entry in entries:
        quantity = entry.quantity
        law = float(steps[quantity.step - 1][key_of(quantity)][quantity.index])
        if np.float64(entry.value).tobytes() != np.float64(law).tobytes():
            tally.other_bits.append(f"{quantity}: {entry.value!r}, the engine's {law!r}")


def hold_digits(ledger: Ledger, entries: list[LedgerEntry], tally: Tally) -> None:
    """Compare the numbers with those of 50 digits."""
    digits = Digits(ledger)
    for entry in entries:
        apart = float(abs(digits.value(entry.quantity) - entry.value))
        for name, size in sizes(entry, digits):
            distance = apart / size if size else float(apart > NOTHING)
            if distance <= WITHIN[name]:
                tally.count(name, distance)
                break
        else:
            tally.too_far.append(f"{entry.quantity} = {entry.value!r} is off by {apart:.2g}")


def sizes(entry: LedgerEntry, digits: Digits) -> Any:
    """The sizes of a number, each asked for where the one before it is too small."""
    yield "value", abs(entry.value)
    if entry.formula is not None:
        yield "terms", max(abs(entry.value), own_size(entry.formula))
        yield "condition", digits.carried_size(entry.quantity)


def campaign(networks: int, seed: int) -> dict[str, Any]:
    """Hold so many networks against both; what came of it."""
    chance, began, tally = np.random.default_rng(seed), time.monotonic(), Tally()
    with mpmath.workdps(DIGITS):
        for number in range(networks):
            ledger = drawn(chance, number, tally)
            entries = list(ledger.entries())
            tally.numbers += len(entries)
            tally.kinds.update(entry.quantity.kind for entry in entries)
            hold_bits(ledger, entries, tally)
            hold_digits(ledger, entries, tally)
    return {
        "campaign": "explained_numbers",
        "seed": seed,
        "networks": networks,
        "mixtures": min(networks, len(MIXTURES)),
        "drawn_again_as_not_finite": tally.redrawn,
        "numbers": tally.numbers,
        "other_bits_than_the_engine": len(tally.other_bits),
        "within": WITHIN,
        "near_enough": {name: tally.by_size[name] for name in WITHIN},
        "farther_away": len(tally.too_far),
        "farthest": {name: float(f"{far:.3g}") for name, far in tally.farthest.items()},
        "kinds": dict(sorted(tally.kinds.items())),
        "missed": [*tally.other_bits[:10], *tally.too_far[:10]],
        "seconds": round(time.monotonic() - began),
        "versions": {**versions(), "mpmath": mpmath.__version__},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--networks", type=int, default=len(MIXTURES), help="how many")
    parser.add_argument("--seed", type=int, default=0, help="fixes networks and data")
    given = parser.parse_args()
    told = campaign(given.networks, given.seed)
    print(json.dumps(told, ensure_ascii=False))
    return int(bool(told["missed"]))


if __name__ == "__main__":
    sys.exit(main())
