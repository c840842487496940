"""A training that is ready to begin, or to go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.cli.flags import Setting
from chainrule.cli.parts import whole
from chainrule.cli.runs import DataSource, data_of, validation_of
from chainrule.cli.settings import owned_by
from chainrule.data import Dataset, DatasetPair, split
from chainrule.engine import drop_gains, training_layout
from chainrule.network import Architecture, Network
from chainrule.recipe import Recipe
from chainrule.training import Observer, Run, RunFolder, resume, train

__all__ = ["Job", "Sources", "network_of", "new_job", "resumed_job"]

HIDDEN = 128
"""Neurons of the hidden layer where nobody says how many."""


@dataclass(frozen=True)
class Sources:
    """What a training reads and writes, as the user named it.

    Args:
        data: a name or a path.
        validation: another, for a validation set of its own.
        folder: the run's folder; None where it is not kept.
        offline: whether nothing may be fetched.
        threads: how many compute at once; None for as many as there are processors.
    """

    data: str | None
    validation: str | None
    folder: str | None
    offline: bool
    threads: int | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """A training with all that there is to tell about it before it begins.

    Args:
        pair: the data.
        recipe: with its seed.
        drawn: whether the seed was drawn.
        architecture: with its output activation settled.
        validated: whether there is a validation set.
        first: the network with which the training begins, or began.
        start: trains, shown to observers.
    """

    pair: DatasetPair
    recipe: Recipe
    drawn: bool
    architecture: Architecture
    validated: bool
    first: Callable[[], Network]
    start: Callable[[Sequence[Observer]], Run]

    @property
    def network(self) -> Network:
        """The network with which the training begins, or began."""
        return self.first()

    @property
    def training(self) -> Dataset:
        """What is learned from: without the part that is held out."""
        if not self.recipe.validation_fraction:
            return self.pair.train
        assert self.recipe.seed is not None, "with_seed gives one"
        share, seed = self.recipe.validation_fraction, self.recipe.seed
        return split(self.pair.train, share, seed, purpose="validation")[0]


def new_job(sources: Sources, values: Mapping[str, Any], settings: Mapping[str, Setting]) -> Job:
    """A training by what the user set.

    Args:
        sources: data is given.
        values: settings that are not left to their defaults.
        settings: all settings by name.

    Raises: what loading data, `Recipe`, `Network.create` and `train` raise.
    """
    given = Recipe.from_dict(owned_by("recipe", values, settings))
    options = owned_by("data", values, settings)
    source = DataSource(source=str(sources.data), options=options)
    pair = source.load(offline=sources.offline)
    if not pair.train.classifies and "cost" not in values:
        given = given.replaced(cost="half_squared_error")
    recipe = given.with_seed()
    assert recipe.seed is not None, "with_seed gives one"
    network = network_of(pair.train, recipe.seed, values, settings)
    checks = None
    notes: dict[str, Any] = {"data": source.notes(), "validation": None}
    if sources.validation is not None:
        checks = DataSource(source=sources.validation, options=options)
        notes["validation"] = checks.notes()
    validation = _validation(checks, sources.offline)

    def start(observers: Sequence[Observer]) -> Run:
        more: dict[str, Any] = {"folder": sources.folder, "threads": sources.threads}
        return train(
            network,
            pair.train,
            recipe,
            validation=validation,
            observers=observers,
            notes=notes,
            **more,
        )

    architecture = network.architecture.for_cost(recipe.cost)
    validated = validation is not None or recipe.validation_fraction > 0
    drawn = given.seed is None
    return Job(pair, recipe, drawn, architecture, validated, lambda: network, start)


def network_of(
    learned: Dataset, seed: int, values: Mapping[str, Any], settings: Mapping[str, Setting]
) -> Network:
    """The network that the settings describe; what they leave open suits the data.

    Args:
        learned: what it is to learn from.
        seed: of its first weights.
        values: settings that are not left to their defaults.
        settings: all settings by name.

    Raises: what `Network.create` raises.
    """
    layers = values.get("layers") or (learned.features, HIDDEN, learned.outputs)
    activation = values.get("activation", ["relu"])
    last = values.get("output_activation")
    single = isinstance(activation, str) or len(activation) == 1
    if not learned.classifies and last is None and single:
        # Most functions bound their output; targets that are numbers seldom keep to that.
        last = values.get("output_activation", "identity")
    described = owned_by("architecture", values, settings)
    return Network.create(layers, activation, output_activation=last, seed=seed, **described)


def _validation(source: DataSource | None, offline: bool) -> Dataset | None:
    return None if source is None else whole(source.load(offline=offline))


def resumed_job(folder: str, sources: Sources) -> Job:
    """A training that goes on from where its folder says it stopped.

    Raises: what `resume` and loading data raise.
    """
    facts = RunFolder(folder).facts()
    remedy = f"Say where they are now: chainrule train {{}} --resume {folder}"
    found = data_of(facts, folder, sources.data, remedy.format("DATA"))
    pair = found.load(offline=sources.offline)
    checks = validation_of(facts, folder, sources.validation, remedy.format("--validation DATA"))
    validation = _validation(checks, sources.offline)

    def start(observers: Sequence[Observer]) -> Run:
        more: dict[str, Any] = {"validation": validation, "threads": sources.threads}
        return resume(folder, pair.train, observers=observers, **more)

    def first() -> Network:
        layout = training_layout(facts.architecture, facts.recipe)
        theta = drop_gains(layout, RunFolder(folder).first().parameters)
        return Network(facts.architecture, theta)

    validated = "validation_digest" in facts.data
    return Job(pair, facts.recipe, False, facts.architecture, validated, first, start)
