from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.data import split_folds
from chainrule.errors import InputError
from chainrule.evaluation import fold_statistics
from chainrule.experiment import Experiment, FoldResult, compare_folds
from chainrule.experiment.cross_validation import CrossValidation
from chainrule.experiment.experiment import LoadedData


def table(kind: str, n: int = 60) -> str:
    """A file of two columns, the first of which decides the third."""
    random = np.random.default_rng(0)
    rows = random.standard_normal((n, 2))
    if kind == "classes":
        last = ["high" if value > 0 else "low" for value in rows[:, 0] + 0.3 * rows[:, 1]]
    else:
        last = [f"{2 * value + 1:.6f}" for value in rows[:, 0]]
    lines = [f"{a:.6f},{b:.6f},{y}" for (a, b), y in zip(rows, last, strict=True)]
    Path(f"{kind}.csv").write_text("\n".join(["a,b,y", *lines]) + "\n")
    return f"{kind}.csv"


def experiment(kind: str = "classes", **settings) -> Experiment:
    task = {"task": "numbers"} if kind == "numbers" else {}
    given = {"epochs": 4, "seed": 5, "engine": "reference", "learning_rate": 0.02, **task}
    return Experiment.create(table(kind), **{**given, **settings})


def test_each_fold_is_the_training_that_can_be_had_by_hand() -> None:
    made = experiment()
    found = made.cross_validate(3)
    training = made.datasets.pair.train
    assert (found.examples, found.seed, found.data_sha256) == (len(training), 5, training.digest)
    for k, (fold, parts) in enumerate(zip(found.folds, split_folds(training, 3, 5), strict=True)):
        other = Experiment(
            data=made.data, architecture=made.architecture, recipe=made.recipe.replaced(seed=5 + k)
        )
        run = cr.train(other.network(), parts.train, other.recipe)
        report = cr.evaluate(run.network, parts.test, cost=made.recipe.cost)
        assert fold.network_sha256 == run.network.digest
        assert (fold.fold, fold.seed, fold.epochs) == (k + 1, 5 + k, 4)
        assert (fold.learned, fold.held_out) == (len(parts.train), len(parts.test))
        assert fold.scores["accuracy"] == report.accuracy
        assert fold.scores["cost"] == report.cost
        assert fold.right is not None
        assert fold.right.mean() == report.accuracy


def test_the_means_have_corrected_intervals_that_stay_in_range() -> None:
    found = experiment(epochs=20).cross_validate(4)
    assert list(found.statistics) == ["accuracy", "balanced_accuracy", "auc", "cost"]
    values = [fold.scores["cost"] or 0.0 for fold in found.folds]
    cost = fold_statistics(values, 1 / 3)
    assert cost.interval is not None
    assert found.statistics["cost"].mean == cost.mean
    assert found.statistics["cost"].interval == (max(0.0, cost.interval[0]), cost.interval[1])
    accuracy = found.statistics["accuracy"]
    assert accuracy.interval is not None
    low, high = accuracy.interval
    assert 0 <= low < accuracy.mean < high <= 1


def test_numbers_have_scores_in_their_own_unit() -> None:
    found = experiment("numbers", epochs=30).cross_validate(3)
    assert list(found.statistics) == [
        "r_squared",
        "mean_absolute_error",
        "root_mean_squared_error",
        "cost",
    ]
    assert found.statistics["r_squared"].mean > 0.5
    assert found.folds[0].right is None
    assert "R²" in cr.render(found.document(), "text")


def test_a_score_that_a_fold_does_not_define_has_no_mean() -> None:
    made = experiment("numbers", epochs=1)
    training = made.datasets.pair.train
    alike = np.zeros((len(training), 1))
    pair = replace(made.datasets.pair, train=replace(training, targets=alike))
    found = replace(made, loaded=LoadedData(pair, None)).cross_validate(3)
    assert found.folds[0].scores["r_squared"] is None
    assert "r_squared" not in found.statistics
    assert "cost" in found.statistics


def test_the_caller_sees_each_fold_and_each_training() -> None:
    folds, epochs = list[FoldResult](), list[int]()
    found = experiment(epochs=2).cross_validate(
        3,
        on_fold=folds.append,
        observers=[lambda progress: epochs.append(progress.position.epoch)],
        threads=1,
    )
    assert tuple(folds) == found.folds
    assert epochs.count(2) >= 3


def test_two_settings_are_compared_on_the_same_folds() -> None:
    better, worse = (experiment(epochs=count).cross_validate(4) for count in (30, 1))
    found = compare_folds(better, worse)
    accuracy = found.differences["accuracy"]
    means = [one.statistics["accuracy"].mean for one in (better, worse)]
    assert accuracy.statistics.mean == pytest.approx(means[0] - means[1])
    assert accuracy.p is not None
    assert found.right is not None
    rights = [np.concatenate([f.right for f in one.folds]) for one in (better, worse)]
    assert found.right.only_first == int((rights[0] & ~rights[1]).sum())
    assert found.right.only_second == int((rights[1] & ~rights[0]).sum())
    text = cr.render(found.document(), "text")
    assert text.startswith("Two settings on the same 4 folds\n")
    assert "p (McNemar, exact)" in text
    values = json.loads(json.dumps(found.to_dict()))
    assert values["second"] == json.loads(json.dumps(worse.to_dict()))


def test_costs_of_two_kinds_are_not_compared_and_numbers_have_no_mcnemar() -> None:
    first = experiment("numbers", epochs=1).cross_validate(3)
    second = experiment("numbers", epochs=1, cost="huber").cross_validate(3)
    found = compare_folds(first, second)
    assert "cost" not in found.differences
    assert found.right is None
    assert found.to_dict()["right"] is None
    assert len(found.tables()) == 1


@pytest.mark.parametrize("other", [{"seed": 6}, {"folds": 4}, {"target": "first"}])
def test_other_folds_are_refused(other) -> None:
    folds = other.pop("folds", 3)
    first = experiment("numbers", epochs=0).cross_validate(3)
    with pytest.raises(InputError, match="expected a cross-validation on the same folds: 3 folds"):
        compare_folds(first, experiment("numbers", epochs=0, **other).cross_validate(folds))


def test_json_is_the_same_each_time_but_for_the_clock() -> None:
    made = experiment(epochs=1)
    found: list[CrossValidation] = [made.cross_validate(3) for _ in range(2)]
    values = [json.loads(json.dumps(one.to_dict())) for one in found]
    for value in values:
        for fold in value["folds"]:
            del fold["seconds"]
    assert values[0] == values[1]
