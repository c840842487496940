from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.example_measures import (
    class_counts,
    column_rms,
    find_suspect_labels,
    sample_rows,
    shared_fraction,
)


def test_sizes_are_those_that_the_network_sees() -> None:
    data = cr.Dataset(np.array([[255, 0], [255, 51]], np.uint8), [0, 1], scale=1 / 255)
    assert column_rms(data) == pytest.approx([1.0, np.sqrt(0.04 / 2)])


def test_classes_that_do_not_occur_count() -> None:
    data = cr.Dataset(np.zeros((3, 1)), [0, 2, 2], class_names=("a", "b", "c"))
    assert class_counts(data).tolist() == [1, 0, 2]


def test_a_sample_of_rows_is_always_the_same() -> None:
    data = cr.Dataset(np.zeros((50, 1)), np.zeros(50, int))
    rows = sample_rows(data, 7)
    assert len(set(rows.tolist())) == 7
    assert (sample_rows(data, 7) == rows).all()


def test_shared_examples_by_what_the_network_sees() -> None:
    grey = cr.Dataset(np.array([[51, 102], [0, 255]], np.uint8), [0, 1], scale=1 / 255)
    same = cr.Dataset(np.array([[0.2, 0.4]]), [0])
    assert shared_fraction(grey, same) == 0.5
    assert shared_fraction(same, grey) == 1.0
    assert shared_fraction(same, cr.Dataset(np.array([[0.2]]), [0])) == 0.0


def _two_clouds(scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    labels = np.repeat([0, 1], 60)
    x = 6.0 * labels[:, None] + random.standard_normal((120, 2))
    return x * [1.0, scale], labels


@pytest.mark.parametrize("scale", [1.0, 1e-4])
def test_the_planted_labels_are_the_suspects(scale) -> None:
    x, labels = _two_clouds(scale)
    wrong = [3, 17, 80]
    labels[wrong] = 1 - labels[wrong]
    rows, asked = find_suspect_labels(cr.Dataset(x, labels))
    assert (rows.tolist(), asked) == (wrong, 120)


def test_columns_of_very_unlike_size_count_alike() -> None:
    # The first two columns tell the classes, a third one of a thousandfold size does not.
    x, labels = _two_clouds()
    noise = 1e3 * np.random.default_rng(2).standard_normal((120, 1))
    labels[5] = 1 - labels[5]
    rows, _ = find_suspect_labels(cr.Dataset(np.hstack((x, noise)), labels))
    assert rows.tolist() == [5]


def test_so_few_examples_have_no_suspects() -> None:
    rows, asked = find_suspect_labels(cr.Dataset(np.arange(10.0)[:, None], [0] * 9 + [1]))
    assert (rows.tolist(), asked) == ([], 10)
