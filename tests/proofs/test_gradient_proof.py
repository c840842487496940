"""Every gradient is proved, every planted error is found, and every kink is named."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.dataset import Dataset
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.errors import InputError
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.worked_example import WorkedExample
from chainrule.proofs.gradient_proof import ProofOptions, prove, prove_step, sample_places
from chainrule.proofs.objective import objective_lines, step_objective
from chainrule.proofs.proof_report import (
    failure_lines,
    kink_lines,
    proof_table,
    summary_text,
)

OWN = ProofOptions(peers=False)
SMOOTH = [name for name, activation in ACTIVATIONS.items() if not activation.kinks]
# Layers, weights and biases of the approximator's first hand computation, where z[1][1] is 0.
AT_KINK = """
[network]
layers = [1, 2, 1]
activations = "relu"
weights = [[[1.0], [-1.0]], [[1.0, 0.5]]]
biases = [[0.5, {bias}], [0.0]]
[training]
cost = "{cost}"
learning_rate = 0.1
l1 = {l1}
{more}
[[examples]]
inputs = [1.0]
targets = [{target}]
"""


def at_kink(**more: object):
    values = {"bias": 1.0, "cost": "squared_error", "l1": 0.0, "target": 1.0, **more}
    values["more"] = "huber_threshold = 1.5" if values["cost"] == "huber" else ""
    return prove(Ledger(parse_worked(AT_KINK.format(**values))), OWN)


def errors(proof, method: str) -> list[float | None]:
    return [verdict.error for verdict in proof.verdicts if verdict.method == method]


def worst(proof, method: str) -> float:
    return max((error for error in errors(proof, method) if error is not None), default=0.0)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_gradient_is_proved(make, activation, cost) -> None:
    for seed, penalties in enumerate(({"l2": 0.03}, {"l1": 0.02, "l2": 0.03, "weighted": True})):
        proof = prove(Ledger(make(activation, cost=cost, seed=seed, steps=1, **penalties)), OWN)
        assert proof.holds, proof.failures
        assert worst(proof, "differences") < 1e-6
        assert worst(proof, "own autodiff") < 1e-11
        smooth = activation in SMOOTH and cost != "absolute_error" and "l1" not in penalties
        assert ("complex step" in proof.left_out) is not smooth
        assert worst(proof, "complex step") < 1e-11


@pytest.mark.parametrize("spread", [10.0, 200.0])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "tanh", "gelu"])
def test_networks_that_are_far_too_sure(make, activation, spread) -> None:
    last = activation if activation in ("sigmoid", "softmax") else "identity"
    for cost in ("half_squared_error", "categorical_cross_entropy", "binary_cross_entropy"):
        if last == "identity" and cost != "half_squared_error":
            continue  # its outputs are no shares
        example = make(activation, last, cost=cost, layers=(3, 4, 3), examples=3, steps=1)
        proof = prove(Ledger(replace(example, parameters=example.parameters * spread)), OWN)
        assert proof.holds, (cost, proof.failures)


def test_large_inputs_and_weights_far_from_one(make) -> None:
    example = make("sigmoid", cost="squared_error", layers=(2, 3, 2), steps=1)
    far = replace(example.dataset, inputs=example.dataset.inputs * 1e4)
    slow = example.parameters.copy()
    slow[:6] /= 1e4
    proof = prove(Ledger(replace(example, dataset=far, parameters=slow)), OWN)
    assert proof.holds
    assert max(errors(proof, "differences")) < 1e-6


def test_without_biases_and_in_float32_parameters(make) -> None:
    example = make("tanh", cost="huber", biases=False, steps=1)
    proof = prove(Ledger(example), OWN)
    assert proof.holds
    assert {verdict.tensor for verdict in proof.verdicts} == {"W[1]", "W[2]"}


def slips(step):
    """Wrong gradients such as people compute, each with a name."""
    g, slots = step.result.gradient, step.example.layout.slots
    for factor in (2.0, 0.5, -1.0):
        yield f"times {factor}", g * factor
    for slot in slots:
        wrong = g.copy()
        wrong[slot.start : slot.stop] = 0
        yield f"{slot.name} left out", wrong
        if slot.name.startswith("W"):
            wrong = g.copy()
            slot.view(wrong)[...] = slot.view(g).T
            yield f"{slot.name} transposed", wrong
        wrong = g.copy()
        wrong[slot.stop - 1] *= 1 + 1e-5
        yield f"{slot.name} off in the fifth digit", wrong
    yield "not a number", np.full_like(g, np.nan)


def test_every_planted_error_is_found_by_every_method(make) -> None:
    example = make("tanh", cost="squared_error", layers=(3, 3, 3), l2=0.1, steps=1, seed=2)
    step = Ledger(example).step(1)
    for name, wrong in slips(step):
        spoiled = replace(step, training=replace(step.result, gradient=wrong))
        proof = prove_step(spoiled, OWN)
        found = {failure.method for failure in proof.failures}
        assert found == {"differences", "complex step", "own autodiff"}, name
        json.dumps(proof.to_dict(), allow_nan=False)


def test_an_error_is_told_with_its_place(make) -> None:
    step = Ledger(make("tanh", cost="squared_error", steps=1)).step(1)
    wrong = step.result.gradient.copy()
    wrong[2] += 0.5  # W[1][1,0] of a 2-2-2 network
    proof = prove_step(replace(step, training=replace(step.result, gradient=wrong)), OWN)
    assert not proof.holds
    assert {failure.address for failure in proof.failures} == {"W[1][1,0]"}
    right = step.result.gradient[2]
    assert summary_text(proof) == "the gradient does not hold: 1 number of 1 step"
    first, *_ = failure_lines(proof)
    start = f"∂J/∂W[1][1,0]: back-propagation has {right + 0.5:.10g}, differences {right:.6g}"
    assert first.startswith(start)
    assert first.rpartition("; ")[2].startswith("they may differ by ")
    assert proof.to_dict()["holds"] is False


def test_roundings_are_no_errors(make) -> None:
    step = Ledger(make("tanh", cost="squared_error", steps=1)).step(1)
    nearly = step.result.gradient * (1 + 1e-12)
    assert prove_step(replace(step, training=replace(step.result, gradient=nearly)), OWN).holds


def test_a_kink_of_relu_is_named_and_not_judged() -> None:
    proof = at_kink()
    assert proof.holds
    assert kink_lines(proof) == ["z[1][1] = 0, where relu has a kink at 0"]
    judged = {v.tensor: (v.checked, v.at_kinks) for v in proof.verdicts[:4]}
    # The weight and the bias of neuron 1 move it over the kink; no other number does.
    assert judged == {"W[1]": (1, 1), "b[1]": (1, 1), "W[2]": (2, 0), "b[2]": (1, 0)}


def test_beside_a_kink_the_step_is_shorter() -> None:
    for bias in (1.001, 0.9999, 1.0000005):
        proof = at_kink(bias=bias)
        assert proof.holds
        assert proof.kinks == ()
        assert sum(verdict.at_kinks for verdict in proof.verdicts) == 0


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"cost": "absolute_error", "target": 1.5, "bias": 0.75},
            "a[2][0] - y[0] = 0, where absolute_error has a kink at 0",
        ),
        (
            {"cost": "huber", "target": 0.0, "bias": 0.75},
            "a[2][0] - y[0] = 1.5, where huber has a kink at 1.5",
        ),
        (
            {"cost": "huber", "target": 3.0, "bias": 0.75},
            "a[2][0] - y[0] = -1.5, where huber has a kink at -1.5",
        ),
    ],
)
def test_kinks_of_costs_are_named(more, told) -> None:
    proof = at_kink(**more)
    assert proof.holds
    assert kink_lines(proof) == [told]


def test_a_kink_of_the_penalty_is_named(make) -> None:
    example = make("tanh", cost="squared_error", l1=0.1, steps=1)
    zero = example.parameters.copy()
    zero[3] = 0.0
    proof = prove(Ledger(replace(example, parameters=zero)), OWN)
    assert proof.holds
    assert kink_lines(proof) == ["W[1][1,1] = 0, where l1 has a kink at 0"]


def test_with_several_examples_a_kink_tells_which(make) -> None:
    example = make("relu", "identity", cost="squared_error", biases=True, steps=1)
    inputs = example.dataset.inputs.copy()
    inputs[1] = 0
    flat = example.parameters.copy()
    example.layout.biases(flat)[0][...] = [0.25, 0.0]
    dataset = replace(example.dataset, inputs=inputs)
    proof = prove(Ledger(replace(example, dataset=dataset, parameters=flat)), OWN)
    assert proof.holds
    assert kink_lines(proof) == ["example[1].z[1][1] = 0, where relu has a kink at 0"]


def test_many_kinks_are_told_in_short(make) -> None:
    example = make("relu", "identity", cost="squared_error", layers=(2, 20, 2), steps=1)
    flat = example.parameters.copy()
    example.layout.biases(flat)[0][...] = 0
    inputs = np.zeros_like(example.dataset.inputs)
    dataset = replace(example.dataset, inputs=inputs)
    proof = prove(Ledger(replace(example, dataset=dataset, parameters=flat)), OWN)
    assert proof.holds
    assert len(proof.kinks) == 40
    assert kink_lines(proof)[-1] == "and 28 more"


def test_steps_are_put_together(make) -> None:
    proof = prove(Ledger(make("sigmoid", cost="squared_error", steps=3)), OWN)
    one = prove(Ledger(make("sigmoid", cost="squared_error", steps=1)), OWN)
    assert proof.steps == 3
    assert [v.checked for v in proof.verdicts] == [3 * v.checked for v in one.verdicts]
    assert all(a.error >= b.error for a, b in zip(proof.verdicts, one.verdicts, strict=True))
    assert summary_text(proof) == "every gradient holds: 3 steps, 108 comparisons"
    assert proof.cost == one.cost
    table = proof_table(proof)
    assert table.title == "Worst relative errors of all steps"
    head = ("gradient by", "numbers", "checked", "differences", "complex step", "own autodiff")
    assert table.header == head
    assert [row[:3] for row in table.rows] == [
        ("W[1]", "12", "12"),
        ("b[1]", "6", "6"),
        ("W[2]", "12", "12"),
        ("b[2]", "6", "6"),
    ]
    assert json.loads(json.dumps(proof.to_dict()))["steps"] == 3


def test_of_a_large_tensor_some_are_drawn(make) -> None:
    example = make("sigmoid", cost="squared_error", layers=(9, 9, 2), steps=1)
    proof = prove(Ledger(example), ProofOptions(sample=10, seed=3, peers=False))
    assert [v.checked for v in proof.verdicts[:4]] == [10, 9, 10, 2]
    assert proof_table(proof).note == (
        "Of larger tensors 10 numbers per step were drawn at random, seed 3, half of them "
        "where the "
        "gradient is not 0."
    )
    slot = example.layout.slots[0]
    gradient = np.zeros(example.layout.size)
    gradient[[3, 40]] = 1.0
    drawn = sample_places(slot, gradient, 10, 3)
    assert len(drawn) == len(set(drawn)) == 10
    assert {3, 40} <= set(drawn)
    assert (
        drawn
        == sorted(drawn)
        == sample_places(slot, gradient, 10, 3)
        != sample_places(slot, gradient, 10, 4)
    )
    assert max(drawn) < slot.stop


def test_slopes_below_rounding_have_no_relative_error(make) -> None:
    example = make("sigmoid", cost="squared_error", steps=1)
    sure = example.parameters.copy()
    example.layout.biases(sure)[1][...] = 60  # outputs of 1 to the last digit
    hit = replace(example.dataset, targets=np.zeros_like(example.dataset.targets))
    proof = prove(Ledger(replace(example, parameters=sure, dataset=hit)), OWN)
    assert proof.holds
    assert None in errors(proof, "differences")
    assert proof_table(proof).note.endswith(
        " comparisons the slope is too small beside rounding to have a relative error."
    )
    assert proof_table(proof).rows[0][3] == "-"


def test_what_cannot_be_asked_says_why() -> None:
    assert at_kink(l1=0.1, cost="absolute_error").left_out == {
        "complex step": "for smooth functions only, not relu, absolute_error, l1"
    }
    rng = np.random.default_rng(0)
    network = cr.Network.create([1500, 1400, 1], "tanh", dtype="float64")
    data = Dataset(rng.normal(size=(1, 1500)), rng.normal(size=(1, 1)))
    recipe = cr.Recipe(cost="squared_error", optimiser="sgd", seed=0)
    large = WorkedExample.from_network(network, data, recipe)
    proof = prove(Ledger(large), ProofOptions(sample=1, peers=False))
    assert proof.left_out == {
        "own autodiff": "left out: 4,205,602 steps to remember, at most 4,000,000"
    }


def test_without_training_there_is_nothing_to_prove() -> None:
    text = AT_KINK.partition("[training]")[0].format(bias=0)
    forward = parse_worked(text + "[[examples]]\ninputs = [1.0]\n", "some.toml")
    with pytest.raises(InputError) as caught:
        prove(Ledger(forward))
    assert str(caught.value) == (
        "some.toml: expected a table [training] with a cost, got none. Without a cost there "
        "is no gradient to check."
    )


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        (
            {"examples": 1},
            ["J = C  [O1], without a penalty", "C = Σ (a_i - y_i)²  [C1]"],
        ),
        (
            {"examples": 3, "l1": 0.5, "l2": 0.25},
            [
                "J = C + P  [O1]",
                "C = (1/3) Σ c over 3 examples  [C8]",
                "c = Σ (a_i - y_i)²  [C1]",
                "P = 0.5 Σ |W|  [P1] + 0.25 · ½ Σ W²  [P2], over the weights alone",
            ],
        ),
        (
            {"examples": 2, "weighted": True},
            [
                "J = C  [O1], without a penalty",
                "C = Σ s c, weighted by the shares s over 2 examples  [C8]",
                "c = Σ (a_i - y_i)²  [C1]",
            ],
        ),
    ],
)
def test_the_objective_is_stated(make, more, lines) -> None:
    step = Ledger(make("tanh", cost="squared_error", steps=1, **more)).step(1)
    assert objective_lines(step_objective(step)) == lines


def test_the_objective_is_what_the_law_descends(make) -> None:
    for activation, cost in itertools.product(("relu", "softmax"), COSTS):
        step = Ledger(make(activation, cost=cost, l1=0.1, l2=0.2, steps=1)).step(1)
        whole = float(step.trace.cost) + step.result.penalty
        assert step_objective(step).value(step.theta) == pytest.approx(whole, rel=1e-14)


def test_bad_options() -> None:
    with pytest.raises(InputError) as caught:
        ProofOptions(sample=0)
    assert str(caught.value) == (
        "prove: expected sample to be a whole number at least 1, got 0 (int). sample: "
        "numbers to check in each tensor."
    )


@pytest.mark.parametrize("cost", ["categorical_cross_entropy", "binary_cross_entropy"])
def test_a_softmax_of_one_class_learns_nothing(cost) -> None:
    text = AT_KINK.format(bias=0.5, cost=cost, l1=0.0, more="", target=1.0)
    proof = prove(Ledger(parse_worked(text.replace('"relu"', '["tanh", "softmax"]'))), OWN)
    assert (proof.holds, proof.cost) == (True, 0.0)
    assert errors(proof, "own autodiff") == [0.0] * 4
