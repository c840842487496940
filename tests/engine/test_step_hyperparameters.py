"""The recipe as kernels take it."""

from __future__ import annotations

import numpy as np

from chainrule.engine.dropout_masks import mask_keys
from chainrule.engine.step_hyperparameters import step_hyperparameters
from chainrule.equations.hashing import make_key
from chainrule.equations.updates import UPDATES
from chainrule.kernels import COST_CODES, UPDATE_CODES, UpdateHyperparameters
from chainrule.recipe import Recipe


def test_a_course_by_hand() -> None:
    recipe = Recipe(
        cost="huber",
        huber_threshold=0.5,
        optimiser="rmsprop",
        clip_norm=2.0,
        max_norm=3.0,
        label_smoothing=0.25,
        momentum=0.1,
        decay=0.2,
        beta1=0.3,
        beta2=0.4,
        epsilon=0.5,
        weight_decay=0.6,
        l1=0.7,
        l2=0.8,
    )
    weights = np.array([1.0, 0.0])
    course = step_hyperparameters(recipe, weights, (0.5, 0.75, 0.0))
    assert course[:3] == (COST_CODES["huber"], 0.5, UPDATE_CODES["rmsprop"])
    assert course.settings == UpdateHyperparameters(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    assert (course.clip_norm, course.max_norm, course.label_smoothing) == (2, 3, 0.25)
    assert course.is_weight is weights
    assert course.dropout_thresholds.tolist() == [2**31, 3 * 2**30, 0]
    assert course.dropout_scales.tolist() == [2, 4, 1]


def test_what_is_left_out_is_0() -> None:
    course = step_hyperparameters(Recipe(), np.zeros(1), (0.0,))
    assert (course.clip_norm, course.max_norm, course.label_smoothing) == (0, 0, 0)


def test_the_slots_are_the_updates_own() -> None:
    for name, update in UPDATES.items():
        recipe = Recipe(optimiser=name, averaging="ema")
        assert step_hyperparameters(recipe, np.zeros(1), (0.0,)).slots == len(update.slots)


def test_keys_of_masks_are_those_of_the_law() -> None:
    keys = mask_keys(7, (0.5, 0.0, 0.0), range(4, 6))
    assert keys.dtype == np.int64
    wanted = [[make_key(7, "dropout", step, layer) for layer in (1, 2, 3)] for step in (4, 5)]
    assert keys.tolist() == wanted


def test_without_dropout_and_without_steps() -> None:
    assert mask_keys(7, (0.0, 0.0), range(3)).tolist() == [[0, 0]] * 3
    assert mask_keys(7, (0.5, 0.0), range(3, 3)).shape == (0, 2)
