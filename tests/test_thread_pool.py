"""Threads that work together, and one where no more can be started."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chainrule.thread_pool import ThreadPool, shared_thread_pool

PATIENCE = 60
"""Seconds after which threads that ought to meet are taken not to."""


def test_one_is_the_thread_that_asks() -> None:
    crew = ThreadPool(1)
    assert crew.threads == 1
    assert crew.run(lambda me: (me, threading.get_ident())) == (0, threading.get_ident())


@pytest.mark.parametrize("wanted", [2, 3, 8])
def test_all_run_at_once_with_numbers_of_their_own(wanted) -> None:
    crew, gate = ThreadPool(wanted), threading.Barrier(wanted)
    assert crew.threads == wanted
    for _ in range(3):
        seen: dict[int, int] = {}

        def task(me: int, seen: dict[int, int] = seen) -> str:
            gate.wait(PATIENCE)  # none goes on before all are here
            seen[me] = threading.get_ident()
            return f"of {me}"

        assert crew.run(task) == "of 0"
        assert sorted(seen) == list(range(wanted))
        assert len(set(seen.values())) == wanted
        assert threading.get_ident() not in seen.values()


def test_all_have_ended_when_it_comes_back_with_an_error() -> None:
    crew, ended = ThreadPool(2), []

    def task(me: int) -> None:
        if me == 0:
            raise ZeroDivisionError
        ended.append(me)

    with pytest.raises(ZeroDivisionError):
        crew.run(task)
    assert ended == [1]
    assert crew.run(lambda me: me) == 0


def test_the_shared_one_is_made_once_for_a_number_of_threads(monkeypatch) -> None:
    made = {}
    for threads in ("1", "2", "1", "2"):
        monkeypatch.setenv("CHAINRULE_THREADS", threads)
        assert shared_thread_pool().threads == int(threads)
        assert made.setdefault(threads, shared_thread_pool()) is shared_thread_pool()
    assert made["1"] is not made["2"]


def in_a_process(program: str, **more: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | more,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


FORKED = """
import os
from chainrule.thread_pool import shared_thread_pool
assert shared_thread_pool().run(lambda me: me) == 0
child = os.fork()
if child == 0:
    pool = shared_thread_pool()
    os._exit(7 if pool.threads == 2 and pool.run(lambda me: me) == 0 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_has_threads_of_its_own() -> None:
    assert in_a_process(FORKED, CHAINRULE_THREADS="2") == "7\n"


CRAMPED = """
import resource, threading
from chainrule.thread_pool import ThreadPool

assert ThreadPool({wanted}).threads == {wanted}

threading.stack_size(1 << 30)  # what a thread takes of the memory that it may speak of
with open("/proc/self/statm") as pages:
    used = int(pages.read().split()[0]) * resource.getpagesize()
most = used + {room} * (1 << 30) + (1 << 29)
resource.setrlimit(resource.RLIMIT_AS, (most, most))
crew, main = ThreadPool({wanted}), threading.main_thread()
print(crew.threads, crew.run(lambda me: (me, threading.current_thread() is main)))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is not told here")
@pytest.mark.parametrize(
    ("wanted", "room", "told"),
    [(2, 0, "1 (0, True)"), (3, 1, "1 (0, True)"), (3, 2, "1 (0, True)"), (3, 3, "3 (0, False)")],
)
def test_one_thread_where_no_more_can_be_started(wanted, room, told) -> None:
    assert in_a_process(CRAMPED.format(wanted=wanted, room=room)) == told + "\n"
