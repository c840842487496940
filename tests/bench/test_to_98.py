from __future__ import annotations

from dataclasses import replace

from comparison.to_98 import RECIPES, GoalRow, goal_tables, measure_accuracy, measure_goal, recipe
from comparison.workload import draw_start_weights, load_examples


def test_a_recipe_takes_whole_batches_of_all_images() -> None:
    case = recipe(64, 32, "sgd", 0.2, 3)
    assert (case.layers, case.batch_size, case.examples) == ((784, 64, 10), 32, 60_000)
    assert (case.schedule, case.epochs, case.optimiser) == ("one_cycle", 3, "sgd")
    assert recipe(64, 256, "adam", 0.2, 3).examples == 59_904


def test_every_recipe_has_one_cycle_and_a_hidden_layer() -> None:
    for case in RECIPES.values():
        assert len(case.layers) == 3
        assert (case.schedule, case.seed, case.data) == ("one_cycle", 0, "mnist")
        assert case.examples + case.batch_size > 60_000


def test_a_training_too_short_misses_the_goal_and_says_so(bench_of) -> None:
    short = recipe(8, 16, "sgd", 0.1, 2).limited_to(160)
    rows = measure_goal(bench_of("reference", "numpy"), {"numpy": short, "reference": short})
    assert [row.peer for row in rows] == ["reference", "numpy"]
    for row in rows:
        assert len(row.seconds) == len(row.accuracies) == 1
        assert 0.05 < row.accuracies[0] < 0.9
        assert row.note == "missed the goal with 1 of 1 seeds"
        assert row.recipe == "784-8-10, sgd, one_cycle at 0.1, batch 16, 2 epochs"
    # the same computation ends with the same answers, but for rounding
    assert abs(rows[0].accuracies[0] - rows[1].accuracies[0]) < 0.002


def test_a_peer_that_is_missing_has_a_row(bench_of) -> None:
    short = replace(recipe(8, 16, "sgd", 0.1, 1).limited_to(16), optimiser="adam")
    (row,) = measure_goal(bench_of("nn-digits"), {"nn-digits": short})
    assert row.note in ("it has no Adam", "neural-network-digits is not installed")
    assert row.seconds == ()


def test_accuracy_is_counted() -> None:
    case, images = recipe(8, 16, "sgd", 0.1, 1), load_examples("mnist", "test")
    share = measure_accuracy(case, draw_start_weights(case), images)
    assert 0.02 < share < 0.3
    assert round(share * 10_000) == share * 10_000


def test_the_table() -> None:
    rows = (
        GoalRow("chainrule", "chainrule", "how", (1.0, 3.0, 2.0), (0.98, 0.981, 0.985), "", 1.0),
        GoalRow("torch", "PyTorch", note="torch is not installed"),
    )
    (table,) = goal_tables(rows)
    assert table.rows == (
        ("chainrule", "2.00", "1.00", "3.00", "1.0", "98.00 %, 98.10 %, 98.50 %", "how"),
        ("PyTorch", "-", "-", "-", "-", "-", ""),
    )
    assert table.note.endswith("at the end. PyTorch: torch is not installed.")
