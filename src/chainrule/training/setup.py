"""The setup of a training: seed, validation set, output activation, engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chainrule.data import Dataset, array_schema, as_table, prepare_dataset, split
from chainrule.engine import (
    Engine,
    Position,
    TrainingContext,
    initial_state,
    make_engine,
)
from chainrule.errors import InputError, IntegrityError
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.schema import Preprocessing
from chainrule.training.recipe_compatibility import require_compatible, require_dataset
from chainrule.training.run_facts import data_facts
from chainrule.training.run_folder import RunFolder

__all__ = [
    "TrainingSetup",
    "first_position",
    "fit_preprocessing",
    "prepare_training",
    "restore_training",
    "split_validation",
]


@dataclass(frozen=True, eq=False)
class TrainingSetup:
    """A training that is ready to begin.

    Args:
        network: the start, with the output activation that suits the cost, and with the scale,
            shape, class names and preprocessing of the data.
        recipe: with its seed and the engine that computes.
        training: what is learned from, prepared for the network.
        validation: what the monitor looks at, prepared too; None without validation.
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
    """Decide all that a training needs, and refuse what does not fit.

    Args:
        network: the start.
        dataset: what to learn from; the recipe may hold out a part of it.
        recipe: a seed is drawn for one without.
        validation: a validation set of its own, instead of a part that is held out.
        threads: how many threads may compute at once; None for `thread_count()`.
        exact: whether no other engine than the recipe's may compute; see `make_engine`.

    Raises: InputError, ShapeError, DataError, MissingLibraryError.
    """
    for given in (dataset, *([] if validation is None else [validation])):
        require_dataset(given)
    recipe = recipe.with_seed()
    training, held_out = split_validation(dataset, recipe, validation)
    preprocessing = fit_preprocessing(training, recipe)
    training = prepare_dataset(training, preprocessing)
    held_out = None if held_out is None else prepare_dataset(held_out, preprocessing)
    network = replace(
        network.for_cost(recipe.cost),
        input_scale=training.scale,
        input_shape=training.shape,
        class_names=training.class_names,
        preprocessing=preprocessing,
    )
    require_compatible(network, recipe, training, held_out)
    context = TrainingContext(network.architecture, recipe, training, threads)
    engine = make_engine(context, exact=exact)
    return TrainingSetup(network, engine.recipe, training, held_out, engine)


def fit_preprocessing(training: Dataset, recipe: Recipe) -> Preprocessing | None:
    """The steps that prepare data for a network, fitted to the training part alone.

    Args:
        training: what is learned from, without any part that is held out.
        recipe: how to scale and encode.

    Returns: None for arrays that nobody described and that are not images, unless the recipe names
        a scaling.
    """
    if training.preprocessing is not None:
        return training.preprocessing
    named = recipe.scaling not in ("auto", "none") or recipe.target_scaling == "standard"
    if named and not training.is_raw_table:
        training = as_table(training)
    schema = training.schema or array_schema(training)
    if schema is None:
        return None
    return Preprocessing.fit(
        schema,
        training.inputs,
        training.targets,
        scaling=recipe.scaling,
        target_scaling=recipe.target_scaling,
        encoding=recipe.encoding,
        imputation=recipe.imputation,
    )


def split_validation(
    dataset: Dataset, recipe: Recipe, validation: Dataset | None = None
) -> tuple[Dataset, Dataset | None]:
    """The training part and the validation part of a data set, as the recipe says.

    Args:
        dataset: what is given to learn from.
        recipe: with its seed, which decides the examples that are held out.
        validation: a validation set of its own.

    Returns: the data set as it is, and `validation`, if the recipe holds nothing out.
    Raises: InputError if there is a validation set and the recipe holds a part out as well.
    """
    if not recipe.validation_fraction:
        return dataset, validation
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


def _without_schema(dataset: Dataset) -> Dataset:
    """The data set as arrays that nobody described."""
    return replace(prepare_dataset(dataset, None), schema=None)


def first_position(setup: TrainingSetup) -> Position:
    """Where the training begins."""
    theta = setup.engine.layout.add_gains(setup.network.parameters)
    return Position(theta, initial_state(setup.recipe, theta))


def restore_training(
    folder: RunFolder,
    dataset: Dataset,
    validation: Dataset | None = None,
    threads: int | None = None,
) -> TrainingSetup:
    """The training of a saved run, on its own data.

    Args:
        folder: of the run.
        dataset: the training set with which it began, before any part was held out.
        validation: the validation set with which it began.
        threads: as in `prepare_training`.

    Raises: IntegrityError if the data are others; RunFolderError, DataError.
    """
    facts, start = folder.facts(), folder.initial_network()
    if "schema" not in facts.data:  # written before data had one, or by arrays without
        dataset = _without_schema(dataset)
        validation = None if validation is None else _without_schema(validation)
    setup = prepare_training(start, dataset, facts.recipe, validation, threads=threads, exact=True)
    given = data_facts(setup.training, setup.validation)
    for name in ("digest", "validation_digest"):
        if given.get(name) != facts.data.get(name):
            raise IntegrityError(
                str(folder.path),
                expected=f"the data that it began with, {name} {str(facts.data.get(name))[:12]}…",
                got=f"{str(given.get(name))[:12]}…",
                remedy=f"Give the data set {facts.data.get('source')!r} as it was at the start",
                argument="dataset",
            )
    return setup
