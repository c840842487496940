"""Many trainings at once, as a sweep has them, against one alone."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace
from typing import Any

import chainrule
from chainrule.documents import Table
from comparison.bench_settings import WARM_SECONDS, Bench
from comparison.cases import CASES
from comparison.peers.ours import COMPILED, job_dataset, job_network, job_recipe
from comparison.processes import PeerError
from comparison.workload import Job, write_job

__all__ = ["JOBS", "ManyResult", "many_seconds", "many_tables", "measure_many"]

JOBS = 16
"""Trainings at once."""
_CASE = CASES["784-32-16-10/10"]


@dataclass(frozen=True)
class ManyResult:
    """How long trainings took.

    Args:
        jobs: how many ran at once.
        alone: seconds of one training by itself, a number a round.
        together: seconds of all of them at once, a number a round.
        note: why there are no numbers.
    """

    jobs: int
    alone: tuple[float, ...] = ()
    together: tuple[float, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float:
        """Time of each training among the others, over the time of one alone; of the medians."""
        each = statistics.median(self.together) / self.jobs
        return each / statistics.median(self.alone)


def many_seconds(job: Job, jobs: int, rounds: int) -> dict[str, list[float]]:
    """Time one training alone, and many at once, in turn; seeds and first weights differ.

    Args:
        job: the training.
        jobs: how many at once.
        rounds: how often.

    Raises: PeerError where this version cannot train many at once.
    """
    if "train_many" not in chainrule.__all__:
        raise PeerError("this version of chainrule cannot train many at once")
    train_many: Any = chainrule.train_many
    dataset, recipe = job_dataset(job), job_recipe(job, "compiled")
    network = job_network(job)
    work = [(network, dataset, replace(recipe, seed=seed)) for seed in range(jobs)]
    taken: dict[str, list[float]] = {"alone": [], "together": []}
    for turn in range(rounds + 1):
        began = time.perf_counter()
        chainrule.train(network, dataset, recipe)
        between = time.perf_counter()
        train_many(work, threads=job.threads)
        if turn:  # the first one warms up
            taken["alone"].append(between - began)
            taken["together"].append(time.perf_counter() - between)
    return taken


def measure_many(bench: Bench) -> ManyResult:
    """Sixteen trainings of the smallest paper network at once, against one alone."""
    case = bench.limited(_CASE)
    bench.progress(f"many: {JOBS} trainings of {case.name}")
    try:
        bench.require(COMPILED, case)
        write_job(bench.folder, case)
        asked = {"case": case.to_dict(), "jobs": JOBS, "rounds": bench.settings.rounds}
        taken = bench.processes.worker(COMPILED).ask("many", seconds=WARM_SECONDS, **asked)
    except PeerError as reason:
        return ManyResult(JOBS, note=str(reason))
    return ManyResult(JOBS, tuple(taken["alone"]), tuple(taken["together"]))


def many_tables(found: ManyResult) -> tuple[Table, ...]:
    """The result as a table."""
    title = f"Many trainings at once: {_CASE.name}, one epoch each"
    if found.note:
        return (Table(title, (), (("chainrule", found.note),)),)
    alone, together = statistics.median(found.alone), statistics.median(found.together)
    rows = (
        ("one training alone", f"{alone:.3f} s"),
        (f"{found.jobs} at once", f"{together:.3f} s"),
        ("each of them", f"{together / found.jobs:.3f} s"),
        ("ratio", f"{found.ratio:.2f}"),
    )
    return (Table(title, (), rows),)
