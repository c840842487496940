from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainrule.errors import ChainruleError
from chainrule.study.configuration import build_configuration, resolve_study
from chainrule.study.spec import StudySpec, read_study
from chainrule.study.study_data import load_study_data

START = 'data = "mnist"\nsearch = "grid"\n'
SPACE = "[space]\nbatch_size = [10, 20]\n"
SETTINGS = "These are the settings of chainrule train, and neurons_1, neurons_2 …."


def refused(tmp_path: Path, text: str) -> str:
    """The error for a study file, without the folder."""
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(ChainruleError) as error:
        read_study(path)
    return str(error.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            START + 'serch = "tpe"\n' + SPACE,
            "a.toml, line 3: expected a key of a study, got 'serch' (str). Did you mean 'search'? "
            "Valid names: budget, data, metric, name, network, pruner, recipe, run, search, "
            "seed, seeds, space, validation_fraction.",
        ),
        (
            START + 'metric = "accuracy"\n' + SPACE,
            "a.toml, line 3: expected a name for metric, got 'accuracy' (str). Did you mean "
            "'test_accuracy'? Valid names: test_accuracy, test_cost, validation_accuracy, "
            "validation_cost.",
        ),
        (
            START + "[space]\n\nbatch_size = []\n",
            "a.toml, line 5: expected batch_size to be a list of values that is not empty, or a "
            "range, got [] (list).",
        ),
        (
            START + "[space]\nlearning_rate = { low = 1.0, high = 0.1 }\n",
            "a.toml, line 4: expected low below high for learning_rate, got low 1 and high 0.1. "
            "The range is empty.",
        ),
        (
            START + "[space]\nlearning_rate = { low = 0.0, high = 0.1, log = true }\n",
            "a.toml, line 4: expected low below high for learning_rate, and above 0 with log, got "
            "low 0 and high 0.1.",
        ),
        (
            START + "[space]\nlearning_rate = { low = 0.1, high = 1.0 }\n",
            "a.toml, line 4: expected a list, a step or points for learning_rate in a grid, got "
            "all numbers from 0.1 to 1. Add points = 10, or search = 'random'.",
        ),
        (
            START + "[space]\nlearning_rat = [1.0]\n",
            "a.toml, line 4: expected a parameter of the network or the recipe, got "
            f"'learning_rat' (str). Did you mean 'learning_rate'? {SETTINGS}",
        ),
        (
            START + '[space]\nactivation = "relu"\n',
            "a.toml, line 4: expected activation to be a list of values that is not empty, or a "
            "range, got 'relu' (str).",
        ),
        (
            START + "[space]\ncost = { low = 1, high = 2 }\n",
            "a.toml, line 4: expected cost to be a list of values, got "
            "{'low': 1, 'high': 2} (dict).",
        ),
        (
            START + "[space]\nbatch_size = { low = 1.5, high = 2 }\n",
            "a.toml, line 4: expected low to be a whole number, got 1.5 (float). low: an end of "
            "the range of batch_size.",
        ),
        (
            START + "[space]\nbatch_size = { low = 1 }\n",
            "a.toml, line 4: expected a range of batch_size with low and high, got no high.",
        ),
        (
            START + "[space]\nbatch_size = { low = 1, high = 9, pints = 2 }\n",
            "a.toml, line 4: expected a key of batch_size, got 'pints' (str). Did you mean "
            "'points'? Valid names: high, log, low, points, step, values, when.",
        ),
        (
            START + "[space]\nbatch_size = [1, 2, 1]\n",
            "a.toml, line 4: expected each value of batch_size once, got [1, 2, 1] (list).",
        ),
        (
            START + "[space]\nbatch_size = { values = [1], low = 2 }\n",
            "a.toml, line 4: expected batch_size to have values or a range, got values and low.",
        ),
        (
            START + "[space]\nbatch_size = { low = 1, high = 9, step = 2, points = 3 }\n",
            "a.toml, line 4: expected a step of batch_size without log and points, got both.",
        ),
        (
            START + "[space]\nmomentum = { values = [0.5], when = { optimiser = 'sgd' } }\n",
            "a.toml, line 4: expected a parameter with listed values, above it in [space], got "
            "'optimiser' (str). This name is unknown. Valid names: none.",
        ),
        (
            START
            + "[space]\noptimiser = ['sgd']\n"
            + "momentum = { values = [0.5], when = { optimiser = 'adam' } }\n",
            "a.toml, line 5: expected values that optimiser can have, got 'adam' (str). momentum "
            "would never exist.",
        ),
        (
            START,
            "a.toml: expected a table [space] with at least one parameter, got none. Add one, "
            "such as: learning_rate = { low = 0.01, high = 1.0, log = true }.",
        ),
        (
            SPACE,
            "a.toml: expected data to name the training data, got none. "
            'Write data = "mnist", or a table [data] with source.',
        ),
        (
            START + "validation_fraction = 0\n" + SPACE,
            "a.toml, line 3: expected validation_fraction above 0 for the metric "
            "validation_accuracy, got 0.0. Hold a part out, for example 0.1, or use another "
            "metric.",
        ),
        (
            START + 'metric = "test_cost"\npruner = "median"\n' + SPACE,
            "a.toml, line 4: expected a validation metric to go with a pruner, got test_cost. "
            "After each epoch the validation set is used, never the test set.",
        ),
        (
            START + SPACE + '[run]\naddress = "tcp://x:1"\n',
            "a.toml, line 6: expected the executor dask or ray to go with an address, got local.",
        ),
        (
            START + SPACE + "[budget]\ntrials = 0\n",
            "a.toml, line 6: expected trials to be a whole number at least 1 and at most 10000000 "
            "or none, got 0 (int). trials: number of configurations to train.",
        ),
        (
            START + "seeds = [1, 1]\n" + SPACE,
            "a.toml, line 3: expected seeds to be a number, or a list of seeds, got [1, 1] (list).",
        ),
        (
            START + "name = 'a/b'\n" + SPACE,
            "a.toml, line 3: expected name to be a string without /, got 'a/b' (str).",
        ),
        (
            START + "network = 3\n" + SPACE,
            "a.toml, line 3: expected a table [network], got 3 (int).",
        ),
    ],
)
def test_refused_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    assert refused(tmp_path, text) == told


def test_the_seed_is_the_studys(tmp_path: Path) -> None:
    told = "a.toml, line 6: expected a key of [recipe], got 'seed' (str). "
    assert refused(tmp_path, START + SPACE + "[recipe]\nseed = 3\n").startswith(told)


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "rates.toml"
    path.write_text(START + SPACE + "[budget]\ntrials = 3\nepochs = 2\n")
    spec = read_study(path)
    assert (spec.name, spec.settings.trials, spec.recipe) == ("rates", 3, {"epochs": 2})
    assert spec.settings.higher_is_better
    assert not spec.settings.uses_test_set
    assert spec.identity()["recipe"] == {"epochs": 2}
    assert "budget" not in spec.identity()


def test_seeds_are_given_or_derived(described: Callable[..., StudySpec]) -> None:
    assert described(seeds=[4, 2]).seeds_for(7) == (4, 2)
    derived = described(seeds=3)
    every = [seed for k in range(20) for seed in derived.seeds_for(k)]
    assert len(set(every)) == 60
    assert derived.seeds_for(5) == described(seeds=3).seeds_for(5)
    assert derived.seeds_for(5) != described(seeds=3, seed=1).seeds_for(5)


def test_configurations_are_built(described: Callable[..., StudySpec]) -> None:
    spec = described()
    chosen = {"neurons_1": 9, "activation": "tanh", "learning_rate": 0.25, "dtype": "float64"}
    architecture, recipe = build_configuration(spec, chosen)
    assert architecture.layers == (6, 9, 3)
    assert architecture.activations == ("tanh", "tanh")
    assert architecture.for_cost(recipe.cost).activations == ("tanh", "softmax")
    assert architecture.dtype == "float64"
    assert (recipe.learning_rate, recipe.epochs, recipe.optimiser) == (0.25, 2, "sgd")
    assert spec.network == {"layers": [6, 4, 3]}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"space": {"learning_rate": [0.1, -1.0]}},
            "small: expected learning_rate to be a number above 0, got -1.0 (float). "
            "learning_rate: step size of the update.",
        ),
        (
            {"space": {"neurons_2": [3]}},
            "small: expected layers with a hidden layer 2, got [6, 4, 3]. neurons_2 is its width.",
        ),
        (
            {"network": {"layers": [5, 3]}},
            "small: expected a first layer of 6 inputs, as the data have, got 5. "
            "Begin the layers with 6.",
        ),
        (
            {"network": {"layers": [6, 4]}},
            "small: expected 3 outputs in the last layer, got 4. The data have 3 classes or "
            "target columns. End the layers with 3.",
        ),
        (
            {"data": {"task": "numbers"}},
            "small: expected a metric for numeric targets, got validation_accuracy. "
            "Accuracy is defined for classes only. Set metric to 'validation_cost'.",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_beforehand(
    described: Callable[..., StudySpec], points: str, changes: dict[str, Any], told: str
) -> None:
    if "data" in changes:
        changes = {"data": {"source": points, **changes["data"]}}
    spec = described(**changes)
    with pytest.raises(ChainruleError) as error:
        resolve_study(spec, load_study_data(spec).learned)
    assert str(error.value) == told


def test_data_decide_what_is_left_open(described: Callable[..., StudySpec], points: str) -> None:
    data = {"source": points, "task": "numbers"}
    spec = described(data=data, network={}, metric="validation_cost")
    settled = resolve_study(spec, load_study_data(spec).learned)
    assert settled.network == {"layers": [6, 128, 1], "output_activation": "identity"}
    assert settled.recipe["cost"] == "half_squared_error"


def test_paths_are_relative_to_the_study_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    for folder in ("studies", "here"):
        (tmp_path / folder).mkdir()
    text = 'data = "flowers.csv"\n' + SPACE
    (tmp_path / "studies" / "a.toml").write_text(text)
    monkeypatch.chdir(here)
    study = Path("..", "studies", "a.toml")
    (here / "flowers.csv").touch()  # where there is none beside the file
    assert read_study(study).data["source"] == "flowers.csv"
    beside = tmp_path / "studies" / "flowers.csv"
    beside.touch()
    named = read_study(study).replaced(name="other")
    assert Path(named.data["source"]).resolve() == beside
    (tmp_path / "studies" / "mnist").mkdir()
    (tmp_path / "studies" / "a.toml").write_text(START + SPACE)
    assert read_study(study).data["source"] == "mnist"
