from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

SICK = """
layers = [144, 8, 2]
activation = "tanh"
initialiser = "zeros"
batch_size = 8
learning_rate = 0.01
epochs = 40
seed = 1
"""


@pytest.fixture
def sick(tmp_path: Path) -> str:
    (tmp_path / "sick.toml").write_text(SICK)
    return "sick.toml"


def test_a_recipe_is_told_its_root_cause(chainrule, sick, bars) -> None:
    outcome = chainrule("diagnose", sick, bars)
    assert (outcome.code, outcome.err) == (1, "")
    lines = outcome.out.splitlines()
    assert lines[4].startswith("λ_max    1.42 at the start; 2/λ_max 1.41, rate 0.01, stable up to ")
    assert " at the end; 2/λ_max " in " ".join(lines[4:8])
    assert lines[lines.index("", 3) :] == [
        "",
        "1. Symmetric initial weights (the root cause)",
        "what     The initial weights of two neurons of layer 1 have a cosine of 1 on",
        "         average; the bound is 0.5.",
        "why      Neurons with similar weights get similar gradients: a layer acts like",
        "         one neuron.",
        'do       Set initialiser = "glorot".',
    ]
    assert "\n\nseen     160 of 160 steps; mean cost 0.693147 to 0." in outcome.out


def test_the_mended_recipe_is_written_and_trains(chainrule, sick, bars) -> None:
    outcome = chainrule("diagnose", sick, bars, "--apply", "mended.toml")
    assert (outcome.code, outcome.err) == (0, "")
    assert '\n\nmended   Symmetric initial weights: initialiser = "glorot"\nagain ' in outcome.out
    assert outcome.out.endswith(
        " found: nothing\nsaved    in mended.toml; see chainrule train DATA --config mended.toml\n"
    )
    mended = Path("mended.toml").read_text().splitlines()
    assert 'initialiser = "glorot"' in mended
    trained = chainrule("train", bars, "--config", "mended.toml", "--json")
    assert json.loads(trained.out)["test"]["accuracy"] == 1.0


def test_json(chainrule, sick, bars) -> None:
    outcome = chainrule("diagnose", sick, bars, "--json", "--apply", "mended.toml")
    told = json.loads(outcome.out)
    (finding,) = told["findings"]
    assert (finding["name"], finding["figure"]) == ("symmetric_weights", 1.0)
    assert finding["changes"] == {"initialiser": "glorot"}
    assert (told["steps"], told["steps_planned"], told["diverged"]) == (160, 160, "")
    assert told["mended"]["changes"] == {"initialiser": "glorot"}
    assert told["mended"]["findings"] == []


def test_a_sound_recipe(chainrule, sick, bars) -> None:
    Path(sick).write_text(SICK.replace("zeros", "glorot"))
    outcome = chainrule("diagnose", sick, bars)
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1] == "found    nothing"
    assert outcome.out.count("2/λ_max ") == 2


def test_a_trial_of_so_many_steps(chainrule, sick) -> None:
    random = np.random.default_rng(0)
    np.savez("noise.npz", x=random.normal(size=(40, 144)), y=np.repeat([0, 1], 20))
    Path(sick).write_text(SICK.replace("zeros", "glorot").replace("0.01", "0.001"))
    outcome = chainrule("diagnose", sick, "noise.npz", "--steps", "2")
    assert outcome.out.startswith("Diagnosis of sick.toml\n\nseen     2 of 160 steps; ")
    assert outcome.out.splitlines()[-4:] == [
        "found    nothing; but little was learned so far: a longer trial shows more,",
        "         --steps 20",
        "",
        "open     Overfitting: not checked, because fewer than 5 epochs were seen.",
    ]


def test_a_run_is_not_trained_again(chainrule, sick, bars) -> None:
    assert chainrule("train", bars, "--config", sick, "--run", "run").code == 0
    outcome = chainrule("diagnose", "run")
    assert (outcome.code, outcome.err) == (1, "")
    assert "\n\nseen     160 of 160 steps; mean cost 0.693147 to 0." in outcome.out
    assert "1. Symmetric initial weights (the root cause)\n" in outcome.out
    assert outcome.out.endswith(
        "open     Overfitting: not checked, because the run had no validation set.\n"
    )


def test_the_recipe_of_a_run_is_mended(chainrule, sick, bars) -> None:
    assert chainrule("train", bars, "--config", sick, "--run", "run").code == 0
    outcome = chainrule("diagnose", "run", "--apply", "mended.toml", "--json")
    assert json.loads(outcome.out)["mended"]["changes"] == {"initialiser": "glorot"}
    trained = chainrule("train", bars, "--config", "mended.toml", "--json")
    assert json.loads(trained.out)["test"]["accuracy"] == 1.0


def test_a_run_that_diverged(chainrule, line) -> None:
    flags = ("--task", "numbers", "--optimiser", "sgd", "--learning-rate", "1e6", "--seed", "1")
    assert chainrule("train", line, *flags, "--run", "run").code == 1
    outcome = chainrule("diagnose", "run")
    assert outcome.code == 1
    assert "\nended    The training diverged\n" in outcome.out
    assert "1. Learning rate above the stability limit (the root cause)\n" in outcome.out


def test_targets_that_are_numbers(chainrule, line) -> None:
    Path("recipe.toml").write_text(
        'task = "numbers"\nlearning_rate = 0.02\nepochs = 60\nbatch_size = 4\n'
    )
    outcome = chainrule("diagnose", "recipe.toml", line)
    assert (outcome.code, outcome.err) == (0, "")
    assert "Class imbalance: not checked, because the targets are numbers.\n" in outcome.out


def test_a_validation_set_that_is_the_test_set(chainrule) -> None:
    random = np.random.default_rng(1)
    Path("both").mkdir()
    for part in ("train", "test"):
        labels = random.integers(0, 2, 80)
        x = 3.0 * labels[:, None] + random.standard_normal((80, 2))
        np.savez(f"both/{part}.npz", x=x, y=labels)
    Path("recipe.toml").write_text(
        "layers = [2, 8, 2]\nlearning_rate = 0.01\nepochs = 20\nseed = 1\n"
    )
    flags = ("--validation", "both/test.npz")
    outcome = chainrule("diagnose", "recipe.toml", "both", *flags, "--apply", "mended.toml")
    lines = outcome.out.splitlines()
    first = lines.index("", 3) + 1
    assert lines[first : first + 5] == [
        "1. Test set used for validation (the root cause)",
        "what     100 % of the validation examples are test examples; the bound is 10.",
        "why      A network that is chosen on the test set looks better there than it is.",
        "do       Set validation_fraction = 0.1. Leave --validation out: a part of the",
        "         training set is held out instead.",
    ]
    assert "validation_fraction = 0.1" in Path("mended.toml").read_text().splitlines()


def test_the_place_must_be_toml(chainrule, sick, bars) -> None:
    outcome = chainrule("diagnose", sick, bars, "--apply", "mended.json")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "--apply: expected a file whose name ends with .toml, got mended.json. "
        "The corrected recipe is written as TOML.\n"
    )


def test_a_recipe_that_is_not_there(chainrule) -> None:
    outcome = chainrule("diagnose", "none.toml")
    assert outcome.code == 2
    assert outcome.err == ("none.toml: expected a readable file, got No such file or directory.\n")


def test_a_setting_that_does_not_exist(chainrule, bars) -> None:
    Path("recipe.toml").write_text("learning_rat = 1\n")
    outcome = chainrule("diagnose", "recipe.toml", bars)
    assert outcome.code == 2
    assert outcome.err.startswith(
        "recipe.toml: expected a setting, got 'learning_rat' (str). Did you mean 'learning_rate'? "
    )


def test_the_start_is_that_of_train(chainrule, sick, bars) -> None:
    # With a validation set of its own both learn from the same examples: so do their first epochs.
    Path(sick).write_text("seed = 3\nepochs = 1\nengine = 'reference'\n")
    flags = ("--validation", bars)
    assert chainrule("train", bars, "--config", sick, *flags, "--run", "run").code == 0
    told = json.loads(chainrule("diagnose", sick, bars, *flags, "--json").out)
    of_run = json.loads(chainrule("diagnose", "run", "--json").out)
    assert told == of_run
