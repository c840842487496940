"""Two runs beside each other: where they part, to the step, and how they differ in the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.parting import Parting, find_parting
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.run_comparison import compare_runs
from chainrule.documents import render
from chainrule.errors import InputError
from chainrule.evaluation import mcnemar_test
from chainrule.figures import comparison_report
from chainrule.network import predicted_classes
from chainrule.training import RunFolder

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, own_folder: None, flowers: str) -> Run:
    """Train on the flowers by the reference engine; returns the folder."""

    def train(name: str, **settings: Any) -> str:
        given = {"layers": [2, 4, 2], "epochs": 4, "batch_size": 5, "seed": 1, **settings}
        cr.Experiment.create(flowers, engine="reference", **given).train(folder=name)
        return name

    return train


def parting(first: str, second: str) -> Parting:
    return find_parting(*(RunReplay.open(cr.open_run(one)) for one in (first, second)))


def test_runs_that_are_the_same(run: Run) -> None:
    run("a")
    run("b")
    found = compare_runs("a", "b")
    steps = RunFolder("a").newest().step
    assert found.parting == Parting("never", 4, 0, (steps, steps))
    assert (found.settings, found.parting.largest) == ((), None)
    assert all((one.distance, one.largest, one.at) == (0, 0, "") for one in found.weights)
    assert (found.test.only_first, found.test.only_second, found.test.p) == (0, 0, 1.0)
    text = " ".join(render(found.document(), "text").split())
    assert f"They agree to the bit as far as both have come, up to step {steps}." in text
    assert "They were asked for the same: recipe, network and data agree." in text
    assert compare_runs("a", "a").histories.keys() == {"a (1)", "a (2)"}


def test_another_start(run: Run) -> None:
    found = parting(run("a"), run("b", seed=2))
    assert (found.where, found.epoch, found.batch, found.steps) == ("start", 0, 0, (0, 0))
    first = [RunFolder(name).first().parameters for name in ("a", "b")]
    assert found.largest.largest == pytest.approx(np.abs(first[0] - first[1]).max())
    assert found.tensors[0].name == "W[1]"
    assert next(found.sentences()) == "They begin with different parameters."


def test_another_network(run: Run) -> None:
    found = compare_runs(run("a"), run("b", layers=[2, 3, 2]))
    assert (found.parting, found.weights) == (Parting("networks"), ())
    text = " ".join(render(found.document(), "text").split())
    assert "Their networks are different" in text
    assert parting("a", run("c", dtype="float64")).where == "networks"


def test_the_first_step_and_tensor(run: Run) -> None:
    """A schedule that drops the rate after two epochs parts two runs in the third."""
    run("a")
    run("b", schedule="step", schedule_every=2, schedule_factor=0.9)
    found = parting("a", "b")
    batches = RunFolder("a").newest().step // 4
    assert (found.where, found.epoch, found.batch) == ("step", 3, 1)
    assert found.steps == (2 * batches + 1,) * 2
    replays = [RunReplay.open(cr.open_run(name)) for name in ("a", "b")]
    after = [one.position_at(2 * batches + 1).parameters for one in replays]
    before = [one.position_at(2 * batches).parameters for one in replays]
    assert before[0].tobytes() == before[1].tobytes()
    layout = replays[0].setup.engine.layout
    for one in found.tensors:
        slot = next(slot for slot in layout.slots if slot.name == one.name)
        apart = np.abs(slot.view(after[0]).astype(float) - slot.view(after[1]).astype(float))
        assert one.largest == pytest.approx(apart.max())
        assert apart[one.index] == apart.max()
        assert one.count == (slot.view(after[0]) != slot.view(after[1])).sum()
    text = " ".join(sentence for sentence in found.sentences())
    assert f"They part in step {found.steps[0]}: batch 1 of epoch 3." in text
    assert f"The largest difference is {found.largest.largest:.3g}, in " in text


def test_other_batches_have_other_numbers_of_steps(run: Run) -> None:
    run("a", epochs=2)
    cr.open_run("a").branch(1, batch_size=10).train(folder="b")
    found = parting("a", "b")
    assert (found.where, found.epoch, found.batch) == ("step", 2, 1)
    assert found.steps[0] > found.steps[1]
    assert f"steps {found.steps[0]} and {found.steps[1]}" in next(found.sentences())


def test_branches(run: Run) -> None:
    """A branch agrees with its parent up to its start; two of different parents part before."""
    run("a")
    cr.open_run("a").branch(2, learning_rate=0.1).train(folder="b")
    found = compare_runs("b", "a")
    assert (found.parting.where, found.parting.epoch, found.parting.batch) == ("step", 3, 1)
    names = [one.path for one in found.settings]
    assert names == ["recipe.learning_rate", "parent.run", "parent.epoch"]
    run("c", l2=0.1)
    found = parting("c", "b")
    assert (found.where, found.epoch, found.known_in) == ("epoch", 1, "a")
    assert "in epoch 1, whose steps are those of a." in next(found.sentences())
    assert parting("b", "c").where == "epoch"
    longer = cr.open_run("a").branch(4, epochs=6).train(folder="longer")
    assert longer.run.folder is not None
    assert parting("a", "longer").where == "never"


def test_a_run_that_has_not_ended(run: Run) -> None:
    run("a")
    run("b")
    for name in ("network.safetensors", "certificate.json"):
        (Path("b") / name).unlink()
    found = compare_runs("a", "b")
    assert found.parting.where == "never"
    assert found.second.network.digest == found.first.network.digest


def test_mcnemar_and_weights(run: Run) -> None:
    found = compare_runs(run("a", epochs=1), run("b", epochs=1, learning_rate=0.1))
    test = cr.open_run("a").data()
    right = []
    for name in ("a", "b"):
        network = cr.open_run(name).network
        right.append(predicted_classes(network.predict(test.inputs)) == test.targets)
    only = [int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())]
    assert found.test == mcnemar_test(*only)
    weights = [cr.open_run(name).network.weights[0].astype(float) for name in ("a", "b")]
    one = found.weights[0]
    assert one.name == "W[1]"
    assert one.distance == pytest.approx(np.linalg.norm(weights[0] - weights[1]))
    assert one.largest == pytest.approx(np.abs(weights[0] - weights[1]).max())
    product = np.linalg.norm(weights[0]) * np.linalg.norm(weights[1])
    assert one.cosine == pytest.approx((weights[0] * weights[1]).sum() / product)
    plain = json.loads(render(found.document(), "json"))
    assert plain == json.loads(json.dumps(found.to_dict()))
    assert plain["mcnemar"]["only_first"] == only[0]
    assert plain["settings"] == [
        {"setting": "recipe.learning_rate", "first": 0.001, "second": 0.1},
        *plain["settings"][1:],
    ]


def test_numbers_have_no_paired_test(run: Run, line: str) -> None:
    for name in ("a", "b"):
        made = cr.Experiment.create(line, layers=[1, 1], task="numbers", epochs=1, seed=1)
        made.train(folder=name)
    found = compare_runs("a", "b")
    assert (found.test, found.first.right) == (None, None)
    text = render(found.document(), "text")
    assert "There is no paired test: it takes the same test examples, of classes." in text
    assert found.to_dict()["mcnemar"] is None


def test_zero_weights_have_no_cosine(run: Run) -> None:
    run("a", epochs=0)
    run("b", epochs=0)
    with pytest.raises(InputError, match="expected a run with a step"):
        compare_runs("a", "b")
    run("c", epochs=1, initialiser="zeros")
    found = compare_runs("c", "c")
    assert found.to_dict()["weights"][0]["cosine"] is None
    assert "Curves" in render(found.document(), "text")


def test_long_curves_are_shortened_and_pictures_are_not(run: Run) -> None:
    run("a", epochs=15)
    run("b", epochs=14, validation_fraction=0.2)
    document = comparison_report(compare_runs("a", "b"))
    text = render(document, "text")
    assert "3 epochs between these are left out." in text
    assert "validation_cost (2)" in text
    page = render(document, "html")
    assert page.count("data:image/svg+xml;base64,") == 2


def test_a_start_has_no_curves(run: Run) -> None:
    """A run stopped in its first epoch has a step, and no record yet."""
    run("a", epochs=1)
    replay = RunReplay.open(cr.open_run("a"))
    early = replay.position_at(2)
    for path in RunFolder("a").checkpoints()[1:]:
        path.unlink()
    with RunFolder("a") as folder:
        folder.write_checkpoint(early)
    found = compare_runs("a", "a")
    assert found.parting.steps == (2, 2)
    assert "\nCurves\n" not in render(found.document(), "text")
    assert render(comparison_report(found), "html").count("image/svg+xml") == 1
