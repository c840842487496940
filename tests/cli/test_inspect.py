"""`chainrule inspect`: each question in each form, what is refused, and the older spelling."""

from __future__ import annotations

import json
import math
import shlex

import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.experiment import open_run

SETUP = ("--layers", "144,5,2", "--epochs", "3", "--batch-size", "8", "--learning-rate", "0.01")
REFERENCE = ("--set", "engine=reference", "--seed", "1")


@pytest.fixture
def run(chainrule, bars) -> str:
    """The folder of a run that learned standing from lying bars."""
    outcome = chainrule("train", bars, *SETUP, *REFERENCE, "--run", "kept")
    assert outcome.code == 0, outcome.err
    return "kept"


@pytest.fixture
def inspect(chainrule):
    """The output of an inspection that succeeds in silence."""

    def output(line: str) -> str:
        outcome = chainrule("inspect", *shlex.split(line))
        assert (outcome.code, outcome.err) == (0, "")
        return outcome.out

    return output


def test_one_weight(inspect, run) -> None:
    found = json.loads(inspect("kept weight 1:4,65 --format json"))
    assert found["weight"] == "W[1][4,65]"
    assert math.fsum(t["term"] for t in found["terms"]) == pytest.approx(found["gradient"])
    first = inspect("kept weight 1:4,65 --step 1 --top 2")
    assert first.startswith("W[1][4,65] in step 1 of kept\n")


def test_the_importance_of_pixels(chainrule, trained) -> None:
    outcome = chainrule("inspect", "seen", "importance", "--repeats", "2", "--top", "3")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("What seen needs: permutation importance\n")
    assert "141 more columns matter less." in outcome.out
    line = ("inspect", "seen", "importance", "--repeats", "2", "--seed", "1", "--format", "json")
    assert json.loads(chainrule(*line).out)["seed"] == 1


def test_a_value(inspect, trained) -> None:
    out = inspect('seen value "delta[1][0]" --top 2 --step 3')
    assert out.startswith("delta[1][0] in step 3 of seen\n")
    found = json.loads(inspect('seen value "delta[1][0]" --step 3 --format json'))
    assert [one["example"] for one in found["values"]] == found["rows"]
    assert "δ¹₀" in inspect('seen value "step[3].delta[1][0]" --notation papers --image '
                            f"{found['rows'][0]}")  # fmt: skip
    opened = json.loads(inspect("seen weight 1:0 --by example --format json"))
    assert len(opened["errors"]) > 1


def test_a_weight_of_the_compiled_engine(chainrule, inspect, bars) -> None:
    trained = chainrule("train", bars, *SETUP, "--seed", "1", "--run", "compiled", "--json")
    assert trained.code == 0, trained.err
    lines = [f"compiled weight 2:1,3 --format json --step {n}" for n in (11, 12)]
    weights = [json.loads(inspect(line))["in_the_run"] for line in lines]
    assert weights[0]["after"] == weights[1]["before"]
    from chainrule.training.run_folder import RunFolder

    kept = RunFolder("compiled").network().weights[1][1, 3]
    assert weights[1]["after"] == float(str(kept))


def test_a_weight_in_words(inspect, trained) -> None:
    out = inspect("seen weight 1:0,66 --top 2")
    lines = out.splitlines()
    assert lines[0] == "W[1][0,66] in step 80 of seen"
    words = " ".join(lines[2:6])
    assert words.startswith(
        "From input 66 (row 5, column 6) to neuron 0 of layer 1. Step 80 of 80 was batch 4 of "
        "epoch 20, 8 examples."
    )
    assert "The images that changed it most" in lines
    assert "U5     W_new[1][0,66] = W[1][0,66] - learning_rate·" in out
    for same in ("--epoch 20 --batch 4", "--step 80", "--batch 4"):
        assert inspect(f"seen weight 1:0,66 --top 2 {same}") == out
    assert inspect("seen weight 1:0,66 --step 77") == inspect("seen weight 1:0,66 --batch 1")
    assert inspect("seen weight 1:0,66 --epoch 2") == inspect("seen weight 1:0,66 --step 8")


def test_the_step_that_had_an_image(inspect, trained) -> None:
    found = json.loads(inspect("seen weight 1:0,66 --image 3 --format json"))
    assert (found["epoch"], found["image"]) == (20, 3)
    assert 3 in found["rows"]
    same = inspect(f"seen weight 1:0,66 --image 3 --step {found['step']} --format json")
    assert json.loads(same) == found


def test_the_last_step_of_a_run_that_has_not_ended(inspect, trained) -> None:
    whole = inspect("seen weight 1:0,66")
    (trained / "seen" / "network.safetensors").unlink()
    assert inspect("seen weight 1:0,66") == whole


def test_a_neuron_and_a_decision(inspect, trained) -> None:
    out = inspect("seen neuron 1:0 1 --top 3")
    assert out.startswith(
        "Neuron 0 of layer 1 of seen\n\nFor example 1 of the test part of bars.npz, "
    )
    assert "What it sees\n" in out
    out = inspect("seen decision 0 --split train")
    assert "\nFor example 0 of the train part of bars.npz" in out
    assert out.startswith("Why seen chose ")
    page = inspect("seen decision 0 --split train --format html")
    assert page.lower().startswith("<!doctype html>")
    assert page.count("<img ") == 2
    for form in ("markdown", "latex"):
        assert "Why seen chose " in inspect(f"seen decision 0 --format {form}")
    decision = json.loads(inspect("seen decision 1 --format json"))
    assert (decision["part"], decision["example"]) == ("test", 1)


def test_a_network_file(inspect, trained, bars) -> None:
    out = inspect(f"seen/network.safetensors decision 0 --split all --data {bars}")
    assert out.startswith("Why seen/network.safetensors chose ")


def test_influence_in_each_form(inspect, run) -> None:
    out = inspect("kept influence 3 --top 2")
    assert out.startswith("What influenced kept on example 3\n\nFor example 3 of the test part")
    for title in ("Looked at after\n", "Training examples that helped most\n"):
        assert title in out
    found = json.loads(inspect("kept influence 3 --format json"))
    assert [stage["epoch"] for stage in found["stages"]] == [1, 2, 3]
    assert (found["part"], found["example"]) == ("test", 3)
    assert len(found["helped"]) == 10
    page = inspect("kept influence 3 --split train --format html")
    assert "<h1>What influenced kept on example 3</h1>" in page
    assert "of the train part of" in page
    assert page.count("data:image/png;base64,") >= 11


def test_mislabels_in_each_form(inspect, run) -> None:
    assert inspect("kept mislabels").startswith("Labels that look wrong to kept\n")
    some = json.loads(inspect("kept mislabels 1 --format json"))
    assert len(some["suspects"]) == min(1, some["doubted"])
    assert len(some["leads"]) > 20
    assert "<h1>Labels that look wrong to kept</h1>" in inspect("kept mislabels 5 --format html")


def test_numbers_have_no_labels(chainrule, line) -> None:
    flags = ("--layers", "1,1", "--activation", "identity", "--cost", "half_squared_error",
             "--task", "numbers")  # fmt: skip
    trained = chainrule("train", line, *flags, "--epochs", "1", *REFERENCE, "--run", "straight")
    assert trained.code == 0, trained.err
    outcome = chainrule("inspect", "straight", "mislabels")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "inspect: expected a run that learned classes, got targets that are numbers.\n"
    )
    told = chainrule("inspect", "straight", "influence", "1")
    assert (told.code, told.err) == (0, "")
    assert "Training examples that helped most\n" in told.out


def test_a_long_computation_is_announced(chainrule, run, monkeypatch) -> None:
    monkeypatch.setattr("chainrule.attribution.replay._ANNOUNCED_STEPS", 3)
    outcome = chainrule("inspect", run, "weight", "1:0,65", "--step", "9", "--format", "json")
    assert outcome.code == 0
    assert outcome.err == "Steps 1 to 8 are computed again.\n"


def test_steps_by_epoch_batch_and_image(inspect, run) -> None:
    def step(flags: str = "") -> int:
        return int(json.loads(inspect(f"kept weight 1:0,65 --format json {flags}"))["step"])

    last = step()
    batches = last // 3
    assert step("--epoch 2") == 2 * batches
    assert step("--epoch 2 --batch 1") == batches + 1
    assert step("--batch 2") == 2 * batches + 2
    seen = step("--image 5")
    assert 2 * batches < seen <= last
    assert step(f"--image 5 --step {seen}") == seen


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--epoch 4", "expected epoch to be from 1 to 3, got 4."),
        ("--batch 99", "expected batch to be from 1 to {batches}, got 99."),
        (
            "--image 999",
            "expected the number of an example from 0 to {last}, got 999. The run learned from "
            "{n} examples.",
        ),
        (
            "--step 1 --epoch 1",
            "expected either a step, or an epoch and a batch, got both. A step is counted over "
            "all batches of the run.",
        ),
        (
            "--step 1 --image {other}",
            "expected an example of step 1, got {other}. This example was last in step {seen}. "
            "Set step to {seen}, or leave it out.",
        ),
    ],
)
def test_steps_that_are_not_there(chainrule, run, flags, words) -> None:
    replay = RunReplay.open(open_run(run))
    n, rows = len(replay.dataset), replay.step(1).rows
    other = min(set(range(n)) - set(rows))
    seen = replay.step_with(other).number
    facts = {"batches": replay.batches(0), "n": n, "last": n - 1, "other": other, "seen": seen}
    outcome = chainrule("inspect", run, "weight", "1:0,65", *shlex.split(flags.format(**facts)))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"inspect: {words.format(**facts)}\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "",
            "inspect: expected one of weight, value, neuron, decision, influence, mislabels, "
            "importance after the run, got none. To see a decision, for example: chainrule "
            "inspect seen decision 0.",
        ),
        (
            "weight 1",
            "inspect: expected a weight such as 1:4,300, or a bias such as 1:4, got '1'. Layers "
            "count from 1, neurons and inputs from 0.",
        ),
        (
            "neuron 0:1 0",
            "inspect: expected a neuron such as 2:7, got '0:1'. Layers count from 1, neurons and "
            "inputs from 0.",
        ),
        (
            "neuron 2:0 0",
            "inspect: expected a layer from 1 to 1, got 'z[2][0]'. The network is 144-2.",
        ),
        (
            "decision 32 --split train",
            "inspect: expected the number of an example from 0 to 31, got 32. The train part of "
            "bars.npz has 32 examples.",
        ),
        (
            "influence x",
            "inspect: expected IMAGE to be a whole number at least 0 or none, got 'x' (str). "
            "IMAGE: number of an example.",
        ),
        (
            "mislabels 0",
            "inspect: expected COUNT to be a whole number at least 1, got 0 (int). COUNT: "
            "number of doubtful labels to list.",
        ),
        (
            "weight 1:2,0",
            "inspect: expected a neuron from 0 to 1, got 'dW[1][2,0]'. The network is 144-2.",
        ),
        (
            "weight 1:0,0 --step 81",
            "seen: expected a step from 1 to 80, got 81. The run has 4 batches an epoch.",
        ),
        (
            "decision 0 --format word",
            "expected a name for --format, got 'word' (str). This name is unknown.",
        ),
    ],
)
def test_what_cannot_be_asked(chainrule, trained, line, words) -> None:
    outcome = chainrule("inspect", "seen", *shlex.split(line))
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err


@pytest.mark.parametrize("asked", ["weight 1:0,0", "influence 0", "mislabels"])
def test_a_network_file_does_not_know_how_it_learned(chainrule, trained, asked) -> None:
    outcome = chainrule("inspect", "seen/network.safetensors", *asked.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "seen/network.safetensors: expected the folder of a run, got a network file. A "
        "network file does not record its training.\n"
    )


def test_the_help_of_a_question_needs_no_run(chainrule) -> None:
    outcome = chainrule("inspect", "weight", "--help")
    assert outcome.code == 0
    assert outcome.out.startswith("Usage: chainrule inspect RUN weight [OPTIONS] WEIGHT\n")


def test_a_question_before_the_run_is_refused_with_the_line_to_write(chainrule) -> None:
    outcome = chainrule("inspect", "weight", "runs/one", "1:4,300", "--top", "3")
    assert outcome.code == 2
    assert outcome.err == (
        "inspect: expected the run before weight, got weight first. "
        "Write chainrule inspect runs/one weight 1:4,300 --top 3.\n"
    )


def test_a_run_may_be_called_like_a_question(chainrule) -> None:
    outcome = chainrule("inspect", "weight", "decision", "0")
    assert outcome.err.startswith("weight: expected a folder with a run")


def test_a_network_file_does_not_know_its_data(chainrule, trained) -> None:
    outcome = chainrule("inspect", "seen/network.safetensors", "decision", "0")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "seen/network.safetensors: expected data to go with the network, got none. A "
        "network file does not record its data. Say where they are: chainrule inspect "
        "seen/network.safetensors "
        "decision … --data DATA.\n"
    )


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("--weight 1:0,66 --top 2 --step 8", "weight 1:0,66 --top 2 --step 8"),
        ("--neuron 1:0 --image 1 --split train", "neuron 1:0 1 --split train"),
        ("--decision 0 --format html", "decision 0 --format html"),
        ("--influence 3 --top 2", "influence 3 --top 2"),
        ("--mislabels", "mislabels 20"),
        ("--mislabels 5 --format json", "mislabels 5 --format json"),
    ],
)
def test_the_older_spelling_gives_the_same_and_names_the_newer(
    chainrule, inspect, trained, older, newer
) -> None:
    outcome = chainrule("explain", "seen", *older.split())
    assert (outcome.code, outcome.out) == (0, inspect(f"seen {newer}"))
    assert outcome.err == (
        f"chainrule explain RUN is an older spelling of: chainrule inspect seen {newer}\n"
    )


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (
            "",
            "explain: expected a worked file, got the run seen. To see a decision, for example: "
            "chainrule inspect seen decision 0.",
        ),
        (
            "--influence 3 --mislabels",
            "explain: expected one question about the run, got --influence and --mislabels. "
            "To see a decision, for example: chainrule inspect seen decision 0.",
        ),
        (
            "--neuron 1:1",
            "explain: expected --image with --neuron, got none. A neuron is explained for one "
            "example.",
        ),
        (
            "--decision 0 --digits 3",
            "explain: expected no --digits here, got 3. This flag is for worked files.",
        ),
    ],
)
def test_what_the_older_spelling_refuses(chainrule, trained, flags, words) -> None:
    outcome = chainrule("explain", "seen", *shlex.split(flags))
    assert (outcome.code, outcome.out, outcome.err) == (2, "", words + "\n")


def test_an_older_flag_in_the_wrong_place_is_refused(chainrule, trained) -> None:
    outcome = chainrule("explain", "seen", "--influence", "3", "--step", "2")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--step" in outcome.err.splitlines()[-1]


@pytest.mark.parametrize("flag", ["--weight", "--neuron", "--decision", "--top", "--split"])
def test_flags_of_runs_are_refused_for_worked_files(chainrule, flag) -> None:
    outcome = chainrule("explain", "two-layers", flag, "1")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"explain: expected no {flag} here, got 1. This flag is for runs; FILE is a worked "
        f"example.\n"
    )


def test_a_weight_that_is_not_there_is_refused_before_the_run_is_computed_again(
    chainrule, trained, monkeypatch
) -> None:
    def compute(*given) -> None:
        raise AssertionError("nothing is computed")

    monkeypatch.setattr("chainrule.engine.compiled.CompiledEngine.advance", compute)
    for asked, wanted in (("9:1,1", "a layer from 1 to 1"), ("1:0,144", "an input from 0 to 143")):
        outcome = chainrule("inspect", "seen", "weight", asked)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith(f"inspect: expected {wanted}, got 'dW[")
        assert outcome.err.endswith("The network is 144-2.\n")
