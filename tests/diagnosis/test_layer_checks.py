from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.data_checks import unscaled_inputs
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.layer_checks import (
    bottleneck,
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


@pytest.mark.parametrize(
    ("layers", "dimensions", "wider"),
    [([8, 1, 6], 1, [8, 12, 6]), ([8, 20, 2, 6], 2, [8, 20, 12, 6])],
)
def test_a_narrow_layer_is_measured_and_widened(layers, dimensions, wider) -> None:
    random = np.random.default_rng(0)
    data = cr.Dataset(random.standard_normal((90, 8)), np.arange(90) % 6)
    network = cr.Network.create(layers, "tanh", output_activation="softmax", seed=1)
    recipe = cr.Recipe(epochs=1, seed=0, engine="reference", learning_rate=1e-6)
    found = bottleneck(probe_training(network, data, recipe, steps=2))
    assert found is not None
    assert found.figure == dimensions / 5
    assert found.changes == {"layers": wider}
    narrow = len(layers) - 2
    assert found.what.startswith(
        f"the activations of layer {narrow}, {layers[narrow]} neurons, span {dimensions} "
    )


def test_neurons_that_are_alike_are_another_condition() -> None:
    data = cr.Dataset(np.random.default_rng(0).standard_normal((60, 8)), np.arange(60) % 6)
    network = cr.Network.create([8, 12, 6], "tanh", initialiser="zeros")
    recipe = cr.Recipe(epochs=1, seed=0, engine="reference")
    assert bottleneck(probe_training(network, data, recipe, steps=2)) is None


def test_a_wide_layer_that_spans_enough_has_no_changes() -> None:
    data = cr.Dataset(np.random.default_rng(0).standard_normal((60, 8)), np.arange(60) % 6)
    network = cr.Network.create([8, 12, 6], "tanh", seed=1)
    recipe = cr.Recipe(epochs=1, seed=0, engine="reference")
    found = bottleneck(probe_training(network, data, recipe, steps=2))
    assert found is not None
    assert found.figure >= 1
    assert found.changes == {}


def test_two_classes_fit_through_any_layer() -> None:
    data = cr.Dataset(np.random.default_rng(0).standard_normal((60, 8)), np.arange(60) % 2)
    network = cr.Network.create([8, 1, 2], "tanh", seed=1)
    recipe = cr.Recipe(epochs=1, seed=0, engine="reference")
    assert bottleneck(probe_training(network, data, recipe, steps=2)) is None
