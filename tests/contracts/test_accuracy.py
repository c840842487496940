"""The elementary functions are the true numbers rounded once, in both engines, and never sink."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from mpmath import mp, mpf

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks" / "accuracy.py"
PAGE = ROOT / "docs" / "accuracy.md"
ROUNDED_ONCE = 0.51
"""Units of the last place; half of one is the least that rounding allows."""
ROUNDED_TWICE = 1.01
WAVES = {"silu", "gelu"}


@pytest.fixture(scope="module")
def accuracy() -> ModuleType:
    spec = importlib.util.spec_from_file_location("accuracy", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["accuracy"] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    return module


def _assert_right(name, finding):
    assert finding["value"] <= ROUNDED_ONCE, name
    most = ROUNDED_TWICE if name.startswith("-log softmax") else ROUNDED_ONCE
    assert finding["slope"] is None or finding["slope"] <= most, name
    assert finding["falls"] == (None if name in WAVES else 0), name


def _sigmoid(z):
    return 1 / (1 + mp.exp(-z))


def _cdf(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def _share(z, place):
    row = [z, mpf("0.75"), mpf("-1.5")]
    return mp.exp(row[place]) / sum(map(mp.exp, row))


SCALE, ALPHA = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
DEFINITIONS = {
    "exp": mp.exp,
    "sigmoid": _sigmoid,
    "tanh": mp.tanh,
    "softplus": lambda z: mp.log1p(mp.exp(z)),
    "elu": lambda z: z if z > 0 else mp.expm1(z),
    "selu": lambda z: SCALE * (z if z > 0 else ALPHA * mp.expm1(z)),
    "silu": lambda z: z * _sigmoid(z),
    "gelu": lambda z: z * _cdf(z),
    "softmax": lambda z: _share(z, 0),
    "-log softmax": lambda z: -mp.log(_share(z, 0)),
    "-log softmax of another": lambda z: -mp.log(_share(z, 1)),
}
SLOPES = {
    "sigmoid": lambda z: _sigmoid(z) * _sigmoid(-z),
    "tanh": lambda z: mp.sech(z) ** 2,
    "-log softmax": lambda z: _share(z, 0) - 1,
    "-log softmax of another": lambda z: _share(z, 0),
    "softplus": _sigmoid,
    "elu": lambda z: mpf(1) if z > 0 else mp.exp(z),
    "selu": lambda z: SCALE * (mpf(1) if z > 0 else ALPHA * mp.exp(z)),
    "silu": lambda z: _sigmoid(z) + z * _sigmoid(z) * _sigmoid(-z),
    "gelu": lambda z: _cdf(z) + z * mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi),
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_sweeps_truth_has_the_digits_it_needs(accuracy, name):
    assert set(accuracy.TRUTH) == set(DEFINITIONS)
    z = np.concatenate((np.linspace(-13, 13, 301), [-1e-8, 1e-20, -80, 80])).astype(np.float32)
    value, slope = accuracy.TRUTH[name](z.astype(np.longdouble))
    assert (slope is None) == (name not in SLOPES)
    for got, definition in ((value, DEFINITIONS[name]), (slope, SLOPES.get(name))):
        if definition is None:
            continue
        with mp.workdps(90):
            truth = [definition(mpf(float(v))) for v in z]
        low = np.array([float(t) for t in truth])
        rest = np.array([float(t - mpf(v)) for t, v in zip(truth, low.tolist(), strict=True)])
        near = np.abs(low) > 1e-30  # float32 has hardly any digits further down
        far_off = np.abs((got - low) - rest)[near] / np.abs(low[near])
        assert far_off.max() < 2.0**-24 * 1e-4


def test_the_sweep_takes_both_ends_and_rises(accuracy):
    taken = np.concatenate(list(accuracy.sweep(1 << 18)))
    assert (np.diff(taken) >= 0).all()
    assert taken[0] < -1e38
    assert taken[-1] > 1e38
    assert 0.0 in taken
    bits = np.unique(taken.view(np.uint32))
    assert (np.diff(bits) == 1).sum() >= bits.size // 2  # each has its neighbour beside it


def test_every_float32_has_its_turn(accuracy):
    spans = accuracy.spans(1)
    assert {step for _, _, step in spans} == {1}
    assert spans[0][0] == 0
    assert [after for _, after, _ in spans[:-1]] == [first for first, _, _ in spans[1:]]
    assert spans[-1][1] == int(np.float32(np.inf).view(np.uint32))


def test_errors_are_counted_in_units_of_the_last_place(accuracy):
    truth = np.array([1.0, 2.0**-149, 0.0, 1e39], np.longdouble)
    got = np.array([1.0, 2.0**-149, 0.0, np.inf], np.float32)
    assert accuracy.ulps(got, truth) == 0
    assert accuracy.ulps(np.float32([1 + 2.0**-22]), np.longdouble([1])) == 2
    assert accuracy.ulps(np.float32([0]), np.longdouble([2.0**-150])) == 0.5
    assert accuracy.ulps(np.float32([np.inf]), np.longdouble([1])) == np.inf
    assert accuracy.ulps(np.float32([np.nan]), np.longdouble([1])) == np.inf


def test_both_engines_as_python(accuracy):
    with np.errstate(all="ignore"):
        for name in accuracy.TRUTH:
            for finding in accuracy.measure(name, 1 << 22).values():
                _assert_right(name, asdict(finding))


def test_both_engines_compiled_and_closer(tmp_path):
    kept = {key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--every", str(1 << 14), "--json"],
        env=kept | {"CHAINRULE_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == set(DEFINITIONS)
    for name, engines in found.items():
        assert set(engines) == {"reference", "compiled"}
        for finding in engines.values():
            _assert_right(name, finding)


def test_the_page_says_no_less(accuracy):
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \|(.+)\|$", page, re.MULTILINE)[1:]
    assert [name for name, _ in rows] == list(accuracy.TRUTH)
    for name, cells in rows:
        numbers = [cell.strip() for cell in cells.split("|")]
        for value, slope, falls in (numbers[:3], numbers[3:]):
            _assert_right(
                name,
                {
                    "value": float(value),
                    "slope": float(slope) if slope else None,
                    "falls": int(falls) if falls else None,
                },
            )
