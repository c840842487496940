"""Requests to stop while something is loaded or compiled, and such whose exception is lost."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chainrule.interrupts import (
    STOP_SIGNALS,
    hold_interrupts,
    holding_interrupts,
    note_and_interrupt,
    noted,
)
from chainrule.training.stop_signals import stop_requests


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Each stop signal interrupts, as within a command; handlers and notes are set back."""
    before = {number: signal.signal(number, note_and_interrupt) for number in STOP_SIGNALS}
    yield
    after = {signal.getsignal(number) for number in STOP_SIGNALS}
    for number, handler in before.items():
        signal.signal(number, handler)
    noted.clear()
    assert after == {note_and_interrupt}


def test_the_stop_signals_are_those_of_a_terminal_and_of_a_scheduler() -> None:
    assert STOP_SIGNALS == (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_is_held_to_the_end(number: signal.Signals) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), hold_interrupts(), hold_interrupts():  # noqa: PT012
        signal.raise_signal(number)
        done.append("all")
    assert done == ["all"]


def test_a_function_is_held_to_its_end() -> None:
    done = []

    @holding_interrupts
    def work(value: int, *, double: bool) -> int:
        signal.raise_signal(signal.SIGINT)
        done.append(value)
        return 2 * value if double else value

    with pytest.raises(KeyboardInterrupt):
        work(2, double=True)
    assert done == [2]
    assert work.__name__ == "work"


def test_within_a_training_held_signals_are_requests() -> None:
    with stop_requests() as requested:
        with hold_interrupts():
            signal.raise_signal(signal.SIGTERM)
            assert not requested()
        assert requested()
        with pytest.raises(KeyboardInterrupt), hold_interrupts():
            signal.raise_signal(signal.SIGTERM)


def test_what_python_does_not_handle_is_left_alone() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with hold_interrupts():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    signal.signal(signal.SIGHUP, before)

    def run() -> None:
        with hold_interrupts():
            found.append(signal.getsignal(signal.SIGINT))

    found: list[object] = []
    other = threading.Thread(target=run)
    other.start()
    other.join()
    assert found == [note_and_interrupt]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_request_lives_on_if_its_exception_is_dropped() -> None:
    class Finalised:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    Finalised()  # Python drops what a finaliser raises
    with stop_requests() as requested:
        assert requested()


def test_a_module_is_loaded_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "interrupted_package"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from chainrule._lazy import attach\n"
        "__getattr__, __dir__, __all__ = attach(__name__, {'part': 'VALUE'})\n"
    )
    (package / "part.py").write_text(
        "import signal\nsignal.raise_signal(signal.SIGINT)\nVALUE = 'whole'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import interrupted_package  # type: ignore[import-not-found]

    with pytest.raises(KeyboardInterrupt):
        print(interrupted_package.VALUE)
    assert sys.modules["interrupted_package.part"].VALUE == "whole"
    assert interrupted_package.VALUE == "whole"


def test_a_compilation_ends_before_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chainrule.kernels import code_cache, compiling

    monkeypatch.setattr(compiling.numba.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(compiling, "_FOLDER", code_cache.find_code_folder(tmp_path))

    @compiling.entry
    def doubled(x: float) -> float:
        return 2 * x

    announced = {doubled.py_func: "Compiled."}  # type: ignore[attr-defined]
    monkeypatch.setattr(compiling._ANNOUNCER, "texts", announced)
    monkeypatch.setattr(compiling._LOG, "info", lambda text: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        doubled(1.5)
    assert list(tmp_path.rglob("doubled.*.code"))
    assert doubled(1.5) == 3
