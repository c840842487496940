from __future__ import annotations

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.errors import InputError, ShapeError, UnknownNameError
from chainrule.ledger.ledger import Ledger
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.number_faults import IMPOSSIBLE, count_faults

SHAPES = ((1, 1, 1), (2, 2, 1), (2, 3, 2), (3, 3), (3, 3, 3))


def tenths(array: np.ndarray) -> bool:
    return np.array_equal(array, np.round(array, 1))


@pytest.mark.parametrize("layers", SHAPES)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_numbers_are_friendly(layers, activation) -> None:
    plan = ExercisePlan(layers=layers, activation=activation)
    for seed in range(5):
        example = generate_exercise(plan, seed)
        assert count_faults(example) == 0
        step = Ledger(example).step(1)
        assert step.training is not None
        trace = step.trace
        for given in (trace.x, trace.y, example.parameters):
            assert tenths(given)
        assert np.all(np.abs(example.parameters) <= 1.5)
        assert 0 not in example.parameters
        assert all(np.all((np.abs(z) >= 0.1) & (np.abs(z) <= 4)) for z in step.z)
        assert np.all(np.abs(trace.a[-1] - trace.y) >= 0.05)
        assert all(np.any(delta) for delta in trace.delta)


def test_a_seed_fixes_the_numbers_and_a_copy_changes_them() -> None:
    plan = ExercisePlan()
    first, again, other = (
        generate_exercise(plan, 3),
        generate_exercise(plan, 3),
        generate_exercise(plan, 3, 1),
    )
    assert first.parameters.tobytes() == again.parameters.tobytes()
    assert first.dataset.digest == again.dataset.digest
    assert first.parameters.tobytes() != other.parameters.tobytes()
    assert generate_exercise(plan, 4).parameters.tobytes() != first.parameters.tobytes()


def test_copies_are_different_for_a_whole_class() -> None:
    made = {generate_exercise(ExercisePlan(), 0, copy).parameters.tobytes() for copy in range(60)}
    assert len(made) == 60


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cost", COSTS)
def test_every_pair_has_an_exercise(activation, cost) -> None:
    example = generate_exercise(ExercisePlan(layers=(2, 2, 2), activation=activation, cost=cost), 0)
    assert count_faults(example) < IMPOSSIBLE
    assert all(np.isfinite(entry.value) for entry in Ledger(example).entries())


def test_no_friendly_draw_is_refused_for_lack_of_one() -> None:
    example = generate_exercise(ExercisePlan(layers=(5,) * 6), 0)
    assert 0 < count_faults(example) < IMPOSSIBLE


def test_one_hot_targets_and_titles() -> None:
    plan = ExercisePlan(layers=(2, 3), cost="categorical_cross_entropy", steps=2, examples=2)
    example = generate_exercise(plan, 0)
    assert example.architecture.activations == ("softmax",)
    targets = example.view.targets(np.arange(2))
    assert sorted(map(sorted, targets.tolist())) == [[0, 0, 1], [0, 0, 1]]
    assert example.title == "2 steps of training by hand: network 2-3"
    assert generate_exercise(plan, 0, title="Test 1").title == "Test 1"


@pytest.mark.parametrize(("optimiser", "rate"), [("sgd", 0.5), ("adam", 0.1)])
def test_a_rate_that_suits_the_optimiser(optimiser, rate) -> None:
    assert ExercisePlan(optimiser=optimiser).recipe.learning_rate == rate
    assert ExercisePlan(optimiser=optimiser, learning_rate=0.25).recipe.learning_rate == 0.25


@pytest.mark.parametrize(
    ("values", "kind", "told"),
    [
        (
            {"layers": (2,)},
            InputError,
            "worksheet: expected layers to be 2 to 11 widths, the inputs first, got 1. "
            "Larger networks are too much work by hand.",
        ),
        (
            {"layers": (2, 21)},
            InputError,
            "worksheet: expected layers to be a whole number at least 1 and at most 20, "
            "got 21 (int). layers: neurons of each layer, the inputs first.",
        ),
        (
            {"layers": (2, 1), "cost": "categorical_cross_entropy"},
            InputError,
            "worksheet: expected at least 2 outputs for softmax, got 1. A softmax of one number "
            "is always 1. Choose wider layers, another activation or another cost.",
        ),
        (
            {"activation": ("tanh", "tanh", "tanh")},
            ShapeError,
            "Architecture: expected 2 activations, one per layer after the inputs, got 3: tanh, "
            "tanh, tanh. The layers are 2, 2, 1.",
        ),
        (
            {"cost": "hubr"},
            UnknownNameError,
            "worksheet: expected a name for cost, got 'hubr' (str). Did you mean 'huber'? "
            "Valid names: "
            f"{', '.join(sorted(COSTS))}.",
        ),
        (
            {"examples": 0},
            InputError,
            "worksheet: expected examples to be a whole number at least 1 and at most 20, "
            "got 0 (int). examples: number of examples in the batch.",
        ),
    ],
)
def test_bad_plans(values, kind, told) -> None:
    with pytest.raises(kind) as caught:
        ExercisePlan(**values)
    assert str(caught.value) == told


def test_a_rate_that_leads_to_no_finite_numbers() -> None:
    with pytest.raises(InputError) as caught:
        generate_exercise(ExercisePlan(activation="identity", learning_rate=1e300, steps=3), 0)
    assert str(caught.value) == (
        "worksheet: expected a cost that is finite for the outputs of the network, got "
        "half_squared_error with identity outputs. None of 200 draws had only finite "
        "numbers. Choose another cost, or another activation."
    )
