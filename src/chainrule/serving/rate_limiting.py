"""The rate of requests of each client, limited by a token bucket."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["RateLimiter"]

_MOST_CLIENTS = 10_000
"""Clients remembered at once; the one that asked longest ago is forgotten first."""

_BURST_SECONDS = 2.0


@dataclass
class _Bucket:
    """What a client may still ask at once, and since when that holds."""

    left: float
    since: float


class RateLimiter:
    """Lets each client ask so many times a second, and twice as many at once.

    Args:
        rate: requests a second, above 0.
        clock: seconds that never run back.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = max(1.0, rate * _BURST_SECONDS)
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, client: str) -> float:
        """Return 0 and count the request, or after how many seconds the client may ask again."""
        now = self._clock()
        bucket = self._buckets.pop(client, None) or _Bucket(self._most, now)
        self._buckets[client] = bucket  # the newest is last
        if len(self._buckets) > _MOST_CLIENTS:
            del self._buckets[next(iter(self._buckets))]
        bucket.left = min(self._most, bucket.left + (now - bucket.since) * self._rate)
        bucket.since = now
        if bucket.left < 1:
            return (1 - bucket.left) / self._rate
        bucket.left -= 1
        return 0.0
