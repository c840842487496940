from __future__ import annotations

import os

import pytest

from comparison.environment import available_threads, peer_environment


def test_threads_are_named_to_every_library() -> None:
    found = peer_environment(3, {"HOME": "here"})
    assert found == {
        "HOME": "here",
        "CHAINRULE_THREADS": "3",
        "MKL_NUM_THREADS": "3",
        "NPROC": "3",
        "NUMBA_NUM_THREADS": "3",
        "OMP_NUM_THREADS": "3",
        "OPENBLAS_NUM_THREADS": "3",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=true",
    }


def test_what_holds_blas_back_is_taken_away_and_the_rest_kept() -> None:
    given = {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_L2_SIZE": "512", "XLA_FLAGS": "--a=b"}
    found = peer_environment(1, given)
    assert not found.keys() & {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}
    assert found["XLA_FLAGS"] == "--a=b --xla_cpu_multi_thread_eigen=false"


def test_this_process_is_the_beginning_and_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("A_SETTING", "kept")
    assert peer_environment(1)["A_SETTING"] == "kept"
    assert os.environ["OPENBLAS_CORETYPE"] == "Haswell"


def test_there_is_a_core() -> None:
    assert 1 <= available_threads() <= (os.cpu_count() or 1)
