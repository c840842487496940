"""Inputs that never end, or never begin: every command refuses them at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

COMMANDS = (
    ("train", "{}", "--layers", "2,2"),
    ("train", "flowers.csv", "--config", "{}"),
    ("data", "show", "{}"),
    ("evaluate", "{}", "flowers.csv"),
    ("diagnose", "{}", "flowers.csv"),
    ("explain", "{}"),
    ("check", "{}"),
    ("prove", "{}"),
    ("descend", "{}"),
    ("study", "run", "{}"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_pipes_and_devices_are_refused(own_folder, chainrule, flowers, words) -> None:
    os.mkfifo("pipe")
    for suffix in ("csv", "toml", "png", "npy", "npz", "parquet", "feather", "safetensors"):
        for target in ("pipe", "/dev/zero"):
            name = f"{Path(target).name}.{suffix}"
            Path(name).symlink_to(target)
            outcome = chainrule(*(word.format(name) for word in words))
            assert outcome.code == 2, (name, outcome)
            assert name in outcome.err
            assert outcome.err.count("\n") == 1
