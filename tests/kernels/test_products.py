"""Products of tiles: as Python here, and compiled in a process of their own."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from chainrule.kernels.products_lowering import CHAINS

SCRIPT = Path(__file__).with_name("products_in_use.py")

SHAPES = 2 * 8 * 2 * 6 * 2 + 2 * len(CHAINS) * 10 * 2 * 4 + 9
"""Tiles forward and of gradients, sparse rows, blocks transposed."""


@pytest.fixture(scope="module")
def in_use() -> ModuleType:
    spec = importlib.util.spec_from_file_location("products_in_use", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_shape_as_python(in_use, dtype) -> None:
    assert in_use.compared(dtype) == SHAPES


def test_every_shape_compiled_and_the_order_of_sums(compiling) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=compiling, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    due = [SHAPES, 4 * len(CHAINS)]
    assert json.loads(done.stdout) == dict.fromkeys(["float32", "float64"], due)
