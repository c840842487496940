"""Stages of a run: its own positions to the bit, early ones and the network that it gave."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import RunStage, RunStages, run_stages, stages_table
from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.training.run_folder import RunFolder


def points(seed: int = 0) -> Dataset:
    chance = np.random.default_rng(seed)
    return Dataset(chance.normal(size=(23, 4)), np.arange(23) % 3, class_names=("a", "b", "c"))


def trained(folder, *, epochs: int, validation=None, **recipe) -> RunReplay:
    given = {"optimiser": "adam", "learning_rate": 0.01, "batch_size": 5, "seed": 4, **recipe}
    chosen = cr.Recipe(**{"engine": "reference", "epochs": epochs, **given})
    cr.train(
        cr.Network.create([4, 6, 3], "tanh", seed=1),
        points(),
        chosen,
        validation=validation,
        folder=folder,
    )
    return RunReplay(str(folder), points(), validation)


def digest(stage: RunStage) -> str:
    return hashlib.sha256(stage.network.parameters.tobytes()).hexdigest()


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_ends_of_epochs_from_early_to_late(tmp_path, engine) -> None:
    course = trained(tmp_path / "run", epochs=20, schedule="cosine", engine=engine)
    stages = run_stages(course)
    assert [stage.epoch for stage in stages.stages] == [1, 2, 4, 9, 20]
    assert [stage.step for stage in stages.stages] == [5, 10, 20, 45, 100]
    assert stages.left_out == ()
    assert list(stages.sentences) == []
    history = course.newest.history
    for stage in stages.stages:
        record = history[stage.epoch - 1]
        assert digest(stage) == record.weights_sha256
        assert stage.rate == record.learning_rate
    assert len({stage.rate for stage in stages.stages}) == 5
    layer = stages.stages[0].layers[1]
    assert layer.W.dtype == np.float64
    assert layer.W.tolist() == stages.stages[0].network.weights[1].tolist()


def test_what_came_after_the_best_epoch_has_no_part(tmp_path) -> None:
    course = trained(
        tmp_path / "run",
        epochs=9,
        learning_rate=0.5,
        validation=points(1),
        monitor="validation_cost",
    )
    best = course.newest.best
    assert best is not None
    assert best.epoch < 9
    stages = run_stages(course)
    assert stages.stages[-1].epoch == best.epoch
    assert stages.stages[-1].step == 5 * best.epoch
    assert digest(stages.stages[-1]) == RunFolder(course.path).network().digest
    assert [stage.epoch for stage in stages.stages] == sorted({s.epoch for s in stages.stages})


def test_a_way_that_is_too_long_is_left_out(tmp_path) -> None:
    course = trained(tmp_path / "run", epochs=20)
    work = 3 * 5 * (4 * 6 + 6 * 3)  # of a step
    none = run_stages(course, afforded=5 * work - 1)
    assert [stage.epoch for stage in none.stages] == [20]
    assert none.left_out == (1, 2, 4, 9)
    some = run_stages(course, afforded=20 * work)
    assert [stage.epoch for stage in some.stages] == [1, 2, 4, 20]
    assert some.left_out == (9,)
    assert list(some.sentences) == [
        "The end of epoch 9 is left out: computing the run again takes too long."
    ]
    assert list(none.sentences) == [
        "The end of epochs 1, 2, 4, 9 is left out: computing the run again takes too long."
    ]


def test_a_run_that_stopped_inside_an_epoch(tmp_path) -> None:
    folder = tmp_path / "run"
    course = trained(folder, epochs=2)
    first = RunFolder(folder).first()
    for path in (folder / "checkpoints").glob("epoch-000002*"):
        path.unlink()
    with RunFolder(folder) as kept:
        kept.write_checkpoint(course.setup.engine.advance(first, cr.Until(batches=3)))
    early = RunReplay(str(folder), points())
    (stage,) = run_stages(early).stages
    assert (stage.step, stage.epoch, stage.rate) == (3, 1, 0.01)
    with RunFolder(folder) as kept:
        kept.write_checkpoint(early.setup.engine.advance(early.position_at(5), cr.Until(batches=1)))
    later = run_stages(RunReplay(str(folder), points())).stages
    assert [(stage.step, stage.epoch) for stage in later] == [(5, 1), (6, 2)]


def test_a_run_before_its_first_step(tmp_path) -> None:
    folder = tmp_path / "run"
    course = trained(folder, epochs=1)
    for path in (folder / "checkpoints").glob("epoch-000001*"):
        path.unlink()
    with pytest.raises(InputError) as caught:
        run_stages(RunReplay(str(folder), course.dataset))
    assert str(caught.value) == (f"{folder}: expected a run with a step, got one without a step.")


def test_the_table(tmp_path) -> None:
    course = trained(tmp_path / "run", epochs=2)
    stages = run_stages(course)
    table = stages_table(stages, {"its cost": ("0.5", "0.25"), "says": ("a", "b")})
    assert table.header == ("step", "epoch", "learning rate", "its cost", "says")
    assert table.rows == (("5", "1", "0.01", "0.5", "a"), ("10", "2", "0.01", "0.25", "b"))
    assert isinstance(stages, RunStages)
