"""The compiled engine with all that makes a training better: it agrees with the law, as Python."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import chainrule as cr
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.contract import Until
from chainrule.engine.kernel_selection import KernelSelection
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.engine.training_schedule import initial_state

CHANCE = np.random.default_rng(5)
SPARSE = CHANCE.random((30, 6)) * (CHANCE.random((30, 6)) < 0.4)
DENSE = CHANCE.normal(size=(30, 6))
CLASSES = np.arange(30) % 3
LAYERS = (6, 17, 33, 3)

TILES = KernelSelection(loops=False, by_column=False, threads=1)
KERNELS = {
    "loops": KernelSelection(loops=True, by_column=False, threads=1),
    "tiles": TILES,
    "columns": KernelSelection(loops=False, by_column=True, threads=1),
    "threads": KernelSelection(loops=False, by_column=True, threads=3),
}

PIECES: dict[str, dict[str, Any]] = {
    "normalised": {"normalisation": "batch"},
    "silenced": {"dropout": [0.5, 0.25]},
    "both": {"normalisation": "batch", "dropout": 0.3, "l2": 0.01},
    "limited": {"max_norm": 0.5, "optimiser": "lion", "weight_decay": 0.1},
    "ema": {"averaging": "ema", "averaging_start": 0.1, "averaging_decay": 0.75},
    "swa": {"averaging": "swa", "averaging_start": 0.0, "optimiser": "sgd"},
    "smoothed": {"label_smoothing": 0.2},
    "mixed": {"mixup": 0.5, "label_smoothing": 0.1},
    "parts": {"accumulation": 3, "clip_norm": 0.05},
    "parts of one": {"accumulation": 7, "optimiser": "sgd"},
    "parts at once": {"accumulation": 2, "optimiser": "sgd", "normalisation": "batch"},
    "growing": {"batch_growth": 2.0, "batch_growth_every": 1, "warmup_epochs": 1.5},
    "all": {
        "normalisation": "batch",
        "dropout": 0.25,
        "label_smoothing": 0.1,
        "mixup": 0.3,
        "max_norm": 0.8,
        "averaging": "ema",
        "averaging_start": 0.0,
        "accumulation": 2,
        "batch_growth": 1.5,
        "batch_growth_every": 1,
        "l1": 0.001,
        "clip_norm": 0.2,
        "schedule": "cosine_restarts",
    },
}
BY_TILES_ONLY = ("normalised", "silenced", "both", "parts at once", "all")


def recipe_of(**more: Any) -> cr.Recipe:
    plain = {"optimiser": "adam", "learning_rate": 0.05, "batch_size": 7, "epochs": 3, "seed": 4}
    return cr.Recipe.from_dict({**plain, **more})


def begun(engine: Any, network: cr.Network) -> Position:
    theta = engine.layout.add_gains(network.parameters)
    return Position(theta, initial_state(engine.recipe, theta))


def made(
    choice: KernelSelection | None, network: cr.Network, recipe: cr.Recipe, data: cr.Dataset
) -> CompiledEngine:
    engine = CompiledEngine(TrainingContext(network.architecture, recipe, data))
    if choice is not None:
        engine.__dict__["_selection"] = choice
    return engine


def trained(engine: Any, network: cr.Network, slices: int | None = None) -> Position:
    """All epochs of a recipe; the sums are those of the last."""
    position = begun(engine, network)
    for epoch in range(engine.recipe.epochs):
        position = replace(position, epoch=epoch, batch=0, sums=type(position.sums)())
        while position.batch < engine.schedule.batches(epoch):
            position = engine.advance(position, Until(batches=slices))
    return position


def network_of(dtype: str = "float64", last: str = "softmax", **more: Any) -> cr.Network:
    return cr.Network.create(LAYERS, "tanh", output_activation=last, seed=1, dtype=dtype, **more)


def agree(
    network: cr.Network, recipe: cr.Recipe, data: cr.Dataset, choice: KernelSelection | None
) -> None:
    law = trained(ReferenceEngine(TrainingContext(network.architecture, recipe, data)), network)
    engine = made(choice, network, recipe, data)
    ours = trained(engine, network)
    assert_allclose(ours.parameters, law.parameters, rtol=1e-9, atol=1e-10)
    assert_allclose(ours.state, law.state, rtol=1e-9, atol=1e-10)
    assert (ours.step, ours.batch, ours.sums.examples) == (law.step, law.batch, law.sums.examples)
    assert ours.sums.correct == law.sums.correct
    for name in ("cost", "penalty", "gradient_norm"):
        assert getattr(ours.sums, name) == pytest.approx(getattr(law.sums, name), rel=1e-9)
    assert_allclose(
        engine.inference_parameters(ours), law_settled(network, recipe, data, law), atol=1e-9
    )


def law_settled(network: Any, recipe: cr.Recipe, data: cr.Dataset, position: Position) -> Any:
    return ReferenceEngine(
        TrainingContext(network.architecture, recipe, data)
    ).inference_parameters(position)


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("inputs", [SPARSE, DENSE], ids=["sparse", "dense"])
@pytest.mark.parametrize("piece", PIECES)
def test_every_piece_by_every_kernel(piece: str, inputs: Any, kernels: str) -> None:
    if kernels == "loops" and piece in BY_TILES_ONLY:
        kernels = "tiles"
    agree(network_of(), recipe_of(**PIECES[piece]), cr.Dataset(inputs, CLASSES), KERNELS[kernels])


@pytest.mark.parametrize("piece", ["both", "all"])
def test_weights_of_classes_and_examples(piece: str) -> None:
    data = cr.Dataset(DENSE, CLASSES, sample_weights=1.0 + np.arange(30) % 4)
    recipe = recipe_of(**PIECES[piece], class_weights=[1, 2, 0.5])
    agree(network_of(), recipe, data, TILES)


def test_numbers_and_single_outputs_are_mixed_too() -> None:
    how = {"cost": "squared_error", "mixup": 0.5}
    numbers = cr.Dataset(SPARSE, CHANCE.random((30, 3)))
    agree(network_of(last="identity"), recipe_of(**how), numbers, TILES)
    single = cr.Network.create([6, 5, 1], "sigmoid", seed=1, dtype="float64")
    two = cr.Dataset(SPARSE, np.arange(30) % 2)
    agree(single, recipe_of(cost="binary_cross_entropy", mixup=0.5), two, TILES)


@pytest.mark.parametrize("inputs", [SPARSE, DENSE.clip(0.1, 1)], ids=["sparse", "dense"])
def test_bytes_that_are_mixed_stay_bytes(inputs: Any) -> None:
    data = cr.Dataset((inputs * 255).astype(np.uint8), CLASSES, scale=1 / 255)
    agree(network_of(), recipe_of(mixup=0.5), data, TILES)
    agree(network_of(), recipe_of(normalisation="batch"), data, TILES)


def test_no_biases() -> None:
    data = cr.Dataset(DENSE, CLASSES)
    recipe = recipe_of(dropout=0.5, max_norm=0.7, accumulation=2, averaging="swa")
    agree(network_of(biases=False), recipe, data, TILES)


def test_a_softmax_inside_goes_by_loops_with_averages_and_parts() -> None:
    network = cr.Network.create([6, 5, 3], ["softmax", "sigmoid"], seed=1, dtype="float64")
    recipe = recipe_of(cost="squared_error", averaging="ema", max_norm=0.5, accumulation=2)
    engine = made(None, network, recipe, cr.Dataset(DENSE, CLASSES))
    assert engine.entry == "advance_loops"
    agree(network, recipe, cr.Dataset(DENSE, CLASSES), None)


def test_what_loops_do_not_know_goes_by_tiles_even_one_by_one() -> None:
    data = cr.Dataset(DENSE, CLASSES)
    for more, entry in (({}, "advance_loops"), ({"dropout": 0.5}, "advance_tiles")):
        recipe = recipe_of(batch_size=1, epochs=1, **more)
        assert made(None, network_of(), recipe, data).entry == entry
        agree(network_of(), recipe, data, None)
    grown = recipe_of(batch_size=1, batch_growth=2.0, batch_growth_every=1)
    assert made(None, network_of(), grown, data).entry == "advance_tiles"


def test_a_single_hidden_layer_and_none() -> None:
    """Where the first layer is the last hidden one, and where nothing is hidden."""
    data = cr.Dataset(SPARSE, CLASSES)
    for layers in ((6, 40, 3), (6, 3)):
        network = cr.Network.create(
            layers, "relu", output_activation="softmax", seed=2, dtype="float64"
        )
        recipe = recipe_of(normalisation="batch", accumulation=2, optimiser="sgd")
        for choice in (TILES, KERNELS["columns"]):
            agree(network, recipe, data, choice)


def test_float32_agrees_to_its_rounding() -> None:
    network, data = network_of("float32"), cr.Dataset(DENSE.astype(np.float32), CLASSES)
    recipe = recipe_of(**{**PIECES["all"], "optimiser": "sgd"})
    law = trained(ReferenceEngine(TrainingContext(network.architecture, recipe, data)), network)
    ours = trained(made(TILES, network, recipe, data), network)
    assert_allclose(ours.parameters, law.parameters, atol=2e-5)


@pytest.mark.parametrize("piece", PIECES)
def test_neither_threads_nor_slices_change_a_bit(piece: str) -> None:
    network, data = network_of("float32"), cr.Dataset(SPARSE.astype(np.float32), CLASSES)
    recipe = recipe_of(**{**PIECES[piece], "epochs": 2})
    found = set()
    for threads, slices in itertools.chain(((1, None), (2, None), (3, 1), (1, 2))):
        engine = made(KernelSelection(False, True, threads), network, recipe, data)
        end = trained(engine, network, slices)
        bits = (
            end.parameters.tobytes(),
            end.state.tobytes(),
            engine.inference_parameters(end).tobytes(),
        )
        found.add((*bits, end.sums))
    assert len(found) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"normalisation": "batch", "learning_rate": 1e300},
        {"dropout": 0.5, "learning_rate": 1e200, "cost": "squared_error"},
        {"accumulation": 3, "learning_rate": 1e200, "cost": "squared_error"},
        {"averaging": "ema", "averaging_start": 0.0, "learning_rate": 1e308, "cost": "huber"},
    ],
    ids=str,
)
def test_a_divergence_is_told_as_by_the_law(more: dict[str, Any]) -> None:
    network = cr.Network.create(LAYERS, "relu", output_activation="identity", seed=1,
                                dtype="float64")  # fmt: skip
    data, told = cr.Dataset(DENSE, CLASSES), []
    recipe = recipe_of(**{"cost": "squared_error", **more, "optimiser": "sgd"})
    for engine in (
        ReferenceEngine(TrainingContext(network.architecture, recipe, data)),
        made(KERNELS["threads"], network, recipe, data),
    ):
        with pytest.raises(cr.DivergenceError) as caught:
            trained(engine, network)
        told.append((str(caught.value), caught.value.position.step))
    assert told[0] == told[1]


def test_the_room_is_that_of_the_largest_part() -> None:
    data = cr.Dataset(DENSE, CLASSES)
    recipe = recipe_of(batch_growth=2.0, batch_growth_every=1, accumulation=2)  # 7, 14, 28
    engine = made(TILES, network_of(), recipe, data)
    assert engine.schedule.largest == 28
    assert engine._rows == 14
    assert engine._kernel_layout.capacity == 32


def test_prepare_trains_nothing() -> None:
    data = cr.Dataset(DENSE, CLASSES)
    network, recipe = network_of(), recipe_of(**PIECES["all"])
    engine = made(TILES, network, recipe, data)
    engine.prepare()
    other = made(TILES, network, recipe, data)
    one, two = (trained(by, network).parameters.tobytes() for by in (engine, other))
    assert one == two
