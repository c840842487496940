"""Everything settled before the first step: seed, split, output activation, engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chainrule.data import Dataset, split
from chainrule.engine import (
    Engine,
    Position,
    TrainingContext,
    add_gains,
    initial_state,
    make_engine,
    normalised_weights,
)
from chainrule.errors import InputError, ShapeError
from chainrule.network import Network, require_outputs
from chainrule.recipe import Recipe
from chainrule.training.recipe_compatibility import require_recipe_fits

__all__ = ["TrainingSetup", "first_position", "prepare_training"]


@dataclass(frozen=True, eq=False)
class TrainingSetup:
    """A training that is ready to begin.

    Args:
        network: with its output activation settled and the data's scale, shape and class names.
        recipe: with its seed.
        training: what is learned from.
        validation: what the monitor looks at; None without.
        engine: what computes.
    """

    network: Network
    recipe: Recipe
    training: Dataset
    validation: Dataset | None
    engine: Engine


def prepare_training(
    network: Network,
    dataset: Dataset,
    recipe: Recipe,
    validation: Dataset | None = None,
    *,
    threads: int | None = None,
    exact: bool = False,
) -> TrainingSetup:
    """Settle all that a training needs, and refuse what does not fit.

    Args:
        network: the start.
        dataset: what to learn from; a part is held out where the recipe says so.
        recipe: a seed is drawn where it has none.
        validation: a validation set of its own, instead of a held-out part.
        threads: how many threads may compute at once; None for `thread_count()`.
        exact: whether no other engine than the recipe's may compute; see `make_engine`.

    Raises: InputError, ShapeError, DataError, MissingLibraryError.
    """
    for given in (dataset, *([] if validation is None else [validation])):
        _require_dataset(given)
    recipe = recipe.with_seed()
    held_out = _validation_part(dataset, recipe, validation)
    training, validation = (dataset, validation) if held_out is None else held_out
    ready = replace(
        network.for_cost(recipe.cost),
        input_scale=training.scale,
        input_shape=training.shape,
        class_names=training.class_names,
    )
    for data in (training, *([] if validation is None else [validation])):
        _require_fit(ready, data)
    if validation is not None and validation.classifies != training.classifies:
        raise InputError(
            "train",
            expected=f"a validation set with targets of {_kind(training)}, as in training",
            got=_kind(validation),
            argument="validation",
        )
    if validation is None and (recipe.monitor or "").startswith("validation_"):
        raise InputError(
            "train",
            expected=f"a validation set for the monitor {recipe.monitor}",
            got="none",
            remedy="Set validation_fraction, say to 0.1, or give a validation set",
            argument="validation",
        )
    if not training.classifies and (recipe.monitor or "").endswith("accuracy"):
        raise InputError(
            "train",
            expected="a monitor that targets of numbers have",
            got=str(recipe.monitor),
            why="Accuracy is for classes",
            remedy="Monitor cost or validation_cost",
            argument="monitor",
            value=recipe.monitor,
        )
    require_recipe_fits(ready.architecture, recipe, training)
    normalised_weights(training, recipe.class_weights)  # refuses misfits before the first step
    context = TrainingContext(ready.architecture, recipe, training, threads)
    computing = make_engine(context, exact=exact)
    return TrainingSetup(ready, computing.recipe, training, validation, computing)


def first_position(plan: TrainingSetup) -> Position:
    """Where the training begins."""
    theta = add_gains(plan.engine.layout, plan.network.parameters)
    return Position(theta, initial_state(plan.recipe, theta))


def _validation_part(
    dataset: Dataset, recipe: Recipe, validation: Dataset | None
) -> tuple[Dataset, Dataset] | None:
    if not recipe.validation_fraction:
        return None
    if validation is not None:
        raise InputError(
            "train",
            expected="either a validation set or a validation_fraction",
            got=f"both, with validation_fraction {recipe.validation_fraction:g}",
            argument="validation_fraction",
            value=recipe.validation_fraction,
        )
    assert recipe.seed is not None, "Recipe.with_seed comes first"
    return split(dataset, recipe.validation_fraction, recipe.seed, purpose="validation")


def _require_dataset(given: object) -> None:
    if not isinstance(given, Dataset):
        raise InputError(
            "train",
            expected="a Dataset",
            got=type(given).__name__,
            remedy="Of a pair, pass its .train",
            argument="dataset",
        )


def _kind(dataset: Dataset) -> str:
    return "classes" if dataset.classifies else "numbers"


def _require_fit(network: Network, dataset: Dataset) -> None:
    width = network.architecture.layers[0]
    if dataset.features != width:
        raise ShapeError(
            "train",
            expected=f"examples of {width} values",
            got=f"{dataset.features}, shape {dataset.shape}",
            why="The first layer has that many inputs",
            remedy=f"Begin the layers with {dataset.features}",
            argument="dataset",
            value=dataset.shape,
        )
    require_outputs(network, dataset.outputs, "train", dataset.classifies)
