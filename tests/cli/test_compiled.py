"""The compiled engine from the command line: announced once, then at once."""

from __future__ import annotations

ENGINE = "The kernels are compiled, this once: about 10 s.\n"
OUTPUTS = "The kernels are compiled, this once: about 5 s.\n"


def test_each_compilation_is_announced_once(first_use, compiling, later_use) -> None:
    """The first training is by loops; the second needs only its own kernel besides."""
    assert first_use["advance_loops"]["told"] == ENGINE + OUTPUTS
    assert first_use["advance_tiles"]["told"] == ENGINE
    again = later_use(compiling)
    assert [again[kernel]["told"] for kernel in first_use] == ["", ""]
    assert again["advance_loops"]["test"] == first_use["advance_loops"]["test"]
