"""What is said of a compilation."""

from __future__ import annotations

import logging

from chainrule.kernels import batches, compiling, distortions, inference, single_example
from chainrule.kernels.code_cache import CodeCache, CodeFolder
from chainrule.kernels.compiling import _ANNOUNCER, announce, entry, kernel, numba


def test_each_compilation_of_an_entry_is_told(monkeypatch, caplog):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(compiling, "_FOLDER", CodeFolder(None, "none is wanted"))
    monkeypatch.setattr(CodeCache, "_reported", {"unwritable"})

    @kernel
    def doubled(x):
        return 2 * x

    @announce("This is compiled.")
    @entry
    def four_times(x):
        return doubled(doubled(x))

    told = []
    with caplog.at_level(logging.INFO, "chainrule"):
        for x in (1.5, 2.5, 3, 4):  # two types of numbers
            assert four_times(x) == 4 * x
            told.append(len(caplog.messages))
    assert caplog.messages == ["This is compiled."] * 2
    assert told == [1, 1, 2, 2]


def test_every_entry_of_the_engine_is_announced():
    advance = (batches.advance_tiles, single_example.advance_loops)
    for one in (*advance, inference.compute_outputs, distortions.distort_rows):
        text = _ANNOUNCER.texts[getattr(one, "py_func", one)]
        assert text.startswith("The kernels ")
        assert "this once: about " in text
