"""Which run, and which of its steps, `chainrule explain RUN` is asked about."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from chainrule.attribution import RunReplay, RunStep
from chainrule.cli.run_flags import refuse
from chainrule.data import DatasetPair
from chainrule.errors import InputError
from chainrule.experiment import open_run

__all__ = ["course_of", "step_of"]


def course_of(target: str, given: Mapping[str, Any], asked: str) -> tuple[RunReplay, DatasetPair]:
    """The run with the data it learned from, and these whole.

    Args:
        target: a run's folder.
        given: the parameters of the command by name.
        asked: the flag that asks, for error texts.

    Raises: InputError and all that opening the run and its data raises.
    """
    if target.endswith(".safetensors"):
        raise InputError(
            "explain",
            expected=f"the folder of a run with {asked}",
            got=target,
            why="A network file does not know how it learned",
            argument="file",
            value=target,
        )
    loaded = open_run(target).experiment(given.get("data"), given.get("validation")).datasets
    pair, validation = loaded.pair, loaded.validation
    return RunReplay(target, pair.train, validation, report=_tell), pair


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def step_of(course: RunReplay, given: Mapping[str, Any]) -> RunStep:
    """The step that is asked for: by number, by epoch and batch, by an example; else the last.

    Args:
        course: the run.
        given: the parameters of the command by name.

    Raises: InputError.
    """
    number, epoch, batch, image = (given.get(n) for n in ("step", "epoch", "batch", "image"))
    if number is not None:
        refuse(given, ("epoch", "batch"), "--step counts all batches of the run")
    if image is not None:
        _check_image(course, image)
    if number is None and epoch is None and batch is None:
        return course.step(course.steps_done) if image is None else course.step_with(image)
    step = course.step(_numbered(course, epoch, batch) if number is None else number)
    if image is not None and image not in step.rows:
        seen = course.step_with(image)
        raise InputError(
            "--image",
            expected=f"an example of step {step.number}",
            got=str(image),
            why=f"That example was last in step {seen.number}",
            remedy=f"Set --step {seen.number}, or leave it out",
            argument="image",
            value=image,
        )
    return step


def _numbered(course: RunReplay, epoch: int | None, batch: int | None) -> int:
    """The number of a step by its epoch and batch: where one is left out, the last one."""
    epochs = course.epoch_position(course.steps_done - 1)[0] + 1
    if epoch is not None and epoch > epochs:
        raise InputError(
            "--epoch",
            expected=f"an epoch from 1 to {epochs}",
            got=str(epoch),
            argument="epoch",
            value=epoch,
        )
    epoch = epochs if epoch is None else epoch
    batches = course.batches(epoch - 1)
    if batch is not None and batch > batches:
        raise InputError(
            "--batch",
            expected=f"a batch from 1 to {batches}",
            got=str(batch),
            argument="batch",
            value=batch,
        )
    last = min(course.steps_by(epoch), course.steps_done)
    return last if batch is None else course.steps_by(epoch - 1) + batch


def _check_image(course: RunReplay, image: int) -> None:
    last = len(course.plan.training) - 1
    if image > last:
        raise InputError(
            "--image",
            expected=f"the number of an example from 0 to {last}",
            got=str(image),
            why=f"The run learned from {last + 1} examples",
            argument="image",
            value=image,
        )
