"""A training that goes on by itself while it is looked at, and stops when nobody looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.train_settings import SettingValue, TrainSettings
from chainrule.lab.train_source import TrainSources
from chainrule.lab.train_training import TrainTraining
from chainrule.lab.workbench import Workbench

SETTINGS = TrainSettings(
    examples=200, hidden=(6,), activations=("tanh",), values=(SettingValue("batch_size", 10),)
)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something holds; a minute is long enough on a busy machine."""
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_comes_to_the_bits_of_a_training_that_nobody_looks_at() -> None:
    sources = TrainSources()
    watched, alone = (TrainTraining(SETTINGS, sources) for _ in range(2))
    seen = []

    def arrived() -> bool:
        seen.append(watched.ahead.latest(900, 0.05).position.step)
        return seen[-1] == 900

    until(arrived)
    assert seen == sorted(seen)
    np.testing.assert_array_equal(watched.newest(900).parameters, alone.position(900).parameters)


def test_it_stops_when_nobody_looks() -> None:
    training = TrainTraining(SETTINGS, TrainSources())
    before = threading.active_count()
    training.ahead.latest(10_000_000, 0.05)
    assert training.ahead._thread is not None
    until(lambda: training.ahead._thread is None)
    assert threading.active_count() <= before
    stood = training.newest(10_000_000).step
    assert 0 < stood < 10_000_000
    assert training.ahead.latest(10_000_000, 5).position.step >= stood


def test_it_ends_where_the_training_ends_or_diverges() -> None:
    sources = TrainSources()
    short = replace(SETTINGS, values=(*SETTINGS.values, SettingValue("epochs", 2)))
    ending = TrainTraining(short, sources)
    until(lambda: ending.ahead.latest(9000, 0.05).position.step == 40)
    wild = replace(SETTINGS, activations=("identity",))
    wild = replace(wild, values=(*SETTINGS.values, SettingValue("learning_rate", 1e6)))
    failing = TrainTraining(wild, sources)
    until(lambda: failing.ahead.latest(9000, 0.05).failure is not None)
    assert failing.ahead.latest(0, 0.05).failure is None


def test_frames_of_a_long_way_show_where_the_training_is() -> None:
    workbench = Workbench(open_subject("two-layers"))
    beside = TrainSettings(examples=200, hidden=(4,), activations=("tanh",))
    state = LabState(room="train", train=replace(SETTINGS, updates=3000, beside=beside))
    reached = [0]

    def arrived() -> bool:
        train = workbench.view(state, moving=True).values["train"]
        reached.append(train["reached"])
        return reached[-1] == 3000 and not train["behind"]

    until(arrived)
    assert reached == sorted(reached)
    still = workbench.view(state).values["train"]
    assert [one["step"] for one in still["scores"]] == [3000, 3000]
