"""The kernels' numbers are the book's, bit for bit; compiled, see test_distortions.py."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.equations import hashing as book
from chainrule.kernels.hashing import derive_key, random_bits, uniform

KEYS = [0, 1, 2**32 - 1, 2**63 - 1, book.make_key(5, "dropout", 3)]
COUNTERS = [0, 1, 2, 783, 2**31, 2**32 - 1]


@pytest.mark.parametrize("key", KEYS)
def test_they_are_the_books(key) -> None:
    numbers = [random_bits(key, counter) for counter in COUNTERS]
    assert numbers == book.random_bits(key, np.array(COUNTERS)).tolist()
    assert all(isinstance(number, np.uint32) for number in numbers)
    assert [derive_key(key, c) for c in COUNTERS] == [book.derive_key(key, c) for c in COUNTERS]
    assert [uniform(key, c) for c in COUNTERS] == book.uniforms(key, np.array(COUNTERS)).tolist()


def test_counters_may_be_numpys() -> None:
    counters = np.array(COUNTERS[:4])
    bits = book.random_bits(KEYS[4], counters).tolist()
    assert [random_bits(KEYS[4], c) for c in counters] == bits
    assert derive_key(KEYS[4], counters[1]) == book.derive_key(KEYS[4], 1)
