"""Runs with normalisation, dropout, averages and growing batches: what is told, and what is not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.forward_trace import ForwardTrace
from chainrule.attribution.influence import influence_document
from chainrule.attribution.mislabels import mislabels_document
from chainrule.attribution.recipe_support import gradient_settings
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import run_stages
from chainrule.attribution.weight import WeightRequest, weight_document
from chainrule.data.dataset import Dataset
from chainrule.documents.document import render
from chainrule.documents.nodes import Paragraph, parts_of
from chainrule.errors import InputError
from chainrule.training.run_folder import RunFolder

EVERYTHING = {
    "normalisation": "batch",
    "dropout": 0.2,
    "averaging": "ema",
    "averaging_decay": 0.8,
    "label_smoothing": 0.1,
    "noise": 0.1,
    "mixup": 0.2,
}
GROWING = {"batch_growth": 2.0, "batch_growth_every": 1}


def points() -> Dataset:
    chance = np.random.default_rng(0)
    return Dataset(chance.normal(size=(23, 4)), np.arange(23) % 3, class_names=("a", "b", "c"))


def trained(folder, **recipe) -> RunReplay:
    given = {"learning_rate": 0.01, "batch_size": 5, "seed": 4, "epochs": 4, "dropout": None}
    chosen = cr.Recipe(**{"engine": "reference", **given, **recipe})
    network = cr.Network.create([4, 6, 3], "tanh", seed=1, dtype="float64")
    cr.train(network, points(), chosen, folder=folder)
    return RunReplay(str(folder), points())


def test_extras_are_named() -> None:
    told = list(gradient_settings(cr.Recipe(**{**EVERYTHING, "dropout": (0.2, 0.1)}, rotation=9)))
    assert told == [
        "normalisation batch",
        "dropout 0.2, 0.1",
        "label_smoothing 0.1",
        "rotation 9",
        "noise 0.1",
        "mixup 0.2",
    ]
    assert (
        list(gradient_settings(cr.Recipe(averaging="swa", accumulation=2, warmup_epochs=1))) == []
    )


@pytest.mark.parametrize(
    ("recipe", "named"),
    [
        ({"normalisation": "batch", "clip_norm": 1}, "clip_norm 1 beside normalisation"),
        ({"optimiser": "lbfgs"}, "optimiser lbfgs"),
    ],
)
def test_what_is_not_explained_term_by_term_is_refused(tmp_path, recipe, named) -> None:
    course = trained(tmp_path / "run", **recipe)
    with pytest.raises(InputError) as caught:
        weight_document(course, course.step(1), WeightRequest(1, (0, 0)))
    assert str(caught.value) == (
        "inspect: expected a run of plain steps, which are explained term by term, got "
        f"{named} in its recipe. Inspect a neuron, a decision, influence or mislabels, which "
        "look at the network that came of it."
    )


@pytest.mark.parametrize(
    "recipe",
    [
        GROWING,
        {**GROWING, "schedule": "cosine", "l2": 0.01, "optimiser": "momentum"},
        {"warmup_epochs": 2.5},
        {"schedule": "cosine_restarts", "cycle_epochs": 2},
        {"schedule": "rise", "final_factor": 0.1},
        {"schedule": "plateau", "schedule_patience": 1},
        {"averaging": "ema", "averaging_start": 0.0},
        {"averaging": "swa", "schedule": "one_cycle"},
        {"accumulation": 2},
        {"schedule": "cosine"},
        {"optimiser": "lion"},
        {"label_smoothing": 0.1},
        {"noise": 0.2},
        {"normalisation": "batch"},
        {"dropout": 0.3, "clip_norm": 0.5},
        {"mixup": 0.4},
        {"max_norm": 0.5, "learning_rate": 0.1},
        {**EVERYTHING, **GROWING, "optimiser": "adamw", "l2": 0.01, "class_weights": [1, 2, 3]},
        {**EVERYTHING, "accumulation": 2, "optimiser": "momentum"},
    ],
)
def test_the_step_that_is_told_is_the_runs(tmp_path, recipe) -> None:
    course = trained(tmp_path / "run", **recipe)
    for number, layer in itertools.product((1, course.steps_done // 2, course.steps_done), (1, 2)):
        numbers = weight_document(
            course, course.step(number), WeightRequest(layer, (2, 3))
        ).values()
        assert numbers["adds_up"]
        told = numbers["update"][-1]
        assert told["quantity"].removesuffix(" limited") == f"W_new[{layer}][2,3]"
        assert told["value"] == pytest.approx(numbers["in_the_run"]["after"], rel=1e-12)


def lines(document) -> list[str]:
    paragraphs = [block for block in document.blocks if isinstance(block, Paragraph)]
    return [part.strip() for one in paragraphs for part in parts_of(one.content)]


def test_the_copies_of_an_epoch_are_told(tmp_path) -> None:
    course = trained(tmp_path / "run", noise=0.2)
    first, second = (course.step(number) for number in (1, 6))
    told = weight_document(course, second, WeightRequest(1, (2, 3)))
    assert "They are the copies that epoch 2 learned from: noise 0.2." in lines(told)
    row = second.rows[0]
    copies = [course.examples(step).inputs[row] for step in (first, second)]
    assert not np.array_equal(copies[0], copies[1])
    assert told.values()["terms"][0]["input"] == copies[1][3]


def test_what_is_cut_down_is_told(tmp_path) -> None:
    course = trained(tmp_path / "run", max_norm=0.5)
    story = weight_document(course, course.step(1), WeightRequest(2, (1, 4)))
    *_, new, limited = story.values()["update"]
    assert limited["quantity"] == "W_new[2][1,4] limited"
    assert abs(limited["value"]) < abs(new["value"])
    text = " ".join(render(story, "text").split())
    assert ("U9 W_new[2][1,4] = W_new[2][1,4]·m/‖W_new[2][1,:]‖, as ‖W_new[2][1,:]‖ > m = ") in text
    assert f" = {limited['value']:.6g} In the run itself" in text


def test_what_the_craft_does_is_told(tmp_path) -> None:
    course = trained(tmp_path / "run", **EVERYTHING)
    first, second = (
        weight_document(course, course.step(2), WeightRequest(layer, (1, 2))) for layer in (1, 2)
    )
    normal = (
        "Layer 1 is normalised [N1]: du is the error of its sums before normalisation, "
        "including the part that goes through the batch's mean and deviation [N4]."
    )
    silenced = (
        "With probability 0.2 dropout sets neuron 2 of layer 1 to 0; otherwise it "
        "multiplies it by 1.25 [R1]."
    )
    mixed = "Examples and targets are mixed with those of other examples: mixup 0.2."
    assert {normal, mixed} <= set(lines(first))
    assert {silenced, mixed} <= set(lines(second))
    assert first.blocks[1].header[2] == "du[1][1]"
    assert second.blocks[1].header[2] == "delta[2][1]"


def test_batches_that_grow(tmp_path) -> None:
    course = trained(tmp_path / "run", **GROWING)  # 5, 10, 20, 23 examples a batch
    assert [course.batches(epoch) for epoch in range(4)] == [5, 3, 2, 1]
    assert [course.steps_by(epochs) for epochs in range(5)] == [0, 5, 8, 10, 11]
    assert [course.epoch_position(done) for done in (0, 4, 5, 9, 11)] == [
        (0, 0),
        (0, 4),
        (1, 0),
        (2, 1),
        (4, 0),
    ]
    for epoch, steps in enumerate([range(1, 6), range(6, 9), range(9, 11), range(11, 12)], 1):
        taken = [course.step(number) for number in steps]
        assert {step.epoch for step in taken} == {epoch}
        assert sorted(row for step in taken for row in step.rows) == list(range(23))
    assert 17 in course.step_with(17).rows
    assert [stage.step for stage in run_stages(course).stages] == [5, 8, 10, 11]
    with pytest.raises(InputError) as caught:
        course.step(12)
    assert str(caught.value) == (
        f"{course.path}: expected a step from 1 to 11, got 12. "
        "The run has 5 batches in its first epoch, and in time fewer."
    )


@pytest.mark.parametrize("recipe", [EVERYTHING, {"optimiser": "lbfgs"}, {"optimiser": "lion"}])
def test_stages_are_plain_networks(tmp_path, recipe) -> None:
    course = trained(tmp_path / "run", **recipe)
    stages = run_stages(course)
    last = stages.stages[-1]
    assert last.network.digest == RunFolder(course.path).network().digest
    rates = [course.newest.history[stage.epoch - 1].learning_rate for stage in stages.stages]
    assert [stage.rate for stage in stages.stages] == rates


@pytest.mark.parametrize("schedule", ["cosine_restarts", "one_cycle"])
def test_the_last_rate_is_that_of_the_last_step(tmp_path, schedule) -> None:
    course = trained(tmp_path / "run", schedule=schedule, cycle_epochs=2, warmup_epochs=1.0)
    last = run_stages(course).stages[-1]
    assert last.rate == course.newest.history[-1].learning_rate


def test_influence_says_on_which_networks_it_looks(tmp_path) -> None:
    course = trained(tmp_path / "run", **EVERYTHING)
    passing = ForwardTrace(course.path, course.setup.network, points(), "test", 3)
    story = influence_document(course, run_stages(course), passing, 2)
    assert (
        "The run had normalisation batch, dropout 0.2, label_smoothing 0.1, noise 0.1, mixup 0.2; "
        "the networks and examples here are without them."
    ) in lines(story)


def test_mislabels_of_a_run_with_everything(tmp_path) -> None:
    course = trained(tmp_path / "run", **EVERYTHING)
    numbers = mislabels_document(course, run_stages(course), 3).values()
    assert len(numbers["leads"]) == 23
