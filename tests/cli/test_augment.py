from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from chainrule.cli.data import parse_augmentation
from chainrule.equations.distortions import Augmentation
from chainrule.errors import InputError


def test_every_strength_can_be_set() -> None:
    for field in fields(Augmentation):
        assert parse_augmentation(f"{field.name}={field.default}") == Augmentation()


def test_a_text_is_read() -> None:
    text = " shift=2, rotation = 10,elastic-smoothness=3.5,cutout=4, "
    expected = Augmentation(shift=2, rotation=10, elastic_smoothness=3.5, cutout=4)
    assert parse_augmentation(text) == expected
    assert parse_augmentation("") == Augmentation()


def test_a_preset_has_strengths() -> None:
    assert parse_augmentation("small") == Augmentation(
        shift=1, rotation=5, zoom=0.05, shear=0.05, elastic=15
    )
    assert not parse_augmentation("fast").changes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("shift", "expected settings such as shift=2,rotation=10, got 'shift'."),
        (
            "shift=2,rotate=3",
            "expected a distortion, got 'rotate' (str). Did you mean 'rotation'? Valid names: "
            "cutout, elastic, elastic_smoothness, mixup, noise, rotation, shear, shift, thickness, "
            "zoom.",
        ),
        (
            "zoom=1",
            "expected zoom to be a number at least 0 and below 1, got 1 (int). "
            "zoom: greatest change of width and height, as a fraction.",
        ),
        (
            "cutout=2.5",
            "expected cutout to be a whole number at least 0 and at most 10000, got 2.5 (float). "
            "cutout: side of a square that is set to 0.",
        ),
        (
            "noise=much",
            "expected noise to be a number at least 0 and at most 10, got 'much' (str). "
            "noise: standard deviation of noise, as a fraction of full ink.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_augmentation(text)
    assert str(caught.value) == f"data show --augment: {told}"


def test_copies_are_shown_and_drawn(chainrule, bars) -> None:
    outcome = chainrule("data", "show", bars, "--augment", "shift=2", "--save", "copies.png")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[-8] == "copies   shift 2"
    assert lines[-1] == "drawn    copies.png"
    assert Path("copies.png").read_bytes().startswith(b"\x89PNG")
    first = lines[-7:-1]
    other = chainrule("data", "show", bars, "--augment", "shift=2", "--seed", "1").out.splitlines()
    assert other[-7] == "copies   shift 2"
    assert other[-6:] != first
    again = chainrule("data", "show", bars, "--augment", "shift=2", "--seed", "0").out.splitlines()
    assert again[-6:] == first


def test_nothing_more_is_shown_without_it(chainrule, bars) -> None:
    assert "copies" not in chainrule("data", "show", bars).out


@pytest.fixture
def large() -> str:
    np.savez("large.npz", x=np.zeros((20, 40, 40), np.uint8), y=np.repeat([0, 1], 10))
    return "large.npz"


def test_large_images_are_drawn_into_files_only(chainrule, large) -> None:
    outcome = chainrule("data", "show", large, "--augment", "shift=2")
    assert outcome.out.splitlines()[-1] == "copies   shift 2"


def test_as_json(chainrule, bars) -> None:
    told = json.loads(chainrule("data", "show", bars, "--augment", "noise=0.5", "--json").out)
    assert told["augmentation"]["noise"] == 0.5
    assert told["augmentation"]["elastic_smoothness"] == 4.0
    assert "augmentation" not in json.loads(chainrule("data", "show", bars, "--json").out)


def test_a_table_has_no_copies_to_show(chainrule, flowers) -> None:
    outcome = chainrule("data", "show", flowers, "--augment", "shift=2")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "figure: expected examples of a shape such as (28, 28), got (2,). "
        "To draw copies, examples must be images.\n"
    )


def test_a_seed_that_is_none(chainrule, bars) -> None:
    outcome = chainrule("data", "show", bars, "--augment", "shift=2", "--seed", "-1")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "expected --seed to be a whole number at least 0" in outcome.err
