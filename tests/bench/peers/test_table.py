"""Every peer that is here does what it is asked for; every other one says why it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chainrule.errors import UnknownNameError
from comparison.agreement import compute_truth, tolerance
from comparison.cases import Case
from comparison.peers.contract import Peer
from comparison.peers.ours import reference_outputs
from comparison.peers.table import PEERS, find_peers
from comparison.workload import Job

# What other libraries warn of is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")

TRAINING = [peer for peer in PEERS.values() if peer.start is not None]
PREDICTING = [peer for peer in PEERS.values() if peer.predictor is not None]
CASES = [
    Case(layers=(20, 6, 3, 2), batch_size=8, examples=40, data="table", paper=paper, optimiser=name)
    for paper in (True, False)
    for name in ("sgd", "adam")
]


def _is_told(peer: Peer) -> bool:
    """Whether a peer is not here, and says so in one way only."""
    missing = peer.missing()
    assert missing == "" or any(
        missing in (f"{package} is not installed", peer.lacks())
        for package in peer.packages.values()
    )
    return bool(missing)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.cost}-{case.optimiser}")
@pytest.mark.parametrize("peer", TRAINING, ids=lambda peer: peer.name)
def test_a_peer_agrees_with_the_law_or_says_why_not(
    peer: Peer, case: Case, tmp_path: Path, job_of: Callable[[Case], Job]
) -> None:
    if _is_told(peer) or peer.refuses(case):
        return
    job = job_of(case)
    assert peer.start is not None
    session = peer.start(job)
    session.epoch(1)  # another order; to be forgotten
    session.restart()
    session.epoch(0)
    distance = compute_truth(case, tmp_path).distance(*session.parameters())
    if peer.differs(case):
        assert distance is None or distance > tolerance(case)
    else:
        assert distance is not None
        assert distance < 1e-5


@pytest.mark.parametrize("peer", TRAINING, ids=lambda peer: peer.name)
def test_part_of_an_epoch_and_a_schedule(peer: Peer, job_of: Callable[[Case], Job]) -> None:
    if _is_told(peer):
        return
    job = job_of(replace(CASES[2], schedule="cosine", epochs=2))
    assert peer.start is not None
    session, found = peer.start(job), []
    for steps in (2, 5):
        session.restart()
        session.epoch(0, steps)
        session.epoch(1, steps)
        found.append([np.array(W) for W in session.parameters()[0]])
    assert not np.allclose(found[0][0], found[1][0])
    assert np.isfinite(found[1][0]).all()


@pytest.mark.parametrize("paper", [True, False])
@pytest.mark.parametrize("peer", PREDICTING, ids=lambda peer: peer.name)
def test_predictions_are_the_networks(
    peer: Peer, paper: bool, job_of: Callable[[Case], Job]
) -> None:
    case = Case(layers=(20, 6, 3), batch_size=8, examples=8, data="table", paper=paper)
    if _is_told(peer) or peer.differs(case):
        return
    job = job_of(case)
    assert peer.predictor is not None
    answers = peer.predictor(job)(job.examples.inputs)
    wanted = reference_outputs(job, job.examples.inputs)
    assert answers == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("peer", PEERS.values(), ids=lambda peer: peer.name)
def test_the_table_is_sound(peer: Peer) -> None:
    assert PEERS[peer.name] is peer
    assert peer.start is not None or peer.predictor is not None
    gone = peer.missing() == f"{peer.package} is not installed"
    is_hidden = peer.package == "jax"  # tests/conftest.py says why
    assert peer.own or is_hidden or (peer.version() == "") == gone
    if peer.threads is not None and not peer.missing():
        peer.threads(1)


def test_peers_come_in_the_order_of_the_table() -> None:
    assert [p.name for p in find_peers(["numpy", "chainrule"])] == ["chainrule", "numpy"]
    assert find_peers([]) == tuple(PEERS.values())


def test_a_peer_that_is_none() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find_peers(["pytorch"])
    assert str(caught.value) == (
        "bench: expected a peer, got 'pytorch' (str). Did you mean 'torch'? Valid names: "
        "chainrule, jax, nn-digits, numpy, onnxruntime, reference, sklearn, torch, torch-compile."
    )
