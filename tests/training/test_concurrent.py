"""Many trainings side by side: each gives what it would give alone."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import DivergenceError, InputError
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.concurrent import train_many
from chainrule.training.loop import train


@pytest.mark.parametrize("threads", [None, 1, 2, 9])
def test_each_run_has_the_bits_of_one_alone_in_the_order_of_the_jobs(
    network: Network, three: Dataset, line: Dataset, recipe: Recipe, threads: int | None
) -> None:
    numbers = recipe.replaced(cost="squared_error", engine="reference")
    jobs = [
        (network, three, recipe.replaced(epochs=9)),
        (Network.create([1, 1], "identity"), line, numbers),
        (network, three, recipe.replaced(optimiser="sgd", batch_size=1)),
        (Network.create([4, 9, 3], seed=4), three, recipe.replaced(engine="reference")),
    ]
    runs = train_many(jobs, threads=threads)
    alone = [train(*job) for job in jobs]
    assert [run.network.digest for run in runs] == [run.network.digest for run in alone]
    assert [run.history for run in runs] == [run.history for run in alone]
    assert [run.recipe for run in runs] == [run.recipe for run in alone]
    assert {run.ended for run in runs} == {"all epochs done"}


def test_no_jobs_give_no_runs() -> None:
    assert train_many([]) == []


def test_where_one_fails_the_others_are_stopped(line: Dataset) -> None:
    endless = Recipe(cost="squared_error", epochs=10**9, seed=0)
    bad = endless.replaced(optimiser="sgd", learning_rate=1e300)
    network, before = Network.create([1, 1], "identity"), threading.active_count()
    with pytest.raises(DivergenceError) as caught:
        train_many([(network, line, endless), (network, line, bad), (network, line, endless)],
                   threads=2)  # fmt: skip
    assert caught.value.value == 1e300
    assert threading.active_count() <= before


@pytest.mark.parametrize("threads", [0, -1, 1.5, "two"])
def test_numbers_of_threads_that_are_none(threads: object) -> None:
    with pytest.raises(InputError) as caught:
        train_many([], threads=threads)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "train_many: expected threads to be a whole number at least 1 or none, "
        f"got {threads!r} ({type(threads).__name__}). threads: number of threads that "
        f"compute at once."
    )


@pytest.mark.parametrize(
    ("job", "kind"), [(None, "NoneType"), ((1, 2), "tuple"), ([1, 2, 3], "list")]
)
def test_jobs_that_are_none(job: object, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        train_many([job])  # type: ignore[list-item]
    assert str(caught.value) == (
        f"train_many: expected jobs of a network, a dataset and a recipe each, got {kind}."
    )


def test_what_does_not_fit_is_refused_as_by_train(network: Network, recipe: Recipe) -> None:
    wide = Dataset(np.eye(5), [0, 1, 2, 0, 1])
    told = []
    for attempt in (
        lambda: train_many([(network, wide, recipe)]),
        lambda: train(network, wide, recipe),
    ):
        with pytest.raises(InputError) as caught:
            attempt()
        told.append(str(caught.value))
    assert told[0] == told[1]
