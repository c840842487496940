from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.data_checks import unscaled_inputs
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.layer_checks import (
    exploding_gradients,
    large_weights,
    lost_scale,
    vanishing_gradients,
)
from chainrule.diagnosis.probe import probe_training

RANDOM = np.random.default_rng(4)
INPUTS = RANDOM.normal(size=(100, 3))
CLASSES = np.arange(100) % 2
LARGE = {"initialiser": "normal", "initialiser_deviation": 50.0}
SMALL = {"initialiser": "normal", "initialiser_deviation": 1e-3}


def _probed(normalisation: str, inputs=INPUTS, **architecture) -> Evidence:
    network = cr.Network.create([3, 8, 8, 2], "relu", seed=1, **architecture)
    recipe = cr.Recipe(epochs=2, batch_size=10, seed=1, normalisation=normalisation)
    return probe_training(network, cr.Dataset(inputs, CLASSES), recipe)


def test_the_size_of_normalised_weights_does_not_matter() -> None:
    plain, normalised = (large_weights(_probed(name, **LARGE)) for name in ("none", "batch"))
    assert plain.figure > 50
    # The last layer is never normalised.
    assert normalised.what.startswith("the weights of layer 3 begin ")


def test_normalised_layers_keep_the_scale() -> None:
    assert lost_scale(_probed("none", **SMALL)).figure > 1000
    assert lost_scale(_probed("batch", **SMALL)) is None


def test_what_explodes_in_normalised_layers_grows_from_the_last_to_the_first() -> None:
    assert exploding_gradients(_probed("none", **LARGE)).figure > 10
    found = _probed("batch")
    assert exploding_gradients(found) is None
    first, *others, last = found.start.layers
    steep = (
        replace(first, gradient_ratio=200.0, weight_ratio=9.0),
        *others,
        replace(last, gradient_ratio=1.0),
    )
    sight = exploding_gradients(replace(found, start=replace(found.start, layers=steep)))
    assert (sight.figure, sight.changes) == (200, {"clip_norm": 1.0})


@pytest.mark.parametrize(
    ("normalisation", "changes"),
    [("none", {"initialiser": "he"}), ("batch", {"activation": "relu"})],
)
def test_small_weights_are_no_cause_where_layers_are_normalised(normalisation, changes) -> None:
    found = _probed(normalisation, **SMALL)
    *hidden, last = found.start.layers
    layers = (*hidden, replace(last, weight_ratio=1.0))
    sight = vanishing_gradients(replace(found, start=replace(found.start, layers=layers)))
    assert sight.changes.items() >= changes.items()
    assert ("activation" in changes) == ("activation" in sight.changes)


@pytest.mark.parametrize(
    ("scales", "normalisation", "figure"),
    [
        ((200, 200, 200), "none", 200),
        ((200, 200, 200), "batch", 1),
        ((200, 2, 2), "batch", 100),
        ((30, 0, 0), "batch", 30),
    ],
)
def test_a_scale_that_all_inputs_share_is_normalised_away(scales, normalisation, figure) -> None:
    sizes = np.sqrt(np.square(INPUTS).mean(axis=0))
    found = unscaled_inputs(_probed(normalisation, INPUTS / sizes * scales))
    assert found.figure == pytest.approx(figure, rel=0.3)
