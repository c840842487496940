"""The same bits however a run is cut, whoever looks on, and for any number of BLAS threads."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.history import EpochRecord, History
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.updates import UPDATES
from chainrule.network.architecture import Architecture
from chainrule.network.network import BLOCK
from chainrule.network.parameters import draw_parameters
from chainrule.recipe import Recipe

BATCHES = 22


def engine(optimiser: str = "adam", dtype: str = "float32", **more: float) -> ReferenceEngine:
    """An epoch of 22 batches, the last one of a single example."""
    random = np.random.default_rng(3)
    inputs = random.integers(0, 256, (106, 6), dtype=np.uint8)
    labels = random.integers(0, 3, 106)
    data = Dataset(inputs, labels, scale=1 / 255, sample_weights=random.uniform(0, 2, 106))
    described = Architecture.of([6, 5, 3], "tanh", "softmax", dtype=dtype)
    recipe = Recipe(optimiser=optimiser, batch_size=5, epochs=2, seed=4).replaced(**more)
    return ReferenceEngine(TrainingContext(described, recipe, data))


def begun(by: ReferenceEngine) -> Position:
    theta = draw_parameters(by.context.architecture, 0)
    theta.flags.writeable = False
    return Position(theta, UPDATES[by.recipe.optimiser].initial_state(theta))


def bits(position: Position) -> tuple[object, ...]:
    return (
        position.parameters.tobytes(),
        position.state.tobytes(),
        position.sums,
        (position.epoch, position.batch, position.step),
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimiser", sorted(UPDATES))
@pytest.mark.parametrize("slice_", [1, 3, 7, 21, 22, 1000])
def test_slices_make_the_same_bits_as_one_call(optimiser: str, dtype: str, slice_: int) -> None:
    by = engine(optimiser, dtype, clip_norm=0.05, l2=0.01)
    whole = by.advance(begun(by), Until())
    assert (whole.batch, whole.step, whole.sums.examples) == (BATCHES, BATCHES, 106)
    assert {whole.parameters.dtype, whole.state.dtype} == {np.dtype(dtype)}
    position, calls = begun(by), 0
    while position.batch < by.schedule.batches(0):
        # Another engine each time: nothing is carried but the position.
        position = engine(optimiser, dtype, clip_norm=0.05, l2=0.01).advance(
            position, Until(batches=slice_)
        )
        calls += 1
    assert calls == math.ceil(BATCHES / slice_)
    assert bits(position) == bits(whole)


def test_slices_by_the_clock_make_the_same_bits() -> None:
    by = engine()
    position, calls = begun(by), 0
    while position.batch < by.schedule.batches(0):
        position = by.advance(position, Until(seconds=0))
        calls += 1
    assert calls == BATCHES
    assert bits(position) == bits(by.advance(begun(by), Until()))


def test_whichever_bound_is_met_first() -> None:
    by = engine()
    assert by.advance(begun(by), Until(batches=4, seconds=1e9)).batch == 4
    assert by.advance(begun(by), Until(batches=4, seconds=0)).batch == 1
    assert by.advance(begun(by), Until(batches=0)).batch == 0
    assert by.advance(begun(by), Until(seconds=1e9)).batch == BATCHES


def test_nothing_is_done_at_an_epochs_end() -> None:
    by = engine()
    end = by.advance(begun(by), Until())
    assert by.advance(end, Until()) is end


def test_the_last_batch_may_be_smaller() -> None:
    assert engine().schedule.batches(0) == BATCHES
    assert engine(batch_size=106).schedule.batches(0) == 1
    assert engine(batch_size=105).schedule.batches(0) == 2
    assert engine(batch_size=10**6).schedule.batches(0) == 1


def test_advancing_leaves_the_position_it_began_from() -> None:
    by = engine()
    position = by.advance(begun(by), Until(batches=2))
    before = bits(position)
    by.advance(position, Until())
    assert bits(position) == before


def test_whoever_looks_on_cannot_write() -> None:
    for optimiser in UPDATES:
        by = engine(optimiser)
        position = by.advance(begun(by), Until(batches=2))
        for array in (position.parameters, position.state):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_epochs_have_other_orders() -> None:
    by = engine()
    first = by.advance(begun(by), Until())
    second = by.advance(replace(begun(by), epoch=1), Until())
    assert first.parameters.tobytes() != second.parameters.tobytes()
    still = engine(shuffle=False)
    first = still.advance(begun(still), Until())
    second = still.advance(replace(begun(still), epoch=1), Until())
    assert first.parameters.tobytes() == second.parameters.tobytes()


def test_a_recipe_without_a_seed_cannot_be_computed() -> None:
    by = ReferenceEngine(replace(engine().context, recipe=Recipe()))
    with pytest.raises(AssertionError, match=r"Recipe\.with_seed comes first"):
        by.advance(begun(by), Until(batches=1))


def record(total_cost: float, validation_cost: float | None = None) -> EpochRecord:
    return EpochRecord(1, 0.0, 0.0, total_cost, 0.0, 0.0, "", {}, None, validation_cost)


def test_a_plateau_is_seen_in_the_validation_cost_or_else_the_total() -> None:
    by = engine(
        schedule="plateau",  # type: ignore[arg-type]
        schedule_patience=2,
        schedule_factor=0.1,
        min_delta=0.5,
        learning_rate=1,
    )

    def rate(*records: EpochRecord) -> float:
        return by.learning_rate(replace(begun(by), history=History(records)))

    assert rate() == 1
    assert rate(record(5), record(4.8), record(4.6)) == 0.1
    assert rate(record(5), record(4.8), record(4.4)) == 1
    assert rate(record(5), record(5), record(5), record(5), record(5)) == pytest.approx(0.01)
    assert rate(record(5, 3), record(5, 2), record(5, 1)) == 1
    assert rate(record(5, 3), record(3, 3), record(1, 3)) == 0.1


def test_the_score_is_the_mean_over_the_whole_set() -> None:
    by = engine(dtype="float64")
    random = np.random.default_rng(0)
    n = 2 * BLOCK + 17
    data = Dataset(random.normal(size=(n, 6)), random.integers(0, 3, n))
    theta = begun(by).parameters
    score = by.score(theta, data)
    z = np.tanh(data.inputs @ theta[:30].reshape(5, 6).T + theta[30:35])
    z = z @ theta[35:50].reshape(3, 5).T + theta[50:]
    logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    costs = -logs[np.arange(n), data.targets]
    assert score.examples == n
    assert score.cost == pytest.approx(costs.mean(), rel=1e-12)
    assert score.accuracy == (z.argmax(axis=1) == data.targets).mean()
    weights = random.uniform(0, 3, n)
    score = by.score(theta, replace(data, sample_weights=weights))
    assert score.cost == pytest.approx(np.average(costs, weights=weights), rel=1e-12)
    assert score.accuracy == (z.argmax(axis=1) == data.targets).mean()


def test_the_score_of_numbers_has_no_accuracy() -> None:
    described = Architecture.of([1, 2], "identity", dtype="float64")
    data = Dataset(np.array([[1.0], [2.0]]), np.array([[1.0, 0], [0, 0]]))
    by = ReferenceEngine(TrainingContext(described, Recipe(cost="squared_error", seed=0), data))
    score = by.score(np.array([1.0, -1.0, 0.0, 0.0]), data)
    assert (score.examples, score.cost, score.accuracy) == (2, (0 + 1 + 4 + 4) / 2, None)


def test_the_score_does_not_know_class_weights() -> None:
    plain, weighted = engine(), engine(class_weights=(1.0, 5.0, 0.0))  # type: ignore[arg-type]
    theta = begun(plain).parameters
    assert plain.score(theta, plain.context.training) == weighted.score(
        theta, plain.context.training
    )


def test_a_trace_is_of_the_rows_asked_for() -> None:
    by = engine(dtype="float64")
    rows = np.array([7, 3])
    trace = by.trace(begun(by).parameters, rows)
    assert trace.x.tobytes() == (by.context.training.inputs[rows] * (1 / 255)).tobytes()
    assert trace.y.argmax(axis=1).tolist() == by.context.training.targets[rows].tolist()
    assert trace.y.sum() == 2


# Large enough for BLAS to share the work among threads, which without the engine's guard gives
# other bits for two threads than for one.
THREADED = """
import hashlib
import itertools
import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits
import chainrule as cr
from chainrule.engine.contract import Until
from chainrule.training.setup import first_position, prepare_training

random = np.random.default_rng(0)
data = cr.Dataset(random.integers(0, 256, (300, 300), dtype=np.uint8), random.integers(0, 10, 300),
                  scale=1 / 255)
def threads():
    return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}

before = threads()
for engine, dtype in itertools.product(("reference", "compiled"), ("float32", "float64")):
    network = cr.Network.create([300, 256, 10], "tanh", dtype=dtype)
    recipe = cr.Recipe(engine=engine, batch_size=128, epochs=1, seed=0)
    plan = prepare_training(network, data, recipe)
    assert plan.recipe.engine == engine
    for inside in (None, 1, 2):
        with threadpool_limits(inside):
            position = plan.engine.advance(first_position(plan), Until())
            score = plan.engine.score(position.parameters, data)
            outputs = plan.network.predict(data.inputs)
        print(engine, dtype, score.cost, before.items() <= threads().items(),
              hashlib.sha256(position.parameters.tobytes() + outputs.tobytes()).hexdigest())
"""


def test_the_number_of_blas_threads_does_not_change_a_bit(compiled_double: dict[str, str]) -> None:
    printed = set()
    for threads in ("1", "2", "4"):
        run = subprocess.run(
            [sys.executable, "-c", THREADED],
            env=compiled_double | {"OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.count("\n") == 12
        for line in run.stdout.splitlines():
            engine, dtype, cost, set_back, digest = line.split()
            assert set_back == "True"
            printed.add((engine, dtype, cost, digest))
    assert len(printed) == 4, printed


def test_the_threads_of_this_process_do_not_change_a_bit_either() -> None:
    by = engine()
    found = set()
    for threads in (1, 2):
        with threadpool_limits(threads):
            position = by.advance(begun(by), Until())
        found.add(hashlib.sha256(position.parameters.tobytes()).hexdigest())
    assert len(found) == 1
