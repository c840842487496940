from __future__ import annotations

import numpy as np

import chainrule as cr
from chainrule.experiment.data_source import join_parts, take_part


def test_all_is_both_parts_in_order(flowers) -> None:
    pair = cr.load_dataset(flowers)
    both = join_parts(pair)
    assert (len(both), both.name, both.class_names) == (40, "flowers.csv", ("rose", "tulip"))
    assert np.array_equal(both.inputs[:32], pair.train.inputs)
    assert np.array_equal(both.targets[32:], pair.test.targets)
    assert take_part(pair, "train") is pair.train
    assert take_part(pair, "test") is pair.test
