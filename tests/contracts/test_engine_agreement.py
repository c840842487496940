"""The compiled engine agrees with the law: here as Python, and in a process of its own compiled."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).with_name("engine_agreement.py")


@pytest.fixture(scope="module")
def agreement() -> ModuleType:
    spec = importlib.util.spec_from_file_location("engine_agreement", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_combination_agrees_as_python(agreement):
    combinations = list(agreement.combinations())
    assert len(combinations) == 12 * 7 * 6 * 4
    for place, (activation, cost, update, batch) in enumerate(combinations):
        if place % 7 == 0:  # all of them run compiled, below
            data = agreement.dataset(batch in (1, 23))
            made = agreement.outcomes(activation, agreement.recipe(cost, update, batch), data)
            assert agreement.distance(*made) < 1e-9, (activation, cost, update, batch)


DIGEST = """
import numpy as np
import chainrule as cr
chance = np.random.default_rng(0)
inputs = chance.integers(0, 256, (3000, 300)) * (chance.random((3000, 300)) < 0.2)
data = cr.Dataset(inputs.astype(np.uint8), np.arange(3000) % 10, scale=1 / 255)
network = cr.Network.create([300, 32, 10], "relu", seed=5)
recipe = cr.Recipe(engine="compiled", epochs=2, seed=5)
print(cr.train(network, data, recipe).network.digest)
"""


def test_compiled_anew_or_kept_or_never_kept_gives_one_result(tmp_path):
    (tmp_path / "file").touch()
    kept = {key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"}
    told = [
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=kept | {"CHAINRULE_CACHE": str(tmp_path / folder)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for folder in ("new", "new", "file")  # nothing can be kept below a file
    ]
    assert told[0] == told[1] == told[2]
    assert len(told[0].strip()) == 64


def test_every_combination_agrees_compiled(tmp_path):
    kept = {key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=kept | {"CHAINRULE_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["combinations"] == 12 * 7 * 6 * 4
    assert found["greatest"] < 1e-9
    assert list((tmp_path / "kernels").rglob("*.nbi"))  # compiled code is kept for the next run
