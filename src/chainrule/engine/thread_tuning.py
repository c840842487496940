"""Choice of the number of threads by the clock, which changes no result."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ThreadTuner"]

_TRIAL_EVERY = 8
"""One chunk of this many is computed by the other number of threads, to be timed."""

_TRIAL_FRACTION = 4
"""A trial has this fraction of a chunk's batches, so that a bad one costs little."""


@dataclass(eq=False)
class ThreadTuner:
    """Chooses between one thread and all of them, chunk by chunk.

    Threads that share a batch wait for each other many times in it. When other programs keep the
    processors busy, one thread alone may be quicker.

    Args:
        most: the number of all threads.
    """

    most: int
    _seconds: dict[int, float] = field(default_factory=dict)
    _chunks: int = 0

    def threads(self) -> int:
        """The number of threads for the next chunk."""
        if self.most not in self._seconds:
            return self.most
        best = min(self._seconds, key=lambda threads: self._seconds[threads])
        return self.most + 1 - best if self._is_trial() else best

    def limit(self, batches: int) -> int:
        """The greatest number of batches of the next chunk, `batches` unless it is a trial."""
        return max(1, batches // _TRIAL_FRACTION) if self._is_trial() else batches

    def _is_trial(self) -> bool:
        """The second chunk is a trial, not the first, in which the threads are still starting."""
        return self.most > 1 and self._chunks % _TRIAL_EVERY == 1

    def record(self, threads: int, batches: int, seconds: float) -> None:
        """Note the time of a chunk; one slower than before counts half, as it may be disturbed."""
        self._chunks += 1
        each = seconds / batches
        before = self._seconds.get(threads, each)
        self._seconds[threads] = min(each, (before + each) / 2)
