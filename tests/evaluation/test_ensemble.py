"""What networks say together: means of outputs, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.equations.distortions import Augmentation
from chainrule.evaluation.ensemble import vote
from chainrule.evaluation.wilson import wilson_interval


def test_one_network_alone_is_its_own_mean(echo, insects) -> None:
    found = vote([echo], insects)
    assert (found.examples, found.networks, found.views, found.correct) == (5, 1, 0, 3)
    assert (found.accuracy, found.alone) == (0.6, (0.6,))
    assert found.interval == wilson_interval(3, 5)
    assert found.to_dict()["interval"] == list(wilson_interval(3, 5))


def test_two_networks_answer_by_the_mean_of_their_outputs(echo, insects) -> None:
    """The other one turns classes round: ant becomes bee, bee cat, cat ant."""
    turned = replace(echo, parameters=np.eye(3)[[2, 0, 1]].ravel())
    outputs = (echo.predict(insects.inputs) + turned.predict(insects.inputs)) / 2
    right = int((outputs.argmax(axis=1) == insects.targets).sum())
    found = vote([echo, turned], insects)
    assert found.correct == right
    assert found.networks == 2
    own = float((turned.predict(insects.inputs).argmax(axis=1) == insects.targets).mean())
    assert found.alone == (0.6, own)


def test_views_are_means_over_distorted_copies() -> None:
    draw = np.random.default_rng(3)
    images = draw.integers(0, 256, (30, 6, 6)).astype(np.uint8)
    data = cr.Dataset(images, draw.integers(0, 3, 30), scale=1 / 255)
    network = replace(
        cr.Network.create([36, 3], "softmax", seed=2), input_scale=1 / 255, input_shape=(6, 6)
    )
    how = Augmentation(shift=1)
    found = vote([network], data, views=3, augmentation=how, seed=5)
    from chainrule.data.augmentation import augment

    total = network.predict(data.inputs).astype(float)
    for view in range(3):
        copies = augment(data.inputs, (6, 6), how, seed=5, epoch=view)
        total += network.predict(copies)
    assert found.correct == int((total.argmax(axis=1) == data.targets).sum())
    assert found.views == 3
    again = vote([network], data, views=3, augmentation=how, seed=5)
    assert again == found


@pytest.mark.parametrize(
    ("networks", "given", "text"),
    [
        (0, {}, "vote: expected at least one network, got none."),
        (
            1,
            {"views": 2},
            "vote: expected distortions for the views, got none. "
            "Set some, such as shift and rotation, or leave views out.",
        ),
        (
            1,
            {"views": 2, "augmentation": Augmentation(mixup=0.2)},
            "vote: expected distortions for the views, got none. "
            "Set some, such as shift and rotation, or leave views out.",
        ),
        (
            1,
            {"views": -1},
            "vote: expected views to be a whole number at least 0 and at most 10000, "
            "got -1 (int). views: distorted copies of each image.",
        ),
    ],
)
def test_what_cannot_vote(echo, insects, networks, given, text) -> None:
    with pytest.raises(cr.InputError) as caught:
        vote([echo] * networks, insects, **given)
    assert str(caught.value) == text


def test_numbers_have_no_right_answers() -> None:
    line = cr.Dataset(np.ones((3, 2)), np.ones((3, 1)))
    with pytest.raises(cr.InputError) as caught:
        vote([cr.Network.create([2, 1], "identity")], line)
    assert str(caught.value) == "vote: expected targets that are classes, got numbers."
