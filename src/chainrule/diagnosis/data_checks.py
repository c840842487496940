"""Measures of the conditions that concern the examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.diagnosis.condition import Observation, figure_text
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.example_measures import (
    class_counts,
    column_rms,
    constant_inputs,
    find_suspect_labels,
    input_groups,
    shared_fraction,
    single_input_skills,
)
from chainrule.recipe import BALANCED

__all__ = [
    "class_imbalance",
    "constant_input_fraction",
    "few_examples",
    "label_noise",
    "lacks_class_labels",
    "lacks_test",
    "leaking_input",
    "unscaled_inputs",
    "validation_in_test",
]

HOLD_OUT: dict[str, Any] = {"validation_fraction": 0.1}
"""The settings for a validation set that is part of the training set."""
_LISTED_ROWS = 10
"""Rows that a sentence names; all stand in the finding."""
_FEWEST_EXAMPLES = 20
"""With fewer examples in all, as in a truth table, few of a class are no surprise."""
_TELLING_SKILL = 0.99
"""The skill from which an input alone predicts the target almost perfectly."""
_MOST_GREY, _USUAL_GREY = 255, 20
"""Inputs of 0 to 255 whose greatest exceeds 20 are taken for grey levels of an image."""


def lacks_test(evidence: Evidence) -> str:
    """Return what is missing to compare a validation set with the test set."""
    missing = evidence.validation is not None and evidence.test is None
    return "the test set is not known" if missing else ""


def validation_in_test(evidence: Evidence) -> Observation | None:
    """Measure the fraction of the validation examples that are test examples too."""
    if evidence.validation is None or evidence.test is None:
        return None
    shared = shared_fraction(evidence.validation, evidence.test)
    if shared <= 2 * shared_fraction(evidence.test, evidence.training):
        return None  # few distinct examples exist, and all sets share them
    what = f"{figure_text(100 * shared)} % of the validation examples are test examples"
    if evidence.validation.digest == evidence.test.digest:
        what = "the validation set is the test set, to the last bit: 100 % of it"
    remedy = "Leave --validation out: a part of the training set is held out instead"
    return Observation(100 * shared, what, HOLD_OUT, remedy)


def unscaled_inputs(evidence: Evidence) -> Observation | None:
    """Measure the size of the largest input, as the network sees it."""
    training = evidence.training
    sizes = column_rms(training)
    seen = _relative_to_median(sizes) if evidence.start.layers[0].normalised else sizes
    column, large = int(seen.argmax()), int((seen > 10).sum())
    what = (
        f"input {column} has the size {figure_text(sizes[column])} (root mean square), "
        f"and {large} of {len(sizes)} inputs exceed the bound"
    )
    low, high = float(training.inputs.min()), float(training.inputs.max())
    is_grey = training.scale == 1 and low >= 0 and _USUAL_GREY < high <= _MOST_GREY
    is_grey = is_grey and bool((training.inputs % 1 == 0).all())
    # Pixels are most of the inputs of an image; a table has a few large columns.
    grey = is_grey and large > len(sizes) / 4
    return Observation(
        float(seen[column]), what, {"pixels": True} if grey else {"scaling": "standard"}
    )


def constant_input_fraction(evidence: Evidence) -> Observation | None:
    """Measure the percentage of the inputs that are the same in every example."""
    constant = constant_inputs(evidence.training)
    percentage = 100 * float(constant.mean())
    what = (
        f"{int(constant.sum())} of {len(constant)} inputs ({figure_text(percentage)} %) are the "
        "same in every example"
    )
    return Observation(percentage, what)


def leaking_input(evidence: Evidence) -> Observation | None:
    """Measure how well the best input alone predicts the target."""
    training = evidence.training
    groups = input_groups(training)
    if len(training.shape) > 1 or len(groups) < 2 or len(training) < _FEWEST_EXAMPLES:
        return None  # a pixel tells little, and a single input has to tell everything
    found = single_input_skills(training)
    best = max(found, key=lambda one: one.skill)
    telling = sum(one.skill >= _TELLING_SKILL for one in found)
    if telling > len(found) / 2:
        return None  # the task is easy: most inputs tell the target
    percentage = 100 * best.skill
    what = (
        f"{best.name} alone predicts the target better than a constant answer by "
        f"{figure_text(percentage)} %"
    )
    name = best.name.removeprefix("input ")
    remedy = (
        f"Find out whether {best.name} is known before the target is; if not, leave it out: "
        f"--drop {name}"
    )
    return Observation(percentage, what, remedy=remedy)


def _relative_to_median(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sizes that a normalised layer sees: it divides a common scale out."""
    median = float(np.median(sizes))
    return np.minimum(sizes, sizes / median) if median else sizes


def lacks_class_labels(evidence: Evidence) -> str:
    """Return what is missing to look at class labels."""
    return "" if evidence.training.classifies else "the targets are numbers"


def class_imbalance(evidence: Evidence) -> Observation | None:
    """Measure the examples of the most frequent class divided by those of the rarest."""
    training = evidence.training
    if evidence.recipe.class_weights is not None or training.sample_weights is not None:
        return None
    counts = class_counts(training)
    names, occurs = training.class_names, counts > 0
    common, rare = int(counts.argmax()), int(np.where(occurs, counts, counts.max() + 1).argmin())
    ratio = float(counts[common] / counts[rare])
    return Observation(
        ratio,
        f"class {names[common]!r} has {counts[common]} examples and class {names[rare]!r} "
        f"{counts[rare]}: {figure_text(ratio)} times as many",
        {"class_weights": BALANCED},
    )


def few_examples(evidence: Evidence) -> Observation | None:
    """Measure how many examples the rarest class has."""
    training = evidence.training
    counts = class_counts(training)
    if len(training) < _FEWEST_EXAMPLES:
        return None
    rare = int(np.where(counts > 0, counts, counts.max() + 1).argmin())
    name, count = training.class_names[rare], int(counts[rare])
    what = f"class {name!r} has {count} of {len(training)} training examples"
    return Observation(count, what)


def label_noise(evidence: Evidence) -> Observation | None:
    """Measure the percentage of examples whose neighbours nearly all have one other label."""
    rows, asked = find_suspect_labels(evidence.training)
    percentage = 100 * len(rows) / asked
    shown = tuple(int(row) for row in rows[:_LISTED_ROWS])
    numbers = ", ".join(map(str, shown)) + (" …" if len(rows) > _LISTED_ROWS else "")
    what = (
        f"{len(rows)} of {asked} examples ({figure_text(percentage)} %) have another label than 8 "
        "or more of their 10 nearest neighbours"
    )
    monitored = {"monitor": "validation_accuracy"}
    changes = monitored | ({} if _validates(evidence) else HOLD_OUT)
    remedy = f"Look at the labels, such as those of rows {numbers}"
    return Observation(percentage, what, changes, remedy, tuple(map(int, rows)))


def _validates(evidence: Evidence) -> bool:
    return evidence.validation is not None or evidence.recipe.validation_fraction > 0
