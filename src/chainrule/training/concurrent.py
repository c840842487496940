"""Many trainings at once, one per thread, over one copy of the data."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeAlias

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.limits import THREADS
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.threads import thread_count
from chainrule.training.loop import train
from chainrule.training.observers import TrainingProgress
from chainrule.training.run_recorder import Run

__all__ = ["train_many"]

Job: TypeAlias = tuple[Network, Dataset, Recipe]
"""What one training needs."""


def train_many(jobs: Sequence[Job], *, threads: int | None = None) -> list[Run]:
    """Train several networks at once; each Run has the same bits as with `train`.

    Jobs with the same Dataset share its form in memory. If one fails, the others are stopped and
    its error is raised.

    Args:
        jobs: a network, a data set and a recipe each.
        threads: how many trainings run at once, at least 1; None for CHAINRULE_THREADS or else the
            number of processors.

    Returns: a Run for each job, in their order.
    Raises: InputError, and what `train` raises.

    Example:
        >>> import chainrule as cr
        >>> data = cr.Dataset([[0.0, 1.0], [1.0, 0.0]], [0, 1])
        >>> network = cr.Network.create([2, 2])
        >>> recipes = [cr.Recipe(epochs=2, seed=seed) for seed in (0, 1)]
        >>> [len(run.history) for run in cr.train_many([(network, data, r) for r in recipes])]
        [2, 2]
    """
    at_once = THREADS.check("train_many", "threads", threads) or thread_count()
    for job in jobs:
        _require_job(job)
    stopped = threading.Event()

    def stop_if_asked(progress: TrainingProgress) -> bool:
        return stopped.is_set()

    def train_job(job: Job) -> Run:
        network, dataset, recipe = job
        return train(network, dataset, recipe, threads=1, observers=[stop_if_asked])

    with ThreadPoolExecutor(at_once, "chainrule-many") as pool:
        runs = [pool.submit(train_job, job) for job in jobs]
        try:
            for run in as_completed(runs):
                run.result()
        except BaseException:  # an error of one, or Ctrl-C
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return [run.result() for run in runs]


def _require_job(job: object) -> None:
    if not isinstance(job, tuple) or len(job) != 3:
        raise InputError(
            "train_many",
            expected="jobs of a network, a dataset and a recipe each",
            got=type(job).__name__,
            argument="jobs",
            value=job,
        )
