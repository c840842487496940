"""L-BFGS: it finds what can be computed otherwise, and epochs begin anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.engines import make_engine
from chainrule.engine.lbfgs import LbfgsEngine
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.training_context import TrainingContext
from chainrule.engine.training_schedule import initial_state
from chainrule.errors import DivergenceError
from chainrule.network.architecture import Architecture
from chainrule.network.network import Network
from chainrule.network.parameters import draw_parameters
from chainrule.recipe import Recipe
from chainrule.training.loop import resume, train
from chainrule.training.observers import TrainingProgress

LINE = Architecture.of([3, 1], "identity", dtype="float64")


def points(n: int = 40) -> Dataset:
    """A plane with noise, more rows than one block of the engine where n is large."""
    draw = np.random.default_rng(3)
    x = draw.normal(size=(n, 3))
    y = x @ [[1.0], [-2.0], [0.5]] + 0.3 + 0.1 * draw.normal(size=(n, 1))
    return Dataset(x, y)


def begun(recipe: Recipe, architecture: Architecture = LINE) -> Position:
    theta = draw_parameters(architecture, 0)
    return Position(theta, initial_state(recipe, theta))


def recipe(**more: object) -> Recipe:
    return Recipe(
        **{"optimiser": "lbfgs", "cost": "half_squared_error", "seed": 0, "epochs": 3, **more}  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("n", [40, 2100])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_a_plane_is_fitted_as_the_normal_equations_have_it(n: int, l2: float) -> None:
    data, asked = points(n), recipe(l2=l2, iterations=100)
    engine = make_engine(TrainingContext(LINE, asked, data))
    assert isinstance(engine, LbfgsEngine)
    after = engine.advance(begun(asked), Until())
    x = np.hstack((data.inputs, np.ones((n, 1))))
    ridge = np.diag([l2, l2, l2, 0.0]) * n
    best = np.linalg.solve(x.T @ x + ridge, x.T @ data.targets).ravel()
    assert after.parameters == pytest.approx(best, abs=1e-6)
    assert (after.batch, after.step, after.state.shape) == (1, 1, (0, 4))


def test_the_sums_are_those_before_the_steps() -> None:
    data, asked = points(), recipe(l2=0.1)
    engine, start = LbfgsEngine(TrainingContext(LINE, asked, data)), begun(recipe())
    after = engine.advance(start, Until())
    residual = data.inputs @ start.parameters[:3] + start.parameters[3] - data.targets[:, 0]
    assert after.sums.cost / 40 == pytest.approx(0.5 * np.mean(residual**2), rel=1e-12)
    assert after.sums.penalty / 40 == pytest.approx(0.05 * np.sum(start.parameters[:3] ** 2))
    assert (after.sums.examples, after.sums.correct) == (40, 0)
    g = np.append(residual @ data.inputs / 40 + 0.1 * start.parameters[:3], residual.mean())
    assert after.sums.gradient_norm == pytest.approx(float(np.linalg.norm(g)), rel=1e-12)


def test_an_epoch_is_one_batch_and_is_not_begun_twice() -> None:
    asked = recipe()
    engine = LbfgsEngine(TrainingContext(LINE, asked, points()))
    assert (engine.schedule.batches(0), engine.schedule.steps) == (1, 3)
    after = engine.advance(begun(asked), Until())
    assert engine.advance(after, Until()) is after
    assert engine.advance(begun(asked), Until(batches=0)).batch == 0
    assert engine.learning_rate(after) == asked.learning_rate
    assert engine.layout.size == 4


def test_epochs_begin_anew_so_that_a_run_can_be_cut_anywhere(tmp_path) -> None:
    data = points()
    network = Network.create([3, 6, 1], "tanh", output_activation="identity", seed=1)
    asked = recipe(epochs=4, iterations=3)
    whole = train(network, data, asked)

    def impatient(moment: TrainingProgress) -> bool:
        return moment.position.epoch >= 2

    train(network, data, asked, folder=tmp_path / "run", observers=[impatient])
    again = resume(tmp_path / "run", data)
    assert again.network.digest == whole.network.digest
    costs = [record.cost for record in whole.history]
    assert costs == sorted(costs, reverse=True)


def test_a_minimum_is_left_as_it_is() -> None:
    asked = recipe(iterations=200)
    engine = LbfgsEngine(TrainingContext(LINE, asked, points()))
    there = engine.advance(begun(asked), Until())
    onwards = replace(there, epoch=1, batch=0, sums=EpochSums())
    after = engine.advance(onwards, Until())
    assert after.parameters == pytest.approx(there.parameters, abs=1e-7)


def test_classes_and_scores() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(60, 2))
    data = Dataset(x, (x[:, 0] > 0).astype(int))
    asked = Recipe(optimiser="lbfgs", seed=0, epochs=1, iterations=50)
    network = Network.create([2, 2], seed=0, dtype="float64")
    engine = LbfgsEngine(TrainingContext(network.architecture.for_cost(asked.cost), asked, data))
    start = Position(network.parameters, initial_state(asked, network.parameters))
    after = engine.advance(start, Until())
    assert engine.score(engine.inference_parameters(after), data).accuracy == 1.0
    before = engine.score(network.parameters, data).accuracy
    assert after.sums.correct / 60 == before
    assert engine.trace(after.parameters, np.arange(4)).z[0].shape == (4, 2)


def test_what_is_not_finite_at_the_start_is_told() -> None:
    asked = recipe()
    start = replace(begun(asked), parameters=np.full(4, 1e200))
    with pytest.raises(DivergenceError) as caught:
        LbfgsEngine(TrainingContext(LINE, asked, points())).advance(start, Until())
    assert "expected finite numbers, got inf in cost (layer 1) at epoch 1, batch 1." in str(
        caught.value
    )
    assert caught.value.position is start
