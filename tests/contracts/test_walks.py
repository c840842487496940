"""The walks of docs/design.md, counted: how many of the package's own calls are under way."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import pytest
from PIL import Image

import chainrule as cr
from chainrule import cli, kernels
from chainrule.engine import compiled, initial_state
from chainrule.engine.reference import ReferenceEngine
from chainrule.ledger.entries import LedgerEntries
from chainrule.study.executors import ThreadExecutor
from chainrule.study.worker import run_task

pytestmark = pytest.mark.usefixtures("own_folder")

SOURCES = str(Path(cr.__file__).parent) + os.sep
DESIGN = Path(__file__).parents[2] / "docs" / "design.md"
ORDINALS = {"eleventh": 11, "fourteenth": 14, "fifteenth": 15, "eighteenth": 18}
NUMBERS = {"two": 2, "twelve": 12, "forty": 40}
STUDY = """data = "flowers.csv"
metric = "validation_accuracy"
validation_fraction = 0.2
[network]
layers = [2, 3, 2]
[space]
learning_rate = [0.01]
[budget]
epochs = 1
"""


def walk(command: str) -> str:
    """The walk of a command, as one line."""
    text = DESIGN.read_text(encoding="utf-8").partition("## How a training goes")[2]
    found = text.partition(f"`chainrule {command}")[2].partition("\n`chainrule ")[0]
    return " ".join(found.partition("\n## ")[0].split())


def limit(walked: str, sentence: str) -> int:
    """The number that a walk says where the sentence has a word for it."""
    found = re.search(re.escape(sentence).replace("NUMBER", r"([\w-]+)"), walked)
    assert found is not None, sentence
    return {**ORDINALS, **NUMBERS}[found[1]]


def calls_from(first: CodeType) -> int:
    """The package's own calls that are under way in this thread, from a function on."""
    count, frame = 0, sys._getframe(1)
    while frame is not None:
        count += frame.f_code.co_filename.startswith(SOURCES)
        if frame.f_code is first:
            return count
        frame = frame.f_back
    return 0


class Watch:
    """Stands for a function, and notes as which call it is called, from a function on."""

    def __init__(self, function: Callable[..., Any], first: CodeType = cli.main.__code__) -> None:
        self.function, self.first = function, first
        self.places: list[int] = []

    def __call__(self, *arguments: Any) -> Any:
        if calls := calls_from(self.first):
            self.places.append(calls + 1)
        return self.function(*arguments)


def calls_to_the_kernel(monkeypatch: pytest.MonkeyPatch) -> int:
    """As which call the kernel is called, from the compiled engine's `advance` on."""
    data = cr.Dataset(np.eye(2, dtype=np.float32), np.array([0, 1]), class_names=("a", "b"))
    recipe = cr.Recipe(epochs=1, batch_size=1, seed=0)
    context = cr.TrainingContext(
        cr.Architecture(layers=(2, 2), activations=("softmax",)), recipe, data, 1
    )
    engine = compiled.CompiledEngine(context)
    kernel = Watch(compiled.advance_loops, compiled.CompiledEngine.advance.__code__)
    monkeypatch.setattr(compiled, "advance_loops", kernel)
    theta = np.zeros(engine.layout.size, np.float32)
    engine.advance(cr.Position(theta, initial_state(recipe, theta)), cr.Until(batches=1))
    return kernel.places[-1]


def _ask(engine: object, watch: Watch, *arguments: object) -> object:
    return watch(engine, *arguments)


def watch_engines(monkeypatch: pytest.MonkeyPatch, first: CodeType) -> list[int]:
    """As which call an engine is asked to go on, from a function on, whichever engine it is."""
    places: list[int] = []
    for engine in (ReferenceEngine, compiled.CompiledEngine):
        watch = Watch(engine.advance, first)
        watch.places = places
        monkeypatch.setattr(engine, "advance", partialmethod(_ask, watch))
    return places


def test_a_training(chainrule, bars, monkeypatch) -> None:
    further = calls_to_the_kernel(monkeypatch) - 1
    places = watch_engines(monkeypatch, cli.main.__code__)
    line = ("train", bars, "--layers", "144,2", "--epochs", "1", "--set", "engine=reference")
    assert chainrule(*line).code == 0
    assert places[0] + further <= limit(walk("train"), "The kernel is the NUMBER call")


def test_a_prediction(chainrule, monkeypatch) -> None:
    digits = cr.load_dataset("mnist").test
    network = cr.Network.create([784, 10], activation="softmax", seed=0)
    Image.fromarray(np.asarray(digits.inputs[0]).reshape(28, 28)).save("seven.png")
    network.save("digits.safetensors")
    kernel = Watch(kernels.compute_outputs)
    monkeypatch.setattr(kernels, "compute_outputs", kernel)
    assert chainrule("predict", "digits.safetensors", "seven.png").code == 0
    trial, answer = kernel.places[:2]
    assert answer <= limit(walk("predict"), "computes the outputs, as the NUMBER call")
    assert trial - answer == limit(walk("predict"), "is computed NUMBER calls further down")


def test_a_check(chainrule, monkeypatch) -> None:
    depths = []

    def note(frame: Any, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(SOURCES):
            depths.append(calls_from(cli.main.__code__))

    numbers = Watch(LedgerEntries.exact_value)
    monkeypatch.setattr(
        LedgerEntries, "exact_value", lambda entries, *rest: numbers(entries, *rest)
    )
    sys.setprofile(note)
    try:
        assert chainrule("check", "four-detector").code == 1
    finally:
        sys.setprofile(None)
    assert min(numbers.places) <= limit(walk("check"), "The number is the NUMBER call")
    assert max(depths) <= limit(walk("check"), "at most NUMBER are under way at once")


def test_a_study(chainrule, flowers, tmp_path, monkeypatch) -> None:
    further = calls_to_the_kernel(monkeypatch) - 1
    places = watch_engines(monkeypatch, run_task.__code__)
    (tmp_path / "small.toml").write_text(STUDY)
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")  # threads of this process compute the trials
    handed = Watch(ThreadExecutor.results)
    monkeypatch.setattr(ThreadExecutor, "results", lambda executor, tasks: handed(executor, tasks))
    assert chainrule("study", "run", "small.toml", "--workers", "1").code == 0
    assert handed.places[0] <= limit(walk("study run"), "(`executors.py`), as the NUMBER call")
    assert places[0] + further <= limit(walk("study run"), "there are at most NUMBER calls")
