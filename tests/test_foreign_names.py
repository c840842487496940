"""Names of other libraries are answered with ours, wherever a name is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chainrule import foreign_names
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.initialisers import INITIALISERS
from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES
from chainrule.errors import UnknownNameError
from chainrule.experiment import Experiment
from chainrule.foreign_names import translate_name
from chainrule.network import Network
from chainrule.recipe import MONITORS, Recipe
from chainrule.schema import ENCODINGS, SCALINGS
from chainrule.settings import training_settings

LISTS = (
    *(COSTS, ACTIVATIONS, (*UPDATES, "lbfgs"), INITIALISERS, SCHEDULES, training_settings()),
    *(MONITORS, SCALINGS, ENCODINGS, ("classes", "numbers"), ("threads", "trials")),
)


def test_every_answer_exists_and_no_name_of_ours_is_foreign() -> None:
    for foreign, answer in foreign_names._ANSWERS.items():
        ours = answer.partition(":")[0].partition(",")[0]
        places = [names for names in LISTS if ours in names]
        assert places, answer
        assert all(foreign not in names for names in places), foreign


@pytest.mark.parametrize(
    ("name", "valid", "told"),
    [
        (
            "mse",
            COSTS,
            "mse is called mean_squared_error here: it is the mean over the outputs; "
            "squared_error is their sum, half_squared_error half of it",
        ),
        ("CrossEntropyLoss", COSTS, "CrossEntropyLoss is called categorical_cross_entropy here"),
        ("BCE", COSTS, "BCE is called binary_cross_entropy here"),
        (
            "log loss",
            COSTS,
            "log loss is called categorical_cross_entropy, for a single output "
            "binary_cross_entropy here",
        ),
        ("logistic", ACTIVATIONS, "logistic is called sigmoid here"),
        ("max_iter", training_settings(), "max_iter is called epochs here"),
        (
            "hidden_layer_sizes",
            training_settings(),
            "hidden_layer_sizes is called hidden here: the neurons of each hidden layer",
        ),
        ("--dropout-rate", ["--dropout"], "--dropout-rate is called --dropout here: the fraction "
         "that is dropped"),
        ("logistic", COSTS, ""),
        ("nonsense", COSTS, ""),
        (7, COSTS, ""),
    ],
)  # fmt: skip
def test_answers(name: Any, valid: Any, told: str) -> None:
    assert translate_name(name, list(valid)) == told


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Recipe(cost="cross_entropy"), "cross_entropy is called categorical_cross_entropy"),
        (lambda: Recipe(optimiser="nag"), "nag is called nesterov here"),
        (lambda: Recipe(optimiser="SGD"), "Did you mean 'sgd'?"),
        (lambda: Recipe(optimiser="Adam"), "Did you mean 'adam'?"),
        (lambda: Recipe.from_dict({"n_epochs": 3}), "n_epochs is called epochs here"),
        (lambda: Network.create([2, 2], "swish"), "swish is called silu here"),
        (lambda: Experiment.create("mnist", lr=0.1), "lr is called learning_rate here"),
        (lambda: Experiment.create("mnist", alpha=0.1), "alpha is called l2 here: scikit-learn"),
    ],
)
def test_errors_of_the_library(call: Callable[[], object], told: str) -> None:
    with pytest.raises(UnknownNameError) as error:
        call()
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("train", "mnist", "--lr", "0.1"),
            "train: expected a flag of this command, got '--lr'. --lr is called --learning-rate "
            "here. See chainrule train --help.\n",
        ),
        (
            ("tune", "mnist", "--n-trials", "3"),
            "tune: expected a flag of this command, got '--n-trials'. --n-trials is called "
            "--trials here. See chainrule tune --help.\n",
        ),
        (
            ("train", "mnist", "--learnin-rate", "0.1"),
            "train: expected a flag of this command, got '--learnin-rate'. Did you mean "
            "'--learning-rate'? See chainrule train --help.\n",
        ),
    ],
)
def test_errors_of_flags(
    own_folder: None, chainrule: Callable[..., Any], words: tuple[str, ...], told: str
) -> None:
    done = chainrule(*words)
    assert (done.code, done.out, done.err) == (2, "", told)


@pytest.mark.parametrize("words", [("--set", "loss=huber"), ("--cost", "mae")])
def test_errors_of_settings(
    own_folder: None, chainrule: Callable[..., Any], words: tuple[str, ...]
) -> None:
    done = chainrule("train", "mnist", *words)
    assert done.code == 2
    assert " is called " in done.err
