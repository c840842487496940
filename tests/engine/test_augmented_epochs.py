"""The training set as epochs see it: copies of the training set, and of nothing else."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import chainrule as cr
from chainrule.data.augmentation import augment, augment_reference, mixup_partners
from chainrule.engine.augmented_epochs import AugmentedEpochs, augmentation_from_recipe
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.errors import ShapeError
from chainrule.training.setup import prepare_training

CHANCE = np.random.default_rng(6)
DOTS = CHANCE.integers(0, 100, (12, 25)).astype(np.uint8)
IMAGES = cr.Dataset(
    DOTS, np.arange(12) % 3, scale=1 / 255, shape=(5, 5), sample_weights=1.0 + np.arange(12)
)
BRIGHT = cr.Dataset(DOTS + np.uint8(150), np.arange(12) % 3, scale=1 / 255, shape=(5, 5))


def expansion(data: cr.Dataset = IMAGES, **more: Any) -> AugmentedEpochs:
    return AugmentedEpochs(data, cr.Recipe.from_dict({"seed": 3, **more}))


def test_the_recipes_distortions() -> None:
    how = augmentation_from_recipe(
        cr.Recipe(shift=2.0, elastic=8.0, cutout=3, mixup=0.5, dropout=(0.1,))
    )
    assert (how.shift, how.elastic, how.cutout, how.mixup) == (2, 8, 3, 0.5)
    assert (how.rotation, how.zoom, how.shear, how.thickness, how.noise) == (0, 0, 0, 0, 0)
    assert how.elastic_smoothness == 4
    assert not augmentation_from_recipe(cr.Recipe()).changes


def test_without_distortions_it_is_the_training_set_itself() -> None:
    plain = expansion(elastic_smoothness=2.0)
    assert not plain.changes
    assert plain.dataset_of(0) is plain.dataset_of(7) is IMAGES
    assert plain.mixing(0) is None
    plain.prepare(1)
    assert plain._coming == {}


def test_copies_are_those_of_seed_and_epoch() -> None:
    made = expansion(shift=1.0, noise=0.05)
    assert made.changes
    how = augmentation_from_recipe(made.recipe)
    for epoch in (0, 1, 5):
        wanted = augment(DOTS, (5, 5), how, seed=3, epoch=epoch)
        assert_array_equal(made.dataset_of(epoch).inputs, wanted)
    assert made.dataset_of(0).inputs.tobytes() != made.dataset_of(1).inputs.tobytes()
    other = expansion(shift=1.0, noise=0.05, seed=4)
    assert other.dataset_of(0).inputs.tobytes() != made.dataset_of(0).inputs.tobytes()


def test_all_but_the_inputs_stays() -> None:
    copy = expansion(shift=1.0).dataset_of(0)
    assert_array_equal(copy.targets, IMAGES.targets)
    assert copy.sample_weights is not None
    assert_array_equal(copy.sample_weights, 1.0 + np.arange(12))
    assert (copy.scale, copy.shape, copy.inputs.dtype) == (1 / 255, (5, 5), np.dtype("uint8"))
    assert_array_equal(IMAGES.inputs, DOTS)


def test_those_of_the_last_two_epochs_are_kept() -> None:
    made = expansion(shift=1.0)
    zero, one = made.dataset_of(0), made.dataset_of(1)
    assert made.dataset_of(0) is zero
    assert made.dataset_of(1) is one
    two = made.dataset_of(2)
    assert made.dataset_of(1) is one
    assert made.dataset_of(2) is two
    assert sorted(made._made) == [1, 2]
    assert_array_equal(made.dataset_of(0).inputs, zero.inputs)


def test_what_is_foreseen_is_what_would_be_made() -> None:
    seen, made = expansion(shift=1.0), expansion(shift=1.0)
    made.threads = 2
    seen.prepare(1)
    coming = seen._coming[1]
    seen.prepare(1)  # once is enough
    assert seen._coming[1] is coming
    assert_array_equal(seen.dataset_of(1).inputs, made.dataset_of(1).inputs)
    assert seen.dataset_of(1) is coming.result()
    seen.prepare(1)
    assert seen._coming == {}


def test_an_error_on_the_way_is_raised_where_the_copies_are_needed() -> None:
    made = expansion(cr.Dataset(DOTS, np.arange(12) % 3), shift=1.0)
    made.prepare(1)
    with pytest.raises(ShapeError) as caught:
        made.dataset_of(1)
    assert str(caught.value).startswith("augment: expected examples of a shape such as (28, 28)")


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_mixing_by_hand(dtype: str) -> None:
    data = cr.Dataset(DOTS.astype(dtype), np.arange(12) % 3)
    made = expansion(data, mixup=0.5)
    pairs = made.mixing(2)
    assert pairs is not None
    partners, shares = pairs
    wanted = mixup_partners(12, augmentation_from_recipe(made.recipe), seed=3, epoch=2)
    assert_array_equal(partners, wanted[0])
    assert_array_equal(shares, wanted[1])
    found = made.dataset_of(2).inputs
    assert found.dtype == dtype
    for i in range(12):
        exact = shares[i] * DOTS[i] + (1 - shares[i]) * DOTS[partners[i]]
        assert np.abs(found[i] - exact).max() <= (0.5001 if dtype == "uint8" else 1e-4)


def test_distorted_copies_are_mixed_with_each_other() -> None:
    both, alone = expansion(mixup=0.5, shift=1.0), expansion(shift=1.0)
    pairs = both.mixing(0)
    assert pairs is not None
    partners, shares = pairs
    copies = alone.dataset_of(0).inputs.astype(float)
    exact = shares[:, None] * copies + (1 - shares[:, None]) * copies[partners]
    assert np.abs(both.dataset_of(0).inputs - exact).max() <= 0.5001


def test_without_numba_the_law_makes_the_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    made = expansion(shift=1.0)
    how = augmentation_from_recipe(made.recipe)
    with monkeypatch.context() as patched:
        patched.setattr(importlib.util, "find_spec", lambda name: None)
        found = made.dataset_of(1).inputs
    assert_array_equal(found, augment_reference(DOTS, (5, 5), how, seed=3, epoch=1))
    assert found.dtype == np.uint8


def test_a_recipe_without_a_seed_has_no_copies() -> None:
    with pytest.raises(AssertionError, match=r"Recipe\.with_seed comes first"):
        expansion(seed=None, shift=1.0).dataset_of(0)


DISTORTED = {
    "shift": 1.0,
    "rotation": 10.0,
    "mixup": 0.4,
    "noise": 0.0,
    "batch_size": 4,
    "epochs": 2,
    "seed": 3,
}


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_the_validation_set_is_never_touched(engine: str) -> None:
    """Training images are dark and validation images bright: no copy is bright, no score dark."""
    network = cr.Network.create([25, 6, 3], "tanh", seed=1)
    recipe = cr.Recipe.from_dict({**DISTORTED, "engine": engine, "monitor": "validation_cost"})
    before = BRIGHT.digest, BRIGHT.inputs.tobytes()
    run = cr.train(network, IMAGES, recipe, validation=BRIGHT)
    assert (BRIGHT.digest, BRIGHT.inputs.tobytes()) == before
    assert (
        cr.Dataset(BRIGHT.inputs, BRIGHT.targets, scale=1 / 255, shape=(5, 5)).digest == before[0]
    )
    best = min(run.history, key=lambda record: record.validation_cost or 0)
    outputs = run.network.predict(BRIGHT.inputs).astype(float)
    cost = -np.log(outputs[np.arange(12), BRIGHT.targets]).mean()
    assert best.validation_cost == pytest.approx(cost, rel=1e-5)


def test_neither_engine_sees_an_example_that_is_held_out() -> None:
    mixed = cr.Dataset(np.concatenate((DOTS, DOTS + np.uint8(150))), np.arange(24) % 3,
                       scale=1 / 255, shape=(5, 5))  # fmt: skip
    network = cr.Network.create([25, 6, 3], "tanh", seed=1)
    recipe = cr.Recipe.from_dict(DISTORTED)
    plan = prepare_training(network, mixed, recipe.replaced(validation_fraction=0.5))
    assert plan.validation is not None
    held = {row.tobytes() for row in plan.validation.inputs}
    assert not held & {row.tobytes() for row in plan.training.inputs}
    dark = prepare_training(network, IMAGES, recipe, BRIGHT)
    described = dark.network.architecture
    for epoch in (0, 1):
        law = ReferenceEngine(TrainingContext(described, recipe, dark.training))
        x = law.context.epoch_view(epoch).inputs(slice(None))
        assert 0 < x.max() < 100 / 255
        examples = (
            CompiledEngine(TrainingContext(described, recipe, dark.training))
            ._workspace(epoch)
            .examples
        )
        values = examples.dense if examples.indptr.size == 0 else examples.values / 255
        assert 0 < values.max() < 100 / 255
        assert values.max() == pytest.approx(x.max(), rel=1e-6)
