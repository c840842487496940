from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.bundled import bundled_files
from chainrule.ledger.files.used_settings import list_used_settings
from chainrule.ledger.files.worked_file import parse_worked, read_worked
from chainrule.ledger.files.worked_writer import WrittenClaim, format_worked
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.worked_example import WorkedExample
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan

FILES = list(bundled_files("worked").values())


def same(one: WorkedExample, other: WorkedExample) -> None:
    """Every number of both, to the bit."""
    assert (one.title, one.steps, one.start) == (other.title, other.steps, other.start)
    numbers = [
        [(str(e.quantity), e.equation, e.value.hex()) for e in Ledger(example).entries()]
        for example in (one, other)
    ]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_worked_files_are_read_back(path) -> None:
    example = read_worked(path)
    same(parse_worked(format_worked(example)), example)


@pytest.mark.parametrize(
    "more",
    [
        {"optimiser": "adamw", "weight_decay": 0.1, "epsilon": 1e-7},
        {"optimiser": "nesterov", "momentum": 0.5, "l1": 0.01, "l2": 0.02},
        {"optimiser": "rmsprop", "decay": 0.8, "clip_norm": 0.05},
        {"cost": "huber", "huber_threshold": 0.25, "batch_size": 1},
        {"schedule": "cosine", "epochs": 4, "final_factor": 0.1, "weighted": True},
        {"schedule": "step", "epochs": 4, "schedule_every": 1, "biases": False},
        {"schedule": "one_cycle", "epochs": 4, "warmup_fraction": 0.4},
        {"schedule": "exponential", "epochs": 4, "schedule_factor": 0.7},
    ],
    ids=lambda more: "-".join(map(str, more.values())),
)
def test_every_setting_is_read_back(make, more) -> None:
    example = make("tanh", **{"cost": "squared_error", "layers": (2, 3, 2), **more})
    same(parse_worked(format_worked(example)), replace(example, title=""))


def test_what_was_before_the_first_step_is_read_back(make) -> None:
    example = make("sigmoid", cost="squared_error", optimiser="adam", steps=1)
    state = np.arange(example.state.size, dtype=float).reshape(example.state.shape) / 64
    began = replace(example, start=3, state=state)
    back = parse_worked(format_worked(began))
    assert back.start == 3
    assert back.state.tobytes() == state.tobytes()
    same(back, began)


def test_titles_and_claims_of_any_signs(chain) -> None:
    title = 'A "chain" of \\ neurons – δ'
    example = replace(parse_worked(chain), title=title)
    back = parse_worked(
        format_worked(example, [WrittenClaim("z[1][0]", "1.5", "a sum")], ["Sheet 1"])
    )
    assert back.title == title
    assert [(str(one.quantity), one.printed) for one in back.claims] == [("z[1][0]", "1.5")]


def test_the_text(chain) -> None:
    text = format_worked(
        parse_worked(chain), [WrittenClaim("a[1][0]", "", "activation")], ["Sheet", ""]
    )
    assert text == (
        '# Sheet\n#\n\ntitle = "One neuron a layer"\n\n[network]\nlayers = [1, 1, 1]\n'
        'activations = ["sigmoid", "sigmoid"]\nweights = [\n    [[0.5]],\n    [[1.0]],\n]\n'
        'biases = [\n    [1.0],\n    [0.0],\n]\n\n[training]\ncost = "squared_error"\n'
        'optimiser = "sgd"\nlearning_rate = 1.0\nsteps = 2\n\n[[examples]]\ninputs = [1.0]\n'
        'targets = [0.0]\n\n# activation\n[[claims]]\nquantity = "a[1][0]"\nprinted = ""\n'
    )


def test_the_pass_forward_alone() -> None:
    text = (
        "[network]\nlayers = [1, 1]\nactivations = 'tanh'\nweights = [[[0.5]]]\n"
        "[[examples]]\ninputs = [1.5]\n"
    )
    back = format_worked(parse_worked(text))
    assert "[training]" not in back
    assert "targets" not in back
    same(parse_worked(back), parse_worked(text))


def test_settings_that_nothing_uses_are_left_out() -> None:
    recipe = ExercisePlan(optimiser="momentum").recipe.replaced(epsilon=0.5, clip_norm=2.0)
    assert [(one.name, one.letter, one.value) for one in list_used_settings(recipe)] == [
        ("momentum", "μ", 0.9),
        ("clip_norm", "", 2.0),
    ]
    same(
        parse_worked(format_worked(generate_exercise(ExercisePlan(), 0))),
        generate_exercise(ExercisePlan(), 0),
    )
