"""`chainrule explain RUN`: what is asked for is told, in each form; what cannot be is refused."""

from __future__ import annotations

import gc
import json
import math

import pytest

from chainrule.cli.explain_course import course_of

SETUP = ("--layers", "144,5,2", "--epochs", "3", "--batch-size", "8", "--learning-rate", "0.01")
REFERENCE = ("--set", "engine=reference", "--seed", "1")


@pytest.fixture
def run(chainrule, bars) -> str:
    """The folder of a run that learned standing from lying bars."""
    outcome = chainrule("train", bars, *SETUP, *REFERENCE, "--run", "kept")
    assert outcome.code == 0, outcome.err
    return "kept"


def test_one_weight(chainrule, run) -> None:
    outcome = chainrule("explain", run, "--weight", "1:4,65", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    assert found["weight"] == "W[1][4,65]"
    assert math.fsum(t["term"] for t in found["terms"]) == pytest.approx(found["gradient"])
    first = chainrule("explain", run, "--weight", "1:4,65", "--step", "1", "--top", "2")
    assert first.out.startswith("W[1][4,65] in step 1 of kept\n")
    assert gc.isenabled()


def test_a_weight_of_the_compiled_engine(chainrule, bars) -> None:
    trained = chainrule("train", bars, *SETUP, "--seed", "1", "--run", "compiled", "--json")
    assert trained.code == 0, trained.err
    flags = ("--weight", "2:1,3", "--format", "json", "--step")
    steps = [json.loads(chainrule("explain", "compiled", *flags, str(n)).out) for n in (11, 12)]
    weights = [step["in_the_run"] for step in steps]
    assert weights[0]["after"] == weights[1]["before"]
    from chainrule.training.run_folder import RunFolder

    kept = RunFolder("compiled").network().weights[1][1, 3]
    assert weights[1]["after"] == float(str(kept))


def test_influence_in_each_form(chainrule, run) -> None:
    outcome = chainrule("explain", run, "--influence", "3", "--top", "2")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("What moved kept on example 3\n\nFor example 3 of the test part")
    for title in ("Looked at after\n", "Training examples that helped most\n"):
        assert title in outcome.out
    found = json.loads(chainrule("explain", run, "--influence", "3", "--format", "json").out)
    assert [stage["epoch"] for stage in found["stages"]] == [1, 2, 3]
    assert (found["part"], found["example"]) == ("test", 3)
    assert len(found["helped"]) == 10
    page = chainrule("explain", run, "--influence", "3", "--split", "train", "--format", "html")
    assert "<h1>What moved kept on example 3</h1>" in page.out
    assert "of the train part of" in page.out
    assert page.out.count("data:image/png;base64,") >= 11


def test_mislabels_in_each_form(chainrule, run) -> None:
    outcome = chainrule("explain", run, "--mislabels")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Labels that kept doubts\n")
    some = json.loads(chainrule("explain", run, "--mislabels", "1", "--format", "json").out)
    assert len(some["suspects"]) == min(1, some["doubted"])
    assert len(some["leads"]) > 20
    page = chainrule("explain", run, "--mislabels", "5", "--format", "html")
    assert "<h1>Labels that kept doubts</h1>" in page.out


ALONE = "one of --weight, --neuron, --decision, --influence, --mislabels for a run"


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            (),
            f"explain: expected {ALONE}, got none. Ask for example for a decision: chainrule "
            "explain kept --decision 0.",
        ),
        (
            ("--influence", "3", "--mislabels"),
            f"explain: expected {ALONE}, got --influence and --mislabels. Ask for example for a "
            "decision: chainrule explain kept --decision 0.",
        ),
        (
            ("--influence", "99"),
            "--influence: expected the number of an example from 0 to {last}, got 99. The test "
            "part of {name} has {n} examples.",
        ),
        (
            ("--influence", "x"),
            "explain: expected --influence to be a whole number at least 0, got 'x' (str). "
            "--influence: which training examples moved its answer to this example.",
        ),
        (
            ("--influence", "3", "--step", "2"),
            "explain: expected no --step here, got 2. --influence is of the whole run.",
        ),
        (
            ("--influence", "3", "--image", "2"),
            "explain: expected no --image here, got 2. --influence has the number of the example "
            "itself.",
        ),
        (
            ("--mislabels", "--top", "2"),
            "explain: expected no --top here, got 2. --mislabels has the number of examples "
            "itself.",
        ),
        (
            ("--mislabels", "--split", "test"),
            "explain: expected no --split here, got test. Labels are learned from the training "
            "set.",
        ),
        (
            ("--mislabels", "--epoch", "1"),
            "explain: expected no --epoch here, got 1. --mislabels is of the whole run.",
        ),
        (
            ("--mislabels", "0"),
            "explain: expected --mislabels to be a whole number at least 1, got 0 (int). "
            "--mislabels: training labels that look wrong, the most doubtful first.",
        ),
        (
            ("--weight", "1:0,0", "--format", "latex"),
            "explain: expected --format to be one of text, html, json for a run, got 'latex'. The "
            "others are for worked files.",
        ),
        (
            ("--neuron", "1:0"),
            "explain: expected --image with --neuron, got none. A neuron is explained for one "
            "example.",
        ),
    ],
)
def test_what_cannot_be_told(chainrule, run, flags, told) -> None:
    outcome = chainrule("explain", run, *flags)
    assert (outcome.code, outcome.out) == (2, "")
    pair = course_of(run, {}, "--weight")[1]
    facts = {"last": len(pair.test) - 1, "n": len(pair.test)}
    name = pair.test.name.partition(" (")[0]
    assert outcome.err == told.format(**facts, name=name) + "\n"


@pytest.mark.parametrize("asked", [("--weight", "1:0,0"), ("--influence", "0"), ("--mislabels",)])
def test_a_network_file_does_not_know_how_it_learned(chainrule, run, asked) -> None:
    outcome = chainrule("explain", "kept/network.safetensors", *asked)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"explain: expected the folder of a run with {asked[0]}, got kept/network.safetensors. A "
        "network file does not know how it learned.\n"
    )


def test_numbers_have_no_labels(chainrule, line) -> None:
    flags = ("--layers", "1,1", "--activation", "identity", "--cost", "half_squared_error",
             "--task", "numbers")  # fmt: skip
    trained = chainrule("train", line, *flags, "--epochs", "1", *REFERENCE, "--run", "straight")
    assert trained.code == 0, trained.err
    outcome = chainrule("explain", "straight", "--mislabels")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "--mislabels: expected a run that learned classes, got targets that are numbers.\n"
    )
    told = chainrule("explain", "straight", "--influence", "1")
    assert (told.code, told.err) == (0, "")
    assert "Training examples that helped most\n" in told.out


def test_a_way_that_is_long_is_announced(chainrule, run, monkeypatch) -> None:
    monkeypatch.setattr("chainrule.attribution.replay._ANNOUNCED_STEPS", 3)
    outcome = chainrule("explain", run, "--weight", "1:0,65", "--step", "9", "--format", "json")
    assert outcome.code == 0
    assert outcome.err == "Steps 1 to 8 are computed again.\n"


def test_a_neuron_and_a_decision(chainrule, run) -> None:
    neuron = chainrule("explain", run, "--neuron", "1:2", "--image", "0", "--top", "3")
    assert (neuron.code, neuron.err) == (0, "")
    assert neuron.out.startswith("Neuron 2 of layer 1 of kept\n")
    decision = json.loads(chainrule("explain", run, "--decision", "1", "--format", "json").out)
    assert (decision["part"], decision["example"]) == ("test", 1)


def test_steps_by_epoch_batch_and_image(chainrule, run) -> None:
    def step(*flags: str) -> int:
        outcome = chainrule("explain", run, "--weight", "1:0,65", "--format", "json", *flags)
        assert (outcome.code, outcome.err) == (0, "")
        return int(json.loads(outcome.out)["step"])

    last = step()
    batches = last // 3
    assert step("--epoch", "2") == 2 * batches
    assert step("--epoch", "2", "--batch", "1") == batches + 1
    assert step("--batch", "2") == 2 * batches + 2
    seen = step("--image", "5")
    assert 2 * batches < seen <= last
    assert step("--image", "5", "--step", str(seen)) == seen


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--epoch", "4"), "--epoch: expected an epoch from 1 to 3, got 4."),
        (("--batch", "99"), "--batch: expected a batch from 1 to {batches}, got 99."),
        (
            ("--image", "999"),
            "--image: expected the number of an example from 0 to {last}, got 999. The run "
            "learned from {n} examples.",
        ),
        (
            ("--step", "1", "--epoch", "1"),
            "explain: expected no --epoch here, got 1. --step counts all batches of the run.",
        ),
        (
            ("--step", "1", "--image", "{other}"),
            "--image: expected an example of step 1, got {other}. That example was last in step "
            "{seen}. Set --step {seen}, or leave it out.",
        ),
    ],
)
def test_steps_that_are_not_there(chainrule, run, flags, told) -> None:
    course = course_of(run, {}, "--weight")[0]
    n, rows = len(course.dataset), course.step(1).rows
    other = min(set(range(n)) - set(rows))
    seen = course.step_with(other).number
    facts = {"batches": course.batches(0), "n": n, "last": n - 1, "other": other, "seen": seen}
    typed = [flag.format(**facts) for flag in flags]
    outcome = chainrule("explain", run, "--weight", "1:0,65", *typed)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == told.format(**facts) + "\n"


def test_a_weight_that_is_no_address(chainrule, run) -> None:
    outcome = chainrule("explain", run, "--weight", "1:4")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "--weight: expected numbers such as 1:4,300: layer 1, neuron 4, input 300, got '1:4'. "
        "Layers count from 1, neurons and inputs from 0.\n"
    )
