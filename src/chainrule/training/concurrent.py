"""Many trainings at once, each on a thread of its own, over one copy of the data."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.threads import thread_count
from chainrule.training.loop import Run, train
from chainrule.training.observers import TrainingProgress

__all__ = ["train_many"]

Job = tuple[Network, Dataset, Recipe]


def train_many(jobs: Sequence[Job], *, threads: int | None = None) -> list[Run]:
    """Train several networks side by side; each Run has the bits that `train` gives.

    Jobs with the same Dataset share its working form. Where one fails, the others under way are
    stopped and its error is raised.

    Args:
        jobs: a network, a data set and a recipe each.
        threads: how many run at once, at least 1; CHAINRULE_THREADS or else as many as there are
            processors where None.

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
    limit = Limit(int, "how many run at once", 1, optional=True)
    side_by_side = limit.check("train_many", "threads", threads) or thread_count()
    for job in jobs:
        _require_job(job)
    stopped = threading.Event()

    def done(job: Job) -> Run:
        network, dataset, recipe = job
        return train(network, dataset, recipe, threads=1, observers=[watching])

    def watching(moment: TrainingProgress) -> bool:
        return stopped.is_set()

    with ThreadPoolExecutor(side_by_side, "chainrule-many") as pool:
        runs = [pool.submit(done, job) for job in jobs]
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
