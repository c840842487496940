from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from comparison.agreement import compute_truth, saved_distance, steps_to_check, tolerance
from comparison.cases import CASES, Case
from comparison.peers.textbook import TextbookSession
from comparison.workload import draw_start_weights, save_tensors, write_job


def test_kinks_are_allowed_more() -> None:
    assert tolerance(CASES["784-15-10/10"]) == 1e-4
    assert tolerance(CASES["20-32-2/32/adam"]) == 1e-2


@pytest.mark.parametrize(
    ("name", "steps"),
    [("784-32-16-10/1", 1000), ("784-32-16-10/40", 25), ("784-800-800-10/128", 20)],
)
def test_how_long_peers_are_compared(name: str, steps: int) -> None:
    assert steps_to_check(CASES[name]) == steps
    assert steps_to_check(CASES[name].limited_to(1)) == 1


def test_the_first_weights_are_the_whole_way_off(tmp_path: Path, tiny: Case) -> None:
    write_job(tmp_path, tiny)
    truth = compute_truth(tiny, tmp_path)
    assert truth.distance(*draw_start_weights(tiny)) == 1.0
    wide = [np.zeros((3, 3))]
    assert truth.distance(wide, []) is None


def test_float32_is_near_and_another_rate_is_not(tmp_path: Path, tiny: Case, job_of) -> None:
    job = job_of(tiny)
    truth, session = compute_truth(tiny, tmp_path), TextbookSession(job)
    session.epoch(0)
    weights, biases = session.parameters()
    near = truth.distance(weights, biases)
    assert near is not None
    assert near < 1e-5
    longer = [s + 1.01 * (w - s) for w, s in zip(weights, job.weights, strict=True)]
    far = truth.distance(longer, biases)
    assert far is not None
    assert far > 5e-3
    save_tensors(tmp_path / "kept.npz", weights, biases)
    assert saved_distance(truth, tmp_path / "kept.npz") == near
