from __future__ import annotations

import json
from dataclasses import replace

import pytest

import chainrule as cr
from chainrule.documents import render
from chainrule.papers import check_formulas
from chainrule.proofs import gradient_proof as proofs
from chainrule.proofs.autodiff_libraries import AUTODIFF_LIBRARIES, missing_reason

TWO, CHAIN = "two-layers", "one-neuron-a-layer"
AT_KINK = """
[network]
layers = [1, 2, 1]
activations = "relu"
weights = [[[1.0], [-1.0]], [[1.0, 0.5]]]
biases = [[0.5, 1.0], [0.0]]
[training]
cost = "half_squared_error"
learning_rate = 0.1
[[examples]]
inputs = [1.0]
targets = [1.0]
"""


def test_a_worked_file(chainrule) -> None:
    outcome = chainrule("prove", TWO, "--no-peers")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[:9] == [
        f"{TWO}: every gradient holds: 2 steps, 54 comparisons",
        "",
        "  J = C + P  [O1]",
        "  C = (1/2) Σ c over 2 examples  [C8]",
        "  c = ½ Σ (a_i - y_i)²  [C3]",
        "  P = 0.01 · ½ Σ W²  [P2], over the weights alone",
        "  J = 0.1200694072 in step 1",
        "",
        "Worst relative errors of all steps",
    ]
    assert lines[9].split("  ") == [
        "",
        "gradient by",
        "numbers",
        "checked",
        "differences",
        "complex step",
        "own autodiff",
    ]
    rows = [line.split() for line in lines[10:]]
    assert [row[:3] for row in rows] == [
        ["W[1]", "8", "8"],
        ["b[1]", "4", "4"],
        ["W[2]", "4", "4"],
        ["b[2]", "2", "2"],
    ]
    assert all(float(error) < 1e-6 for row in rows for error in row[3:])


def test_a_library_that_is_missing_is_said(chainrule) -> None:
    outcome = chainrule("prove", CHAIN)
    assert outcome.code == 0
    for peer in AUTODIFF_LIBRARIES:
        assert (f"\n{peer.name:<8} {missing_reason(peer)}\n" in outcome.out) is bool(
            missing_reason(peer)
        )


def test_a_kink_is_named(chainrule, tmp_path) -> None:
    (tmp_path / "kink.toml").write_text(AT_KINK)
    outcome = chainrule("prove", "kink.toml", "--no-peers")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith(
        "complex step for smooth functions only, not relu\n"
        "\n"
        "Kinks that differences cannot step over, not judged by them\n"
        "- z[1][1] = 0, where relu has a kink at 0\n"
    )


def test_json(chainrule) -> None:
    outcome = chainrule("prove", TWO, "--json", "--no-peers")
    found = json.loads(outcome.out)
    assert (found["target"], found["holds"], found["steps"]) == (TWO, True, 2)
    assert {row["method"] for row in found["tensors"]} == {
        "differences",
        "complex step",
        "own autodiff",
    }
    assert found["failures"] == found["kinks"] == []


def test_a_run(chainrule, trained) -> None:
    outcome = chainrule("prove", "run", "--examples", "5", "--batches", "3", "--no-peers")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("run: every gradient holds: 3 steps, ")
    assert "  C = (1/5) Σ c over 5 examples  [C8]\n" in outcome.out
    assert "  c = -Σ y_i ln a_i  [C5]\n" in outcome.out
    again = chainrule("prove", "run", "--examples", "5", "--batches", "3", "--no-peers")
    assert again.out == outcome.out
    other = chainrule("prove", "run", "--examples", "5", "--seed", "1", "--no-peers")
    assert other.out != outcome.out


def test_a_run_of_images_by_a_few_numbers(chainrule, trained) -> None:
    outcome = chainrule("prove", "seen", "--sample", "6", "--json", "--no-peers")
    found = json.loads(outcome.out)
    sizes = {row["tensor"]: (row["size"], row["checked"]) for row in found["tensors"]}
    assert sizes == {"W[1]": (288, 12), "b[1]": (2, 4)}
    assert (found["sample"], found["seed"]) == (6, 0)


def test_a_network_file_with_its_data(chainrule, trained, flowers) -> None:
    outcome = chainrule("prove", "run/network.safetensors", "--data", flowers, "--no-peers")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("run/network.safetensors: every gradient holds: 2 steps")


def test_a_run_whose_rate_follows_its_costs(chainrule, flowers) -> None:
    flags = ("--layers", "2,2", "--epochs", "1", "--schedule", "plateau", "--run", "flat")
    assert chainrule("train", flowers, *flags).code == 0
    assert chainrule("prove", "flat", "--no-peers").code == 0


def test_more_examples_than_there_are(chainrule, trained) -> None:
    outcome = chainrule("prove", "run", "--examples", "1000", "--no-peers", "--json")
    found = json.loads(outcome.out)
    assert (outcome.code, found["steps"]) == (0, 1)


def test_a_wrong_gradient_ends_with_code_1(chainrule, monkeypatch) -> None:
    """A law that is spoiled here: the sign of one gradient."""
    real = proofs.prove_step

    def spoiled(step, options):
        wrong = step.result.gradient.copy()
        wrong[0] *= -1
        return real(replace(step, training=replace(step.result, gradient=wrong)), options)

    monkeypatch.setattr(proofs, "prove_step", spoiled)
    outcome = chainrule("prove", CHAIN, "--no-peers")
    assert (outcome.code, outcome.err) == (1, "")
    lines = outcome.out.splitlines()
    assert lines[0] == f"{CHAIN}: the gradient does not hold: 2 numbers of 2 steps"
    assert lines[2].startswith(
        "- step 1, ∂J/∂W[1][0,0]: back-propagation has -0.04396729914, differences"
    )
    assert chainrule("prove", CHAIN, "--no-peers", "--json").code == 1


def test_the_papers(chainrule) -> None:
    outcome = chainrule("prove", "--papers")
    assert (outcome.code, outcome.err) == (0, "")
    report = check_formulas()
    assert outcome.out == render(report.document(), "text")
    assert "38 printed formulas tried: 18 hold, 20 are wrong." in outcome.out
    section = chainrule("prove", "--papers", "--markdown")
    assert section.out == render(report.document(), "markdown")
    found = json.loads(chainrule("prove", "--papers", "--json").out)
    assert [one["holds"] for one in found] == [one.holds for one in report.results]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "prove: expected FILE or RUN, got none. See chainrule prove --help."),
        (
            (TWO, "--papers"),
            f"prove: expected either FILE or RUN, or --papers, got both, with {TWO!r}. The "
            f"papers' formulas are tested on small networks.",
        ),
        (
            (TWO, "--data", "mnist"),
            "prove: expected no data with a worked file, got 'mnist'. It holds its own examples.",
        ),
        (
            (TWO, "--sample", "0"),
            "prove: expected --sample to be a whole number at least 1, got 0 (int). --sample: "
            "numbers to check in each tensor.",
        ),
        (
            ("run/network.safetensors",),
            "run/network.safetensors: expected data to go with the network, got none. A "
            "network file does not record its data. Say where they are: chainrule prove "
            "run/network.safetensors --data DATA.",
        ),
        (("none.toml",), "none.toml: expected a readable file, got No such file or directory."),
    ],
)
def test_bad_input(chainrule, trained, arguments, told) -> None:
    outcome = chainrule("prove", *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", told + "\n")


def test_data_that_were_moved(chainrule, trained) -> None:
    kept = trained / "run" / "run.json"
    facts = json.loads(kept.read_text())
    facts["notes"]["data"]["source"] = str(trained / "gone.csv")
    kept.write_text(json.dumps(facts))
    outcome = chainrule("prove", "run")
    assert outcome.code == 2
    assert outcome.err == (
        f"run: expected its data at {trained / 'gone.csv'}, got nothing there. They were moved or "
        "deleted. Say where they are: chainrule prove run --data DATA.\n"
    )


def test_data_that_do_not_fit(chainrule, tmp_path, flowers) -> None:
    cr.Network.create([3, 2], "tanh").save(tmp_path / "three.safetensors")
    outcome = chainrule("prove", "three.safetensors", "--data", flowers)
    assert outcome.code == 2
    assert outcome.err.startswith("three.safetensors: expected examples of 3 inputs, got 2.")


def test_a_run_whose_own_gradients_were_others(chainrule, flowers) -> None:
    flags = ("--layers", "2,3,2", "--epochs", "1", "--dropout", "0.5", "--normalisation", "batch")
    more = ("--label-smoothing", "0.2", "--max-norm", "2", "--optimiser", "lion", "--noise", "0.1")
    assert chainrule("train", flowers, *flags, *more, "--run", "crafted").code == 0
    outcome = chainrule("prove", "crafted", "--no-peers")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    told = "Of the network as it was kept, without the run's dropout, normalisation, noise"
    assert lines[1:3] == [told, ""]
    assert "  y = (1 - s) t + s/n, with s = 0.2, t the target that is given  [C9]" in lines
    found = json.loads(chainrule("prove", "crafted", "--no-peers", "--json").out)
    assert (found["of"], found["holds"]) == (told, True)


def test_a_run_of_lbfgs(chainrule, flowers) -> None:
    flags = ("--layers", "2,3,2", "--epochs", "1", "--optimiser", "lbfgs", "--run", "whole")
    assert chainrule("train", flowers, *flags).code == 0
    outcome = chainrule("prove", "whole", "--no-peers")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[1] == ""
    assert "of" not in json.loads(chainrule("prove", "whole", "--no-peers", "--json").out)
