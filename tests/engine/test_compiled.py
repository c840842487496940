"""The compiled engine: slices, divergence, and every form of network and data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.contract import Until
from chainrule.engine.kernel_selection import KernelSelection
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES

CHANCE = np.random.default_rng(5)
INPUTS = CHANCE.random((30, 6)) * (CHANCE.random((30, 6)) < 0.4)
CLASSES = cr.Dataset(INPUTS, np.arange(30) % 3)


def engines(network, data=CLASSES, **recipe):
    settled = {"cost": "squared_error", "optimiser": "sgd", "learning_rate": 0.1, "seed": 0}
    how = cr.Recipe(**{**settled, "batch_size": 4, "epochs": 3, **recipe})
    start = Position(network.parameters, UPDATES[how.optimiser].initial_state(network.parameters))
    made = [
        kind(TrainingContext(network.architecture, how, data))
        for kind in (ReferenceEngine, CompiledEngine)
    ]
    return *made, start


def made_to_use(engine, **choice):
    """The engine with other kernels than the rule would choose."""
    wanted = {"loops": False, "by_column": False, "threads": 1} | choice
    engine.__dict__["_selection"] = KernelSelection(**wanted)
    return engine


KERNELS = {
    "loops": {"loops": True},
    "tiles": {},
    "columns": {"by_column": True},
    "threads": {"by_column": True, "threads": 3},
}


def agree(network, data=CLASSES, rtol=1e-10, kernels=None, **recipe):
    law, compiled, start = engines(network, data, **recipe)
    if kernels is not None:
        made_to_use(compiled, **kernels)
    one, other = law.advance(start, Until()), compiled.advance(start, Until())
    assert (one.batch, one.step) == (other.batch, other.step)
    scale = np.abs(one.parameters).max()
    assert np.abs(one.parameters - other.parameters).max() <= rtol * scale
    assert other.sums.cost == pytest.approx(one.sums.cost, rel=rtol)
    assert (other.sums.examples, other.sums.correct) == (one.sums.examples, one.sums.correct)
    assert not np.array_equal(other.parameters, start.parameters)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "step"])
def test_every_hidden_activation(activation):
    for widths in ([6, 5, 4, 3], [6, 32, 17, 3], [6, 33, 3], [6, 3]):
        network = cr.Network.create(
            widths, activation, output_activation="sigmoid", seed=1, dtype="float64"
        )
        agree(network, kernels=KERNELS["loops"])
        if activation != "softmax" or len(widths) == 2:
            agree(network, kernels=KERNELS["tiles"])


def test_float32_agrees_to_its_rounding():
    network = cr.Network.create([6, 40, 3], "sigmoid", seed=1)
    agree(network, cr.Dataset(INPUTS.astype(np.float32), np.arange(30) % 3), rtol=1e-5)


@pytest.mark.parametrize("kernels", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("more", [{}, {"optimiser": "adam", "l2": 0.01, "clip_norm": 0.1}])
def test_networks_without_biases(kernels, more):
    network = cr.Network.create([6, 5, 3], "tanh", seed=1, biases=False, dtype="float64")
    agree(network, kernels=kernels, **more)


def test_a_single_output_for_two_classes():
    data = cr.Dataset(INPUTS, np.arange(30) % 2)
    agree(cr.Network.create([6, 5, 1], "sigmoid", seed=1, dtype="float64"), data)


def test_targets_of_numbers_and_dense_bytes():
    data = cr.Dataset(
        CHANCE.integers(1, 255, (30, 6)).astype(np.uint8), CHANCE.random((30, 2)), scale=1 / 255
    )
    agree(cr.Network.create([6, 7, 2], "tanh", seed=1, dtype="float64"), data)


def test_softmax_in_a_hidden_layer_and_weights():
    data = cr.Dataset(INPUTS, np.arange(30) % 3, sample_weights=np.arange(30) % 4)
    network = cr.Network.create([6, 5, 3], ["softmax", "sigmoid"], seed=1, dtype="float64")
    agree(network, data, optimiser="adamw", shuffle=False, schedule="one_cycle")


def test_step_lets_nothing_through():
    law, compiled, start = engines(cr.Network.create([6, 5, 3], "step", dtype="float64"))
    one, other = (engine.advance(start, Until()).parameters for engine in (law, compiled))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kernels", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_every_schedule_by_every_kernel(schedule, kernels):
    network = cr.Network.create([6, 5, 3], "sigmoid", seed=1, dtype="float64")
    settings = {"schedule": schedule, "momentum": 0.5, "optimiser": "momentum", "l1": 0.01}
    settings |= {"final_factor": 0.2, "warmup_epochs": 0.5}
    agree(network, kernels=kernels, **settings)
    agree(network, kernels=kernels, batch_size=7, clip_norm=0.01, **settings)


def test_threads_change_no_bit_as_python():
    network = cr.Network.create([6, 40, 33, 3], "sigmoid", seed=1)
    for data in (CLASSES, cr.Dataset(np.ones((30, 6)), np.arange(30) % 3)):
        for more in ({}, {"clip_norm": 0.01}, {"l2": 0.1, "optimiser": "adam"}):
            found = set()
            for threads in (1, 2, 3):
                _, engine, start = engines(network, data, **more)
                made_to_use(engine, by_column=True, threads=threads)
                end = engine.advance(start, Until())
                found.add((end.parameters.tobytes(), end.state.tobytes(), end.sums))
            assert len(found) == 1


def test_as_many_threads_as_are_given_or_the_variable_says(monkeypatch):
    """With 8 million multiplications a batch there is something to share."""
    network, data = cr.Network.create([100, 80, 3]), cr.Dataset(np.ones((1000, 100)), [0, 1] * 500)
    recipe = cr.Recipe(seed=0, batch_size=1000)
    chosen = CompiledEngine(TrainingContext(network.architecture, recipe, data, 2))
    assert chosen._selection.threads == 2
    monkeypatch.setenv("CHAINRULE_THREADS", "1")
    assert (
        CompiledEngine(TrainingContext(network.architecture, recipe, data))._selection.threads == 1
    )
    assert (
        CompiledEngine(TrainingContext(network.architecture, recipe, data, 2))._selection.threads
        == 2
    )


def test_nothing_is_done_at_an_epochs_end():
    _, engine, start = engines(cr.Network.create([6, 5, 3], seed=1))
    end = engine.advance(start, Until())
    assert end.batch == engine.schedule.batches(0) == 8
    assert engine.advance(end, Until()) is end
    assert engine.advance(start, Until(batches=0)).parameters.tobytes() == (
        start.parameters.tobytes()
    )


def test_it_goes_on_from_any_position_not_only_its_latest():
    _, engine, start = engines(cr.Network.create([6, 5, 3], seed=1), optimiser="adam")
    first = engine.advance(start, Until(batches=2))
    wanted = engine.advance(first, Until()).parameters.tobytes()
    assert engine.advance(first, Until()).parameters.tobytes() == wanted
    engine.advance(start, Until(batches=5))
    assert engine.advance(replace(first), Until()).parameters.tobytes() == wanted


def test_a_single_example_and_batches_beyond_the_data():
    one = cr.Dataset(INPUTS[:1], [2], class_names=("a", "b", "c"))
    for kernels in KERNELS.values():
        agree(
            cr.Network.create([6, 5, 3], "tanh", seed=1, dtype="float64"),
            one,
            kernels=kernels,
            batch_size=100,
        )


@pytest.mark.parametrize("kernels", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("optimiser", list(UPDATES))
def test_slices_change_no_bit(optimiser, kernels):
    network = cr.Network.create([6, 5, 3], "sigmoid", seed=1)
    _, engine, start = engines(network, optimiser=optimiser, l2=0.01, schedule="cosine")
    made_to_use(engine, **kernels)
    whole = engine.advance(start, Until())
    for slices in (Until(batches=1), Until(batches=3), Until(seconds=0.0)):
        position = start
        while position.batch < engine.schedule.batches(0):
            position = engine.advance(position, slices)
        assert position.parameters.tobytes() == whole.parameters.tobytes()
        assert position.state.tobytes() == whole.state.tobytes()
        assert position.sums == whole.sums
    assert not whole.parameters.flags.writeable


@pytest.mark.parametrize("kernels", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize(
    "recipe",
    [
        {"learning_rate": 1e200},
        {"learning_rate": 1e160, "l2": 1e160},
        {"l2": 1e308, "batch_size": 30},
        {"l2": 1e308, "batch_size": 30, "optimiser": "momentum"},
        {"learning_rate": 1e308, "batch_size": 7},
        {"learning_rate": 1e30, "clip_norm": 1e-3, "l1": 1e300},
    ],
    ids=str,
)
def test_a_divergence_is_told_as_by_the_law(recipe, kernels):
    network = cr.Network.create([6, 5, 3], "relu", seed=1, dtype="float64")
    law, compiled, start = engines(network, **recipe)
    made_to_use(compiled, **kernels)
    told = []
    for engine in (law, compiled):
        with pytest.raises(cr.DivergenceError) as error:
            engine.advance(start, Until())
        told.append((str(error.value), error.value.position.step))
    assert told[0] == told[1]


def test_what_the_law_does_for_it():
    network = cr.Network.create([6, 5, 3], "sigmoid", seed=1)
    law, compiled, start = engines(network)
    rows = np.array([0, 3])
    assert compiled.score(start.parameters, CLASSES) == law.score(start.parameters, CLASSES)
    one, other = law.trace(start.parameters, rows), compiled.trace(start.parameters, rows)
    np.testing.assert_array_equal(one.dW[0], other.dW[0])
    assert compiled.learning_rate(start) == 0.1


def test_a_run_by_the_compiled_engine_resumes_and_verifies(tmp_path):
    network = cr.Network.create([6, 5, 3], "sigmoid", seed=1)
    recipe = cr.Recipe(engine="compiled", epochs=3, batch_size=4, seed=0)
    whole = cr.train(network, CLASSES, recipe, folder=tmp_path / "whole")
    first = cr.train(
        network, CLASSES, recipe, folder=tmp_path / "cut", observers=[lambda moment: True]
    )
    again = cr.resume(tmp_path / "cut", CLASSES)
    assert first.ended == "stopped by an observer"
    assert again.network.digest == whole.network.digest
    assert cr.verify(tmp_path / "cut", CLASSES).holds
    assert whole.certificate["engine"] == "compiled"
    law = cr.train(network, CLASSES, replace(recipe, engine="reference"))
    np.testing.assert_allclose(law.network.parameters, whole.network.parameters, atol=1e-5)
