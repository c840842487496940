"""Copies of training examples: functions of seed, epoch, number and example, of nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.augmentation import Augmentation, augment, augment_reference, mixup_partners
from chainrule.equations.distortions import distort
from chainrule.equations.hashing import make_key
from chainrule.equations.mixing import mixing_weights, partners
from chainrule.errors import ShapeError

SHAPE = (4, 5)
BYTES = np.random.default_rng(0).integers(0, 256, (6, 20), dtype=np.uint8)
SOME = Augmentation(shift=1, rotation=20, zoom=0.2, thickness=1, noise=0.1, cutout=2)
WHEN = {"seed": 4, "epoch": 1}
WAYS = pytest.mark.parametrize("way", [augment, augment_reference])


@WAYS
@pytest.mark.parametrize("nothing", [Augmentation(), Augmentation(mixup=0.4)])
def test_nothing_changes_where_nothing_is_said(way, nothing) -> None:
    copies = way(BYTES, SHAPE, nothing, **WHEN)
    assert np.array_equal(copies, BYTES)
    assert copies is not BYTES
    assert np.array_equal(way(BYTES, (20,), nothing, rows=[5, 0], **WHEN), BYTES[[5, 0]])


@WAYS
def test_a_copy_depends_on_its_number_and_its_example_alone(way) -> None:
    every = way(BYTES, SHAPE, SOME, **WHEN)
    rows = np.array([4, 0, 4, 5])
    assert np.array_equal(way(BYTES, SHAPE, SOME, rows=rows, **WHEN), every[rows])
    others = BYTES.copy()
    others[1:] = 0
    assert np.array_equal(way(others, SHAPE, SOME, **WHEN)[0], every[0])
    assert np.array_equal(way(BYTES[:3], SHAPE, SOME, **WHEN), every[:3])


def test_any_number_of_threads() -> None:
    rows = np.arange(6).repeat(50)
    every = augment(BYTES, SHAPE, SOME, **WHEN)
    for threads in (2, 3):
        shared = augment(BYTES, SHAPE, SOME, rows=rows, threads=threads, **WHEN)
        assert np.array_equal(shared, every[rows])


def test_each_epoch_each_seed_and_each_example_has_copies_of_its_own() -> None:
    same = np.repeat(BYTES[:1], 4, axis=0)
    copies = [
        augment(same, SHAPE, SOME, seed=seed, epoch=epoch) for seed in (0, 1) for epoch in (0, 1)
    ]
    assert len({copy.tobytes() for whole in copies for copy in whole}) == 16


def test_the_book_makes_a_copy_by_the_key_of_its_place() -> None:
    key = make_key(4, "augmentation", 1, 3)
    image = distort(BYTES[3].reshape(4, 5, 1), key, SOME, 255.0)
    assert np.array_equal(augment_reference(BYTES, SHAPE, SOME, **WHEN)[3], image.ravel())


@WAYS
def test_what_full_ink_is(way) -> None:
    noise = Augmentation(noise=0.5)
    numbers = BYTES / 255
    assert way(BYTES, SHAPE, noise, **WHEN).max() == 255
    assert way(numbers, SHAPE, noise, **WHEN).max() == 1
    halves = way(numbers / 2, SHAPE, noise, full=0.5, **WHEN)
    assert np.allclose(2 * halves, way(numbers, SHAPE, noise, **WHEN))


def test_room_that_is_given_is_used() -> None:
    expected = augment(BYTES, SHAPE, SOME, **WHEN)
    room = np.zeros((6, 40), np.uint8)
    for out in (np.empty_like(BYTES), room[:, ::2]):
        assert augment(BYTES, SHAPE, SOME, out=out, **WHEN) is out
        assert np.array_equal(out, expected)
    assert not room[:, 1::2].any()
    untouched = np.empty_like(BYTES)
    augment(BYTES, SHAPE, Augmentation(), out=untouched, **WHEN)
    assert np.array_equal(untouched, BYTES)


def test_inputs_may_lie_anywhere_and_stay_as_they_are() -> None:
    kept = BYTES.copy()
    wide = np.zeros((6, 40), np.uint8)
    wide[:, ::2] = BYTES
    expected = augment(BYTES, SHAPE, SOME, **WHEN)
    assert np.array_equal(augment(wide[:, ::2], SHAPE, SOME, **WHEN), expected)
    assert np.array_equal(BYTES, kept)
    assert BYTES.flags.writeable


@WAYS
@pytest.mark.parametrize("shape", [(20,), (1, 20), (20, 1, 1), (2, 2, 5, 1)])
def test_what_is_no_image_is_refused(way, shape) -> None:
    with pytest.raises(ShapeError) as caught:
        way(BYTES, shape, Augmentation(shift=1), **WHEN)
    assert str(caught.value) == (
        "augment: expected examples of a shape such as (28, 28) or (32, 32, 3), got "
        f"{shape}. Only images can be moved, bent, thickened or cut. Use only noise and "
        f"mixup for examples that are not images."
    )
    assert caught.value.argument == "shape"


@WAYS
def test_noise_is_for_any_table(way) -> None:
    table = np.random.default_rng(1).normal(size=(400, 5))
    grainy = way(table, (5,), Augmentation(noise=0.01), full=5.0, **WHEN)
    assert (grainy - table).std() == pytest.approx(0.05, rel=0.1)


def test_mixing_is_the_books() -> None:
    key = make_key(4, "mixup", 1)
    partner, share = mixup_partners(50, Augmentation(mixup=0.3), **WHEN)
    assert np.array_equal(partner, partners(key, 50))
    assert np.array_equal(share, mixing_weights(key, 50, 0.3))
    assert not np.array_equal(
        partner, mixup_partners(50, Augmentation(mixup=0.3), seed=4, epoch=2)[0]
    )


def test_without_mixup_everyone_stays_alone() -> None:
    partner, share = mixup_partners(3, SOME, **WHEN)
    assert (partner.tolist(), share.tolist()) == ([0, 1, 2], [1.0, 1.0, 1.0])


def test_a_strength_that_is_no_number_looks_at_nothing_outside_the_page() -> None:
    assert not augment(BYTES, SHAPE, Augmentation(shift=np.nan), **WHEN).any()
