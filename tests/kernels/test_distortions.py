"""Copies by the kernels are the book's: as Python here, and compiled in a process of their own."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from chainrule.equations.distortions import Augmentation
from chainrule.equations.hashing import make_key
from chainrule.equations.warping import displacements, smoothing_matrix
from chainrule.kernels.augmentation_records import distortion_settings, make_scratch
from chainrule.kernels.warping import draw_field

SCRIPT = Path(__file__).with_name("distortions_in_use.py")
CASES = ("nothing but a shift", "affine", "elastic", "thickness", "noise", "cutout", "all")


@pytest.fixture(scope="module")
def in_use() -> ModuleType:
    spec = importlib.util.spec_from_file_location("distortions_in_use", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _agrees(told: dict[str, Any]) -> None:
    assert told["bytes"] <= 1
    assert told["differing"] < 1e-3
    assert told["float32"] < 2e-6
    assert told["float64"] < 2e-6
    assert told["same"]


@pytest.mark.parametrize("name", CASES)
def test_every_case_as_python(in_use, name) -> None:
    _agrees(in_use.compared(name, 2))


def test_random_numbers_as_python(in_use) -> None:
    assert in_use.hashes_agree(20)


def test_every_case_compiled(compiling) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=compiling, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["hashes"]
    assert tuple(told["cases"]) == CASES
    for case in told["cases"].values():
        _agrees(case)


@pytest.mark.parametrize(("h", "w"), [(2, 3), (5, 16), (7, 17), (9, 40)])
def test_the_field_of_given_noise(h, w) -> None:
    strengths = Augmentation(elastic=30, elastic_smoothness=1.5)
    scratch = make_scratch(strengths, h, w, 1)
    draw_field(make_key(0, "field"), distortion_settings(strengths, h, w, 1, 1.0), scratch)
    white = scratch.field[scratch.starts.white :][: 2 * h * w].reshape(2, h, w)
    assert -1 <= white.min() < -0.5 < 0.5 < white.max() <= 1
    step = -(-w // 16) * 16
    made = scratch.field[scratch.starts.smooth :][: 2 * h * step].reshape(2, h, step)
    assert np.allclose(made[:, :, :w], displacements(white, 30, 1.5), rtol=0, atol=1e-5)
    assert not made[:, :, w:].any()


def test_a_scratch_has_the_matrices_that_smooth() -> None:
    scratch = make_scratch(Augmentation(elastic=8, elastic_smoothness=2), 3, 5, 2)
    assert np.allclose(scratch.field[:9].reshape(3, 3), 8 * smoothing_matrix(3, 2))
    across = scratch.field[scratch.starts.across :][: 5 * 16].reshape(5, 16)
    assert np.allclose(across[:, :5], smoothing_matrix(5, 2))
    assert (scratch.page.size, scratch.spare.size) == (6 * 8, 6 * 8)
    assert (scratch.copy.size, scratch.original.size) == (30, 30)


def test_there_is_no_field_where_nothing_moves() -> None:
    assert make_scratch(Augmentation(noise=0.1), 1, 9, 1).field.size == 0
