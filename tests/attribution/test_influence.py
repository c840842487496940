"""Influences: products of the law's gradients, and what a step on one example does."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.forward_trace import ForwardTrace
from chainrule.attribution.influence import compute_influences, influence_document
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import RunStage, run_stages
from chainrule.data.dataset import Dataset
from chainrule.documents.nodes import Gallery, Paragraph, Table, parts_of
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.updates import UPDATES
from chainrule.network.parameters import flatten

EXAMPLES = 40


def pictures(seed: int, classes: int = 3, n: int = EXAMPLES) -> Dataset:
    chance = np.random.default_rng(seed)
    inputs = chance.integers(0, 256, (n, 12), dtype=np.uint8)
    inputs[:, ::classes] //= 2
    names = tuple("abc"[:classes])
    more = {"scale": 1 / 255, "shape": (4, 3), "class_names": names, "name": "letters"}
    return Dataset(inputs, np.arange(n) % classes, **more)


CASES = {
    "softmax": ([12, 6, 5, 3], "relu", {}, {"class_weights": (1, 2, 4)}),
    "sigmoids": ([12, 7, 3], "sigmoid", {}, {"cost": "squared_error", "optimiser": "sgd"}),
    "one output": (
        [12, 5, 1],
        "tanh",
        {"output_activation": "sigmoid"},
        {"cost": "binary_cross_entropy"},
    ),
    "no biases": ([12, 6, 3], "softplus", {"biases": False}, {"cost": "huber"}),
    "softmax inside": ([12, 6, 3], ["softmax", "identity"], {}, {"cost": "half_squared_error"}),
}


def trained(folder, case: str, **more) -> RunReplay:
    layers, activation, architecture, recipe = CASES[case]
    data = pictures(0, max(2, layers[-1]))
    network = cr.Network.create(layers, activation, seed=1, dtype="float64", **architecture)
    settings = {"learning_rate": 0.05, "batch_size": 8, "seed": 4, "epochs": 4, **recipe, **more}
    cr.train(network, data, cr.Recipe(engine="reference", **settings), folder=folder)
    return RunReplay(str(folder), data)


def passing(course: RunReplay, row: int = 2) -> ForwardTrace:
    data = pictures(9, course.dataset.outputs, n=7)
    return ForwardTrace(course.path, course.setup.network, data, "test", row)


def engine(course: RunReplay, data: Dataset, **changes) -> ReferenceEngine:
    recipe = course.setup.recipe.replaced(**changes)
    return ReferenceEngine(TrainingContext(course.setup.network.architecture, recipe, data))


def gradient(law: ReferenceEngine, stage: RunStage, row: int) -> np.ndarray:
    found = law.trace(stage.network.parameters, np.array([row]))
    return flatten(found.dW, found.db)


@pytest.mark.parametrize("case", CASES)
def test_influences_are_products_of_the_laws_gradients(tmp_path, case) -> None:
    course = trained(tmp_path / "run", case)
    one, stages = passing(course), run_stages(course).stages
    found = compute_influences(course, stages, one)
    assert found.products.shape == (4, EXAMPLES)
    law, other = engine(course, course.dataset), engine(course, one.dataset, class_weights=None)
    expected = np.zeros(EXAMPLES)
    for at, stage in enumerate(stages):
        g = gradient(other, stage, one.row)
        for row in range(EXAMPLES):
            g_i = gradient(law, stage, row)
            size = np.linalg.norm(g_i) * np.linalg.norm(g)
            assert abs(found.products[at, row] - g_i @ g) <= 1e-10 * size
            assert found.products[at, row] == pytest.approx(g_i @ g, rel=1e-10, abs=1e-14 * size)
            expected[row] += stage.rate * (g_i @ g)
        trace = other.trace(stage.network.parameters, np.array([one.row]))
        assert found.costs[at] == pytest.approx(trace.c[0], rel=1e-12)
        assert found.outputs[at] == pytest.approx(trace.a[-1][0], rel=1e-12)
    assert found.total == pytest.approx(expected, rel=1e-9, abs=1e-13)
    assert (found.total > 0).any()
    assert (found.total < 0).any()


def test_many_blocks_and_a_kept_float32(tmp_path, monkeypatch) -> None:
    course = trained(tmp_path / "run", "sigmoids")
    one, stages = passing(course), run_stages(course).stages
    whole = compute_influences(course, stages, one).products
    monkeypatch.setattr("chainrule.attribution.gradient_factors.BLOCK", 7)
    monkeypatch.setenv("CHAINRULE_THREADS", "3")
    assert compute_influences(course, stages, one).products == pytest.approx(
        whole, rel=1e-12, abs=1e-18
    )


@pytest.mark.parametrize("case", ["softmax", "sigmoids", "one output"])
def test_a_step_on_one_example_does_what_its_influence_says(tmp_path, case) -> None:
    course = trained(tmp_path / "run", case)
    one, stage = passing(course), run_stages(course).stages[1]
    found = compute_influences(course, [stage], one)
    plain = {"class_weights": None}
    weights = np.asarray(course.setup.recipe.class_weights or (1,) * course.dataset.outputs)
    counts = weights[course.dataset.targets]
    rate, theta = 1e-5, stage.network.parameters
    for row in range(0, EXAMPLES, 5):
        alone = replace(
            course.dataset,
            inputs=course.dataset.inputs[[row]],
            targets=course.dataset.targets[[row]],
        )
        learner = engine(course, alone, optimiser="sgd", learning_rate=rate, **plain)
        begun = Position(theta, UPDATES["sgd"].initial_state(theta))
        after = learner.advance(begun, cr.Until(batches=1)).parameters
        other = engine(course, one.dataset, **plain)
        costs = [other.trace(at, np.array([one.row])).c[0] for at in (theta, after)]
        share = counts[row] / counts.mean()
        fall = (costs[0] - costs[1]) / rate * share
        assert fall == pytest.approx(found.products[0, row], rel=1e-3, abs=1e-7)


def lines(story) -> list[str]:
    paragraphs = [block for block in story.blocks if isinstance(block, Paragraph)]
    return [part.strip() for one in paragraphs for part in parts_of(one.content)]


def test_an_influence_in_words(tmp_path) -> None:
    course = trained(tmp_path / "run", "softmax")
    one, stages = passing(course), run_stages(course)
    story = influence_document(course, stages, one, 3)
    assert story.title == f"What influenced {course.path} on example 2"
    told, numbers = lines(story), story.values()
    assert told[0].startswith(
        "For example 2 of the test part of letters, class c. The network answers"
    )
    assert told[2:4] == [
        "Each is multiplied by the weight of the training example in training.",
        "The steps are those of sgd; adam scales its steps differently.",
    ]
    total = np.array(numbers["influences"])
    assert [one["example"] for one in numbers["helped"]] == np.argsort(-total)[:3].tolist()
    assert [one["example"] for one in numbers["hurt"]] == np.argsort(total)[:3].tolist()
    for listed in (*numbers["helped"], *numbers["hurt"]):
        rates = [stage["learning_rate"] for stage in numbers["stages"]]
        assert listed["influence"] == pytest.approx(np.dot(rates, listed["products"]), rel=1e-12)
        assert listed["target"] == "abc"[listed["example"] % 3]
    assert told[-1] == (
        f"Of 40 training examples, {(total > 0).sum()} helped, by {total[total > 0].sum():.6g} in "
        f"all; {(total < 0).sum()} hurt, by {total[total < 0].sum():.6g} in all."
    )
    tables = [block for block in story.blocks if isinstance(block, Table)]
    assert [table.title for table in tables] == [
        "Looked at after",
        "Training examples that helped most",
        "Training examples that hurt most",
    ]
    assert [row[0] for row in tables[0].rows] == ["5", "10", "15", "20"]
    galleries = [block for block in story.blocks if isinstance(block, Gallery)]
    assert [len(gallery.pictures) for gallery in galleries] == [1, 3, 3]
    first = numbers["helped"][0]
    picture = galleries[1].pictures[0]
    assert picture.caption == f"{first['example']}: {first['target']}, {first['influence']:.6g}"
    assert (picture.image.ravel() == course.dataset.inputs[first["example"]]).all()
    json.dumps(numbers)


def test_held_out_examples_and_single_outputs(tmp_path) -> None:
    course = trained(tmp_path / "run", "one output", validation_fraction=0.25)
    story = influence_document(course, run_stages(course), passing(course, 1), 2)
    assert len(story.values()["influences"]) == 30
    assert lines(story)[-1] == (
        "The numbers of examples do not count those held out for validation."
    )
    for stage in story.values()["stages"]:
        (a,) = stage["outputs"]
        assert stage["says"] == f"{'b' if a > 0.5 else 'a'} ({a:.3g})"


def test_numbers_are_influenced_too_and_nothing_may_have_hurt(tmp_path) -> None:
    x = np.linspace(0.5, 1, 10)[:, None]
    data = Dataset(x, 2 * x, name="line")
    network = cr.Network.create([1, 1], "identity", seed=0).with_parameters([0.0, 0.0])
    recipe = cr.Recipe(
        engine="reference", optimiser="sgd", learning_rate=0.001, batch_size=10, epochs=1, seed=1,
        cost="half_squared_error",
    )  # fmt: skip
    cr.train(network, data, recipe, folder=tmp_path / "run")
    course = RunReplay(str(tmp_path / "run"), data)
    one = ForwardTrace(course.path, network, data, "train", 3)
    story = influence_document(course, run_stages(course), one, 2)
    assert lines(story)[-1] == "None."
    assert story.values()["hurt"] == []
    assert [listed["example"] for listed in story.values()["helped"]] == [9, 8]
    assert lines(story)[0].startswith("For example 3 of the train part of line, target 1.333.")
    assert not any(isinstance(block, Gallery) for block in story.blocks)
    # By hand: after one step from 0, y - a is about y; ∇c_i·∇c = r_i r (x_i x + 1).
    w, b = 0.001 * np.mean(x * 2 * x), 0.001 * np.mean(2 * x)
    r = 2 * x[:, 0] - (w * x[:, 0] + b)
    expected = 0.001 * r * r[3] * (x[:, 0] * x[3, 0] + 1)
    assert story.values()["influences"] == pytest.approx(expected, rel=1e-5)
