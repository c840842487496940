"""The number of threads: CHAINRULE_THREADS if it is set, otherwise one per processor."""

from __future__ import annotations

import os

import numpy as np
import pytest

import chainrule as cr
from chainrule.threads import thread_count


def test_the_variable_decides(monkeypatch) -> None:
    for chosen in ("1", "3", "64", "007"):
        monkeypatch.setenv("CHAINRULE_THREADS", chosen)
        assert thread_count() == int(chosen)


@pytest.mark.parametrize("unset", [True, False])
def test_else_the_processors_of_this_process(monkeypatch, unset) -> None:
    monkeypatch.setenv("CHAINRULE_THREADS", "")
    if unset:
        monkeypatch.delenv("CHAINRULE_THREADS")
    mine = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count())
    assert thread_count() == len(mine) >= 1


def test_on_a_system_without_affinity_all_processors(monkeypatch) -> None:
    monkeypatch.delenv("CHAINRULE_THREADS", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert thread_count() == 5
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert thread_count() == 1


@pytest.mark.parametrize("chosen", ["0", "-1", "+2", "1.5", "two", " 2", "²", "٣", "1e3"])
def test_what_is_no_number_of_threads(monkeypatch, chosen) -> None:
    monkeypatch.setenv("CHAINRULE_THREADS", chosen)
    with pytest.raises(cr.InputError) as caught:
        thread_count()
    assert str(caught.value) == (
        f"CHAINRULE_THREADS: expected a whole number of threads, at least 1, got {chosen!r}."
    )
    assert (caught.value.argument, caught.value.value) == ("threads", chosen)


def test_a_training_refuses_it_too(monkeypatch) -> None:
    monkeypatch.setenv("CHAINRULE_THREADS", "many")
    network, data = cr.Network.create([2, 2]), cr.Dataset(np.eye(2), [0, 1])
    with pytest.raises(cr.InputError) as caught:
        cr.train(network, data, cr.Recipe(epochs=1, seed=0))
    assert str(caught.value) == (
        "CHAINRULE_THREADS: expected a whole number of threads, at least 1, got 'many'."
    )
    # A number of its own makes the variable idle.
    assert cr.train(network, data, cr.Recipe(epochs=1, seed=0), threads=1).ended
