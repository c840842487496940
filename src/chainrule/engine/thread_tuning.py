"""How many threads are quickest just now: what is measured decides, since it changes no result."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ThreadTuner"]

_TRIAL = 8
"""Each so many stretches go by the other number of threads, and are shorter by _SHORTER."""
_SHORTER = 4


@dataclass(eq=False)
class ThreadTuner:
    """Chooses between one thread and all of them, stretch by stretch.

    Threads that share a batch wait for each other many times in it: where other programs keep the
    processors busy, one thread alone may be quicker.

    Args:
        most: all of them.
    """

    most: int
    _seconds: dict[int, float] = field(default_factory=dict)
    _stretches: int = 0

    def threads(self) -> int:
        """How many are to compute the next stretch."""
        if self.most not in self._seconds:
            return self.most
        best = min(self._seconds, key=lambda n: self._seconds[n])
        return self.most + 1 - best if self._is_trial() else best

    def shortened(self, batches: int) -> int:
        """How many batches the next stretch may have; a trial is short."""
        return max(1, batches // _SHORTER) if self._is_trial() else batches

    def _is_trial(self) -> bool:
        """The second stretch is one, for all threads at first have to be waited for."""
        return self.most > 1 and self._stretches % _TRIAL == 1

    def note(self, threads: int, batches: int, seconds: float) -> None:
        """What a stretch took; one that was disturbed counts half."""
        self._stretches += 1
        each = seconds / batches
        before = self._seconds.get(threads, each)
        self._seconds[threads] = min(each, (before + each) / 2)
