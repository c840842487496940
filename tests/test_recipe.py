"""The recipe: its limits, its way through JSON and TOML, and what it refuses."""

from __future__ import annotations

import dataclasses
import json
import pickle
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.equations.averaging import AVERAGES
from chainrule.equations.costs import COSTS
from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES
from chainrule.errors import DataError, FileError, InputError, UnknownNameError
from chainrule.limits import Limit, limits_of
from chainrule.recipe import MONITORS, NORMALISATIONS, Recipe, read_table

LIMITS = limits_of(Recipe)
FIELDS = sorted(f.name for f in dataclasses.fields(Recipe))


def _values(limit: Limit) -> st.SearchStrategy[Any]:
    """Values that the limit allows."""
    made: st.SearchStrategy[Any] = st.booleans()
    if limit.choices is not None:
        made = st.sampled_from(limit.choices())
    elif limit.kind is int:
        high = 10**6 if limit.high is None else int(limit.high)
        made = st.integers(int(limit.low or 0), high)
    elif limit.kind is float:
        made = st.floats(
            limit.low,
            1e6 if limit.high is None else limit.high,
            allow_subnormal=False,
            exclude_min=limit.low_open,
            exclude_max=limit.high_open,
        )
    return made | st.none() if limit.optional else made


_DROPOUT = st.none() | st.lists(st.floats(0, 0.875), min_size=1, max_size=3).map(tuple)
_CLASS_WEIGHTS = (
    st.none()
    | st.just("balanced")
    | st.lists(st.floats(0.125, 8), min_size=1, max_size=5).map(tuple)
)


@st.composite
def _recipes(draw: st.DrawFn) -> Recipe:
    values = {name: draw(_values(limit)) for name, limit in LIMITS.items()}
    if values["monitor"] is None:
        values["patience"] = None
    if values["schedule"] == "rise":
        values["final_factor"] = max(0.001, values["final_factor"])
    return Recipe(class_weights=draw(_CLASS_WEIGHTS), dropout=draw(_DROPOUT), **values)


@settings(deadline=None)  # the first recipe imports what its choices come from
@given(_recipes())
def test_every_recipe_survives_json_toml_dict_and_pickle(recipe: Recipe) -> None:
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert Recipe.from_dict(json.loads(recipe.to_json())) == recipe
    assert Recipe.from_dict(tomllib.loads(recipe.to_toml())) == recipe
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert "\n" not in recipe.to_json()


_SHARE_BELOW_1, _COUNT = "a number at least 0 and below 1", "a whole number at least 1"
_POSITIVE, _NOT_NEGATIVE = "a number above 0", "a number at least 0"
_UP_TO = "a number at least 0 and at most "
# Each field with the default and the limit that users were promised.
PROMISED: dict[str, tuple[Any, str]] = {
    "cost": ("categorical_cross_entropy", "one of " + ", ".join(COSTS)),
    "huber_threshold": (1.0, _POSITIVE),
    "l1": (0.0, _NOT_NEGATIVE),
    "l2": (0.0, _NOT_NEGATIVE),
    "label_smoothing": (0.0, _SHARE_BELOW_1),
    "optimiser": ("adam", "one of " + ", ".join((*UPDATES, "lbfgs"))),
    "learning_rate": (0.001, _POSITIVE),
    "momentum": (0.9, _SHARE_BELOW_1),
    "decay": (0.9, _SHARE_BELOW_1),
    "beta1": (0.9, _SHARE_BELOW_1),
    "beta2": (0.999, _SHARE_BELOW_1),
    "epsilon": (1e-8, _POSITIVE),
    "weight_decay": (0.01, _NOT_NEGATIVE),
    "iterations": (20, _COUNT),
    "clip_norm": (None, _POSITIVE + " or none"),
    "normalisation": ("none", "one of none, batch"),
    "max_norm": (None, _POSITIVE + " or none"),
    "averaging": ("none", "one of none, ema, swa"),
    "averaging_decay": (0.998, _SHARE_BELOW_1),
    "averaging_start": (0.6, _SHARE_BELOW_1),
    "shift": (0.0, _UP_TO + "1000"),
    "rotation": (0.0, _UP_TO + "180"),
    "zoom": (0.0, _SHARE_BELOW_1),
    "shear": (0.0, _UP_TO + "10"),
    "elastic": (0.0, _UP_TO + "10000"),
    "elastic_smoothness": (4.0, "a number at least 0.1 and at most 1000"),
    "thickness": (0.0, _UP_TO + "100"),
    "noise": (0.0, _UP_TO + "10"),
    "cutout": (0, "a whole number at least 0 and at most 10000"),
    "mixup": (0.0, _UP_TO + "1000"),
    "schedule": ("constant", "one of " + ", ".join(SCHEDULES)),
    "schedule_factor": (0.5, "a number above 0 and at most 1"),
    "schedule_every": (10, _COUNT),
    "schedule_patience": (3, _COUNT),
    "final_factor": (0.0, "a number at least 0 and at most 1"),
    "warmup_fraction": (0.3, "a number above 0 and below 1"),
    "schedule_cooldown": (0, "a whole number at least 0"),
    "cycle_epochs": (10, _COUNT),
    "cycle_growth": (1.0, "a number at least 1"),
    "snapshots": (False, "true or false"),
    "warmup_epochs": (0.0, _NOT_NEGATIVE),
    "batch_size": (64, _COUNT),
    "batch_growth": (1.0, "a number at least 1"),
    "scaling": ("auto", "one of auto, none, standard, robust, min_max"),
    "target_scaling": ("auto", "one of auto, none, standard"),
    "encoding": ("one_hot", "one of one_hot, ordinal"),
    "imputation": ("median", "one of median, mean, zero"),
    "batch_growth_every": (10, _COUNT),
    "accumulation": (1, _COUNT),
    "epochs": (10, "a whole number at least 0"),
    "shuffle": (True, "true or false"),
    "engine": ("compiled", "one of reference, compiled"),
    "seed": (None, "a whole number at least 0 and at most 9223372036854775807 or none"),
    "validation_fraction": (0.0, _SHARE_BELOW_1),
    "monitor": (None, "one of " + ", ".join(MONITORS) + " or none"),
    "patience": (None, _COUNT + " or none"),
    "min_delta": (0.0, _NOT_NEGATIVE),
}


def test_defaults_and_limits_are_those_promised() -> None:
    recipe = Recipe()
    found = {name: (getattr(recipe, name), limit.constraint()) for name, limit in LIMITS.items()}
    assert found == PROMISED
    assert (recipe.class_weights, recipe.dropout) == (None, None)
    for name, (default, _) in PROMISED.items():
        assert type(getattr(recipe, name)) in (LIMITS[name].kind, type(default))


def test_a_recipe_is_made_by_names_and_never_changed() -> None:
    with pytest.raises(TypeError):
        Recipe("huber")  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recipe().l1 = 1.0  # type: ignore[misc]


def test_every_field_but_two_has_a_limit_with_a_meaning_and_a_group() -> None:
    without = {f.name for f in dataclasses.fields(Recipe)} - set(LIMITS)
    assert without == {"class_weights", "dropout"}
    groups = {"objective", "update", "schedule", "run", "stopping", "preprocessing"}
    assert {limit.group for limit in LIMITS.values()} == groups | {"regularisation", "augmentation"}
    assert all(limit.meaning and not limit.meaning.endswith(".") for limit in LIMITS.values())


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("cost", COSTS),
        ("optimiser", (*UPDATES, "lbfgs")),
        ("schedule", SCHEDULES),
        ("averaging", AVERAGES),
        ("normalisation", NORMALISATIONS),
    ],
)
def test_every_name_of_the_equations_makes_a_recipe(field: str, names: Iterable[str]) -> None:
    for name in names:
        values = {field: name, "final_factor": 0.5}
        assert getattr(Recipe.from_dict(values), field) == name


def test_numbers_take_their_normal_type() -> None:
    recipe = Recipe.from_dict({"learning_rate": 4, "epochs": 2.0, "class_weights": [1, 0, 2.5]})
    assert repr(recipe.learning_rate) == "4.0"
    assert repr(recipe.epochs) == "2"
    assert recipe.class_weights == (1.0, 0.0, 2.5)


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        (None, None),
        (0.5, (0.5,)),
        ([0.5, 0], (0.5, 0.0)),
        ((0.25,), (0.25,)),
        (0, None),
        ([0.0, 0], None),
        ([], None),
    ],
)
def test_dropout_is_a_share_for_all_or_each_and_none_where_nothing_is_silent(
    given: Any, shares: tuple[float, ...] | None
) -> None:
    recipe = Recipe.from_dict({"dropout": given})
    assert recipe.dropout == shares
    assert repr(recipe.dropout) == repr(shares)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"learning_rate": 0},
            "Recipe: expected learning_rate to be a number above 0, got 0 (int). "
            "learning_rate: step size of the update.",
        ),
        (
            {"momentum": 1.0},
            "Recipe: expected momentum to be a number at least 0 and below 1, got 1.0 (float). "
            "momentum: fraction of the velocity that is kept (momentum, nesterov).",
        ),
        (
            {"batch_size": 2.5},
            "Recipe: expected batch_size to be a whole number at least 1, got 2.5 (float). "
            "batch_size: examples per step.",
        ),
        (
            {"seed": 2**63},
            "Recipe: expected seed to be a whole number at least 0 and at most "
            "9223372036854775807 or none, got 9223372036854775808 (int). "
            "seed: seed of all random numbers; drawn and recorded if it is not set.",
        ),
        (
            {"shuffle": 1},
            "Recipe: expected shuffle to be true or false, got 1 (int). "
            "shuffle: shuffle the examples before each epoch.",
        ),
        (
            {"optimiser": "adan"},
            "Recipe: expected a name for optimiser, got 'adan' (str). Did you mean 'adam'? "
            "Valid names: adam, adamw, lbfgs, lion, momentum, nesterov, rmsprop, sgd.",
        ),
        (
            {"patience": 3},
            "Recipe: expected a monitor to go with patience, got monitor None. Set it to one of: "
            "cost, total_cost, accuracy, validation_cost, validation_accuracy.",
        ),
        (
            {"schedule": "rise"},
            "Recipe: expected a final_factor above 0 to go with the schedule rise, got 0. "
            "The rate rises from that fraction of learning_rate.",
        ),
        (
            {"dropout": [0.5, 1.0]},
            "Recipe: expected dropout to be a number at least 0 and below 1, got 1.0 (float). "
            "dropout: fraction of a hidden layer's neurons dropped in a step.",
        ),
        (
            {"class_weights": [1, -1]},
            "Recipe: expected class_weights to be a number at least 0, got -1 (int). "
            "class_weights: weight of the examples of each class, or balanced.",
        ),
        (
            {"class_weights": "balance"},
            "Recipe: expected class_weights to be a number at least 0, got 'balance' (str). "
            "class_weights: weight of the examples of each class, or balanced.",
        ),
        (
            {"class_weights": [0, 0.0]},
            "Recipe: expected class_weights with at least one above 0, got [0, 0.0] (list).",
        ),
        (
            {"class_weights": []},
            "Recipe: expected class_weights with at least one above 0, got [] (list).",
        ),
        (
            {"learning_rat": 1},
            "Recipe: expected a recipe's field, got 'learning_rat' (str). "
            f"Did you mean 'learning_rate'? The nearest of the {len(FIELDS)} valid names: "
            f"learning_rate, "
            "averaging_start, averaging_decay, encoding, averaging, warmup_fraction.",
        ),
        (
            {7: 1},
            "Recipe: expected a recipe's field, got 7 (int). "
            f"This name is unknown. Valid names: {', '.join(FIELDS)}.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(values: dict[Any, Any], text: str) -> None:
    with pytest.raises(InputError) as caught:
        Recipe.from_dict(values)
    assert str(caught.value) == text
    assert caught.value.argument in {*values, "monitor", "final_factor"}


def test_replaced_changes_only_what_is_named() -> None:
    recipe = Recipe(seed=1, class_weights=(1.0, 2.0))
    other = recipe.replaced(learning_rate=0.5)
    assert other.learning_rate == 0.5
    assert other.replaced(learning_rate=recipe.learning_rate) == recipe
    assert recipe.learning_rate == 0.001
    with pytest.raises(UnknownNameError):
        recipe.replaced(rate=1)
    with pytest.raises(InputError):
        recipe.replaced(learning_rate=-1)


def test_a_seed_is_drawn_once_and_where_there_is_none() -> None:
    assert Recipe(seed=0).with_seed() == Recipe(seed=0)
    seeds = {Recipe().with_seed().seed for _ in range(8)}
    assert len(seeds) > 1
    assert all(seed is not None and 0 <= seed < 2**32 for seed in seeds)
    drawn = Recipe().with_seed()
    assert drawn.with_seed() is drawn


def test_toml_is_one_field_a_line_without_those_that_are_none() -> None:
    lines = Recipe(seed=5, class_weights=(1.0, 0.5), shuffle=False).to_toml().splitlines()
    assert lines[0] == 'cost = "categorical_cross_entropy"'
    assert {"seed = 5", "class_weights = [1.0, 0.5]", "shuffle = false"} <= set(lines)
    assert not any(line.startswith(("clip_norm", "monitor", "patience")) for line in lines)


@pytest.mark.parametrize("kind", ["json", "toml"])
def test_a_recipe_is_read_from_a_file(tmp_path: Path, kind: str) -> None:
    recipe = Recipe(cost="huber", seed=7, monitor="accuracy", patience=2)
    path = tmp_path / f"recipe.{kind}"
    path.write_text(recipe.to_json() if kind == "json" else recipe.to_toml(), encoding="utf-8")
    assert Recipe.from_file(path) == Recipe.from_file(str(path)) == recipe


def test_a_file_may_leave_fields_out(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text("epochs = 3  # the rest as it is\n", encoding="utf-8")
    assert Recipe.from_file(path) == Recipe(epochs=3)
    path.write_text("epoch = 3\n", encoding="utf-8")
    with pytest.raises(UnknownNameError) as caught:
        Recipe.from_file(path)
    assert str(caught.value) == (
        f"{path}: expected a recipe's field, got 'epoch' (str). Did you mean 'epochs'? "
        f"The nearest of the {len(FIELDS)} valid names: epochs, cycle_epochs, "
        f"warmup_epochs, epsilon, "
        "decay."
    )


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.toml", b"epochs 3", "expected a TOML file, got Expected '=' after a key in a key/value "
         "pair (at line 1, column 8)."),
        ("a.json", b"{", "expected a JSON file, got Expecting property name enclosed in double "
         "quotes: line 1 column 2 (char 1)."),
        ("a.json", b"[1]", "expected a table of names and values, got [1] (list)."),
        ("a.json", b"\xff", "expected a JSON file, got 'utf-8' codec can't decode byte 0xff in "
         "position 0: invalid start byte."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, name: str, content: bytes, text: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_table(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {text}"


@pytest.mark.parametrize("name", ["deep.json", "deep.toml"])
def test_a_file_of_endless_brackets_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a=" * name.endswith("toml") + "[" * 100_000, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_table(tmp_path / name)
    kind = "JSON" if name.endswith("json") else "TOML"
    assert str(caught.value) == (
        f"{tmp_path / name}: expected a {kind} file, got brackets that are nested too deeply."
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    with pytest.raises(FileError) as caught:
        Recipe.from_file(missing)
    assert str(caught.value) == (
        f"{missing}: expected a readable file, got No such file or directory."
    )
    with pytest.raises(FileError) as folder:
        read_table(tmp_path)
    assert str(folder.value) == f"{tmp_path}: expected a readable file, got Is a directory."
