"""Counts and times of a service in Prometheus' form; no label holds what a client sent.

Only the event loop counts, so that plain numbers suffice; they become Prometheus' records when they
are asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST as METRICS_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

__all__ = ["METRICS_TYPE", "ServiceMetrics"]

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class _Distribution:
    """How many values lie in each of some ranges, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def write(self, family: HistogramMetricFamily, label: str) -> None:
        """Add the ranges to a family of histograms."""
        names = [*map(str, self._bounds), "+Inf"]
        buckets = list(zip(names, accumulate(self._counts), strict=True))
        family.add_metric([label], buckets, self._sum)


class _RouteCounts:
    """The requests to a route: how many had each status, and how long they took."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds = _Distribution(_SECONDS)


class ServiceMetrics:
    """What a service has done since it began.

    `running` counts the requests under way.
    """

    def __init__(self) -> None:
        self.running = 0
        self._routes: dict[str, _RouteCounts] = {}
        self._batches: dict[str, _Distribution] = {}
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            route: one of the service's own.
            status: of the response; 0 if there was none.
            seconds: that it took.
        """
        counts = self._routes.get(route)
        if counts is None:
            counts = self._routes[route] = _RouteCounts()
        counts.statuses[status] += 1
        counts.seconds.add(seconds)

    def batch_observer(self, model: str) -> Callable[[int], object]:
        """Return what is called with the rows of each batch of a model."""
        return self._batches.setdefault(model, _Distribution(_ROWS)).add

    def collect(self) -> Iterator[Metric]:
        """Yield the records, as Prometheus' registry asks for them."""
        requests = CounterMetricFamily(
            "chainrule_requests", "Requests answered.", labels=["route", "status"]
        )
        for route, counts in self._routes.items():
            for status, number in counts.statuses.items():
                requests.add_metric([route, str(int(status))], number)
        yield requests
        yield GaugeMetricFamily(
            "chainrule_requests_in_progress", "Requests under way.", value=self.running
        )
        times = {route: counts.seconds for route, counts in self._routes.items()}
        families: Sequence[Any] = (
            ("chainrule_request_seconds", "Time to answer a request.", "route", times),
            ("chainrule_batch_rows", "Single rows in one call.", "model", self._batches),
        )
        for name, about, label, found in families:
            family = HistogramMetricFamily(name, about, labels=[label])
            for value, distribution in found.items():
                distribution.write(family, value)
            yield family

    def render(self) -> bytes:
        """Return all metrics as text."""
        return generate_latest(self._registry)
