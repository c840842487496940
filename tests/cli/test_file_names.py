"""Names of files that are not UTF-8, as Linux allows them: they work like any others."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

DATA, RUN, MODEL = (os.fsdecode(name) for name in (b"fl\xffowers.csv", b"r\xfeun", b"m\x80.json"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf_8(chainrule, flowers) -> None:
    Path(flowers).rename(DATA)
    learn = ("train", DATA, "--layers", "2,4,2", "--epochs", "3", "--seed", "1", "--run", RUN)
    for words, code in (
        (learn, 0),
        (("evaluate", RUN), 0),
        (("evaluate", RUN, "--json"), 0),
        (("predict", RUN, DATA), 0),
        (("verify", RUN), 0),
        (("train", "--resume", RUN), 0),
        (("export", RUN, "--to", "json", MODEL), 0),
        (("data", "show", DATA), 0),
        (("explain", DATA), 2),
    ):
        outcome = chainrule(*words)
        assert outcome.code == code, (words, outcome)
        assert "internal error" not in outcome.err
        (outcome.out + outcome.err).encode()
    assert r"fl\udcffowers.csv" in chainrule("explain", DATA).err
    assert Path(MODEL).exists()
