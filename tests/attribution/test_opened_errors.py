"""Errors opened layer by layer, biases, values by address, and the step that is chosen."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.active_step import latest_active_step
from chainrule.attribution.replay import RunReplay
from chainrule.attribution.replay_stages import run_stages
from chainrule.attribution.run_value import inspect_value
from chainrule.attribution.weight import WeightRequest, inspect_weight, weight_document
from chainrule.data.dataset import Dataset
from chainrule.documents import render
from chainrule.errors import InputError, UnknownNameError
from chainrule.ledger import DisplayOptions
from chainrule.ledger.steps import Quantity
from chainrule.training import RunFolder, branch


def pictures(n: int = 23) -> Dataset:
    rng = np.random.default_rng(0)
    inputs = rng.integers(1, 256, (n, 12), dtype=np.uint8)
    inputs[:, 2] = 0  # a pixel that is never inked
    inputs[1:, 5] = 0  # one that is inked in a single image
    names = ("a", "b", "c")
    return Dataset(inputs, np.arange(n) % 3, scale=1 / 255, shape=(4, 3), class_names=names)


def trained(folder: Path, activation: str = "tanh", **recipe: Any) -> RunReplay:
    network = cr.Network.create([12, 6, 4, 3], activation, seed=1)
    given = {"optimiser": "adam", "learning_rate": 0.01, "batch_size": 5, "seed": 4}
    chosen = cr.Recipe(engine="reference", epochs=3, **{**given, **recipe})
    cr.train(network, pictures(), chosen, folder=folder)
    return RunReplay(str(folder), pictures())


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> RunReplay:
    return trained(tmp_path_factory.mktemp("opened") / "run")


@pytest.mark.parametrize("index", [(4, 7), (4,)])
def test_the_error_of_an_example_goes_up_to_the_cost(
    replay: RunReplay, index: tuple[int, ...]
) -> None:
    step = replay.step(9)
    before = replay.position_before(step)
    law = replay.reference.trace(before.parameters.astype(np.float64), np.array(step.rows))
    layers = replay.reference.context.layers(before.parameters.astype(np.float64))
    found = weight_document(replay, step, WeightRequest(1, index, by="example")).values()
    assert len(found["errors"]) == len(step.rows)
    for chain in found["errors"]:
        at = step.rows.index(chain["example"])
        first, second = chain["layers"]
        assert (first["layer"], first["neuron"], second["layer"]) == (1, 4, 2)
        for link in (first, second):
            j = link["neuron"]
            assert link["delta"] == law.delta[link["layer"] - 1][at, j]
            assert [t["error"] for t in link["terms"]] == law.delta[link["layer"]][at].tolist()
            assert [t["W"] for t in link["terms"]] == layers[link["layer"]].W[:, j].tolist()
            assert link["da"] == pytest.approx(math.fsum(t["term"] for t in link["terms"]))
            assert link["da"] * link["slope"] == pytest.approx(link["delta"])
            assert (link["adds_up"], link["dropout_factor"]) == (True, 1.0)
            largest = max(link["terms"], key=lambda term: abs(term["term"]))
            assert link["followed"] == largest["neuron"]
        assert second["neuron"] == first["followed"]
        assert chain["output"] == second["followed"]
        assert [one["delta"] for one in chain["outputs"]] == law.delta[2][at].tolist()
        assert [one["a"] for one in chain["outputs"]] == law.a[2][at].tolist()
        assert chain["cost"] == law.c[at]
        assert chain["share"] == 1 / 5


def test_a_bias(replay: RunReplay) -> None:
    before = None
    for number in (8, 9, 10):
        story = weight_document(replay, replay.step(number), WeightRequest(2, (3,), top=2))
        found = story.values()
        assert found["weight"] == "b[2][3]"
        assert found["gradient"] == pytest.approx(math.fsum(t["delta"] for t in found["terms"]))
        assert found["update"][-1]["quantity"] == "b_new[2][3]"
        assert before in (None, found["in_the_run"]["before"])
        before = found["in_the_run"]["after"]
        assert found["update"][-1]["value"] == pytest.approx(before, rel=2e-6)
    text = render(story, "text")
    assert "The bias of neuron 3 of layer 2." in " ".join(text.split())
    assert "[BP3] db[2][3] = Σ delta, the largest terms first" in text
    image = story.values()["terms"][0]["example"]
    story = weight_document(replay, replay.step(10), WeightRequest(2, (3,), image=image))
    assert f"Example {image} adds " in render(story, "text")
    assert [chain["example"] for chain in story.values()["errors"]] == [image]


def test_an_output_has_no_layer_above(replay: RunReplay) -> None:
    story = weight_document(replay, replay.step(9), WeightRequest(3, (1, 2)))
    (chain,) = story.values()["errors"]
    assert (chain["layers"], chain["output"]) == ([], 1)
    assert "[BP1] The outputs of example " in render(story, "text")


@pytest.mark.parametrize("notation", ["row", "column", "papers"])
@pytest.mark.parametrize("form", ["text", "html", "latex", "markdown"])
def test_every_notation_in_every_form(replay: RunReplay, notation: str, form: str) -> None:
    chosen = DisplayOptions(notation=notation)
    story = weight_document(replay, replay.step(9), WeightRequest(1, (4, 7), options=chosen))
    text = render(story, form)
    assert text
    if form == "text":
        assert ("δ¹₄" in text) == (notation == "papers")
        assert ("delta[1][4]" in text) == (notation != "papers")


def test_a_cost_without_its_own_pair(tmp_path: Path) -> None:
    replay = trained(tmp_path / "run", cost="squared_error", batch_size=1)
    network = replay.setup.network.architecture
    assert network.activations[-1] == "tanh"
    story = weight_document(replay, replay.step(9), WeightRequest(1, (4, 7)))
    text = render(story, "text")
    assert "BP1    delta[3][" in text
    assert "C1     da[3][" in text


def test_a_hidden_softmax_has_no_slope_of_its_own(tmp_path: Path) -> None:
    network = cr.Network.create([12, 6, 3], ["softmax", "softmax"], seed=1)
    recipe = cr.Recipe(epochs=1, batch_size=5, seed=4, engine="reference")
    cr.train(network, pictures(), recipe, folder=tmp_path / "run")
    replay = RunReplay(str(tmp_path / "run"), pictures())
    story = weight_document(replay, replay.step(2), WeightRequest(1, (4, 7)))
    text = render(story, "text")
    assert "].delta[1][4]" in text
    assert "].slope[1][4]" not in text
    assert story.values()["errors"][0]["layers"][0]["slope"] is None


def test_weights_below_the_limit_are_not_cut(tmp_path: Path) -> None:
    replay = trained(tmp_path / "run", max_norm=1000.0)
    story = weight_document(replay, replay.step(9), WeightRequest(1, (4, 7)))
    assert "U9" not in render(story, "text")
    story = weight_document(replay, replay.step(9), WeightRequest(1, (4,)))
    assert "U9" not in render(story, "text")


def test_the_search_for_a_step_ends(replay: RunReplay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.attribution.active_step._MOST_STEPS", 2)
    dead = Quantity("dW", 1, (4, 2))
    assert latest_active_step(replay, dead).looked_at == 1  # no step has the input
    monkeypatch.setattr("chainrule.attribution.active_step._is_active", lambda *given: False)
    found = latest_active_step(replay, Quantity("db", 1, (4,)))
    assert (found.step.number, found.looked_at) == (replay.steps_done, 3)


def test_a_regularised_step(tmp_path: Path) -> None:
    """Dropout multiplies errors; a normalised layer above passes du on instead of delta."""
    dropped = trained(tmp_path / "dropped", dropout=0.5)
    factors = set()
    for neuron in range(6):
        request = WeightRequest(1, (neuron,), by="example")
        story = weight_document(dropped, dropped.step(9), request)
        for chain in story.values()["errors"]:
            for link in chain["layers"]:
                factors.add(link["dropout_factor"])
                product = link["da"] * link["dropout_factor"] * link["slope"]
                assert product == pytest.approx(link["delta"], rel=1e-12)
    assert factors == {0.0, 2.0} or factors == {2.0}
    assert "where dropout has multiplied the neuron by m [R2]" in " ".join(
        render(story, "text").split()
    )
    normal = trained(tmp_path / "normal", normalisation="batch")
    story = weight_document(normal, normal.step(9), WeightRequest(1, (4, 7)))
    text = " ".join(render(story, "text").split())
    assert "Layer 2 is normalised: du[2] is made of delta[2] of all examples" in text
    (chain,) = story.values()["errors"]
    assert chain["layers"][0]["adds_up"]


def test_the_step_in_which_something_happens(replay: RunReplay, tmp_path: Path) -> None:
    def active(*index: int) -> Any:
        return latest_active_step(replay, Quantity("dW", 1, index))

    assert (active(4, 7).step.number, active(4, 7).passed) == (replay.steps_done, 0)
    found = active(4, 5)
    assert 0 in found.step.rows
    assert found.passed == replay.steps_done - found.step.number
    expected = replay.step_with(0)
    assert found.step == expected
    nothing = active(4, 2)
    assert (nothing.step.number, nothing.looked_at) == (replay.steps_done, 1)
    dead = trained(tmp_path / "dead", "relu", learning_rate=10.0, optimiser="sgd")
    bias = [latest_active_step(dead, Quantity("db", 1, (j,))) for j in range(6)]
    assert {one.step.number for one in bias if one.looked_at} <= {dead.steps_done}
    story = inspect_weight_at(replay, "1:4,5")
    words = " ".join(render(story, "text").split())
    if found.passed:
        assert "It is the latest in which a term is not 0; so it is in the " in words
    words = " ".join(render(inspect_weight_at(replay, "1:4,2"), "text").split())
    assert "In each of the last 1 steps every term is 0." in words


def inspect_weight_at(replay: RunReplay, weight: str) -> Any:
    """As `inspect_weight`, on data in memory."""
    layer, rest = weight.split(":")
    request = WeightRequest(int(layer), tuple(map(int, rest.split(","))))
    return weight_document(replay, latest_active_step(replay, request.gradient), request)


@pytest.fixture
def saved(chainrule: Any, flowers: str) -> str:
    flags = ("--layers", "2,4,2", "--epochs", "3", "--batch-size", "8", "--seed", "1")
    assert chainrule("train", flowers, *flags, "--run", "run").code == 0
    return "run"


@pytest.mark.usefixtures("own_folder")
class TestValues:
    def test_by_example_by_batch_and_by_step(self, saved: str) -> None:
        found = inspect_value(saved, "delta[2][1]").values()
        assert [one["example"] for one in found["values"]] == list(found["rows"])
        image = found["rows"][0]
        one = inspect_value(saved, "delta[2][1]", image=image).values()
        assert one["values"] == found["values"][:1]
        named = inspect_value(saved, f"example[{image}].delta[2][1]").values()
        assert named["values"] == one["values"]
        part = inspect_value(saved, "dW[2][1,0]", image=image, step=found["step"]).values()
        whole = inspect_value(saved, "dW[2][1,0]").values()
        assert (part["values"][0]["example"], whole["values"][0]["example"]) == (image, None)
        first = inspect_value(saved, "step[2].cost").values()
        assert first == {**inspect_value(saved, "cost", step=2).values(), "address": "step[2].cost"}
        assert first["step"] == 2

    def test_in_words(self, saved: str) -> None:
        text = render(inspect_value(saved, "z[2]", top=3), "text")
        assert text.startswith("z[2] in step ")
        assert "more numbers." in text
        assert text.count("F1 ") == 3
        assert "more number." not in render(inspect_value(saved, "learning_rate"), "text")
        assert "1 more number." in render(inspect_value(saved, "b[2]", top=1), "text")
        assert "δ" in render(inspect_value(saved, "delta[1][1]", notation="papers"), "text")
        page = render(inspect_value(saved, "delta[1][1]"), "html")
        assert page.lower().startswith("<!doctype html>")
        json.loads(render(inspect_value(saved, "W_new[1]"), "json"))

    def test_what_there_is_not(self, saved: str) -> None:
        with pytest.raises(InputError, match="expected the step in the address or as an option"):
            inspect_value(saved, "step[2].cost", step=3)
        with pytest.raises(UnknownNameError):
            inspect_value(saved, "gamma[1]")
        with pytest.raises(InputError):
            inspect_value(saved, "delta[3][1]")
        with pytest.raises(InputError, match="expected a name for by"):
            inspect_weight(saved, "1:0", by="moon")

    def test_a_number_that_dropout_makes_otherwise_has_no_formula(
        self, chainrule: Any, flowers: str
    ) -> None:
        flags = ("--layers", "2,8,2", "--epochs", "1", "--seed", "1", "--dropout", "0.5")
        assert chainrule("train", flowers, *flags, "--run", "run").code == 0
        found = inspect_value("run", "a[1]").values()["values"]
        formulas = {one["formula"] is None for one in found}
        assert formulas == {True, False}

    def test_a_branch_has_its_own_steps_only(self, saved: str) -> None:
        assert cr.open_run(saved).branch(2, learning_rate=0.1).train(folder="b").run.history
        steps = inspect_value("b", "cost").values()["step"] // 3
        assert inspect_value("b", "cost", step=2 * steps + 1).values()["epoch"] == 3
        with pytest.raises(InputError) as caught:
            inspect_value("b", "cost", step=2 * steps)
        assert "it began as a branch of run after epoch 2" in str(caught.value)
        stages = run_stages(RunReplay.open(cr.open_run("b")))
        assert [stage.epoch for stage in stages.stages] == [3]


def test_the_stages_of_a_branch_without_an_epoch(replay: RunReplay, tmp_path: Path) -> None:
    recipe = RunFolder(replay.path).facts().recipe.replaced(epochs=5)
    branch(replay.path, 3, recipe, pictures(), folder=tmp_path / "b")
    stages = run_stages(RunReplay(str(tmp_path / "b"), pictures())).stages
    assert [stage.epoch for stage in stages] == [4, 5]
