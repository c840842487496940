from __future__ import annotations

from pathlib import Path

from comparison.peers.table import PEERS
from comparison.search import EPOCHS, accuracies, candidates, reaching, row_of
from comparison.to_98 import RECIPES, recipe
from comparison.workload import load_examples

RECORD = Path(__file__).parents[2] / "benchmarks" / "to-98-search.csv"


def test_what_is_tried_differs_in_its_epochs_alone_and_leaves_images_out() -> None:
    tried = list(candidates())
    assert len(tried) == 4 * 3 * 3 + 4 * 4 * 4
    for cases in tried:
        assert tuple(case.epochs for case in cases) == EPOCHS
        assert len({(c.layers, c.batch_size, c.optimiser, c.learning_rate) for c in cases}) == 1
        assert all(49_000 < case.examples <= 50_000 for case in cases)


def test_a_recipe_goes_through_the_record() -> None:
    case = recipe(128, 8, "sgd", 0.2, 4)
    head = "hidden,batch_size,optimiser,rate,epochs,seed 0,seed 1,seed 2"
    reached, missed = row_of(case, (0.98, 0.981, 0.99)), row_of(case, (0.981, 0.97))
    assert reached == ("128", "8", "sgd", "0.2", "4", "0.9800", "0.9810", "0.9900")
    assert missed[5:] == ("0.9810", "0.9700", "")
    assert list(reaching([head, ",".join(missed), ",".join(reached)])) == [case]


def test_every_recipe_reached_the_goal_in_the_record() -> None:
    reached = list(reaching(RECORD.read_text().splitlines()))
    for name, case in RECIPES.items():
        assert case in reached, name


def test_accuracies_are_of_images_held_out_and_end_below_the_goal() -> None:
    case = recipe(8, 16, "sgd", 0.1, 1).limited_to(160)
    found = list(accuracies(case, PEERS["numpy"], load_examples("mnist")))
    assert len(found) == 1
    assert 0.05 < found[0] < 0.9
