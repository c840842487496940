from __future__ import annotations

from pathlib import Path

import pytest

from comparison.cases import Case
from comparison.peers.contract import Peer
from comparison.peers.textbook import NUMPY, TextbookSession
from comparison.processes import PeerError, PeerProcesses, Worker
from comparison.workload import load_tensors, write_job

BOUND = 120.0


def test_a_worker_trains_as_this_process_would(tmp_path: Path, tiny: Case, job_of) -> None:
    session = TextbookSession(job_of(tiny))
    session.epoch(0, 3)
    with PeerProcesses(tmp_path, 1) as processes:
        worker = processes.worker(NUMPY)
        assert processes.worker(NUMPY) is worker
        assert worker.ask("start", seconds=BOUND, case=tiny.to_dict()) is None
        assert worker.ask("warm", seconds=BOUND, checked=3) == 1
        worker.ask("check", seconds=BOUND, steps=3)
        weights, _ = load_tensors(tmp_path / "numpy.npz")
        assert weights[0] == pytest.approx(session.parameters()[0][0], abs=1e-6)
        assert worker.ask("epoch", seconds=BOUND, number=1) > 0


def test_what_a_peer_raises_is_told_and_the_process_goes_on(tmp_path: Path, tiny: Case) -> None:
    with PeerProcesses(tmp_path, 1) as processes:
        worker = processes.worker(NUMPY)
        with pytest.raises(PeerError) as caught:
            worker.ask("start", seconds=BOUND, case=tiny.to_dict())
        assert str(caught.value).startswith("FileNotFoundError: [Errno 2] No such file")
        write_job(tmp_path, tiny)
        assert worker.ask("start", seconds=BOUND, case=tiny.to_dict()) is None


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    worker = Worker(NUMPY, tmp_path, 1)
    with pytest.raises(PeerError) as caught:
        worker.ask("memory", seconds=0.001)
    assert str(caught.value) == "took more than 0.001 s to memory"
    assert worker.ask("memory", seconds=BOUND) > 0  # a new process
    worker.close()
    worker.close()


def test_one_that_dies_says_its_last_words(tmp_path: Path) -> None:
    nobody = Peer(name="nobody", title="Nobody", packages={"sys": "none"})
    with PeerProcesses(tmp_path, 1) as processes, processes.fresh(nobody) as worker:
        with pytest.raises(PeerError) as caught:
            worker.ask("memory", seconds=BOUND)
        assert str(caught.value) == "its process ended with code 1: KeyError: 'nobody'"
