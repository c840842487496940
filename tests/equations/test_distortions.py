"""What an example draws, and its copy."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from chainrule.equations.distortions import Augmentation, Distortion, distort, draw_distortion
from chainrule.equations.hashing import derive_key, make_key, normals, uniforms
from chainrule.equations.inking import thicken
from chainrule.equations.warping import AffineMap, displacements, interpolate, source_positions

KEYS = [make_key(0, "augmentation", 0, row) for row in range(3000)]
IMAGE = np.random.default_rng(0).integers(0, 256, (6, 5, 1), dtype=np.uint8)


def test_nothing_is_done_where_nothing_is_said() -> None:
    none = Augmentation()
    assert [none.changes, none.distorts, none.moves, none.needs_images] == [False] * 4
    assert not Augmentation(elastic_smoothness=2.0).changes
    assert np.array_equal(distort(IMAGE, KEYS[0], none, 255.0), IMAGE)


@pytest.mark.parametrize(
    ("name", "moves", "images", "distorts"),
    [
        *((name, True, True, True) for name in ("shift", "rotation", "zoom", "shear", "elastic")),
        ("thickness", False, True, True),
        ("cutout", False, True, True),
        ("noise", False, False, True),
        ("mixup", False, False, False),
    ],
)
def test_what_each_is_for(name: str, moves: bool, images: bool, distorts: bool) -> None:
    one = Augmentation(**{name: 1})
    told = (one.moves, one.needs_images, one.distorts, one.changes)
    assert told == (moves, images, distorts, True)


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(Augmentation(), "shift", 1.0)  # noqa: B010


def test_numbers_drawn_fill_their_ranges_evenly_and_apart() -> None:
    strengths = Augmentation(shift=2, rotation=10, zoom=0.5, shear=0.25, thickness=3)
    drawn = [draw_distortion(key, (8, 8), strengths) for key in KEYS]
    table = np.array(
        [[getattr(lot.move, f.name) for f in fields(AffineMap)] + [lot.thickness] for lot in drawn]
    )
    most = np.array([2, 2, math.radians(10), 0.5, 0.5, 0.25, 3])
    scaled = (table - [0, 0, 0, 1, 1, 0, 0]) / most
    assert np.abs(scaled).max() < 1
    assert np.abs(scaled.mean(axis=0)).max() < 0.05
    assert np.allclose(scaled.var(axis=0), 1 / 3, atol=0.02)
    assert np.abs(np.corrcoef(scaled.T) - np.eye(7)).max() < 0.06


def test_squares_lie_anywhere_inside() -> None:
    drawn = [draw_distortion(key, (6, 4), Augmentation(cutout=2)) for key in KEYS]
    assert {lot.top for lot in drawn} == set(range(5))
    assert {lot.left for lot in drawn} == set(range(3))


def test_a_square_larger_than_the_image_is_cut_to_it() -> None:
    strengths = Augmentation(cutout=9)
    lot = draw_distortion(KEYS[0], (6, 5), strengths)
    assert lot.left == 0
    made = distort(IMAGE, KEYS[0], strengths, 255.0)
    assert not made[lot.top : lot.top + 5].any()
    assert made.any()


def test_numbers_are_drawn_by_their_places() -> None:
    u = uniforms(KEYS[1], np.arange(9))
    v = 2 * u - 1
    strengths = Augmentation(shift=2, rotation=180, zoom=0.1, shear=1, thickness=4, cutout=2)
    move = AffineMap(2 * v[0], 2 * v[1], math.pi * v[2], 1 + 0.1 * v[3], 1 + 0.1 * v[4], v[5])
    assert draw_distortion(KEYS[1], (6, 5), strengths) == Distortion(
        move, 4 * v[6], int(u[7] * 5), int(u[8] * 4)
    )


def test_all_steps_in_their_order() -> None:
    strengths = Augmentation(rotation=20, elastic=20, thickness=1.5, noise=0.1, cutout=2)
    key, image = KEYS[4], IMAGE[:, :, 0].astype(np.float64)
    lot = draw_distortion(key, (6, 5), strengths)
    white = 2 * uniforms(derive_key(key, 1), np.arange(60)).reshape(2, 6, 5) - 1
    places = source_positions((6, 5), lot.move) + displacements(white, 20.0, 4.0)
    made = interpolate(thicken(image, lot.thickness), places)
    made = np.clip(made + 25.5 * normals(derive_key(key, 2), np.arange(30)).reshape(6, 5), 0, 255)
    made[lot.top : lot.top + 2, lot.left : lot.left + 2] = 0
    expected = np.floor(made + 0.5)
    assert np.array_equal(distort(IMAGE, key, strengths, 255.0)[:, :, 0], expected)


def test_channels_move_alike_and_each_has_noise_of_its_own() -> None:
    grey = np.repeat(IMAGE / 255, 3, axis=2)
    moved = distort(grey, KEYS[2], Augmentation(shift=2, elastic=20), 1.0)
    assert np.array_equal(moved[:, :, 0], moved[:, :, 2])
    grainy = distort(grey, KEYS[2], Augmentation(noise=0.1), 1.0)
    assert not np.array_equal(grainy[:, :, 0], grainy[:, :, 2])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_the_type_stays(dtype: type) -> None:
    made = distort(IMAGE.astype(dtype), KEYS[0], Augmentation(shift=1), 255.0)
    assert made.dtype == dtype
