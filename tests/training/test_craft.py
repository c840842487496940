"""Whole runs with normalisation, dropout, averages, copies: what they return and keep."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.position import Position
from chainrule.errors import ChainruleError
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.epoch_end import end_epoch, final_parameters
from chainrule.training.loop import resume, train, train_chunk
from chainrule.training.setup import TrainingSetup, first_position, prepare_training
from chainrule.training.verification import verify

Results = Callable[[Path], dict[str, bytes]]
ENGINES = ("reference", "compiled")

EVERYTHING: dict[str, Any] = {
    "normalisation": "batch",
    "dropout": 0.25,
    "averaging": "ema",
    "averaging_start": 0.3,
    "label_smoothing": 0.1,
    "max_norm": 2.0,
    "shift": 0.5,
    "mixup": 0.3,
    "batch_growth": 1.5,
    "batch_growth_every": 1,
    "accumulation": 2,
    "warmup_epochs": 1.5,
    "monitor": "validation_cost",
    "validation_fraction": 0.2,
}


def whole(plan: TrainingSetup) -> list[Position]:
    """The position after each epoch, still open, and the one at the end."""
    position, ends = first_position(plan), []
    for _ in range(plan.recipe.epochs):
        ends.append(plan.engine.advance(position, Until()))
        position = end_epoch(plan, ends[-1])
    return [*ends, position]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "more",
    [{"normalisation": "batch"}, {"averaging": "ema"}, {"averaging": "swa"}, EVERYTHING],
    ids=["normalised", "ema", "swa", "everything"],
)
def test_a_run_without_epochs_gives_back_the_network(
    network: Network, three: Dataset, engine: str, more: dict[str, Any], tmp_path: Path
) -> None:
    recipe = Recipe.from_dict({**more, "epochs": 0, "engine": engine, "seed": 1})
    run = train(network, three, recipe, folder=tmp_path)
    assert (run.history, run.ended) == ((), "all epochs done")
    assert run.network.parameters.shape == network.parameters.shape
    if "normalisation" in more:  # the statistics of the data are folded in
        assert run.network.digest != network.digest
    else:
        assert run.network.parameters.tobytes() == network.parameters.tobytes()
    assert verify(tmp_path, three).holds
    assert resume(tmp_path, three).network.digest == run.network.digest


@pytest.mark.parametrize("engine", ENGINES)
def test_the_network_is_the_settled_one(network: Network, three: Dataset, engine: str) -> None:
    recipe = Recipe.from_dict(
        {"normalisation": "batch", "averaging": "swa", "averaging_start": 0.0, "epochs": 3,
         "engine": engine, "seed": 1, "batch_size": 8}
    )  # fmt: skip
    plan = prepare_training(network, three, recipe)
    end = whole(plan)[-1]
    settled = plan.engine.inference_parameters(end)
    assert settled.tobytes() == final_parameters(plan, end).tobytes()
    run = train(network, three, recipe)
    assert run.network.parameters.tobytes() == settled.tobytes()
    assert settled.shape == network.parameters.shape
    outputs = run.network.predict(three.inputs)
    assert np.isfinite(outputs).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_best_weights_are_the_settled_ones_of_their_epoch(
    network: Network, three: Dataset, engine: str
) -> None:
    recipe = Recipe.from_dict({**EVERYTHING, "epochs": 5, "engine": engine, "seed": 2,
                               "learning_rate": 0.1, "batch_size": 8})  # fmt: skip
    plan = prepare_training(network, three, recipe)
    *ends, end = whole(plan)
    assert plan.validation is not None
    costs = [record.validation_cost or 0 for record in end.history]
    scores = [
        plan.engine.score(plan.engine.inference_parameters(one), plan.validation).cost
        for one in ends
    ]
    assert costs == scores
    best = int(np.argmin(costs))
    assert end.best is not None
    assert (end.best.epoch, end.best.value) == (best + 1, costs[best])
    run = train(network, three, recipe)
    assert (
        run.network.parameters.tobytes() == plan.engine.inference_parameters(ends[best]).tobytes()
    )


@pytest.mark.parametrize("averaging", ["ema", "swa"])
def test_early_stopping_before_the_average_begins(
    network: Network, three: Dataset, averaging: str
) -> None:
    """A rate so small that no epoch is better by 10: the run stops after the third of 100."""
    recipe = Recipe(
        averaging=averaging,
        averaging_start=0.9,
        epochs=100,
        monitor="cost",
        patience=2,
        min_delta=10.0,
        learning_rate=1e-6,
        seed=3,
        batch_size=8,
    )
    run = train(network, three, recipe)
    assert (run.ended, len(run.history)) == ("early stopping", 3)
    plain = train(network, three, recipe.replaced(averaging="none"))
    assert run.network.digest == plain.network.digest
    assert np.abs(run.network.parameters).max() > 0.1  # and not the average of nothing


@pytest.mark.parametrize("engine", ENGINES)
def test_every_position_of_everything_goes_on_to_the_same_bytes(
    network: Network, three: Dataset, engine: str, tmp_path: Path, results: Results
) -> None:
    recipe = Recipe.from_dict(
        {**EVERYTHING, "epochs": 3, "engine": engine, "seed": 4, "batch_size": 8}
    )
    train(network, three, recipe, folder=tmp_path / "whole")
    wanted, seen = results(tmp_path / "whole"), 0
    for cut in (1, 2, 3):
        folder, calls = tmp_path / str(cut), count(1)
        observers = [lambda moment, calls=calls, cut=cut: next(calls) == cut]
        run = train(network, three, recipe, folder=folder, observers=observers)
        seen += run.ended == "stopped by an observer"
        resume(folder, three)
        assert results(folder) == wanted
    assert seen == 2
    assert verify(tmp_path / "whole", three).holds


def test_the_record_of_a_normalised_epoch_names_its_gains(network: Network, three: Dataset) -> None:
    plan = prepare_training(network, three, Recipe(normalisation="batch", seed=0, batch_size=8))
    position, closed = train_chunk(plan, first_position(plan), Until())
    assert closed
    names = ["W[1]", "b[1]", "gain[1]", "W[2]", "b[2]"]
    assert list(position.history[0].tensor_sha256) == names


def test_growing_batches_close_their_epochs_where_they_end(
    network: Network, three: Dataset
) -> None:
    recipe = Recipe(batch_size=8, batch_growth=2.0, batch_growth_every=1, epochs=3, seed=0)
    plan = prepare_training(network, three, recipe)
    batches, position = [], first_position(plan)
    while position.epoch < 3:
        before = position
        position, closed = train_chunk(plan, position, Until(batches=1))
        if closed:
            batches.append(before.batch + 1)
    assert batches == [6, 3, 2]  # of 41: by 8, 16 and 32
    assert position.step == 11


CHANGED = "run.json or the checkpoints were changed after the run began."


@pytest.mark.parametrize(
    ("began", "now", "text"),
    [
        (
            {"normalisation": "batch"},
            {"normalisation": "none"},
            "Network: expected 43parameters in one row, got an array of shape (48,) (float32).",
        ),
        (
            {},
            {"normalisation": "batch"},
            "FOLDER: expected checkpoints with parameters (48,) and state (2, 48), got (43,) and "
            f"(2, 43). {CHANGED}",
        ),
        (
            {},
            {"averaging": "ema"},
            "FOLDER: expected checkpoints with parameters (43,) and state (3, 43), got (43,) and "
            f"(2, 43). {CHANGED}",
        ),
        (
            {"averaging": "swa"},
            {"averaging": "none"},
            "FOLDER: expected checkpoints with parameters (43,) and state (2, 43), got (43,) and "
            f"(3, 43). {CHANGED}",
        ),
    ],
)
def test_a_recipe_of_other_arrays_is_refused(
    network: Network,
    three: Dataset,
    tmp_path: Path,
    began: dict[str, Any],
    now: dict[str, Any],
    text: str,
) -> None:
    """run.json was changed by hand after the run began."""
    recipe = Recipe.from_dict({"seed": 0, "batch_size": 8, "epochs": 2, **began})
    train(network, three, recipe, folder=tmp_path, observers=[lambda moment: True])
    facts = json.loads((tmp_path / "run.json").read_bytes())
    facts["recipe"].update(now)
    (tmp_path / "run.json").write_text(json.dumps(facts))
    with pytest.raises(ChainruleError) as caught:
        resume(tmp_path, three)
    assert str(caught.value) == text.replace("FOLDER", str(tmp_path))


def test_observers_see_growing_epochs(network: Network, three: Dataset) -> None:
    seen: dict[int, int] = {}
    recipe = Recipe(batch_size=8, batch_growth=2.0, batch_growth_every=1, epochs=3, seed=0)

    def look(moment: Any) -> None:
        seen[moment.position.epoch] = moment.batches

    train(network, three, recipe, observers=[look])
    assert seen[1] in (3, 6)
    assert set(seen) == {1, 2, 3}


def test_validation_is_by_the_plain_network(network: Network, three: Dataset) -> None:
    """What a normalised network scores on a set does not depend on how the set is cut."""
    recipe = Recipe(normalisation="batch", dropout=(0.5,), seed=0, batch_size=8, epochs=2)
    plan = prepare_training(network, three, recipe, three)
    end = whole(plan)[-1]
    plain = plan.engine.inference_parameters(replace(end))
    score = plan.engine.score(plain, three)
    parts = [plan.engine.score(plain, three.subset(slice(k, k + 1))).cost for k in range(41)]
    assert score.cost == pytest.approx(np.mean(parts), rel=1e-5)
    assert end.history[-1].validation_cost == score.cost
