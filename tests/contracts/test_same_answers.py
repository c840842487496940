"""One answer to the same rows: by command and in Python, from a run and from copies elsewhere."""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

_COPIES = ["run", "again", "elsewhere/run", "elsewhere/network.safetensors"]


@pytest.fixture
def runs(own_folder: None, chainrule, target: str) -> str:
    """A table with categories, dates and blanks, learned by command and in Python, and copies."""
    made = random.Random(7)
    with Path("people.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["city", "since", "income", "target"])
        for k in range(80):
            income = made.choice(["", round(made.gauss(3, 1), 2)])
            label = {"class": "yn"[k % 2], "number": round(made.gauss(k, 3), 2)}[target]
            since = f"20{made.randint(10, 20)}-0{made.randint(1, 9)}-11"
            rows.writerow([made.choice(["Bonn", "Köln", "Ulm"]), since, income, label])
    options = ("--seed", "3", "--epochs", "5")
    assert chainrule("train", "people.csv", "--run", "run", *options).code == 0
    cr.Experiment.create("people.csv", seed=3, epochs=5).train(folder="again")
    shutil.copytree("run", "elsewhere/run")
    shutil.copy("run/network.safetensors", "elsewhere/network.safetensors")
    return "people.csv"


@pytest.mark.parametrize("target", ["class", "number"])
def test_train_predict_and_evaluate_agree_to_the_bit(chainrule, runs: str) -> None:
    answers, outputs, reports = set(), set(), set()
    for copy in _COPIES:
        found = cr.open_run(copy)
        answers.add(json.dumps([one.to_dict() for one in found.predict(runs)]))
        answers.add(json.dumps(json.loads(chainrule("predict", copy, runs, "--json").out)))
        assert chainrule("predict", copy, runs, "--output", "answers.csv").code == 0
        outputs.add(Path("answers.csv").read_bytes())
        reports.add(json.dumps(found.evaluate(runs, part="all").to_dict()))
        printed = chainrule("evaluate", copy, runs, "--split", "all", "--json").out
        reports.add(json.dumps(json.loads(printed)))
    assert (len(answers), len(outputs), len(reports)) == (1, 1, 1)

    predicted = [list(one["outputs"].values()) for one in json.loads(answers.pop())]
    with Path("answers.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(predicted) == 80
    report = json.loads(reports.pop())
    if report["classes"] is None:
        given = [float(row["answer"]) for row in written]
        assert given == [one for (one,) in predicted]
        error = np.abs(given - np.array([float(row["target"]) for row in written])).mean()
        assert report["numbers"]["outputs"][0]["mean_absolute_error"] == pytest.approx(error)
    else:
        right = sum(row["answer"] == row["target"] for row in written)
        assert report["classes"]["accuracy"] == right / 80
