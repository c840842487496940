"""For the tests of the benchmarks: a tiny case in a folder, and a run for tiny cases only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from comparison.bench_settings import Bench, Settings
from comparison.cases import Case
from comparison.peers.table import find_peers
from comparison.processes import PeerProcesses
from comparison.workload import Job, load_job, write_job

TABLE = Case(layers=(20, 6, 2), batch_size=8, examples=32, data="table")


@pytest.fixture(params=["sgd", "adam"])
def tiny(request: pytest.FixtureRequest) -> Case:
    """Four batches of the made-up table."""
    return Case(layers=(20, 6, 2), batch_size=8, examples=32, data="table", optimiser=request.param)


@pytest.fixture
def job_of(tmp_path: Path) -> Callable[[Case], Job]:
    """Make a case's job through its files."""

    def made(case: Case) -> Job:
        write_job(tmp_path, case)
        return load_job(tmp_path, case, 1)

    return made


@pytest.fixture
def bench_of(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Make a quick run on one thread; its processes end with the test."""
    with ExitStack() as stack:

        def made(*peers: str, cases: tuple[Case, ...] = (TABLE,), examples: int = 64) -> Bench:
            processes = stack.enter_context(PeerProcesses(tmp_path, 1))
            chosen = find_peers(peers)
            settings = Settings(cases, chosen, 1, 2, quick=True, examples=examples)
            return Bench(settings, tmp_path, processes, lambda text: None)

        yield made
