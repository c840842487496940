from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

import chainrule as cr

ARGUMENTS = ("--layers", "2,4,2", "--epochs", "30", "--learning-rate", "0.05", "--seed", "1")


def trained_json(chainrule, *arguments: str) -> dict:
    outcome = chainrule("train", *arguments, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    return json.loads(outcome.out)


def test_the_whole_output(chainrule, flowers) -> None:
    outcome = chainrule("train", flowers, *ARGUMENTS[:2], "--epochs", "3", "--seed", "1")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[:13] == [
        "data     flowers.csv (without 0.2 held out of 40, seed 0): 32 examples, 8 to test; "
        "2 numbers, 2 classes",
        "network  2, 4 relu, 2 softmax; 22 parameters, float32",
        "recipe   categorical_cross_entropy, adamw at 0.001, 3 epochs in batches of 32, "
        "weight_decay 1.0",
        "seed     1",
        "note     The target is kind: 2 classes in 40 rows.",
        "",
        "Columns",
        "  column  kind                   values       missing  becomes",
        "  length  number, decimal point  1 to 5.18             1 input",
        "  width   number, decimal point  1.81 to 7             1 input",
        "  kind    classes                rose, tulip           the target",
        "",
        "  epoch        cost    accuracy        time",
    ]
    for number, line in enumerate(lines[13:16], 1):
        assert re.fullmatch(rf"    {number}/3 +\d\.\d+ +\d+\.\d\d % +\d+\.\d s", line)
    assert lines[16] == ""
    assert re.fullmatch(
        r"test     \d+\.\d\d % of 8 right, 95 % interval \d+\.\d\d % to \d+\.\d\d %; "
        r"mean cost \S+",
        lines[17],
    )
    assert re.fullmatch(r"ended    all epochs done, \d+\.\d s of training", lines[18])
    assert lines[19:] == [
        "saved    not saved; --run DIR saves a run for predict, verify and --resume"
    ]


def test_it_learns(chainrule, flowers) -> None:
    assert trained_json(chainrule, flowers, *ARGUMENTS)["test"]["accuracy"] == 1.0


def test_json_holds_all_there_is_to_tell(chainrule, flowers) -> None:
    told = trained_json(chainrule, flowers, *ARGUMENTS)
    assert list(told) == [
        "data",
        "architecture",
        "recipe",
        "seed_drawn",
        "history",
        "ended",
        "best_epoch",
        "seconds",
        "network_sha256",
        "test",
        "folder",
        "warnings",
    ]
    assert told["warnings"] == []
    assert told["data"]["examples"] == 32
    assert told["architecture"]["activations"] == ["relu", "softmax"]
    assert told["recipe"]["learning_rate"] == 0.05
    assert [record["epoch"] for record in told["history"]] == list(range(1, 31))
    assert (told["test"]["examples"], told["folder"], told["seed_drawn"]) == (8, None, False)
    assert told["ended"] == "all epochs done"


def test_the_same_as_the_library(chainrule, flowers) -> None:
    told = trained_json(chainrule, flowers, *ARGUMENTS)
    network = cr.Network.create([2, 4, 2], seed=1)
    recipe = cr.Recipe.from_dict(told["recipe"])
    assert (recipe.epochs, recipe.learning_rate, recipe.seed) == (30, 0.05, 1)
    run = cr.train(network, cr.load_dataset(flowers).train, recipe)
    assert told["network_sha256"] == run.network.digest
    assert told["history"] == [record.line() for record in run.history]


def test_a_seed_is_drawn_and_tells_how_to_repeat(chainrule, flowers) -> None:
    first = trained_json(chainrule, flowers, "--epochs", "1")
    assert first["seed_drawn"] is True
    again = trained_json(
        chainrule, flowers, "--epochs", "1", "--seed", str(first["recipe"]["seed"])
    )
    assert again["network_sha256"] == first["network_sha256"]
    assert again["seed_drawn"] is False


def test_the_drawn_seed_is_printed(chainrule, flowers) -> None:
    outcome = chainrule("train", flowers, "--epochs", "0")
    assert re.search(r"^seed     \d+ \(drawn\)$", outcome.out, re.MULTILINE)


def test_layers_fit_the_data_by_default(chainrule, flowers) -> None:
    told = trained_json(chainrule, flowers, "--epochs", "0")
    assert told["architecture"]["layers"] == [2, 128, 2]
    assert told["history"] == []


def test_a_flag_counts_more_than_set_and_set_more_than_the_file(chainrule, flowers) -> None:
    Path("recipe.toml").write_text("epochs = 2\nbatch_size = 3\nlearning_rate = 0.5\n")
    settings = ("--set", "batch-size=4", "--set", "learning_rate=0.25", "--learning-rate", "0.125")
    recipe = trained_json(chainrule, flowers, "--config", "recipe.toml", *settings)["recipe"]
    assert (recipe["epochs"], recipe["batch_size"], recipe["learning_rate"]) == (2, 4, 0.125)


def test_a_file_sets_the_network_and_the_reading(chainrule, flowers) -> None:
    Path("all.toml").write_text(
        'layers = [2, 3, 2]\nactivation = ["tanh", "sigmoid"]\ncost = "squared_error"\n'
        'biases = false\ndtype = "float64"\nepochs = 1\nclass_weights = [1, 2]\n'
        'test_fraction = 0.5\ntarget = "kind"\ninitialiser = "lecun"\n'
    )
    told = trained_json(chainrule, flowers, "--config", "all.toml")
    assert told["architecture"]["layers"] == [2, 3, 2]
    assert told["architecture"]["activations"] == ["tanh", "sigmoid"]
    assert told["architecture"]["biases"] is False
    assert told["architecture"]["dtype"] == "float64"
    assert told["architecture"]["initialiser"] == "lecun"
    assert told["recipe"]["class_weights"] == [1.0, 2.0]
    assert told["test"]["examples"] == 20


def test_the_recipe_of_a_run_is_a_file_to_use_again(chainrule, flowers) -> None:
    first = trained_json(chainrule, flowers, "--epochs", "2", "--run", "first")
    again = trained_json(chainrule, flowers, "--config", "first/recipe.toml")
    assert again["network_sha256"] == first["network_sha256"]


def test_none_unsets_what_a_file_sets(chainrule, flowers) -> None:
    Path("recipe.toml").write_text("clip_norm = 1.0\nepochs = 0\n")
    told = trained_json(chainrule, flowers, "--config", "recipe.toml", "--clip-norm", "none")
    assert told["recipe"]["clip_norm"] is None


@pytest.mark.parametrize("spelling", ["--optimiser", "--optimizer"])
def test_both_spellings_of_the_optimiser(chainrule, flowers, spelling) -> None:
    assert trained_json(chainrule, flowers, spelling, "sgd")["recipe"]["optimiser"] == "sgd"


@pytest.mark.parametrize("spelling", ["--initialiser", "--initializer"])
def test_both_spellings_of_the_initialiser(chainrule, flowers, spelling) -> None:
    told = trained_json(chainrule, flowers, spelling, "zeros", "--epochs", "0")
    assert told["architecture"]["initialiser"] == "zeros"


def test_flags_that_are_true_or_false(chainrule, flowers) -> None:
    told = trained_json(chainrule, flowers, "--epochs", "0", "--no-shuffle", "--no-biases")
    assert told["recipe"]["shuffle"] is False
    assert told["architecture"]["biases"] is False
    told = trained_json(chainrule, flowers, "--epochs", "0", "--set", "shuffle=no", "--shuffle")
    assert told["recipe"]["shuffle"] is True


def test_numbers_are_learned_by_a_fitting_cost(chainrule, line) -> None:
    outcome = chainrule("train", line, "--task", "numbers", "--epochs", "1", "--seed", "1")
    assert "recipe   half_squared_error, adam" in outcome.out
    assert "network  1, 128 relu, 1 identity; " in outcome.out
    assert re.search(r"^test     R² \S+ on 6; mean cost \S+$", outcome.out, re.MULTILINE)


def test_numbers_by_a_cost_of_ones_own(chainrule, line) -> None:
    flags = ("--task", "numbers", "--cost", "huber", "--output-activation", "relu")
    told = trained_json(chainrule, line, *flags, "--epochs", "0")
    assert told["recipe"]["cost"] == "huber"
    assert told["architecture"]["activations"] == ["relu", "relu"]


def test_columns_for_penalty_validation_and_rate(chainrule, flowers) -> None:
    flags = ("--l2", "0.1", "--schedule", "cosine", "--validation-fraction", "0.25")
    outcome = chainrule("train", flowers, *flags, "--epochs", "2")
    header = "  epoch        cost     penalty    accuracy  validation        rate        time"
    assert header in outcome.out.splitlines()
    facts = "in batches of 32, l2 0.1, weight_decay 1.0, schedule cosine, validation_fraction 0.25"
    assert facts in outcome.out


def test_the_best_epoch_is_named(chainrule, flowers) -> None:
    outcome = chainrule("train", flowers, "--epochs", "3", "--monitor", "cost", "--seed", "1")
    assert "best     epoch 3 by cost, whose weights were restored\n" in outcome.out


def test_a_validation_set_of_its_own_is_taken_whole(chainrule, flowers) -> None:
    told = trained_json(
        chainrule, flowers, "--validation", flowers, "--epochs", "1", "--run", "run"
    )
    assert told["data"]["validation_examples"] == 40
    assert told["history"][0]["validation_accuracy"] is not None
    assert chainrule("verify", "run").code == 0
    assert chainrule("train", "--resume", "run").code == 0


def test_a_run_is_kept_with_the_way_to_its_data(chainrule, flowers, tmp_path) -> None:
    outcome = chainrule("train", flowers, "--target", "kind", "--epochs", "2", "--run", "deep/run")
    assert outcome.out.endswith("saved    in deep/run; see chainrule evaluate deep/run\n")
    kept = json.loads(Path("deep/run/run.json").read_text())
    source = {"source": str(tmp_path / flowers), "options": {"target": "kind"}}
    assert kept["notes"] == {"data": source, "validation": None}
    assert tomllib.loads(Path("deep/run/recipe.toml").read_text())["epochs"] == 2


def test_resume_of_a_run_that_has_ended_changes_nothing(chainrule, trained) -> None:
    before = Path("run/network.safetensors").read_bytes()
    outcome = chainrule("train", "--resume", "run")
    assert (outcome.code, outcome.err) == (0, "")
    assert "seed     1\n" in outcome.out
    assert "100.00 % of 8 right" in outcome.out
    assert Path("run/network.safetensors").read_bytes() == before


def test_resume_finds_data_that_were_moved(chainrule, flowers) -> None:
    assert chainrule("train", flowers, "--epochs", "1", "--run", "run").code == 0
    moved = Path(flowers).rename("moved.csv")
    here = Path(flowers).absolute()
    outcome = chainrule("train", "--resume", "run")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"run: expected its data at {here}, got nothing there. They were moved or deleted. "
        "Say where they are: chainrule train DATA --resume run.\n"
    )
    assert chainrule("train", str(moved), "--resume", "run").code == 0


def test_resume_refuses_other_data(chainrule, flowers) -> None:
    assert chainrule("train", flowers, "--epochs", "1", "--run", "run").code == 0
    text = Path(flowers).read_text()
    Path(flowers).write_text(text.replace("1.00,2.00", "1.00,2.50"))
    outcome = chainrule("train", "--resume", "run")
    assert outcome.code == 2
    assert outcome.err.startswith("run: expected the data that it began with, digest ")
    assert outcome.err.count("\n") == 1


def test_a_divergence_fails(chainrule, flowers) -> None:
    flags = ("--optimiser", "sgd", "--learning-rate", "1e30", "--seed", "1", "--cost")
    outcome = chainrule(
        "train", flowers, *flags, "squared_error", "--output-activation", "identity"
    )
    assert outcome.code == 1
    assert re.fullmatch(
        r"train: expected finite numbers, got (nan|-?inf) in \S+ \(layer \d\) at epoch \d, "
        r"batch 1\. The step was not taken; the parameters before it are kept\. Lower the "
        r"learning rate, for example to "
        r"1e\+29, or set --clip-norm, for example to 1\.\n",
        outcome.err,
    )


ALIKE = (
    "After epoch 1: symmetric initial weights: the initial weights of two neurons of layer 1 have "
    "a cosine of 1 on average; the bound is 0.5. Neurons with similar weights get similar "
    "gradients: a layer acts like one neuron."
)
SICK = ("--layers", "2,4,2", "--initialiser", "zeros", "--activation", "tanh", "--epochs", "3")


def test_a_condition_is_told_once_below_its_epoch(chainrule, flowers) -> None:
    outcome = chainrule("train", flowers, *SICK, "--seed", "1", "--run", "run")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert [at for at, line in enumerate(lines) if "warning" in line] == [14]
    assert lines[14] == f"warning  {ALIKE}"
    assert lines[15].startswith("    2/3 ")
    assert lines[-1] == "advice   to find the cause: chainrule diagnose run"


def test_json_lists_what_was_told(chainrule, flowers) -> None:
    told = trained_json(chainrule, flowers, *SICK, "--validation-fraction", "0.2")
    assert told["warnings"] == [ALIKE]


def test_a_run_that_is_not_kept_has_no_advice(chainrule, flowers) -> None:
    outcome = chainrule("train", flowers, *SICK)
    assert f"warning  {ALIKE}\n" in outcome.out
    assert "advice" not in outcome.out


@pytest.mark.parametrize("normalisation", ["none", "batch"])
def test_what_goes_on_is_watched_from_its_beginning(chainrule, flowers, normalisation) -> None:
    more = ("--normalisation", normalisation, "--validation-fraction", "0.2", "--run", "run")
    assert chainrule("train", flowers, *SICK, *more).code == 0
    for path in Path("run/checkpoints").iterdir():
        if path.name != "epoch-000000-batch-00000000.safetensors":
            path.unlink()
    outcome = chainrule("train", "--resume", "run")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"warning  {ALIKE}\n" in outcome.out


def test_a_run_with_everything_is_told_nothing_and_verified(chainrule, bars) -> None:
    flags = (
        "--layers=144,8,2", "--normalisation=batch", "--dropout=0.1", "--averaging=ema",
        "--averaging-decay=0.8", "--label-smoothing=0.1", "--shift=1", "--mixup=0.1",
        "--schedule=one_cycle", "--learning-rate=0.01", "--batch-size=8", "--epochs=6",
        "--engine=reference", "--seed=1", "--run=run",
    )  # fmt: skip
    outcome = chainrule("train", bars, *flags)
    assert (outcome.code, outcome.err) == (0, "")
    assert "warning" not in outcome.out
    inspection = ("inspect", "run", "decision", "0")
    for command in (("verify", "run"), ("evaluate", "run"), ("diagnose", "run"), inspection):
        outcome = chainrule(*command)
        assert (outcome.code, outcome.err) == (0, "")


def test_real_mnist(compiled_process) -> None:
    flags = ("--layers", "784,16,10", "--epochs", "1", "--batch-size", "200", "--seed", "0")
    one = compiled_process("train", "mnist", *flags)
    out, err = one.communicate()
    assert (one.returncode, err) == (0, "")
    assert "data     mnist: 60,000 examples, 10,000 to test; 28 x 28, 10 classes\n" in out
    assert "warning" not in out
    accuracy = float(re.search(r"^test     (\S+) % of 10,000 right", out, re.M)[1])
    assert accuracy > 80


def test_a_branch(chainrule, trained) -> None:
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    flags = ("--resume", "run", "--from", "3", "--set", "learning_rate=0.1", "--epochs", "5")
    outcome = chainrule("train", *flags, "--run", "faster")
    assert (outcome.code, outcome.err) == (0, "")
    assert "branch   of run, after its epoch 3\n" in outcome.out
    assert "saved  in faster; see chainrule evaluate faster" in outcome.out.replace("   ", " ")
    lines = [json.loads(line) for line in Path("faster/history.jsonl").read_text().splitlines()]
    assert [line["learning_rate"] for line in lines] == [0.05, 0.05, 0.05, 0.1, 0.1]
    assert json.loads(Path("faster/run.json").read_text())["parent"]["run"] == "run"
    assert before == {p: p.read_bytes() for p in Path("run").rglob("*") if p.is_file()}
    outcome = chainrule("verify", "faster")
    assert outcome.out == (
        "faster holds: 5 epochs computed again, every bit the same\n"
        "note: computed from the start of run\n"
    )
    Path("run").rename("moved")
    assert "the recorded position after epoch 3; run is not" in chainrule("verify", "faster").out
    assert chainrule("verify", "faster", "--parent", "moved").out.endswith("start of moved\n")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("flowers.csv", "--from", "3", "--run", "new"), "expected --resume RUN with --from, got"),
        (("--resume", "run", "--from", "3"), "expected --run DIR with --from, got none."),
        (("--resume", "run", "--from", "31", "--run", "new"), "an epoch from 0 to 30 to branch"),
        (("--resume", "run", "--from", "3", "--run", "run"), "expected a folder without a run"),
        (
            ("--resume", "run", "--from", "3", "--layers", "2,3,2", "--run", "new"),
            "expected settings of the recipe for a branch, got layers.",
        ),
        (
            ("--resume", "run", "--from", "-1", "--run", "new"),
            "--from to be a whole number at least 0",
        ),
        (
            ("--resume", "run", "--from", "3", "--run", "new", "--cross-validate", "2"),
            "expected no --cross-validate with --from, got both.",
        ),
        (("flowers.csv", "--keep-epochs"), "expected --run DIR with --keep-epochs, got none."),
    ],
)
def test_what_is_no_branch(chainrule, trained, flags, words) -> None:
    outcome = chainrule("train", *flags)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert not Path("new").exists()
