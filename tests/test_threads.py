"""One BLAS thread while anyone is inside, and as many as before when all are out."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy  # noqa: F401  its BLAS is the one that is limited
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from chainrule.threads import one_blas_thread


def threads() -> set[int]:
    """How many threads NumPy's BLAS may use."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two() -> Iterator[None]:
    with threadpool_limits(2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("this BLAS has one thread")
        yield


def test_one_inside_and_two_outside() -> None:
    with one_blas_thread():
        assert threads() == {1}
    assert threads() == {2}


def test_within_each_other() -> None:
    with one_blas_thread():
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {2}


def test_set_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        raise ZeroDivisionError
    assert threads() == {2}


def test_what_was_set_in_between_is_found_again() -> None:
    with one_blas_thread():
        pass
    with threadpool_limits(1, user_api="blas"):
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {2}


def test_the_first_to_leave_does_not_set_the_others_free() -> None:
    """Two trainings side by side: the limit is the process's, and both need it to the end."""
    inside, may_leave, left = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with one_blas_thread():
            inside.set()
            may_leave.wait()
        left.set()

    other = threading.Thread(target=first)
    other.start()
    inside.wait()
    with one_blas_thread():
        may_leave.set()
        left.wait()
        assert threads() == {1}
    other.join()
    assert threads() == {2}


def test_in_a_thread_although_another_one_set_the_last_limit() -> None:
    """The fixture has set it to 2 from the main thread."""
    seen = []

    def look() -> None:
        with one_blas_thread():
            seen.append(threads())
        seen.append(threads())

    for _ in range(2):
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == [{1}, {2}, {1}, {2}]


def test_in_the_main_thread_although_another_one_is_alive_that_set_a_limit() -> None:
    has_set, may_end = threading.Event(), threading.Event()

    def sets() -> None:
        with one_blas_thread():
            pass
        has_set.set()
        may_end.wait()

    other = threading.Thread(target=sets)
    other.start()
    has_set.wait()
    with threadpool_limits(1, user_api="blas"):
        assert threads() == {1}
    assert threads() == {2}
    with one_blas_thread():
        assert threads() == {1}
    assert threads() == {2}
    may_end.set()
    other.join()


def test_the_last_to_leave_need_not_be_the_first_that_came() -> None:
    inside, may_leave = threading.Event(), threading.Event()

    def first() -> None:
        with one_blas_thread():
            inside.set()
            may_leave.wait()

    other = threading.Thread(target=first)
    other.start()
    inside.wait()
    with one_blas_thread():
        may_leave.set()
        other.join()
        assert threads() == {1}
    assert threads() == {2}


def test_the_first_that_came_may_be_the_last_to_leave_while_the_other_one_lives() -> None:
    has_left, may_end = threading.Event(), threading.Event()

    def second() -> None:
        with one_blas_thread():
            pass
        has_left.set()
        may_end.wait()

    with one_blas_thread():
        other = threading.Thread(target=second)
        other.start()
        has_left.wait()
        assert threads() == {1}
    assert threads() == {2}
    may_end.set()
    other.join()
