"""Outputs by the kernels, and by NumPy where there are none."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
import chainrule.kernels
from chainrule.network import prediction

SCRIPT = Path(__file__).with_name("rows_alone.py")
LAYERS = [40, 33, 5]


def inputs(n: int, share: float = 1.0) -> np.ndarray:
    chance = np.random.default_rng(n)
    return chance.normal(size=(n, 40)) * (chance.random((n, 40)) < share)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels cannot be loaded, and nobody has been told so."""
    monkeypatch.setitem(sys.modules, "chainrule.kernels.inference", None)
    monkeypatch.delitem(vars(sys.modules["chainrule.kernels"]), "compute_outputs", raising=False)
    monkeypatch.delitem(vars(chainrule.kernels), "compute_outputs", raising=False)
    monkeypatch.setattr(prediction, "_failed", [])


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("n", [0, 1, 64, 65, 200])
@pytest.mark.parametrize("biases", [True, False])
def test_kernels_agree_with_numpy(request, n, share, biases) -> None:
    made = [
        cr.Network.create(LAYERS, ["softmax", "tanh"], seed=1, dtype="float64", biases=biases)
        for _ in range(2)
    ]
    x = inputs(n, share)
    found = made[0].predict(x)
    request.getfixturevalue("without")
    wanted = made[1].predict(x)
    assert found.shape == wanted.shape == (n, 5)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_numpy_takes_the_place_of_kernels_and_says_so_once(without, caplog) -> None:
    for seed in (1, 2):
        assert cr.Network.create(LAYERS, seed=seed).predict(inputs(3)).shape == (3, 5)
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    reason = (
        "ModuleNotFoundError: import of chainrule.kernels.inference halted; None in sys.modules"
    )
    text = f"Numba fails, so NumPy computes the outputs: {reason}"
    assert told == [("WARNING", text)]


def test_threads_share_many_rows(monkeypatch) -> None:
    monkeypatch.setattr(prediction, "THREAD_WORK", 1)
    network = cr.Network.create(LAYERS, seed=1, dtype="float64")
    for n in (65, 129, 300):
        found = set()
        for threads in ("1", "2", "3"):
            monkeypatch.setenv("CHAINRULE_THREADS", threads)
            found.add(network.predict(inputs(n)).tobytes())
        assert len(found) == 1


def test_what_is_made_for_predictions_is_not_kept_with_the_network() -> None:
    network = cr.Network.create(LAYERS, seed=1)
    before = pickle.dumps(network)
    wanted = network.predict(inputs(3)).tobytes()
    assert pickle.dumps(network) == before
    for again in (pickle.loads(before), copy.deepcopy(network), copy.copy(network)):
        assert again.predict(inputs(3)).tobytes() == wanted


def test_a_row_has_its_outputs_whatever_lies_beside_it_compiled(compiled_double) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=compiled_double,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["compared"] > 1500
    assert found["far"] < 1e-5


def test_an_input_that_is_not_finite_is_found_by_the_kernels_too() -> None:
    network = cr.Network.create([3, 2], seed=0)
    rows = np.zeros((70, 3), np.float32)
    rows[69, 1] = np.nan
    with pytest.raises(cr.DataError) as caught:
        network.predict(rows)
    assert str(caught.value) == ("Network.predict: expected finite inputs, got nan at (69, 1).")
