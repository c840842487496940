"""What `chainrule prove` works on: a worked file, or a few examples of a run's own data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.experiment import SavedRun, is_run, open_run
from chainrule.ledger import Ledger
from chainrule.ledger.steps import WorkedExample, supported_recipe, unsupported_settings
from chainrule.randomness import generator
from chainrule.recipe import Recipe

__all__ = ["ledger_of"]


def ledger_of(target: str, data: str | None, settings: Mapping[str, int]) -> Ledger:
    """The steps whose gradients are proved.

    Args:
        target: a worked file, a run's folder, or a network file.
        data: where a run's data are now; None where it knows.
        settings: examples, batches and seed of the lot that draws a run's examples.

    Raises: what reading the file, the run or the data raises.
    """
    if is_run(target):
        run = open_run(target)
        run.network  # noqa: B018  # a run without one is refused before data are loaded
        return Ledger(_drawn(run, run.data("train", data), settings))
    if data is not None:
        raise InputError(
            "prove",
            expected="no --data with a worked file",
            got=repr(data),
            why="It holds its own examples",
            argument="data",
            value=data,
        )
    from chainrule.ledger.files import read_worked

    return Ledger(read_worked(target))


def _drawn(kept: SavedRun, dataset: Dataset, settings: Mapping[str, int]) -> WorkedExample:
    """Steps on from the network as it was kept, with examples drawn by lot."""
    batches, size = settings["batches"], min(settings["examples"], len(dataset))
    batches = min(batches, len(dataset) // size)
    rows = generator(settings["seed"], "proof").permutation(len(dataset))[: batches * size]
    changes: dict[str, Any] = {"batch_size": size, "shuffle": False}
    recipe = kept.recipe_for(dataset)
    return WorkedExample.from_network(
        kept.network,
        dataset,
        supported_recipe(recipe).replaced(**changes),
        rows=[int(row) for row in rows],
        steps=batches,
        title=_title(recipe),
        where=kept.path,
    )


def _title(recipe: Recipe) -> str:
    """What is proved, where the run's own gradients were others."""
    without = list(unsupported_settings(recipe, gradients=True))
    if not without:
        return ""
    return f"Of the network as it was kept, without the run's {', '.join(without)}"
