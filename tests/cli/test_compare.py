"""`chainrule compare`: in words, as a page, as JSON; and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path


def test_in_words(chainrule, trained) -> None:
    flags = ("--resume", "run", "--from", "3", "--set", "learning_rate=0.1", "--run", "faster")
    assert chainrule("train", *flags).code == 0
    outcome = chainrule("compare", "run", "faster")
    assert (outcome.code, outcome.err) == (0, "")
    words = " ".join(outcome.out.split())
    assert words.startswith("run and faster They part in step 4: batch 1 of epoch 4.")
    assert "recipe.learning_rate 0.05 0.1" in words
    assert "Exact McNemar test on " in words
    found = json.loads(chainrule("compare", "run", "faster", "--json").out)
    assert (found["parting"]["epoch"], found["parting"]["steps"]) == (4, [4, 4])
    page = chainrule("compare", "run", "faster", "--format", "html").out
    assert page.count("data:image/svg+xml;base64,") == 2


def test_long_ways_are_announced(chainrule, trained, monkeypatch) -> None:
    monkeypatch.setattr("chainrule.attribution.replay._ANNOUNCED_STEPS", 3)
    flags = ("--resume", "run", "--from", "9", "--set", "learning_rate=0.1", "--run", "faster")
    assert chainrule("train", *flags).code == 0
    outcome = chainrule("compare", "run", "faster")
    assert outcome.err == "Steps 1 to 9 are computed again.\n"


def test_what_is_no_run(chainrule, trained, flowers) -> None:
    outcome = chainrule("compare", "run", "run/network.safetensors")
    assert (outcome.code, outcome.out) == (2, "")
    assert "expected the folder of a run, got a network file." in outcome.err
    assert chainrule("compare", "run", "nowhere").code == 2
    outcome = chainrule("compare", "run", "run", "--json", "--format", "html")
    assert outcome.err.startswith("compare: expected --json or --format, got both.")
    assert chainrule("train", flowers, "--epochs", "1", "--run", "new").code == 0
    Path(flowers).rename("moved.csv")
    outcome = chainrule("compare", "new", "new")
    assert outcome.err.endswith("Say where they are: chainrule compare new new --data DATA.\n")
    assert chainrule("compare", "new", "new", "--data", "moved.csv").code == 0
