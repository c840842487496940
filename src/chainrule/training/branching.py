"""Branches: the position of a saved run at an epoch's end, continued by another recipe."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from shlex import quote
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import Position, Until, initial_state
from chainrule.equations.updates import UPDATES
from chainrule.errors import InputError, IntegrityError
from chainrule.network import tensor_digests
from chainrule.recipe import Recipe
from chainrule.training.epoch_end import end_epoch, stop_reason
from chainrule.training.run_facts import BranchOrigin, RunFacts, data_facts
from chainrule.training.run_folder import RunFolder
from chainrule.training.setup import (
    TrainingSetup,
    first_position,
    prepare_training,
    restore_training,
)

__all__ = [
    "BranchStart",
    "branch_origin",
    "branch_position",
    "branch_start",
    "position_after_epoch",
]

Array = NDArray[Any]

_FIXED = ("cost", "huber_threshold", "normalisation")
"""Settings that a branch shares with its parent: costs before and after would not be comparable,
and the parameters of a normalised training are others."""
_OF_DATA = (
    *("seed", "validation_fraction"),
    *("scaling", "target_scaling", "encoding", "imputation"),
)
"""Settings that decide which numbers are learned from."""
_CORRECTED = {"adam": ("beta1", "beta2"), "adamw": ("beta1", "beta2")}
"""Updates that divide the rows of their state by 1 - βᵗ, with the names of their β."""


@dataclass(frozen=True, eq=False)
class BranchStart:
    """A branch that is ready to begin.

    Args:
        setup: by the branch's own recipe.
        position: where it begins.
        origin: where that is in the parent.
    """

    setup: TrainingSetup
    position: Position
    origin: BranchOrigin


def branch_start(
    parent: RunFolder,
    dataset: Dataset,
    recipe: Recipe,
    epoch: int,
    *,
    validation: Dataset | None = None,
    threads: int | None = None,
) -> BranchStart:
    """Return the start of a branch of a saved run.

    If the folder has no checkpoint of that epoch's end, the run is computed again from the nearest
    one before it, to the bit.

    Args:
        parent: the folder of the run.
        dataset: the training set with which it began.
        recipe: of the branch.
        epoch: of the run, after which the branch begins; 0 for its start.
        validation: the validation set with which it began.
        threads: as in `prepare_training`.

    Raises: InputError if the run has not come that far, or for a recipe by which it cannot go on;
        IntegrityError if the data are others, or if computing again gives other weights;
        RunFolderError, FileError, DataError.
    """
    facts, newest = parent.facts(), parent.newest()
    _require_epoch(parent, epoch, newest.epoch)
    before = restore_training(parent, dataset, validation, threads)
    position = position_after_epoch(before, parent.nearest(epoch, 0), epoch)
    _require_recorded(parent, newest, position)
    setup = prepare_training(before.network, dataset, recipe, validation, threads=threads)
    _require_same_data(facts, setup)
    start = branch_position(before, position, setup)
    ended = stop_reason(setup.recipe, start)
    if ended is not None:
        raise InputError(
            "train",
            expected=f"a recipe by which the training goes on after epoch {epoch}",
            got=f"one by which it has ended: {ended}",
            remedy=f"Set epochs above {epoch}, or a longer patience",
            argument="epochs",
            value=setup.recipe.epochs,
        )
    return BranchStart(setup, start, branch_origin(str(parent.path), before, position))


def _require_epoch(parent: RunFolder, epoch: int, ended: int) -> None:
    if not 0 <= epoch <= ended:
        raise InputError(
            str(parent.path),
            expected=f"an epoch from 0 to {ended} to branch from",
            got=str(epoch),
            why=f"{ended} epoch{'s of this run have' if ended != 1 else ' of this run has'} ended",
            argument="epoch",
            value=epoch,
        )


def _require_recorded(parent: RunFolder, newest: Position, position: Position) -> None:
    """Refuse weights that are not those which the run had after the epoch."""
    if not position.epoch:
        return
    recorded = newest.history[position.epoch - 1].weights_sha256
    found = _weights_digest(position.parameters)
    if found != recorded:
        raise IntegrityError(
            str(parent.path),
            expected=f"weights {recorded[:12]}… after epoch {position.epoch}",
            got=f"{found[:12]}…",
            why="Computed again, the run gives other bits than it had",
            remedy=f"See what differs: chainrule verify {quote(str(parent.path))}",
        )


def _require_same_data(facts: RunFacts, setup: TrainingSetup) -> None:
    """Refuse a recipe that holds out other examples than the parent's."""
    given = data_facts(setup.training, setup.validation)
    if any(given.get(name) != facts.data.get(name) for name in ("digest", "validation_digest")):
        changed = [
            name for name in _OF_DATA if getattr(setup.recipe, name) != getattr(facts.recipe, name)
        ]
        raise InputError(
            "train",
            expected="a branch that learns from the same examples as its parent",
            got=f"another {' and '.join(changed)}",
            why="The parent would have learned from examples that are held out, or seen them in "
            "another scale",
            remedy=f"Leave {' and '.join(changed)} as before",
            argument=changed[0],
        )


def position_after_epoch(setup: TrainingSetup, position: Position, epoch: int) -> Position:
    """Return the position at the end of an epoch, computed from an earlier one."""
    while position.epoch < epoch:
        position = setup.engine.advance(position, Until())
        position = end_epoch(setup, position)
    return position


def branch_origin(run: str, setup: TrainingSetup, position: Position) -> BranchOrigin:
    """Return the record of a position of a parent, from which a branch begins."""
    return BranchOrigin(
        run=run,
        epoch=position.epoch,
        step=position.step,
        weights_sha256=_weights_digest(position.parameters),
        tensor_sha256=tensor_digests(setup.engine.layout, position.parameters),
    )


def _weights_digest(parameters: Array) -> str:
    return hashlib.sha256(parameters.tobytes()).hexdigest()


def branch_position(parent: TrainingSetup, position: Position, setup: TrainingSetup) -> Position:
    """Return a parent's position at an epoch's end in the terms of the branch's recipe.

    Steps are counted as the branch's batches would have had them. The update's state goes on; it
    begins anew with another kind of update. Where an update corrects the bias of its state by the
    number of steps, the state is scaled so that the corrected means stay what they are. The best
    weights so far are those of the same monitor only.

    Raises: InputError for a setting that a branch cannot change.
    """
    if not position.epoch:
        return first_position(setup)
    _require_continuable(parent.recipe, setup.recipe)
    schedule = setup.engine.schedule
    step = sum(schedule.batches(epoch) for epoch in range(position.epoch))
    same_monitor = setup.recipe.monitor == parent.recipe.monitor
    moved = replace(position, step=step, best=position.best if same_monitor else None)
    state = np.concatenate(
        (_update_state(parent.recipe, position, setup.recipe, step), _average(parent, moved, setup))
    )
    state.flags.writeable = False
    return replace(moved, state=state)


def _require_continuable(old: Recipe, new: Recipe) -> None:
    for name in _FIXED:
        if getattr(old, name) != getattr(new, name):
            raise _fixed_setting(name, old, "Costs and parameters before and after must be alike")
    fresh = _slots(old) != _slots(new)
    if fresh and new.optimiser in _CORRECTED:
        why = f"{new.optimiser} corrects its means by the number of steps since they were 0"
        raise _fixed_setting("optimiser", old, why)


def _fixed_setting(name: str, old: Recipe, why: str) -> InputError:
    return InputError(
        "train",
        expected=f"a branch with {name} {getattr(old, name)}, as its parent's",
        got="another",
        why=why,
        remedy=f"Branch from epoch 0, or leave {name} as it was",
        argument=name,
    )


def _slots(recipe: Recipe) -> tuple[str, ...]:
    return () if recipe.optimiser == "lbfgs" else UPDATES[recipe.optimiser].slots


def _update_state(old: Recipe, position: Position, new: Recipe, step: int) -> Array:
    """The rows of the update's state after so many steps of the branch, (slots, n)."""
    slots = len(_slots(new))
    if _slots(old) != _slots(new):
        return initial_state(new, position.parameters)[:slots]
    rows = position.state[:slots].copy()
    for row, name in zip(rows, _CORRECTED.get(new.optimiser, ()), strict=False):
        kept = 1 - getattr(old, name) ** position.step
        scale = (1 - getattr(new, name) ** step) / kept
        if scale != 1:
            row *= row.dtype.type(scale)
    return rows


def _average(parent: TrainingSetup, moved: Position, setup: TrainingSetup) -> Array:
    """The row of the average, (1, n), or none, (0, n).

    An average that the branch's recipe would have begun before begins with the present weights.
    """
    theta = moved.parameters
    if setup.recipe.averaging == "none":
        return np.zeros((0, theta.size), theta.dtype)
    if parent.recipe.averaging == setup.recipe.averaging and parent.engine.schedule.has_average(
        moved
    ):
        return moved.state[-1:].copy()
    begun = setup.engine.schedule.has_average(moved)
    return theta[None].copy() if begun else np.zeros((1, theta.size), theta.dtype)
