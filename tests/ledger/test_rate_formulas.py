"""The formula of every schedule's rate comes to the engine's rate."""

from __future__ import annotations

import math

import pytest

from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.schedules import SCHEDULES
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.formulas.expression import evaluate
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.rendering.entry_formulas import entry_text

SETTINGS = {
    "constant": {},
    "step": {"schedule_every": 2},
    "exponential": {},
    "cosine": {"final_factor": 0.1},
    "one_cycle": {},
    "cosine_restarts": {"cycle_epochs": 2, "cycle_growth": 1.3, "final_factor": 0.05},
    "rise": {"final_factor": 1e-4},
}


@pytest.mark.parametrize("batch_size", [1, 2, 3])
@pytest.mark.parametrize("warmup", [0.0, 2.5])
@pytest.mark.parametrize("schedule", SETTINGS)
def test_every_schedule(make, schedule, warmup, batch_size) -> None:
    epochs, batches = 8, math.ceil(3 / batch_size)
    ledger = Ledger(
        make(
            steps=epochs * batches,
            examples=3,
            batch_size=batch_size,
            epochs=epochs,
            schedule=schedule,
            warmup_epochs=warmup,
            **SETTINGS[schedule],
        )
    )
    example = ledger.example
    for step in range(1, example.steps + 1):
        entry = ledger.entry(f"step[{step}].learning_rate")
        epoch, batch = divmod(step - 1, batches)
        position = Position(example.parameters, example.state, epoch, batch, step - 1)
        engine = ReferenceEngine(
            TrainingContext(example.architecture, example.recipe, example.dataset)
        )
        assert entry.value == engine.learning_rate(position)
        assert math.isclose(evaluate(entry.formula), entry.value, rel_tol=1e-12), step
        assert entry.equation == ("S9" if warmup else SCHEDULES[schedule].equation)


def test_all_but_plateau_are_tried() -> None:
    assert set(SETTINGS) == set(SCHEDULES) - {"plateau"}


def shown(chain: str, lines: str, step: int, **options) -> tuple[str, str, str]:
    text = chain.replace("steps = 2", f"steps = 9\n{lines}")
    ledger = Ledger(parse_worked(text))
    told = entry_text(
        ledger, ledger.entry(f"step[{step}].learning_rate"), DisplayOptions(**options)
    )
    return told.formula, told.substituted, told.result


def test_restarts_as_they_are_shown(chain) -> None:
    lines = 'schedule = "cosine_restarts"\ncycle_epochs = 2\nfinal_factor = 0.5'
    formula, numbers, result = shown(chain, lines, 2)
    assert formula == "f·η₀ + (η₀ - f·η₀)·(½·(1 + cos(π·(s/k))))"
    assert numbers == "0.5·1 + (1 - 0.5·1)·(½·(1 + cos(3.14159·(1/2))))"
    assert result == "0.75"
    formula, _, result = shown(chain, lines, 3)
    assert formula == "f·η₀ + (η₀ - f·η₀)·(½·(1 + cos(π·((s - k)/k))))"
    assert result == "1"
    _, numbers, result = shown(chain, lines, 6)
    assert numbers == "0.5·1 + (1 - 0.5·1)·(½·(1 + cos(3.14159·((5 - 2·2)/2))))"
    assert result == "0.75"


def test_cycles_that_grow(chain) -> None:
    lines = 'schedule = "cosine_restarts"\ncycle_epochs = 1\ncycle_growth = 2.0'
    formula, numbers, result = shown(chain, lines, 3)
    assert "cos(π·((s - k)/(k·g)))" in formula
    assert result == "0.5"
    formula, numbers, result = shown(chain, lines, 6)
    assert "cos(π·((s - k·((g^2 - 1)/(g - 1)))/(k·g^2)))" in formula.replace("²", "^2")
    assert "(5 - 1·((2^2 - 1)/(2 - 1)))/(1·2^2)" in numbers.replace("²", "^2")
    assert result == "0.5"


def test_a_rate_that_rises(chain) -> None:
    lines = 'schedule = "rise"\nfinal_factor = 0.01\nepochs = 10'
    told = shown(chain, lines, 6)
    assert told == ("η₀·f^(1 - s/S)", "1·0.01^(1 - 5/10)", "0.1")
    assert shown(chain, lines, 6, fractions=True)[2] == "0.1"
    assert shown(chain, lines, 1, fractions=True)[2] == "1/100 = 0.01"


def test_a_warm_up(chain) -> None:
    assert shown(chain, "warmup_epochs = 4", 2) == (
        "η₀·min(1, (s + 1)/w)",
        "1·min(1, (1 + 1)/4)",
        "0.5",
    )
    assert shown(chain, "warmup_epochs = 4", 7)[1:] == ("1·min(1, (6 + 1)/4)", "1")


def test_a_warm_up_has_a_letter_of_its_own(chain) -> None:
    formula, _, _ = shown(chain, 'schedule = "one_cycle"\nwarmup_epochs = 4', 2)
    assert formula.endswith("·min(1, (s + 1)/w₂), as s/S < w")
