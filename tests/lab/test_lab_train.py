"""The room Train: a training that is its steps, what is shown of it, and its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from tests.browser import OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, running, settled, visit

import chainrule as cr
from chainrule.errors import InputError
from chainrule.lab.lab_server import lab_view
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.train_settings import TrainSettings
from chainrule.lab.train_step import TrainTrainings, make_train_step
from chainrule.lab.workbench import Workbench

SMALL = TrainSettings(
    examples=300, hidden=(8,), activations=("tanh",), batch_size=50, updates=20, l2=0.01
)


def test_values_and_address_lead_back_to_the_settings() -> None:
    state = LabState(room="train", train=SMALL)
    assert LabState.from_dict(state.to_dict()) == state
    assert LabState.from_address(state.to_address()) == state
    with pytest.raises(InputError, match="a setting of the train"):
        LabState.from_dict({"train": {"widths": 3}})
    with pytest.raises(InputError, match="digits learned from"):
        TrainSettings(examples=7)


def test_the_training_is_that_of_the_library() -> None:
    shown = make_train_step(TrainTrainings(), LabState(room="train", train=SMALL))
    digits = cr.load_dataset("mnist").train.subset(np.arange(300))
    recipe = shown.training.setup.recipe.replaced(epochs=3)
    network = cr.Network.create([784, 8, 10], ["tanh", "softmax"], seed=1)
    trained = cr.train(network, digits, recipe)
    later = shown.training.position(18)
    np.testing.assert_array_equal(later.parameters, trained.network.parameters)
    assert shown.position.step == 20
    assert shown.position.epoch == 3


def test_the_view_counts_what_the_network_answers() -> None:
    workbench = Workbench(open_subject())
    view = workbench.view(LabState(room="train", train=SMALL, select="z[1][0]"))
    train = view.values["train"]
    counts = np.array([[one["count"] for one in row] for row in train["confusions"]])
    assert counts.sum() == train["tested"] == 2000
    assert np.trace(counts) / 2000 == pytest.approx(train["right"])
    targets = cr.load_dataset("mnist").test.targets
    firsts = [(at, one["first"]) for at, row in enumerate(train["confusions"]) for one in row]
    assert all(targets[first] == at for at, first in firsts if first >= 0)
    assert any(first < 0 for _, first in firsts)
    assert view.arrays["curve"].shape == view.arrays["accuracy"].shape == (3, 3)
    assert view.arrays["maps"].shape == (8, 28, 28)
    assert view.values["opened"]["address"] == "z[1][0]"
    assert view.values["subject"]["name"] == "784-8-10"


def test_the_built_in_digits_are_learned_above_92_percent() -> None:
    found = lab_view(None, "train?train=updates:3000").to_dict()["train"]
    assert found["epoch"] == 3
    assert found["right"] > 0.92


def test_a_training_that_diverges_is_shown_as_far_as_it_came() -> None:
    wild = TrainSettings(examples=300, activations=("identity", "identity"), learning_rate=100)
    state = LabState(room="train", train=replace(wild, updates=500))
    view = Workbench(open_subject()).view(state)
    assert "Lower the learning rate" in view.values["error"]["text"]
    assert view.values["train"]["reached"] < 500


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    yield from running("two-layers")


def test_a_network_learns_digits_and_goes_back(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab)
    before = address_of(page)
    page.get_by_role("button", name="Train", exact=True).click()
    settled(page, before)
    count = page.locator(".time .count")
    page.get_by_label("Updates a frame").select_option("100")
    page.locator(".time .main").click()
    page.wait_for_function(
        "() => Number(/\\d+/.exec(document.querySelector('.time .count').innerText)[0]) >= 1100"
    )
    page.locator(".time .main").click()
    page.wait_for_function("() => location.hash.includes('updates:')")
    page.wait_for_function(
        "() => location.hash === '#' + document.querySelector('.lab').dataset.address"
    )
    paused = re.findall(r"\d+", count.inner_text())[0]
    right = page.get_by_role("heading", name="% right").inner_text()
    assert float(right.split()[0]) > 70
    assert page.locator(".curve svg").count() == 2
    for name in ("One update", "Back"):
        before = address_of(page)
        page.get_by_role("button", name=name, exact=True).click()
        settled(page, before)
    assert re.findall(r"\d+", count.inner_text())[0] == paused
    assert page.get_by_role("heading", name="% right").inner_text() == right
    before = address_of(page)
    page.locator(".confusions tbody tr:nth-child(3) td:nth-child(4) button").click()
    settled(page, before)
    assert "point:1" in address_of(page)
    assert page.get_by_text("It should be 2.").is_visible()
    again = visit(open_page, lab, address_of(page))
    assert again.get_by_role("heading", name="% right").inner_text() == right
