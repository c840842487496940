"""Measures of the conditions that lie in the examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.diagnosis.condition import Sight
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.examples import class_counts, column_sizes, shared_examples, suspects
from chainrule.diagnosis.figure_format import figure_text

__all__ = [
    "class_imbalance",
    "label_noise",
    "lacks_class_labels",
    "lacks_test",
    "unscaled_inputs",
    "validation_in_test",
]

HOLD_OUT: dict[str, Any] = {"validation_fraction": 0.1}
"""The settings for a validation set that is part of the training set."""
_TOLD_ROWS = 10
_MOST_GREY, _USUAL_GREY = 255, 20


def lacks_test(evidence: Evidence) -> str:
    """Whether there is a validation set of its own and no test set to compare it with."""
    missing = evidence.validation is not None and evidence.test is None
    return "the test set is not known" if missing else ""


def validation_in_test(evidence: Evidence) -> Sight | None:
    """The share of the validation examples that are test examples too."""
    if evidence.validation is None or evidence.test is None:
        return None
    shared = shared_examples(evidence.validation, evidence.test)
    if shared <= 2 * shared_examples(evidence.test, evidence.training):
        return None  # few different examples exist, and all parts have them
    what = f"{figure_text(100 * shared)} % of the validation examples are test examples"
    if evidence.validation.digest == evidence.test.digest:
        what = "the validation set is identical to the test set: 100 % of it"
    remedy = "Leave --validation out: a part of the training set is held out instead"
    return Sight(100 * shared, what, HOLD_OUT, remedy)


def unscaled_inputs(evidence: Evidence) -> Sight | None:
    """The size of the largest input column, as the network sees it."""
    training = evidence.training
    sizes = column_sizes(training)
    told = _by_the_middle_one(sizes) if evidence.start.layers[0].normalised else sizes
    column, large = int(told.argmax()), int((told > 10).sum())
    what = (
        f"input {column} has the size {figure_text(sizes[column])} (root mean square), "
        f"and {large} of {len(sizes)} inputs exceed the bound"
    )
    low, high = float(training.inputs.min()), float(training.inputs.max())
    is_grey = training.scale == 1 and low >= 0 and _USUAL_GREY < high <= _MOST_GREY
    grey = is_grey and large > len(sizes) / 4
    return Sight(float(told[column]), what, {"pixels": True} if grey else {})


def _by_the_middle_one(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sizes as a normalised layer has them: a scale that all inputs share is divided out."""
    middle = float(np.median(sizes))
    return np.minimum(sizes, sizes / middle) if middle else sizes


def lacks_class_labels(evidence: Evidence) -> str:
    """Whether the targets are numbers."""
    return "" if evidence.training.classifies else "the targets are numbers"


def class_imbalance(evidence: Evidence) -> Sight | None:
    """How many times as many examples the commonest class has as the rarest."""
    training = evidence.training
    if evidence.recipe.class_weights is not None or training.sample_weights is not None:
        return None
    counts = class_counts(training)
    names, there = training.class_names, counts > 0
    common, rare = int(counts.argmax()), int(np.where(there, counts, counts.max() + 1).argmin())
    weights = np.where(there, len(training) / (there.sum() * np.maximum(counts, 1)), 1.0)
    ratio = float(counts[common] / counts[rare])
    return Sight(
        ratio,
        f"class {names[common]!r} has {counts[common]} examples and class {names[rare]!r} "
        f"{counts[rare]}: {figure_text(ratio)} times as many",
        {"class_weights": [float(figure_text(weight)) for weight in weights]},
    )


def label_noise(evidence: Evidence) -> Sight | None:
    """The share of examples whose neighbours nearly all bear one other label."""
    rows, asked = suspects(evidence.training)
    share = 100 * len(rows) / asked
    shown = tuple(int(row) for row in rows[:_TOLD_ROWS])
    numbers = ", ".join(map(str, shown)) + (" …" if len(rows) > _TOLD_ROWS else "")
    what = (
        f"{len(rows)} of {asked} examples ({figure_text(share)} %) have another label than the "
        "one on which 8 or more of their 10 nearest neighbours agree"
    )
    watched = {"monitor": "validation_accuracy"}
    changes = watched | ({} if _validates(evidence) else HOLD_OUT)
    remedy = f"Check the labels, such as those of rows {numbers}"
    return Sight(share, what, changes, remedy, tuple(map(int, rows)))


def _validates(evidence: Evidence) -> bool:
    return evidence.validation is not None or evidence.recipe.validation_fraction > 0
