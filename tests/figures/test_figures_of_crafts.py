"""Every figure of a run, for runs of every craft: a picture, or one line that says what lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.errors import ChainruleError
from chainrule.evaluation import evaluate
from chainrule.experiment import Experiment, open_run
from chainrule.figures import FIGURES, draw_figure
from chainrule.figures.cost_slices import cost_slices_data
from chainrule.figures.run_path import choose_sample, run_ends

SMALL: dict[str, Any] = {"engine": "reference", "seed": 3, "epochs": 3, "batch_size": 10}
IMAGES = {"layers": [30, 6, 3]}
CRAFTS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("images", IMAGES),
    "normalisation": ("images", {**IMAGES, "normalisation": "batch"}),
    "normalisation of two layers, averaged": (
        "images",
        {"layers": [30, 6, 5, 3], "normalisation": "batch", "averaging": "ema", "dropout": [0.2]},
    ),
    "dropout": ("images", {**IMAGES, "dropout": [0.3]}),
    "mixup": ("images", {**IMAGES, "mixup": 0.3, "label_smoothing": 0.1}),
    "distortions": ("images", {**IMAGES, "shift": 1.0, "rotation": 10.0, "noise": 0.1}),
    "lbfgs": ("images", {**IMAGES, "optimiser": "lbfgs"}),
    "growing batches in parts": (
        "images",
        {**IMAGES, "batch_growth": 2.0, "batch_growth_every": 1, "accumulation": 2},
    ),
    "held out": (
        "images",
        {**IMAGES, "validation_fraction": 0.2, "monitor": "validation_cost", "patience": 1},
    ),
    "restarts": (
        "images",
        {**IMAGES, "schedule": "cosine_restarts", "cycle_epochs": 1, "snapshots": True},
    ),
    "no hidden layer": ("images", {"layers": [30, 3]}),
    "no biases, float64": ("images", {**IMAGES, "biases": False, "dtype": "float64"}),
    "one output": (
        "table",
        {"layers": [2, 4, 1], "cost": "binary_cross_entropy", "activation": "sigmoid"},
    ),
    "numbers": ("line", {"layers": [1, 4, 1], "task": "numbers"}),
    "numbers, normalised": (
        "line",
        {"layers": [1, 4, 1], "task": "numbers", "normalisation": "batch", "cost": "huber"},
    ),
}
REFUSED = {
    "lbfgs": {"mistakes"},  # it makes none
    "no hidden layer": {"saturation"},
    "one output": {"digits", "mistakes"},
    "numbers": {"calibration", "confusion", "digits", "mistakes", "roc", "thresholds"},
    "numbers, normalised": {"calibration", "confusion", "digits", "mistakes", "roc", "thresholds"},
}
"""Figures that do not exist for a run: of images for a table, of classes for numbers."""
OF_RUNS = [n for n, s in FIGURES.items() if s.needs not in ("nothing", "table", "worked")]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A run of each craft, with its data beside it."""
    folder = tmp_path_factory.mktemp("crafts")
    draw = np.random.default_rng(2)
    labels = np.arange(60) % 3
    images = draw.integers(0, 90, (60, 6, 5)) + 160 * (np.arange(6)[:, None] // 2 == 0)
    images = np.stack([np.roll(x, 2 * y, axis=0) for x, y in zip(images, labels, strict=True)])
    np.savez(folder / "images.npz", x=images.astype(np.uint8), y=labels)
    points = draw.normal(size=(60, 2)) + 2 * (labels == 1)[:, None]
    rows = [f"{x:.3f},{y:.3f},{int(k == 1)}" for (x, y), k in zip(points, labels, strict=True)]
    (folder / "table.csv").write_text("\n".join(["x,y,kind", *rows]) + "\n")
    rows = [f"{x / 10},{2 * x / 10 + 1}" for x in range(60)]
    (folder / "line.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    files = {"images": "images.npz", "table": "table.csv", "line": "line.csv"}
    made = {}
    for number, (name, (data, settings)) in enumerate(CRAFTS.items()):
        path = str(folder / f"run-{number}")
        experiment = Experiment.create(str(folder / files[data]), **{**SMALL, **settings})
        experiment.train(folder=path)
        made[name] = path
    return made


@pytest.mark.parametrize("craft", CRAFTS)
def test_every_figure_is_drawn_or_refused_in_one_line(craft: str, runs: dict[str, str]) -> None:
    refused = {}
    for name in OF_RUNS:
        try:
            assert draw_figure(name, runs[craft]).axes
        except ChainruleError as error:
            refused[name] = str(error)
    assert set(refused) == REFUSED.get(craft, set())
    assert all(text.endswith(".") and "\n" not in text for text in refused.values())


def test_a_normalised_run_is_judged_by_its_inference_parameters(runs: dict[str, str]) -> None:
    run = open_run(runs["normalisation of two layers, averaged"])
    replay = RunReplay.open(run)
    start, end = run_ends(replay)
    assert end.astype(np.float32).tolist() == run.network.parameters.tolist()
    assert start.shape == end.shape
    slices = cost_slices_data(replay, points=8)
    report = evaluate(run.network, replay.dataset)
    assert slices.way.cost[5] == pytest.approx(report.cost, rel=1e-5)  # a fraction of 1: the end
    z = choose_sample(replay).weighted_sums(end)
    for shown, computed in zip(
        z[-1], next(run.network.outputs(replay.dataset.inputs))[0], strict=True
    ):
        assert shown == pytest.approx(computed, rel=1e-4, abs=1e-5)
