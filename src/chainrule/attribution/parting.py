"""Where two runs part: the first step and tensor in which their parameters differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Literal

from chainrule.attribution.replay import RunReplay
from chainrule.engine import Position
from chainrule.training import RunFolder, TensorDifference, tensor_differences

__all__ = ["Parting", "find_parting"]


@dataclass(frozen=True)
class Parting:
    """Where two runs part.

    Args:
        where: "networks" if their parameters are of different shapes or types, "start" if they
            begin with different ones, "step" if a step parts them, "epoch" if only the epoch is
            known, and "never" if they agree as far as both have come.
        epoch: the epoch in which they part, from 1; 0 for another start. If they never do, the
            epochs that both have done.
        batch: the batch of the epoch, from 1; 0 where it is no step.
        steps: the number of that step in each run, from 1; if they never part, the steps done.
        tensors: what differs after it, in the order of the layers.
        known_in: where the steps of the epoch are, if they are not the runs' own.
    """

    where: Literal["networks", "start", "step", "epoch", "never"]
    epoch: int = 0
    batch: int = 0
    steps: tuple[int, int] = (0, 0)
    tensors: tuple[TensorDifference, ...] = ()
    known_in: str = field(default="", compare=False)

    @property
    def largest(self) -> TensorDifference | None:
        """The tensor with the largest absolute difference; None if none differs."""
        return max(self.tensors, key=lambda one: one.largest, default=None)

    def sentences(self) -> Iterator[str]:
        """Where they part in words."""
        first, second = self.steps
        step = f"step {first}" if first == second else f"steps {first} and {second}"
        match self.where:
            case "networks":
                yield "Their networks are different: no parameter of one is one of the other."
            case "start":
                yield "They begin with different parameters."
            case "step":
                yield f"They part in {step}: batch {self.batch} of epoch {self.epoch}."
            case "epoch":
                yield f"They part in epoch {self.epoch}, whose steps are those of {self.known_in}."
            case _:
                yield f"They agree to the bit as far as both have come, up to {step}."
        largest = self.largest
        if largest is not None:
            names = ", ".join(one.name for one in self.tensors)
            yield f"After it differ {names}; the first is {self.tensors[0].name}."
            yield (
                f"The largest difference is {largest.largest:.3g}, in {largest.place}: "
                f"{largest.first:.9g} and {largest.second:.9g}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "where": self.where,
            "epoch": self.epoch,
            "batch": self.batch,
            "steps": list(self.steps),
            "tensors": [
                {
                    "tensor": one.name,
                    "at": one.place,
                    "first": one.first,
                    "second": one.second,
                    "largest_difference": one.largest,
                    "numbers_that_differ": one.count,
                }
                for one in self.tensors
            ],
        }


def find_parting(first: RunReplay, second: RunReplay) -> Parting:
    """Return where two runs part, to the step.

    Both are computed again from the end of the last epoch after which all digests agree.

    Args:
        first: one run.
        second: the other.

    Raises: InputError, RunFolderError, FileError, DataError, IntegrityError.
    """
    if not _are_alike(first, second):
        return Parting("networks")
    starts = [RunFolder(one.path).first() for one in (first, second)]
    if not starts[0].epoch and not starts[1].epoch:
        differing = _differences(first, *starts)
        if differing:
            return Parting("start", tensors=differing)
    agreed = _epochs_that_agree(first, second)
    began = max(start.epoch for start in starts)
    if agreed < began:
        later = first if starts[0].epoch == began else second
        parent = RunFolder(later.path).facts().parent
        assert parent is not None, "a run that begins later is a branch"
        return Parting("epoch", epoch=agreed + 1, known_in=parent.run)
    return _first_step(first, second, agreed)


def _are_alike(first: RunReplay, second: RunReplay) -> bool:
    layouts = [one.setup.engine.layout for one in (first, second)]
    types = [one.setup.network.architecture.dtype for one in (first, second)]
    return layouts[0].slots == layouts[1].slots and types[0] == types[1]


def _differences(replay: RunReplay, one: Position, other: Position) -> tuple[TensorDifference, ...]:
    layout = replay.setup.engine.layout
    return tuple(tensor_differences(layout, one.parameters, other.parameters))


def _epochs_that_agree(first: RunReplay, second: RunReplay) -> int:
    """Epochs after each of which every tensor of both has the same digest."""
    pairs = zip_longest(first.newest.history, second.newest.history)
    for done, (one, other) in enumerate(pairs):
        if one is None or other is None or one.tensor_sha256 != other.tensor_sha256:
            return done
    return len(first.newest.history)


def _first_step(first: RunReplay, second: RunReplay, epochs: int) -> Parting:
    """Step on from the end of an epoch until the parameters differ."""
    at = [one.position_at(one.steps_by(epochs)) for one in (first, second)]
    most = min(_steps_left(one, epochs) for one in (first, second))
    for batch in range(1, most + 1):
        at = [one.position_after(p) for one, p in zip((first, second), at, strict=True)]
        differing = _differences(first, *at)
        if differing:
            steps = (at[0].step, at[1].step)
            return Parting("step", epochs + 1, batch, steps, differing)
    return Parting("never", epochs, most, (at[0].step, at[1].step))


def _steps_left(replay: RunReplay, epochs: int) -> int:
    """Steps that a run has done of the epoch after these."""
    if epochs >= replay.setup.recipe.epochs:
        return 0
    done = replay.steps_done - replay.steps_by(epochs)
    return min(done, replay.batches(epochs))
