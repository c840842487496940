from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath import exp as mp_exp
from mpmath import log1p, mp

from chainrule.data.dataset import Dataset
from chainrule.equations.costs import COSTS
from chainrule.errors import DataError
from chainrule.evaluation.predictions import (
    OutputBlock,
    class_columns,
    gather_predictions,
    output_blocks,
)
from chainrule.network.network import BLOCK, Network


def _block(outputs: list[list[float]]) -> OutputBlock:
    return OutputBlock(slice(0, len(outputs)), np.array(outputs), np.zeros(len(outputs)))


def test_three_classes_by_hand() -> None:
    given = gather_predictions([_block([[0.7, 0.1, 0.2], [0.2, 0.3, 0.5]])], np.array([2, 2]))
    assert given.predicted.tolist() == [0, 2]
    assert given.runner_up.tolist() == [2, 1]
    assert given.confidence.tolist() == [0.7, 0.5]
    assert given.runner_up_output.tolist() == [0.2, 0.3]
    assert given.truth_output.tolist() == [0.2, 0.5]
    assert given.squares.tolist() == pytest.approx([0.49 + 0.01 + 0.64, 0.04 + 0.09 + 0.25])
    assert given.correct.tolist() == [False, True]


def test_a_single_output_is_two_classes_with_the_threshold_at_a_half() -> None:
    given = gather_predictions([_block([[0.9], [0.5], [0.2]])], np.array([1, 1, 1]))
    assert given.predicted.tolist() == [1, 0, 0]
    assert given.runner_up.tolist() == [0, 1, 1]
    assert given.confidence.tolist() == [0.9, 0.5, 0.8]
    assert given.truth_output.tolist() == [0.9, 0.5, 0.2]
    assert given.squares.tolist() == pytest.approx([0.02, 0.5, 1.28])


def test_of_equal_outputs_the_first_is_the_answer_and_the_second_comes_second() -> None:
    given = gather_predictions([_block([[0.5, 0.5, 0.5]])], np.array([1]))
    assert (given.predicted.tolist(), given.runner_up.tolist()) == ([0], [1])


def test_in_columns_leaves_several_outputs_alone() -> None:
    several = np.array([[0.2, 0.9]])
    assert class_columns(several) is several


def test_the_cost_keeps_its_digits_where_the_output_rounds_to_1() -> None:
    network = Network.create([1, 2], "softmax").with_parameters(np.array([20.0, 0, 0, 0]))
    data = Dataset(np.ones((1, 1)), np.array([0]), class_names=("a", "b"))
    (block,) = output_blocks(network, data, COSTS["categorical_cross_entropy"])
    with mp.workdps(30):
        assert block.costs[0] == pytest.approx(float(log1p(mp_exp(-20))), rel=1e-6)
    assert block.outputs[0, 0] == 1.0


def test_blocks_cover_every_row_once_and_stored_bytes_are_scaled() -> None:
    n = 2 * BLOCK + 3
    stored = (np.arange(n) % 256).astype(np.uint8)[:, None]
    network = Network.create([1, 1], "identity").with_parameters([2.0, 0.0])
    data = Dataset(stored, np.zeros((n, 1)), scale=1 / 255)
    blocks = list(output_blocks(network, data, COSTS["squared_error"]))
    assert [block.rows.start for block in blocks] == [0, BLOCK, 2 * BLOCK]
    outputs = np.concatenate([block.outputs for block in blocks])
    assert outputs[:, 0] == pytest.approx(stored[:, 0] * (2 / 255), abs=1e-6)
    costs = np.concatenate([block.costs for block in blocks])
    assert costs == pytest.approx(outputs[:, 0] ** 2, rel=1e-6)


def test_outputs_that_overflow_are_refused_with_their_row() -> None:
    network = Network.create([1, 2], "relu").with_parameters([3e38, 1, 0, 0])
    data = Dataset(np.array([[1.0], [9.0]]), np.array([0, 1]))
    with pytest.raises(DataError) as caught:
        list(output_blocks(network, data, COSTS["squared_error"]))
    assert str(caught.value) == (
        "evaluate: expected finite outputs, got inf at row 1. The network's sums are too large for "
        "its number type. Scale the inputs as in training."
    )


def test_the_costs_are_those_of_the_outputs() -> None:
    network = Network.create([1, 2], "sigmoid").with_parameters([1.0, -1, 0, 0])
    data = Dataset(np.array([[math.log(3)]]), np.array([0]), class_names=("a", "b"))
    (block,) = output_blocks(network, data, COSTS["half_squared_error"])
    assert block.outputs[0] == pytest.approx([0.75, 0.25], rel=1e-6)
    assert block.costs == pytest.approx([0.0625], rel=1e-6)
