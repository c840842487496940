from __future__ import annotations

from chainrule.experiment.description import describe_recipe, describe_shape
from chainrule.recipe import Recipe


def test_shapes() -> None:
    assert [describe_shape(s) for s in ((28, 28), (1,), (3,), (8, 8, 3))] == [
        "28 x 28",
        "1 number",
        "3 numbers",
        "8 x 8 x 3",
    ]


def test_a_recipe_names_what_is_unusual() -> None:
    recipe = Recipe(seed=3, class_weights=(1, 0.5), shuffle=False, clip_norm=1.0)
    assert describe_recipe(recipe) == (
        "categorical_cross_entropy, adam at 0.001, 10 epochs in batches of 64, "
        "class_weights 1,0.5, clip_norm 1.0, shuffle False"
    )
