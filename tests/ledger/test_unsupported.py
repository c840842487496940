from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.dataset import Dataset
from chainrule.errors import ChainruleError, InputError
from chainrule.ledger.files.training_table import KEYS
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.steps.unsupported import (
    require_class_targets,
    require_supported,
    supported_recipe,
    unsupported_settings,
)
from chainrule.recipe import Recipe

REFUSED = {
    "dropout": "0.5",
    "normalisation": '"batch"',
    "max_norm": "3.0",
    "averaging": '"ema"',
    "averaging_decay": "0.9",
    "averaging_start": "0.1",
    "shift": "2.0",
    "rotation": "5.0",
    "zoom": "0.1",
    "shear": "0.1",
    "elastic": "30.0",
    "elastic_smoothness": "5.0",
    "thickness": "1.0",
    "noise": "0.1",
    "cutout": "4",
    "mixup": "0.2",
    "schedule_patience": "2",
    "schedule_cooldown": "1",
    "snapshots": "true",
    "batch_growth": "2.0",
    "batch_growth_every": "3",
    "accumulation": "2",
    "iterations": "5",
    "class_weights": "[1.0, 2.0]",
    "shuffle": "true",
    "engine": '"reference"',
    "seed": "3",
    "validation_fraction": "0.1",
    "monitor": '"cost"',
    "patience": "3",
    "min_delta": "0.1",
    "imputation": '"median"',
    "encoding": '"ordinal"',
    "scaling": '"standard"',
    "target_scaling": '"standard"',
}
CHANGING = {
    "dropout": 0.5,
    "normalisation": "batch",
    "max_norm": 3.0,
    "averaging": "swa",
    "snapshots": True,
    "accumulation": 2,
    "batch_growth": 2.0,
    "shift": 2.0,
    "rotation": 5.0,
    "zoom": 0.1,
    "shear": 0.1,
    "elastic": 30.0,
    "thickness": 1.0,
    "noise": 0.1,
    "cutout": 4,
    "mixup": 0.2,
}


def refused(call, *arguments) -> str:
    with pytest.raises(ChainruleError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_field_of_a_recipe_is_told_or_refused() -> None:
    own = {"steps", "steps_before", "biases"}
    assert set(REFUSED) | set(KEYS) == {f.name for f in fields(Recipe)} | own
    assert not set(REFUSED) & set(KEYS)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_by_its_line(chain, name) -> None:
    text = chain.replace("steps = 2", f"steps = 2\n{name} = {REFUSED[name]}")
    told = refused(parse_worked, text, "x.toml")
    assert told.startswith(f"x.toml, line 12: expected no {name} in a worked example, got ")
    assert told.endswith((f" Leave {name} out.", "in the table [[examples]] of each example."))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "shift = 2.0",
            "expected no shift in a worked example, got 2.0 (float). A worked example "
            "uses its examples unchanged. Leave shift out.",
        ),
        (
            "seed = 3",
            "expected no seed in a worked example, got 3 (int). It belongs to a whole run. Leave "
            "seed out.",
        ),
        (
            "dropout = 0.5",
            "expected no dropout in a worked example, got 0.5 (float). It drops other "
            "neurons at random in every step. Leave dropout out.",
        ),
        (
            'optimiser = "lbfgs"',
            "expected a name for optimiser, got 'lbfgs' (str). This name is unknown. Valid "
            "names: adam, adamw, lion, momentum, nesterov, rmsprop, sgd.",
        ),
        (
            'schedule = "rise"',
            "expected a final_factor above 0 to go with the schedule rise, got 0.0 (float). "
            "The rate rises from that fraction of learning_rate.",
        ),
        (
            'final_factor = 0\nschedule = "rise"',
            "expected a final_factor above 0 to go with the schedule rise, got 0.0 (float). "
            "The rate rises from that fraction of learning_rate.",
        ),
        (
            "cycle_epochs = 2",
            "expected schedule to be cosine_restarts where cycle_epochs is given, got 'constant' "
            "(str). Nothing else uses cycle_epochs. Write schedule = 'cosine_restarts', or leave "
            "cycle_epochs out.",
        ),
        (
            "label_smoothing = 0.1",
            "expected at least two outputs, and targets of one 1 among zeros, for "
            "label_smoothing, got others. It moves a fraction of the target of one class to "
            "all classes. Leave label_smoothing out.",
        ),
        (
            "class_weights = [1.0]",
            "expected no class_weights in a worked example, got [1.0] (list). Each example "
            "has its own weight. Write weight = … in the table [[examples]] of each example.",
        ),
    ],
)
def test_full_texts(chain, line, told) -> None:
    text = chain.replace("steps = 2", line)
    assert refused(parse_worked, text, "x.toml") == f"x.toml, line 11: {told}"


@pytest.mark.parametrize("name", CHANGING)
def test_a_recipe_is_refused_and_made_plain(name) -> None:
    recipe = Recipe(**{"schedule": "cosine_restarts", name: CHANGING[name]})
    assert list(unsupported_settings(recipe)) == [name]
    told = refused(require_supported, recipe, "explain")
    assert told.startswith(f"explain: expected no {name} in a worked example, got ")
    plain = supported_recipe(recipe)
    require_supported(plain, "explain")
    assert plain == Recipe(schedule="cosine_restarts")


def test_which_of_them_change_gradients() -> None:
    recipe = Recipe(**CHANGING)
    others = {"max_norm", "averaging", "snapshots", "accumulation", "batch_growth"}
    assert set(unsupported_settings(recipe, gradients=True)) == set(CHANGING) - others


def test_what_needs_a_whole_run() -> None:
    recipe = Recipe(optimiser="lbfgs", schedule="plateau", l2=0.1)
    assert supported_recipe(recipe) == Recipe(optimiser="sgd", l2=0.1)
    assert refused(require_supported, recipe.replaced(schedule="constant"), "explain") == (
        "explain: expected an optimiser that takes one step for each gradient, got 'lbfgs'. "
        "It tries several step lengths and takes one of them. Set optimiser to 'sgd' or "
        "another that is written as a formula."
    )


def test_a_worked_example_checks_its_recipe(make) -> None:
    example = make()
    with pytest.raises(InputError, match="expected no dropout in a worked example"):
        replace(example, recipe=example.recipe.replaced(dropout=0.5))
    with pytest.raises(InputError, match="for label_smoothing, got others"):
        replace(example, recipe=example.recipe.replaced(label_smoothing=0.1))


def test_smoothing_needs_classes() -> None:
    recipe, x = Recipe(label_smoothing=0.1), np.zeros((2, 1))
    classes = Dataset(x, np.array([0, 1]))
    require_class_targets(recipe, classes, "explain")
    require_class_targets(recipe, Dataset(x, np.eye(2)), "explain")
    for targets in (np.full((2, 2), 0.5), np.ones((2, 2)), np.ones((2, 1))):
        require_class_targets(Recipe(), Dataset(x, targets), "explain")
        told = refused(require_class_targets, recipe, Dataset(x, targets), "explain")
        assert told.startswith("explain: expected at least two outputs, and targets of one 1 ")


def test_a_formula_that_is_descended_points_to_its_command() -> None:
    text = 'title = "A parabola"\n[function]\nformula = "x**2"\n[descent]\nstart = { x = 1.0 }\n'
    assert refused(parse_worked, text, "p.toml") == (
        "p.toml, line 2: expected a table [network], got a table [function]. The file holds "
        "a function to minimise, and no network. Use chainrule descend p.toml."
    )


def test_smoothed_classes_of_a_real_data_set() -> None:
    from chainrule.ledger.ledger import Ledger
    from chainrule.ledger.steps.worked_example import WorkedExample

    network = cr.Network.create([2, 3], "softmax", seed=0)
    data = Dataset(np.ones((2, 2)), np.array([2, 0]))
    recipe = Recipe(label_smoothing=0.3, batch_size=2, optimiser="lion", seed=0)
    ledger = Ledger(WorkedExample.from_network(network, data, recipe))
    np.testing.assert_allclose(ledger.value("example[0].y"), [0.1, 0.1, 0.8])
    np.testing.assert_array_equal(ledger.value("example[0].t"), [0, 0, 1])


def test_too_many_claims_are_counted_and_not_printed(chain) -> None:
    claim = '[[claims]]\nquantity = "z[1][0]"\nprinted = "1.5"\n'
    assert refused(parse_worked, chain + claim * 10_000, "x.toml") == (
        "x.toml, line 15: expected claims to be at most 10000 tables [[claims]], got 10001 (int)."
    )
