"""How many threads are quickest: both numbers are measured, the quicker one goes on."""

from __future__ import annotations

from chainrule.engine.thread_tuning import ThreadTuner


def course(most: int, stretches: int, seconds: dict[int, float]) -> list[int]:
    """How many threads compute each stretch, where a batch by so many takes so long."""
    pace, chosen = ThreadTuner(most), []
    for _ in range(stretches):
        threads = pace.threads()
        chosen.append(threads)
        pace.record(threads, 10, 10 * seconds[threads])
    return chosen


def test_one_thread_is_all_there_is() -> None:
    assert set(course(1, 100, {1: 1.0})) == {1}


def test_all_are_tried_first_and_then_one() -> None:
    assert course(4, 3, {4: 1.0, 1: 2.0}) == [4, 1, 4]
    assert course(4, 3, {4: 2.0, 1: 1.0}) == [4, 1, 1]


def test_the_other_number_is_tried_now_and_then() -> None:
    for quick, slow in ((4, 1), (1, 4)):
        chosen = course(4, 320, {quick: 1.0, slow: 2.0})
        assert 20 <= chosen[2:].count(slow) <= 80
        assert chosen[-1] in (quick, slow)


def test_it_changes_its_mind_when_the_machine_does() -> None:
    pace = ThreadTuner(2)
    for _ in range(100):
        threads = pace.threads()
        pace.record(threads, 1, {2: 1.0, 1: 3.0}[threads])
    for _ in range(100):
        threads = pace.threads()
        pace.record(threads, 1, {2: 9.0, 1: 3.0}[threads])
    assert pace.threads() == 1


def test_a_trial_is_short_and_never_nothing() -> None:
    pace, lengths = ThreadTuner(2), set()
    for _ in range(64):
        lengths.add(pace.limit(80))
        assert pace.limit(1) == 1
        pace.record(pace.threads(), 1, 1.0)
    assert len(lengths) == 2
    assert max(lengths) == 80
    alone = ThreadTuner(1)
    for _ in range(64):
        assert alone.limit(80) == 80
        alone.record(1, 1, 1.0)
