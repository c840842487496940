from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from comparison.cases import Case
from comparison.workload import (
    Examples,
    draw_start_weights,
    load_examples,
    load_job,
    load_tensors,
    save_tensors,
    step_rates,
    write_job,
)


def test_the_made_up_table_is_the_same_each_time_and_has_both_classes() -> None:
    first, second = load_examples("table"), load_examples("table")
    assert first.inputs.shape == (100_000, 20)
    assert first.inputs.dtype == np.float32
    assert np.array_equal(first.inputs, second.inputs)
    assert np.array_equal(first.labels, second.labels)
    assert 0.3 < first.labels.mean() < 0.7
    x, label = first.inputs[7], first.labels[7]
    assert label == (x[0] * x[1] + x[2] - 0.5 * x[3] ** 2 + 0.5 > 0)


def test_mnist_is_mnist() -> None:
    test = cr.load_dataset("mnist").test
    found = load_examples("mnist", "test")
    assert np.array_equal(found.inputs, test.inputs)
    assert np.array_equal(found.labels, test.targets)
    assert found.scale == 1 / 255


def test_bytes_become_scaled_floats_and_labels_rows() -> None:
    found = Examples(np.array([[0, 255], [51, 102]], np.uint8), np.array([1, 0]), 1 / 255)
    assert found.floats.dtype == np.float32
    assert found.floats == pytest.approx(np.array([[0, 1], [0.2, 0.4]]))
    assert found.one_hot(3).tolist() == [[0, 1, 0], [1, 0, 0]]


def test_a_job_goes_through_its_files(tmp_path: Path, tiny: Case) -> None:
    write_job(tmp_path, tiny)
    job, (weights, biases) = load_job(tmp_path, tiny, 3), draw_start_weights(tiny)
    assert (job.case, job.threads) == (tiny, 3)
    assert np.array_equal(job.examples.inputs, load_examples("table").inputs[:32])
    assert all(map(np.array_equal, job.weights, weights))
    assert all(map(np.array_equal, job.biases, biases))
    assert [W.shape for W in job.weights] == [(6, 20), (2, 6)]


def test_another_seed_has_other_weights() -> None:
    case = Case(layers=(4, 3, 2), batch_size=1, examples=1)
    (first, _), (second, _) = draw_start_weights(case), draw_start_weights(replace(case, seed=1))
    assert not np.array_equal(first[0], second[0])


def test_tensors_go_through_a_file(tmp_path: Path) -> None:
    weights = [np.ones((2, 3), np.float32), np.zeros((1, 2), np.float32)]
    biases = [np.arange(2, dtype=np.float32), np.ones(1, np.float32)]
    save_tensors(tmp_path / "kept.npz", weights, biases)
    found = load_tensors(tmp_path / "kept.npz")
    assert all(map(np.array_equal, found[0], weights))
    assert all(map(np.array_equal, found[1], biases))


def test_the_rates_are_those_of_the_schedule() -> None:
    case = Case(layers=(4, 2), batch_size=5, examples=10, learning_rate=0.5)
    assert step_rates(case).tolist() == [0.5, 0.5]
    falling = replace(case, schedule="cosine", epochs=2)
    assert step_rates(falling) == pytest.approx([0.5, 0.4267767, 0.25, 0.0732233])
