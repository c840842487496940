from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.dataset import Dataset
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.errors import InputError, ShapeError
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.worked_example import WorkedExample


def pictures() -> Dataset:
    rng = np.random.default_rng(0)
    return Dataset(rng.integers(0, 256, (60, 12), np.uint8), np.arange(60) % 3, scale=1 / 255)


def test_a_real_network_is_explained_as_it_is_trained() -> None:
    network = cr.Network.create([12, 5, 3], "tanh", seed=1)
    recipe = cr.Recipe(optimiser="momentum", learning_rate=0.1, batch_size=20, l2=0.01, seed=3)
    example = WorkedExample.from_network(
        network, pictures(), recipe, rows=range(20, 40), dtype="float32"
    )
    assert example.architecture.activations == ("tanh", "softmax")
    ledger = Ledger(example)
    engine = ReferenceEngine(TrainingContext(example.architecture, example.recipe, example.dataset))
    trace = engine.trace(network.parameters, np.arange(20, 40))
    assert (ledger.step(1).trace.dW[0] == trace.dW[0]).all()
    assert ledger.value("example[23].a[0][1]") == np.float32(pictures().inputs[23, 1]) * np.float32(
        1 / 255
    )
    terms = [ledger.value(f"example[{r}].dW[1][2,7]") for r in range(20, 40)]
    assert sum(terms) == pytest.approx(trace.dW[0][2, 7], rel=1e-5)


def test_one_weight_of_a_wide_network_needs_no_others() -> None:
    network = cr.Network.create([784, 32, 10], "sigmoid")
    data = Dataset(np.random.default_rng(0).random((40, 784)), np.arange(40) % 10)
    recipe = cr.Recipe(cost="squared_error", optimiser="sgd", batch_size=40, l2=0.1)
    ledger = Ledger(WorkedExample.from_network(network, data, recipe))
    formula = ledger.entry("dW[1][4,300]").formula
    assert len(formula.terms) == 40
    assert str(formula.terms[39].factors[1].quantity) == "example[39].a[0][300]"
    assert len(ledger.entry("penalty").formula.factors[2].terms) == 784 * 32 + 320


def test_class_weights_count() -> None:
    recipe = cr.Recipe(class_weights=(1.0, 2.0, 3.0), batch_size=30)
    network = cr.Network.create([12, 3], "softmax")
    ledger = Ledger(WorkedExample.from_network(network, pictures(), recipe, rows=[0, 1, 2]))
    shares = [ledger.value(f"example[{r}].share") for r in range(3)]
    assert shares == pytest.approx([1 / 6, 2 / 6, 3 / 6])


def refused(error, **changes) -> str:
    network, recipe = cr.Network.create([12, 3], "softmax"), cr.Recipe(optimiser="momentum")
    example = WorkedExample.from_network(network, pictures(), recipe)
    with pytest.raises(error) as caught:
        replace(example, **changes)
    return str(caught.value)


def test_what_does_not_fit() -> None:
    assert refused(InputError, rows=()) == (
        "explain: expected at least one example, and each of them once, got [] (list)."
    )
    assert refused(InputError, rows=(1, 1)) == (
        "explain: expected at least one example, and each of them once, got [1, 1] (list)."
    )
    assert refused(InputError, rows=(60,)) == (
        "explain: expected rows to be a whole number at least 0 and at most 59, got 60 (int). "
        "rows: number of an example."
    )
    assert refused(InputError, steps=0) == (
        "explain: expected steps to be a whole number at least 1 and at most 10000, got 0 (int). "
        "steps: number of training steps to show."
    )
    assert refused(ShapeError, state=np.zeros((2, 39))) == (
        "explain: expected an update's state of shape (1, 39), got an array of shape (2, 39) "
        "(float64)."
    )
    assert refused(InputError, recipe=cr.Recipe(optimiser="momentum", schedule="plateau")) == (
        "explain: expected a schedule that follows from the number of the step, got 'plateau'. It "
        "needs the costs of whole epochs. Set schedule to 'constant' and learning_rate to the "
        "rate of the step."
    )


def test_a_network_for_other_data() -> None:
    network = cr.Network.create([10, 3], "softmax")
    with pytest.raises(ShapeError) as caught:
        WorkedExample.from_network(network, pictures(), cr.Recipe())
    assert str(caught.value) == "explain: expected examples of 10 inputs, got 12."
