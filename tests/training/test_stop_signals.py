"""Stop signals are requests; a second one interrupts at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from chainrule.training.stop_signals import stop_requests

ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers_are_set_back() -> Iterator[None]:
    before = [signal.getsignal(number) for number in ALL]
    yield
    after = [signal.getsignal(number) for number in ALL]
    for number, handler in zip(ALL, before, strict=True):
        signal.signal(number, handler)
    assert after == before


@pytest.mark.parametrize("number", ALL)
def test_the_first_signal_is_noted(number: signal.Signals) -> None:
    with stop_requests() as wished:
        assert not wished()
        signal.raise_signal(number)
        assert wished()


@pytest.mark.parametrize("first", ALL)
@pytest.mark.parametrize("second", ALL)
def test_the_second_signal_interrupts(first: signal.Signals, second: signal.Signals) -> None:
    with stop_requests() as wished:
        signal.raise_signal(first)
        assert wished()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(second)


def test_each_time_begins_anew() -> None:
    for _ in range(2):
        with stop_requests() as wished:
            assert not wished()
            signal.raise_signal(signal.SIGINT)
            assert wished()


@pytest.mark.parametrize("number", ALL)
def test_a_signal_that_is_ignored_stays_ignored(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with stop_requests() as wished:
            signal.raise_signal(number)
            signal.raise_signal(number)
            assert not wished()
            assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_a_handler_of_the_callers_own_is_set_back() -> None:
    def own(number: int, frame: object) -> None:
        raise AssertionError("not called")

    before = signal.signal(signal.SIGTERM, own)
    try:
        with stop_requests() as wished:
            signal.raise_signal(signal.SIGTERM)
            assert wished()
        assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, before)


def test_another_thread_notes_none_and_leaves_the_handlers_alone() -> None:
    found: list[tuple[list[object], bool]] = []
    before: list[object] = [signal.getsignal(number) for number in ALL]

    def look(wish: Callable[[], bool]) -> None:
        found.append(([signal.getsignal(number) for number in ALL], wish()))

    def run() -> None:
        with stop_requests() as wished:
            look(wished)

    other = threading.Thread(target=run)
    other.start()
    other.join()
    assert found == [(before, False)]
