"""Mutants of files: bits, bytes, cuts, digits, and archives whose checksums hold."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable


def flip_bit(content: bytearray, rng: random.Random) -> None:
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def overwrite(content: bytearray, rng: random.Random) -> None:
    value = rng.choice((b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff" * 8, b"\x80", b"{", b"."))
    start = rng.randrange(len(content))
    content[start : start + len(value)] = value


def cut(content: bytearray, rng: random.Random) -> None:
    del content[rng.randrange(len(content)) :]


def remove(content: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(content))
    del content[start : start + rng.randint(1, 32)]


def repeat(content: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(content))
    content[start:start] = content[start : start + rng.randint(1, 64)]


def move(content: bytearray, rng: random.Random) -> None:
    start, target = rng.randrange(len(content)), rng.randrange(len(content))
    part = content[start : start + rng.randint(1, 64)]
    content[target : target + len(part)] = part


def change_digit(content: bytearray, rng: random.Random) -> None:
    digits = [place for place, value in enumerate(content[:20_000]) if 48 <= value < 58]
    if digits:
        place = rng.choice(digits)
        content[place : place + 1] = rng.choice((b"0", b"9", b"999999999", b"-1", b"1e9"))


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_bit,
    flip_bit,
    overwrite,
    cut,
    remove,
    repeat,
    move,
    change_digit,
)


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Return a mutant; of a zip archive half of the time one whose checksums hold."""
    if content[:2] == b"PK" and rng.random() < 0.5:
        return mutate_member(content, rng)
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if changed:
            rng.choice(MUTATIONS)(changed, rng)
    return bytes(changed)


def mutate_member(content: bytes, rng: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    chosen = rng.randrange(len(members))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for place, (name, data) in enumerate(members):
            archive.writestr(name, mutate(data, rng) if place == chosen and data else data)
    return written.getvalue()
