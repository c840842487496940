from __future__ import annotations

import numpy as np

import chainrule as cr
from chainrule.cli.parts import SPLITS, whole


def test_all_is_both_parts_in_order(flowers) -> None:
    pair = cr.load_dataset(flowers)
    both = whole(pair)
    assert (len(both), both.name, both.class_names) == (40, "flowers.csv", ("rose", "tulip"))
    assert np.array_equal(both.inputs[:32], pair.train.inputs)
    assert np.array_equal(both.targets[32:], pair.test.targets)
    assert SPLITS["train"](pair) is pair.train
    assert SPLITS["test"](pair) is pair.test
