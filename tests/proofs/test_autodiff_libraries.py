"""The objective in other libraries' words, and libraries that are not there."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from importlib.machinery import PathFinder

import numpy as np
import pytest
from tests.conftest import ASK_JAX

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.ledger.ledger import Ledger
from chainrule.proofs import autodiff_libraries
from chainrule.proofs.autodiff_libraries import AUTODIFF_LIBRARIES, AutodiffLibrary, missing_reason
from chainrule.proofs.gradient_proof import ProofOptions, prove
from chainrule.proofs.objective import step_objective

PAIRS = list(itertools.product(ACTIVATIONS, COSTS))


def nothing(objective, theta):
    raise AssertionError("a library that is not there is not asked")


def log_rest(z):
    n = z.shape[-1]
    others = np.where(np.eye(n, dtype=bool), -np.inf, z[:, None, :])
    return np.log(np.exp(others).sum(-1)) - np.log(np.exp(z).sum(-1, keepdims=True))


NUMPY = autodiff_libraries._LibraryFunctions(
    activations={name: activation.value for name, activation in ACTIVATIONS.items()},
    size=np.abs,
    where=np.where,
    log=np.log,
    log_sigmoid=lambda z: -np.log1p(np.exp(-z)),
    log_softmax=lambda z: z - np.log(np.exp(z).sum(-1, keepdims=True)),
    log_rest=log_rest,
)


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_the_words_say_the_objective(make, activation, cost) -> None:
    for biases in (True, False):
        if not biases and cost.endswith("entropy"):
            continue  # outputs of 0, whose logarithm is none
        made = make(activation, cost=cost, l1=0.1, l2=0.2, weighted=True, biases=biases, steps=1)
        step = Ledger(made).step(1)
        objective = step_objective(step)
        data = objective.x, objective.y, objective.shares
        found = autodiff_libraries._objective(NUMPY, objective, step.theta, data)
        assert found == pytest.approx(float(objective.value(step.theta)), rel=1e-12)


def test_a_library_that_is_not_installed() -> None:
    assert (
        missing_reason(AutodiffLibrary("Nothing", "no_such_library_anywhere", nothing))
        == "not installed"
    )


def test_a_library_that_is_broken(tmp_path, monkeypatch) -> None:
    (tmp_path / "broken_library.py").write_text("raise RuntimeError('no processor')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    broken = AutodiffLibrary("Broken", "broken_library", nothing)
    assert missing_reason(broken) == "installed, but fails: RuntimeError"


@pytest.mark.parametrize("peer", AUTODIFF_LIBRARIES, ids=lambda peer: peer.name)
def test_the_peers_agree_where_they_are_installed(make, peer) -> None:
    # Each activation and each cost several times: a library compiles every objective anew.
    for activation, cost in PAIRS[::4] if not missing_reason(peer) else PAIRS[:1]:
        proof = prove(Ledger(make(activation, cost=cost, l2=0.1, steps=1)), ProofOptions())
        assert proof.holds, proof.failures
        asked = {verdict.method for verdict in proof.verdicts}
        assert (peer.name in asked) is not bool(missing_reason(peer))
        assert proof.left_out.get(peer.name, "") == missing_reason(peer)


@pytest.mark.skipif(ASK_JAX in os.environ, reason="this is the process of its own")
@pytest.mark.skipif(PathFinder.find_spec("jax") is None, reason="JAX is not installed")
def test_jax_agrees_in_a_process_of_its_own() -> None:
    tests = f"{__file__}::{test_the_peers_agree_where_they_are_installed.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    done = subprocess.run(
        command, env=os.environ | {ASK_JAX: "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
