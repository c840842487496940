"""Real networks explained: every sum is the law's number, and every step is the run's own."""

from __future__ import annotations

import json
import math
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.decision import decision_document
from chainrule.attribution.forward_trace import ForwardTrace
from chainrule.attribution.margin import decompose_margin, output_choice
from chainrule.attribution.neuron import neuron_document
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.term_sums import TermSum, terms_table
from chainrule.attribution.weight import WeightRequest, weight_document
from chainrule.data.dataset import Dataset
from chainrule.documents.document import Document
from chainrule.documents.nodes import Gallery, Paragraph, Table, parts_of
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.errors import InputError, IntegrityError
from chainrule.network.parameters import Layout
from chainrule.training.run_folder import RunFolder

EXAMPLES, BATCH, EPOCHS = 23, 5, 3
STEPS = 5 * EPOCHS


def pictures(classes: int = 3, shape=(4, 3), n: int = EXAMPLES, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    inputs = rng.integers(0, 256, (n, math.prod(shape)), dtype=np.uint8)
    inputs[:, 2] = 0  # a pixel that is never inked
    names = tuple("abcdef"[:classes])
    return Dataset(
        inputs,
        np.arange(n) % classes,
        scale=1 / 255,
        shape=shape,
        class_names=names,
        name="letters",
    )


def trained(folder, dataset: Dataset, layers=(12, 6, 3), activation="relu", **recipe):
    network = cr.Network.create(layers, activation, seed=1)
    given = {"optimiser": "adam", "learning_rate": 0.01, "batch_size": BATCH, "seed": 4}
    chosen = cr.Recipe(engine="reference", epochs=EPOCHS, **{**given, **recipe})
    cr.train(network, dataset, chosen, folder=folder)
    return RunReplay(str(folder), dataset)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> RunReplay:
    return trained(tmp_path_factory.mktemp("real") / "run", pictures())


def table_of(story: Document, at: int = 0) -> Table:
    return [block for block in story.blocks if isinstance(block, Table)][at]


def sentences(story: Document) -> list[str]:
    paragraphs = [block for block in story.blocks if isinstance(block, Paragraph)]
    return [part.strip() for one in paragraphs for part in parts_of(one.content)]


def test_the_batches_of_a_run(course) -> None:
    assert (course.steps_done, course.batches(0)) == (STEPS, 5)
    for epoch in range(EPOCHS):
        steps = [course.step(5 * epoch + batch) for batch in range(1, 6)]
        assert [(s.epoch, s.batch) for s in steps] == [(epoch + 1, b) for b in range(1, 6)]
        assert sorted(row for step in steps for row in step.rows) == list(range(EXAMPLES))
        assert [len(step.rows) for step in steps] == [5, 5, 5, 5, 3]
    assert course.step(1).rows != course.step(6).rows


def test_the_latest_step_with_an_example(course) -> None:
    for row in range(EXAMPLES):
        step = course.step_with(row)
        assert row in step.rows
        assert step.epoch == EPOCHS


def test_without_shuffling_examples_come_in_order(tmp_path) -> None:
    course = trained(tmp_path / "run", pictures(), shuffle=False)
    assert course.step(7).rows == (5, 6, 7, 8, 9)


def test_a_step_that_the_run_has_not_done(course) -> None:
    for number in (0, STEPS + 1):
        with pytest.raises(InputError) as caught:
            course.step(number)
        assert str(caught.value) == (
            f"{course.path}: expected a step from 1 to 15, got {number}. The run has 5 batches an "
            "epoch."
        )


def test_a_run_that_stopped_early_knows_what_it_has_seen(course, tmp_path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(course.path, folder)
    first = RunFolder(folder).first()
    for path in (folder / "checkpoints").glob("epoch-000003*"):
        path.unlink()
    early = RunReplay(str(folder), course.dataset)
    with RunFolder(folder) as kept:
        kept.write_checkpoint(early.setup.engine.advance(first, cr.Until(batches=2)))
    early = RunReplay(str(folder), course.dataset)
    assert early.steps_done == 2
    seen = {*early.step(1).rows, *early.step(2).rows}
    assert early.step_with(early.step(1).rows[0]).number == 1
    with pytest.raises(InputError) as caught:
        early.step_with(min(set(range(EXAMPLES)) - seen))
    assert "expected an example that the run has seen" in str(caught.value)


def test_a_run_before_its_first_step(course, tmp_path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(course.path, folder)
    for path in (folder / "checkpoints").glob("epoch-000003*"):
        path.unlink()
    with pytest.raises(InputError) as caught:
        _ = RunReplay(str(folder), course.dataset).steps_done
    assert str(caught.value) == (f"{folder}: expected a run with a step, got one without a step.")


def test_other_data_are_refused(course) -> None:
    with pytest.raises(IntegrityError):
        _ = RunReplay(course.path, pictures(seed=1)).setup


def test_each_step_starts_where_the_one_before_ended(course) -> None:
    first = RunFolder(course.path).first()
    engine = ReferenceEngine(
        TrainingContext(course.setup.network.architecture, course.setup.recipe, course.dataset)
    )
    position = first
    for number in range(1, STEPS + 1):
        before = course.position_before(course.step(number))
        assert before.step == number - 1
        assert before.parameters.tobytes() == position.parameters.tobytes()
        position = engine.advance(replace(before, batch=(number - 1) % 5), cr.Until(batches=1))
    assert position.parameters.tobytes() == RunFolder(course.path).network().parameters.tobytes()


def test_long_ways_are_announced(course) -> None:
    said: list[str] = []
    slow = RunReplay(course.path, course.dataset, report=said.append)
    assert slow.position_before(slow.step(STEPS)).step == STEPS - 1
    assert said == []  # so few steps are computed in no time


RECIPES = {
    "sgd": {"optimiser": "sgd", "learning_rate": 0.5},
    "momentum": {"optimiser": "momentum", "learning_rate": 0.1, "l2": 0.01, "clip_norm": 0.05},
    "nesterov": {"optimiser": "nesterov", "learning_rate": 0.1, "l1": 0.001, "clip_norm": 1e6},
    "rmsprop": {"optimiser": "rmsprop", "learning_rate": 0.01, "class_weights": (1, 2, 3)},
    "adamw": {"optimiser": "adamw", "learning_rate": 0.01, "schedule": "cosine"},
    "plateau": {"schedule": "plateau", "schedule_patience": 1, "min_delta": 10.0},
}
KINDS = {
    "sgd": ["learning_rate", "W_new"],
    "momentum": ["g", "gradient_norm", "g_clipped", "learning_rate", "velocity", "W_new"],
    "nesterov": ["g", "gradient_norm", "learning_rate", "velocity", "W_new"],
    "rmsprop": ["learning_rate", "mean_square", "W_new"],
    "adamw": ["learning_rate", "mean", "mean_square", "W_new"],
    "plateau": ["learning_rate", "mean", "mean_square", "W_new"],
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_weight_goes_where_the_run_took_it(tmp_path, name) -> None:
    course = trained(tmp_path / "run", pictures(), activation="tanh", **RECIPES[name])
    layout = Layout(course.setup.network.architecture)
    kept = layout.weights(RunFolder(course.path).network().parameters)
    for layer, index in ((1, (4, 7)), (2, (2, 5))):
        before = None
        for number in range(10, STEPS + 1):
            asked = WeightRequest(layer, index)
            found = weight_document(course, course.step(number), asked).values()
            update = {entry["quantity"]: entry["value"] for entry in found["update"]}
            assert [q.partition("[")[0] for q in update] == KINDS[name]
            run = found["in_the_run"]
            assert run["dtype"] == "float32"
            assert before in (None, run["before"])
            new = update[f"W_new[{layer}][{index[0]},{index[1]}]"]
            assert new == pytest.approx(run["after"], rel=2e-6)
            assert new != run["before"]
            before = run["after"]
        assert before == float(str(kept[layer - 1][index]))


def test_the_terms_of_a_gradient_are_the_law(course) -> None:
    engine = ReferenceEngine(
        TrainingContext(
            replace(course.setup.network.architecture, dtype="float64"),
            course.setup.recipe,
            course.dataset,
        )
    )
    for number in (1, 10, STEPS):
        step = course.step(number)
        theta = course.position_before(step).parameters.astype(np.float64)
        law = engine.trace(theta, np.array(step.rows))
        for layer, j, k in ((1, 4, 7), (2, 2, 5), (1, 0, 2)):
            found = weight_document(course, step, WeightRequest(layer, (j, k))).values()
            assert found["gradient"] == law.dW[layer - 1][j, k]
            assert [term["example"] for term in found["terms"]] == list(step.rows)
            terms = [term["delta"] * term["input"] for term in found["terms"]]
            assert terms == [term["term"] for term in found["terms"]]
            assert math.fsum(terms) == pytest.approx(law.dW[layer - 1][j, k], rel=1e-12, abs=1e-18)
            assert found["adds_up"] is True


def test_a_weight_in_words(course) -> None:
    step = course.step(STEPS)
    row = step.rows[1]
    story = weight_document(course, step, WeightRequest(1, (4, 7), image=row, top=2))
    assert story.title == f"W[1][4,7] in step 15 of {course.path}"
    lines = sentences(story)
    assert lines[:2] == [
        "From input 7 (row 2, column 1) to neuron 4 of layer 1.",
        "Step 15 of 15 was batch 5 of epoch 3, 3 examples.",
    ]
    told = [line for line in lines if line.startswith(f"Example {row} adds ")]
    assert len(told) == 1
    assert re.search(r"number [123] by size\.$", told[0])
    table = table_of(story)
    assert table.title == "[BP4] dW[1][4,7] = Σ delta · a, the largest terms first"
    assert table.header == ("example", "target", "delta[1][4]", "a[0][7]", "delta · a")
    assert [row[0].split()[0] for row in table.rows[2:]] == ["1", "sum"]
    sizes = [abs(float(row[-1])) for row in table.rows[:3]]
    assert sizes == sorted(sizes, reverse=True)
    assert table.note.startswith("The terms add up to the computed value ")
    assert lines[-1].startswith("In the run itself, in float32: from ")
    json.dumps(story.values())


def test_pictures_of_the_images_that_moved_it(course) -> None:
    step = course.step(3)
    story = weight_document(course, step, WeightRequest(1, (4, 7), top=3))
    terms = {term["example"]: term["term"] for term in story.values()["terms"]}
    ranked = sorted((row for row in terms if terms[row]), key=lambda row: -abs(terms[row]))[:3]
    galleries = [block for block in story.blocks if isinstance(block, Gallery)]
    shown = [picture for gallery in galleries for picture in gallery.pictures]
    assert [int(picture.caption.partition(":")[0]) for picture in shown] == ranked
    for picture, row in zip(shown, ranked, strict=True):
        assert (picture.image.reshape(-1) == course.dataset.inputs[row]).all()


def test_a_weight_that_nothing_moves(course) -> None:
    story = weight_document(course, course.step(3), WeightRequest(1, (4, 2)))
    assert "5 of 5 terms are 0: 5 by an input of 0, 0 by an error of 0." in sentences(story)
    assert story.values()["gradient"] == 0
    assert not any(isinstance(block, Gallery) for block in story.blocks)


def test_a_weight_that_is_not_there(course) -> None:
    asked = WeightRequest(2, (3, 0))
    with pytest.raises(InputError) as caught:
        weight_document(course, course.step(1), asked)
    assert str(caught.value) == (
        "inspect: expected a neuron from 0 to 2, got 'dW[2][3,0]'. The network is 12-6-3."
    )


def test_what_was_held_out_is_not_counted(tmp_path) -> None:
    course = trained(tmp_path / "run", pictures(n=30), validation_fraction=0.2)
    story = weight_document(course, course.step(1), WeightRequest(1, (0, 0)))
    assert "The numbers of examples do not count those held out for validation." in sentences(story)


def passing(dataset=None, row=5, layers=(12, 6, 3), activation="relu", **more) -> ForwardTrace:
    network = cr.Network.create(layers, activation, seed=3, bias_initialiser="uniform", **more)
    return ForwardTrace("net", network, dataset or pictures(), "test", row)


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "softmax"])
def test_a_neuron_is_the_sum_of_its_inputs(layer, activation) -> None:
    one = passing(activation=activation)
    found = neuron_document(one, layer, 1, 4).values()
    x = one.dataset.inputs[[5]] * one.dataset.scale
    assert math.fsum([*(t["term"] for t in found["terms"]), found["b"]]) == pytest.approx(
        found["z"], rel=1e-12
    )
    z = float(one.sums(layer)[1])
    assert (found["z"], found["adds_up"]) == (z, True)
    if layer == 2:
        assert found["a"] == pytest.approx(float(one.network.predict(x)[0, 1]), rel=1e-5)
    assert all(t["a"] * t["W"] == t["term"] for t in found["terms"])


def test_a_neuron_in_words() -> None:
    story = neuron_document(passing(), 2, 1, 3)
    assert story.title == "Neuron 1 of layer 2 of net"
    assert sentences(story)[0] == "For example 5 of the test part of letters, class c."
    table = table_of(story)
    assert table.title == "[F1] z[2][1] = Σ W · a + b, the largest terms first"
    assert [row[0] for row in table.rows[3:]][1:] == ["bias b[2][1]", "sum"]
    assert re.fullmatch(r"3 others(, [123] of them 0)?", table.rows[3][0])
    assert not any(isinstance(block, Gallery) for block in story.blocks)
    first = neuron_document(passing(), 1, 1, 3)
    (gallery,) = (block for block in first.blocks if isinstance(block, Gallery))
    captions = [(p.caption, p.signed, p.image.shape) for p in gallery.pictures]
    assert captions == [
        ("example 5", False, (4, 3)),
        ("contributions W · a", True, (4, 3)),
        ("weights W", True, (4, 3)),
    ]


def test_a_neuron_without_a_bias() -> None:
    story = neuron_document(passing(biases=False), 1, 0, 2)
    assert table_of(story).title == "[F1] z[1][0] = Σ W · a, the largest terms first"
    assert story.values()["b"] is None
    assert story.values()["adds_up"] is True


@pytest.mark.parametrize("layers", [(12, 3), (12, 6, 3), (12, 7, 5, 3)])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "identity"])
def test_a_decision_of_straight_pieces_is_exact(layers, activation) -> None:
    for row in range(6):
        one = passing(None, row, layers, activation, output_activation="softmax")
        margin = decompose_margin(one, output_choice(one))
        assert margin.exact
        assert margin.neurons.holds
        assert margin.from_inputs.holds
        assert abs(margin.rest) < 1e-12
        z = np.sort(one.sums(one.depth))
        assert margin.neurons.total == pytest.approx(z[-1] - z[-2], rel=1e-12)


def test_a_decision_of_curves_is_a_slope_and_says_so() -> None:
    one = passing(layers=(12, 7, 3), activation="sigmoid")
    choice = output_choice(one)
    margin = decompose_margin(one, choice)
    assert not margin.exact
    assert abs(margin.rest) > 1e-6
    x = one.activations(0)

    def lead(inputs) -> float:
        z = ForwardTrace("net", one.network, replace(one.dataset, inputs=inputs[None], targets=[0],
                    scale=1.0), "test", 0).sums(2)  # fmt: skip
        return float(z[choice.chosen] - z[choice.rival])

    for at in (0, 7):
        by = np.eye(12)[at] * 1e-5
        slope = (lead(x + by) - lead(x - by)) / 2e-5
        assert margin.inputs[at] == pytest.approx(slope * x[at], rel=1e-6, abs=1e-12)
    story = decision_document(one, 3)
    lines = sentences(story)
    assert (
        "The part of an input is the derivative of the margin by that input, times the "
        "input. This is exact only for functions that are piecewise linear through 0, "
        "unlike sigmoid; the rest makes up the difference."
    ) in lines
    parts = r"Inputs contribute .*, biases .*, the rest .*: together "
    assert any(re.match(parts, line) for line in lines)
    assert story.values()["input_parts_add_up"] is None


def test_a_decision_in_words() -> None:
    one = passing(row=4)
    story = decision_document(one, 2)
    a, z = one.activations(2), one.sums(2)
    order = sorted(range(3), key=lambda j: (-a[j], j))
    chosen = "abc"[order[0]]
    assert story.title == f"Why net chose {chosen}"
    verdict = "which is right" if chosen == "b" else "which is wrong: it is b"
    assert sentences(story)[:2] == [
        "For example 4 of the test part of letters, class b.",
        f"It chose {chosen}, {verdict}.",
    ]
    outputs = table_of(story)
    assert [row[0] for row in outputs.rows] == ["abc"[j] for j in order[:2]]
    assert outputs.note == "and 1 more"
    assert table_of(story, 1).title == "The margin by neurons of layer 1, the largest parts first"
    # relu as the output activation does not rise everywhere.
    assert any("relu is not strictly increasing" in line for line in sentences(story))
    found = story.values()
    assert (found["chosen"], found["target"], found["z"]) == (chosen, "b", z.tolist())
    json.dumps(found)


def test_equal_outputs_are_told_apart_by_their_sums() -> None:
    one = passing(layers=(12, 3), activation="sigmoid")
    flat = one.network.parameters.copy()
    flat[:36] = 0
    flat[36:] = [900.0, 1000.0, 950.0]  # all sigmoids are 1
    sure = replace(one, network=one.network.with_parameters(flat))
    choice = output_choice(sure)
    assert (choice.chosen, choice.rival) == (0, 1)  # predict says the same: the first of equals
    assert sure.network.classify(one.dataset.inputs)[5] == 0


def test_a_single_output_stands_for_two_classes() -> None:
    one = passing(pictures(2), layers=(12, 4, 1), activation="relu", output_activation="sigmoid")
    story = decision_document(one, 3)
    z, a = float(one.sums(2)[0]), float(one.activations(2)[0])
    assert story.values()["chosen"] == ("b" if a > 0.5 else "a")
    assert story.values()["runner_up"] is None
    assert story.values()["margin"] == z
    assert sentences(story)[2] == f"Its only output is {a:.6g}, for the weighted sum {z:.6g}."
    assert table_of(story, 1).title.startswith("The z by neurons of layer 1")


def test_numbers_are_not_decided() -> None:
    data = Dataset(np.ones((3, 2)), np.ones((3, 1)))
    one = ForwardTrace("net", cr.Network.create([2, 1], "identity"), data, "test", 0)
    with pytest.raises(InputError) as caught:
        decision_document(one, 3)
    assert str(caught.value) == (
        "inspect: expected a network that chooses between classes, got targets that are "
        "numbers. Inspect a neuron of the last layer instead."
    )
    assert sentences(neuron_document(one, 1, 0, 3))[0] == (
        "For example 0 of the test part of data, target 1."
    )


def test_inputs_that_are_no_image_are_listed() -> None:
    data = replace(pictures(), shape=(12,))
    story = decision_document(passing(data), 3)
    table = table_of(story, 2)
    assert table.title == "Inputs, the largest parts first"
    assert len(table.rows) == 3
    assert not any(isinstance(block, Gallery) for block in story.blocks)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"row": 23},
            "inspect: expected the number of an example from 0 to 22, got 23. The test part of "
            "letters has 23 examples.",
        ),
        ({"dataset": pictures(shape=(2, 2))}, "net: expected examples of 12 inputs, got 4."),
        (
            {"dataset": pictures(4)},
            "net: expected 4 outputs in the last layer, got 3. The data have 4 classes or target "
            "columns. End the layers with 4.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(change, told) -> None:
    with pytest.raises(InputError) as caught:
        replace(passing(), **change)
    assert str(caught.value) == told


def test_a_sum_that_is_not_the_whole_says_so() -> None:
    short = TermSum(np.array([1.0, 2.0]), 3.5)
    assert not short.holds
    assert short.sentence == "The terms add up to 3, but the computed value is 3.5."
    assert TermSum(np.array([1.0, 2.0]), 3.0).sentence == (
        "The terms add up to the computed value 3, to the last digit (float64)."
    )
    table = terms_table("T", ("a", "b"), [("x",)], TermSum(np.array([1.0, -4.0, 0.0, 9.0]), 6.0),
                        last=(("bias", 9.0),))  # fmt: skip
    assert table.rows == (
        ("x", "-4"),
        ("2 others, 1 of them 0", "1"),
        ("bias", "9"),
        ("sum", "6"),
    )
