"""Warnings of a training on the command line: each once, as soon as it shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from chainrule.cli.job import Job
from chainrule.training import Observer, TrainingProgress

__all__ = ["watching"]

Tell = Callable[[str], object]


def watching(job: Job, warned: list[str]) -> Callable[[Tell], Observer]:
    """What makes the observer that warns of conditions of a training.

    Nothing is measured, nor even imported, before the first epoch's end.

    Args:
        job: the training.
        warned: where each warning is added.

    Returns: tell -> observer; tell is called with each warning.
    """

    def observer_of(tell: Tell) -> Observer:
        def keep(sentence: str) -> None:
            warned.append(sentence)
            tell(sentence)

        @cache
        def observer() -> Observer:
            from chainrule.diagnosis import warning_observer

            return warning_observer(job.network, job.training, job.recipe, keep)

        def watch(moment: TrainingProgress) -> None:
            if moment.epoch_ended:
                observer()(moment)

        return watch

    return observer_of
