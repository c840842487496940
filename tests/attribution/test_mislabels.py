"""Planted wrong labels are found, also by networks that have learned them by heart."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.mislabels import measure_label_disagreement, mislabels_document
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import RunStages, run_stages
from chainrule.data.dataset import Dataset
from chainrule.documents.nodes import Gallery, Paragraph, Table, parts_of
from chainrule.errors import InputError

PLANTED = 30


@pytest.fixture(scope="module")
def planted() -> tuple[Dataset, np.ndarray]:
    """3,000 digits of which 30 have a wrong label, and which these are."""
    digits, chance = cr.load_dataset("mnist").train, np.random.default_rng(1)
    rows = chance.choice(len(digits), 3000, replace=False)
    labels = digits.targets[rows].copy()
    wrong = chance.choice(3000, PLANTED, replace=False)
    labels[wrong] = (labels[wrong] + chance.integers(1, 10, PLANTED)) % 10
    return replace(digits, inputs=digits.inputs[rows], targets=labels), wrong


RUNS = {
    # layers, activation, recipe, least share of the labels learned, found (measured: 26, 25)
    "sigmoid": (
        [784, 32, 10],
        "sigmoid",
        {"cost": "squared_error", "optimiser": "sgd", "learning_rate": 4.0, "epochs": 10},
        0.9,
        20,
    ),
    "by heart": (
        [784, 128, 10],
        "relu",
        {"learning_rate": 0.002, "epochs": 20},
        0.998,
        20,
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_planted_labels_are_among_the_most_doubtful(tmp_path, planted, name) -> None:
    data, wrong = planted
    layers, activation, recipe, learned, least = RUNS[name]
    chosen = cr.Recipe(engine="reference", batch_size=32, seed=5, **recipe)
    cr.train(cr.Network.create(layers, activation, seed=3), data, chosen, folder=tmp_path / "run")
    course = RunReplay(str(tmp_path / "run"), data)
    stages = run_stages(course)
    found = measure_label_disagreement(course, stages.stages)
    assert found.agreed[-1] > learned
    hits = int(np.isin(found.ranked[:60], wrong).sum())
    assert hits >= least
    last = measure_label_disagreement(course, stages.stages[-1:])
    if name == "by heart":  # measured: 10 by its last stage alone
        assert np.isin(last.ranked[:60], wrong).sum() < hits


def bars(wrong: tuple[int, ...] = (3, 21)) -> Dataset:
    """Pictures of standing and lying bars; some labels are the other one's."""
    x = np.zeros((40, 5, 5), np.uint8)
    x[:20, 1:4, 2] = np.arange(200, 220)[:, None]
    x[20:, 2, 1:4] = np.arange(200, 220)[:, None]
    labels = np.repeat([0, 1], 20)
    labels[list(wrong)] = 1 - labels[list(wrong)]
    more = {"scale": 1 / 255, "shape": (5, 5), "class_names": ("up", "flat"), "name": "bars"}
    return Dataset(x.reshape(40, 25), labels, **more)


def trained(folder, data: Dataset, layers=(25, 6, 2), *, epochs=12, output=None, **recipe):
    network = cr.Network.create(layers, "tanh", output_activation=output, seed=1)
    settings = {"learning_rate": 0.02, "batch_size": 8, "seed": 4, "epochs": epochs, **recipe}
    cr.train(network, data, cr.Recipe(engine="reference", **settings), folder=folder)
    return RunReplay(str(folder), data)


def lines(story) -> list[str]:
    paragraphs = [block for block in story.blocks if isinstance(block, Paragraph)]
    return [part.strip() for one in paragraphs for part in parts_of(one.content)]


@pytest.mark.parametrize("outputs", [1, 2])
def test_doubts_in_words(tmp_path, outputs) -> None:
    settings = {"output": "sigmoid", "cost": "binary_cross_entropy"} if outputs == 1 else {}
    course = trained(tmp_path / "run", bars(), (25, 6, outputs), **settings)
    story = mislabels_document(course, run_stages(course), 5)
    assert story.title == f"Labels that look wrong to {course.path}"
    assert lines(story) == [
        "Outputs are means over those stages below that judge: stages that agree with at "
        "least 0.8 times as many labels as the best one. Early stages have learned too "
        "little, and late ones have memorised wrong labels. A lead is how far the output of "
        "another class was above that of the label.",
        "Of 40 training examples, 2 were taken for another class than their label; the 2 by the "
        "largest leads follow.",
        "A doubt is no proof: unusual shapes are doubted too, so look at the pictures.",
    ]
    suspects = {one["example"]: one for one in story.values()["suspects"]}
    assert set(suspects) == {3, 21}
    assert (suspects[3]["label"], suspects[3]["says"]) == ("flat", "up")
    assert (suspects[21]["label"], suspects[21]["says"]) == ("up", "flat")
    for one in suspects.values():
        assert one["lead"] == pytest.approx(one["says_output"] - one["label_output"], rel=1e-12)
        assert one["says_output"] + one["label_output"] == pytest.approx(1, rel=1e-9)
        assert one["says_last"] == one["says"]
    stages, table = (block for block in story.blocks if isinstance(block, Table))
    assert stages.header[-2:] == ("labels agreed with", "judges")
    assert stages.rows[-1][-2:] == ("95.00 %", "yes")
    assert table.header == (
        "example", "label", "taken for", "its output", "label's", "lead", "in the end"
    )  # fmt: skip
    assert [row[:3] for row in table.rows] == [
        (str(one["example"]), one["label"], one["says"]) for one in story.values()["suspects"]
    ]
    (gallery,) = (block for block in story.blocks if isinstance(block, Gallery))
    captions = {picture.caption for picture in gallery.pictures}
    assert captions == {"3: label flat, taken for up", "21: label up, taken for flat"}
    assert story.values()["doubted"] == 2
    assert sorted(np.argsort(story.values()["leads"])[-2:]) == [3, 21]
    json.dumps(story.values())


def test_the_leads_are_of_mean_outputs(tmp_path) -> None:
    course = trained(tmp_path / "run", bars(), (25, 6, 2))
    kept = run_stages(course).stages
    blank = kept[0].network.with_parameters(np.zeros_like(kept[0].network.parameters))
    stages = (replace(kept[0], network=blank), *kept)
    found = measure_label_disagreement(course, stages)
    inputs = course.dataset.inputs * course.dataset.scale
    said = [stage.network.predict(inputs) for stage in stages]
    agreed = [(one.argmax(1) == course.dataset.targets).mean() for one in said]
    judging = [one for one, share in zip(said, agreed, strict=True) if share >= 0.8 * max(agreed)]
    assert len(judging) == len(kept) == len(said) - 1
    assert found.judges.tolist() == [False, *[True] * len(kept)]
    mean = np.mean(judging, axis=0, dtype=np.float64)
    rows, labels = np.arange(40), course.dataset.targets
    assert found.outputs == pytest.approx(mean, abs=1e-5)
    leads = mean[rows, 1 - labels] - mean[rows, labels]
    assert found.leads == pytest.approx(leads, abs=1e-5)
    assert found.agreed.tolist() == agreed
    assert found.last.tolist() == said[-1].argmax(1).tolist()


def test_one_stage_and_no_doubt(tmp_path) -> None:
    course = trained(tmp_path / "run", bars(()), validation_fraction=0.25)
    last = RunStages(run_stages(course).stages[-1:], (1, 2))
    story = mislabels_document(course, last, 5)
    assert lines(story)[1:] == [
        "Only one stage judges, so wrong labels that it has memorised are missed.",
        "The end of epochs 1, 2 is left out: computing the run again takes too long.",
        "All 30 training examples were taken for the class of their label.",
        "A doubt is no proof: unusual shapes are doubted too, so look at the pictures.",
        "The numbers of examples do not count those held out for validation.",
    ]
    assert story.values()["suspects"] == []
    assert len([block for block in story.blocks if isinstance(block, Table)]) == 1


def test_inputs_that_are_no_pictures_are_listed_only(tmp_path) -> None:
    course = trained(tmp_path / "run", replace(bars(), shape=(25,)))
    story = mislabels_document(course, run_stages(course), 1)
    assert len(story.values()["suspects"]) == 1
    assert not any(isinstance(block, Gallery) for block in story.blocks)


def test_numbers_have_no_labels(tmp_path) -> None:
    data = Dataset(np.ones((4, 2)), np.ones((4, 1)))
    course = trained(tmp_path / "run", data, (2, 1), epochs=1, cost="half_squared_error")
    with pytest.raises(InputError) as caught:
        mislabels_document(course, run_stages(course), 3)
    assert str(caught.value) == (
        "inspect: expected a run that learned classes, got targets that are numbers."
    )
