"""The first position of a branch, computed again from the start of its parent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from chainrule.engine import Position
from chainrule.training.branching import branch_origin, branch_position, position_after_epoch
from chainrule.training.recorded_differences import value_differences, value_text
from chainrule.training.recorded_start import GIVEN
from chainrule.training.run_folder import RunFolder
from chainrule.training.run_start import UNACCOUNTED, start_faults
from chainrule.training.setup import TrainingSetup, first_position

__all__ = ["ComputedStart", "compute_start"]


@dataclass(frozen=True, eq=False)
class ComputedStart:
    """Where a run began, as it was computed.

    Args:
        position: before its first step.
        sentence: for a branch from where the position is; empty for a run from its own start.
        recorded_epochs: epochs of the position that were not computed, since a parent is not there.
        differences: in words what the branch recorded of its parent that is computed otherwise.
    """

    position: Position
    sentence: str = ""
    recorded_epochs: int = 0
    differences: tuple[str, ...] = ()


def compute_start(
    folder: RunFolder,
    setup: TrainingSetup,
    restore: Callable[[RunFolder], TrainingSetup],
    *,
    parent: str | Path | None = None,
    start: str | Path | None = None,
    seen: tuple[Path, ...] = (),
) -> ComputedStart:
    """Return where a run began: a branch where its parent, computed from its own start, came to.

    If the parent is not there, the branch begins at the position that it recorded.

    Args:
        folder: of the run.
        setup: of the run.
        restore: folder -> the training of another run on the same data.
        parent: where the parent is now, if it was moved.
        start: where the weights that the first run of all was given are now, if they were moved.
        seen: the folders of the branches of this one; no run is its own parent.

    Raises: RunFolderError, FileError, DataError, IntegrityError, DivergenceError.
    """
    facts = folder.facts()
    origin = facts.parent
    if origin is None:
        network = folder.initial_network()
        faults = start_faults(facts.start, network, (facts.recipe.seed, 0), start)
        sentence = ""
        if facts.start is not None and facts.start.origin == GIVEN:
            sentence = f"given weights {network.digest[:12]}…, {start or facts.start.file}"
        return ComputedStart(first_position(setup), sentence, differences=tuple(faults))
    above = RunFolder(origin.run if parent is None else parent)
    known = (*seen, folder.path.resolve())
    if above.path.resolve() in known or not above.has("run.json"):
        text = f"the recorded position after epoch {origin.epoch}; {above.path} is not there"
        fault = f"{UNACCOUNTED}: it was computed from {text}; say where it is: --parent RUN"
        return ComputedStart(folder.first(), text, origin.epoch, (fault,))
    parent_setup = restore(above)
    began = compute_start(above, parent_setup, restore, start=start, seen=known)
    position = position_after_epoch(parent_setup, began.position, origin.epoch)
    again = branch_origin(origin.run, parent_setup, position)
    different = tuple(
        f"run.json: {one.path} is {value_text(one.first)}, computed {value_text(one.second)}"
        for one in value_differences(asdict(origin), asdict(again), "parent")
    )
    return ComputedStart(
        position=branch_position(parent_setup, position, setup),
        sentence=began.sentence or f"the start of {above.path}",
        recorded_epochs=began.recorded_epochs,
        differences=(*began.differences, *different),
    )
