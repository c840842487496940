from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import norm
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    log_loss,
    roc_auc_score,
)

from chainrule.data.dataset import Dataset
from chainrule.evaluation.class_scores import ClassScores, ScoredExamples
from chainrule.evaluation.evaluator import evaluate
from chainrule.network.network import Network


def scored(classes: int, n: int = 200, seed: int = 0) -> ScoredExamples:
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, n)
    outputs = softmax(random.standard_normal((n, classes)) + np.eye(classes)[truth], axis=1)
    names = tuple(f"class {k}" for k in range(classes))
    return ScoredExamples(names, truth, outputs.argmax(axis=1), outputs, probabilities=True)


def test_the_figures_of_many_classes_are_scikit_learn_s() -> None:
    seen = scored(4)
    found, rest = seen.scores, {"average": "macro", "multi_class": "ovr"}
    assert found.positive == ""
    assert found.auc.value == pytest.approx(roc_auc_score(seen.truth, seen.outputs, **rest))
    one_hot = np.eye(4)[seen.truth]
    assert found.average_precision.value == pytest.approx(
        average_precision_score(one_hot, seen.outputs, average="macro")
    )
    assert found.log_loss.value == pytest.approx(log_loss(seen.truth, seen.outputs))
    assert found.balanced_accuracy.value == pytest.approx(
        balanced_accuracy_score(seen.truth, seen.predicted)
    )
    for k, one in enumerate(found.classes):
        assert one.auc.value == pytest.approx(roc_auc_score(one_hot[:, k], seen.outputs[:, k]))
        assert one.roc is not None
        area = np.trapezoid(one.roc.true_positive_rate, one.roc.false_positive_rate)
        assert area == pytest.approx(one.auc.value)


def test_two_classes_have_the_figures_of_the_second() -> None:
    seen = scored(2)
    found = seen.scores
    assert found.positive == "class 1"
    assert found.auc == found.classes[1].auc
    assert found.average_precision.value == pytest.approx(
        average_precision_score(seen.truth, seen.outputs[:, 1])
    )
    (table,) = found.tables()
    assert [row[0] for row in table.rows] == [
        "balanced accuracy",
        "ROC AUC of class 1",
        "average precision of class 1",
        "log-loss",
    ]


def test_the_mean_over_classes_is_surer_than_each() -> None:
    found = scored(4).scores

    def width(estimate) -> float:
        return estimate.interval[1] - estimate.interval[0]

    assert all(width(found.auc) < width(one.auc) for one in found.classes)


def test_a_class_that_does_not_occur_has_no_figures_and_does_not_count() -> None:
    seen = scored(3)
    rows = seen.truth != 2
    few = replace(
        seen, truth=seen.truth[rows], predicted=seen.predicted[rows], outputs=seen.outputs[rows]
    )
    found = few.scores
    absent = found.classes[2]
    assert (absent.auc.value, absent.auc.interval, absent.roc) == (None, None, None)
    known = [one.auc.value for one in found.classes[:2]]
    assert found.auc.value == pytest.approx(np.mean(known))


def test_examples_of_one_class_alone_cannot_be_ranked() -> None:
    found = replace(scored(2, 5), truth=np.zeros(5, np.int64)).scores
    assert (found.auc.value, found.average_precision.value) == (None, None)
    assert found.balanced_accuracy.interval is not None


def test_outputs_that_are_no_probabilities_are_ranked_but_have_no_log_loss() -> None:
    found = replace(scored(3), probabilities=False).scores
    assert found.log_loss.value is None
    assert found.auc.value is not None


def test_a_probability_of_0_for_the_true_class_is_not_infinite() -> None:
    outputs = np.array([[1.0, 0.0], [1.0, 0.0]])
    truth = np.array([0, 1])
    found = ScoredExamples(("a", "b"), truth, outputs.argmax(axis=1), outputs, True).scores
    assert found.log_loss.value == pytest.approx(log_loss(truth, outputs))


def test_no_loss_at_all_has_no_interval() -> None:
    outputs = np.eye(2)
    found = ScoredExamples(("a", "b"), np.arange(2), np.arange(2), outputs, True).scores
    assert (found.log_loss.value, found.log_loss.interval) == (0.0, None)


@pytest.mark.parametrize(
    ("own", "others", "distance"), [(100, 100, 1.0), (20, 180, 2.5), (100, 100, 4.0), (10, 300, 2)]
)
def test_the_interval_of_the_auc_holds_the_true_area(
    own: int, others: int, distance: float
) -> None:
    random = np.random.default_rng(1)
    truth = np.repeat([1, 0], [own, others])
    area, held = norm.cdf(distance / np.sqrt(2)), 0
    for _ in range(100):
        output = random.standard_normal(own + others) + distance * truth
        both = np.column_stack([-output, output])
        found = ScoredExamples(("a", "b"), truth, truth, both, probabilities=False).scores
        assert found.auc.interval is not None
        low, high = found.auc.interval
        held += low <= area <= high
    assert held >= 90


def test_the_report_has_them_in_tables_and_json(echo: Network, insects: Dataset) -> None:
    report = evaluate(echo, insects)
    assert report.classes is not None
    assert isinstance(report.classes.scores, ClassScores)
    scores = json.loads(json.dumps(report.to_dict(), allow_nan=False))["classes"]["scores"]
    assert scores["log_loss"]["value"] == pytest.approx(report.cost)
    assert scores["balanced_accuracy"]["value"] == pytest.approx(2 / 3)
    assert scores["classes"][0]["roc"]["threshold"][0] is None
    assert "examples" not in report.to_dict()["classes"]
    titles = [table.title for table in report.tables()]
    assert titles[:3] == ["Summary", "Scores", "Each class against the rest"]


def test_twenty_one_classes_are_not_listed_one_by_one() -> None:
    (table,) = scored(21).scores.tables()
    assert table.title == "Scores"


def test_a_training_result_does_not_load_scikit_learn() -> None:
    program = """
import sys, numpy as np, chainrule as cr
data = cr.Dataset(np.eye(2), np.arange(2))
cr.evaluate(cr.Network.create([2, 2], "softmax"), data).accuracy
print("sklearn" in sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
