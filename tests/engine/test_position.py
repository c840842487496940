"""The records of a run between two batches."""

from __future__ import annotations

import json

import numpy as np

from chainrule.engine.history import EpochRecord
from chainrule.engine.position import Best, EpochSums, Position


def test_a_line_of_the_history_has_everything_but_the_single_tensors() -> None:
    record = EpochRecord(
        epoch=3,
        cost=0.1,
        penalty=0.25,
        total_cost=0.35,
        learning_rate=1e-3,
        gradient_norm=2.0,
        weights_sha256="ab",
        tensor_sha256={"W[1]": "cd"},
        accuracy=0.5,
    )
    assert json.dumps(record.line()) == (
        '{"epoch": 3, "cost": 0.1, "penalty": 0.25, "total_cost": 0.35, "learning_rate": 0.001, '
        '"gradient_norm": 2.0, "weights_sha256": "ab", "accuracy": 0.5, "validation_cost": null, '
        '"validation_accuracy": null}'
    )


def test_a_run_begins_with_nothing_done() -> None:
    position = Position(np.zeros(3), np.zeros((1, 3)))
    assert (position.epoch, position.batch, position.step, position.history) == (0, 0, 0, ())
    assert position.sums == EpochSums(0, 0.0, 0.0, 0, 0.0)
    assert position.best is None
    assert Best(1, 0.5, position.parameters).parameters is position.parameters
