from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.engine.score import score_outputs
from chainrule.equations.costs import get_cost
from chainrule.errors import InputError
from chainrule.figures.run_path import choose_sample, run_points
from chainrule.training.run_folder import RunFolder


def test_ends_of_epochs_are_those_of_the_run(replay: RunReplay) -> None:
    points = run_points(replay, most=4)
    assert [point.epoch for point in points] == [0, 2, 4, 6]
    first = RunFolder(replay.path).first().parameters
    assert points[0].parameters.tolist() == first.astype(np.float64).tolist()
    for point in points[1:]:
        digest = hashlib.sha256(point.parameters.astype(np.float32).tobytes()).hexdigest()
        assert digest == replay.newest.history[int(point.epoch) - 1].weights_sha256


def test_a_run_of_few_epochs_is_looked_at_within_them(replay: RunReplay) -> None:
    points = run_points(replay, most=11)
    # (k/10)² of 30 steps, five an epoch
    steps = sorted({0, *(round(0.3 * k * k) for k in range(10)), 30})
    assert [point.epoch for point in points] == pytest.approx([step / 5 for step in steps])
    third = replay.position_at(3).parameters.astype(np.float64)
    assert any(point.parameters.tolist() == third.tolist() for point in points)


def test_what_cannot_be_afforded_is_left_out(replay: RunReplay, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(replay.path, folder)
    for name in (folder / "checkpoints").iterdir():
        if "000000-batch-00000000" not in name.name and "000006" not in name.name:
            name.unlink()
    bare = RunReplay(str(folder), replay.dataset)
    assert [p.epoch for p in run_points(bare, most=4, budget=0)] == [0, 6]
    # two epochs of ten steps: 3 x 5 examples x 42 weights a step
    assert [p.epoch for p in run_points(bare, most=4, budget=10 * 15 * 42)] == [0, 2, 6]
    assert [p.epoch for p in run_points(bare, most=2)] == [0, 6]


def test_too_few_positions_are_refused(replay: RunReplay) -> None:
    with pytest.raises(InputError) as caught:
        run_points(replay, most=1)
    assert str(caught.value) == (
        "figure: expected most to be a whole number at least 2, got 1 (int). most: positions of "
        "the run."
    )


def test_a_sample_is_scored_as_by_the_network(replay: RunReplay) -> None:
    sample = choose_sample(replay, 9, seed=3)
    assert sample.description == "9 of 23 training examples"
    assert len(set(sample.rows.tolist())) == 9
    assert sample.data.inputs.tolist() == replay.dataset.inputs[sample.rows].tolist()
    network = replay.network(replay.newest.parameters)
    expected = score_outputs(
        network.architecture,
        get_cost("categorical_cross_entropy"),
        sample.data,
        network.outputs(sample.data.inputs),
    )
    found = sample.score(replay.newest.parameters.astype(np.float64))
    assert found.cost == pytest.approx(expected.cost, rel=1e-6)
    assert found.accuracy == expected.accuracy


def test_all_examples_where_there_are_few(replay: RunReplay) -> None:
    sample = choose_sample(replay)
    assert sample.description == "all 23 training examples"
    assert sample.rows.tolist() == list(range(23))
