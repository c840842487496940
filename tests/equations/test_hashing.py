"""Numbers that look random, each a function of its key and its number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.equations.hashing import derive_key, make_key, normals, random_bits, uniforms

KEYS = st.integers(0, 2**63 - 1)
KEY = make_key(3, "trial", 7)
MANY = np.arange(200_000)


def by_hand(key: int, counter: int) -> int:
    """[H1] in whole numbers without an end."""
    x = counter ^ key % 2**32
    x = (x ^ x >> 17) * 0xED5AD4BB % 2**32
    x = ((x ^ x >> 11) + (key >> 32)) * 0xAC4C1B51 % 2**32
    x = (x ^ x >> 15) * 0x31848BAB % 2**32
    return x ^ x >> 14


@given(key=KEYS, counter=st.integers(0, 2**32 - 1))
def test_a_number_by_hand(key: int, counter: int) -> None:
    assert random_bits(key, np.array([counter])).tolist() == [by_hand(key, counter)]


def test_any_shape() -> None:
    table = random_bits(KEY, np.arange(6).reshape(2, 3))
    assert table.dtype == np.uint32
    assert table.ravel().tolist() == [int(random_bits(KEY, np.array(c))) for c in range(6)]


def test_no_number_twice() -> None:
    assert len(np.unique(random_bits(KEY, MANY))) == len(MANY)


def test_every_bit_is_set_half_of_the_time_and_turns_with_every_bit_of_the_counter() -> None:
    numbers = random_bits(KEY, MANY)
    for bit in range(32):
        assert abs(np.mean(numbers >> bit & 1) - 0.5) < 0.005
        turned = numbers ^ random_bits(KEY, MANY ^ (1 << bit))
        shares = [np.mean(turned >> place & 1) for place in range(32)]
        assert max(abs(share - 0.5) for share in shares) < 0.02


@pytest.mark.parametrize("lag", [1, 2, 28, 784])
def test_neighbours_know_nothing_of_each_other(lag: int) -> None:
    u = uniforms(KEY, MANY)
    assert abs(np.corrcoef(u[lag:], u[:-lag])[0, 1]) < 0.01


def test_keys_of_neighbouring_places_know_nothing_of_each_other() -> None:
    keys = [make_key(s, p, e) for s in (0, 1) for p in ("dropout", "mixup") for e in (0, 1, 2)]
    assert len(set(keys)) == 12
    table = np.corrcoef([uniforms(key, MANY[:50_000]) for key in keys])
    assert np.abs(table - np.eye(12)).max() < 0.02


@given(key=KEYS, counter=st.integers(0, 2**32 - 1))
def test_a_derived_key_is_two_numbers(key: int, counter: int) -> None:
    low = by_hand(key ^ 0x2545F4914F6CDD1D, counter)
    high = by_hand(key ^ 0x5851F42D4C957F2D, counter) >> 1
    assert derive_key(key, counter) == high * 2**32 + low < 2**63


def test_a_key_is_derived_step_by_step() -> None:
    word = int.from_bytes(b"noun", "little")
    expected = derive_key(derive_key(derive_key(derive_key(0, word), 5), 1), 9)
    assert make_key(2**32 + 5, "noun", 9) == expected
    assert make_key(2**32 + 5, "noun", 9, 4) == derive_key(expected, 4)
    longer = derive_key(derive_key(0, word), ord("s"))
    assert make_key(0, "nouns") == derive_key(derive_key(longer, 0), 0)


def test_uniform_numbers_fill_the_interval_evenly() -> None:
    u = uniforms(KEY, MANY)
    assert 0 < u.min() < u.max() < 1
    counts, _ = np.histogram(u, 50, (0, 1))
    assert np.square(counts - 4000).sum() / 4000 < 90  # χ² with 49 degrees of freedom


def unshifted(x: int, by: int) -> int:
    """The number y of which y ^ y >> by is x."""
    y = x
    for _ in range(32 // by):
        y = x ^ y >> by
    return y


def counter_of(key: int, number: int) -> int:
    """[H1] backwards: the counter that a number belongs to."""
    inverses = [pow(m, -1, 2**32) for m in (0xED5AD4BB, 0xAC4C1B51, 0x31848BAB)]
    x = unshifted(number, 14) * inverses[2] % 2**32
    x = unshifted(x, 15) * inverses[1] % 2**32
    x = unshifted((x - (key >> 32)) % 2**32, 11) * inverses[0] % 2**32
    return unshifted(x, 17) ^ key % 2**32


@pytest.mark.parametrize(("bits", "number"), [(0, 2.0**-33), (2**32 - 1, 1 - 2.0**-33)])
def test_uniform_numbers_never_touch_the_ends(bits: int, number: float) -> None:
    counter = np.array([counter_of(KEY, bits)])
    assert random_bits(KEY, counter).tolist() == [bits]
    assert uniforms(KEY, counter).tolist() == [number]


def test_normal_numbers_by_hand() -> None:
    u, v = uniforms(KEY, np.array([6, 7]))
    length = math.sqrt(-2 * math.log(u))
    expected = [length * math.cos(2 * math.pi * v), length * math.sin(2 * math.pi * v)]
    assert normals(KEY, np.array([6, 7])).tolist() == pytest.approx(expected, rel=1e-15)
    assert normals(KEY, np.array([7])).tolist() == pytest.approx(expected[1:], rel=1e-15)


def test_normal_numbers_have_the_normal_moments() -> None:
    g = normals(KEY, MANY)
    moments = [np.mean(g**k) for k in range(1, 5)]
    assert moments == pytest.approx([0, 1, 0, 3], abs=0.05)
    assert abs(np.corrcoef(g[::2], g[1::2])[0, 1]) < 0.01
    assert np.mean(np.abs(g) < 1) == pytest.approx(math.erf(math.sqrt(0.5)), abs=0.005)
