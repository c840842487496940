"""Counts and times of a service in Prometheus' form; no label holds what a client sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST as METRICS_TYPE
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["METRICS_TYPE", "ServiceMetrics"]

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class ServiceMetrics:
    """What a service has done since it began.

    `running` counts the requests under way; only the event loop changes it.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "chainrule_requests", "Requests answered.", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "chainrule_request_seconds",
            "Time from the headers of a request to the end of its response.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._batches = Histogram(
            "chainrule_batch_rows",
            "Single rows answered by one call of a network.",
            ("model",),
            buckets=_ROWS,
            registry=self._registry,
        )
        self.running = 0
        under_way = Gauge(
            "chainrule_requests_in_progress", "Requests under way.", registry=self._registry
        )
        under_way.set_function(lambda: self.running)
        self._counters: dict[tuple[str, int], Any] = {}
        self._timers: dict[str, Any] = {}

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            route: one of the service's own.
            status: of the response.
            seconds: that it took.
        """
        counter = self._counters.get((route, status))
        if counter is None:
            counter = self._counters[route, status] = self._requests.labels(route, str(status))
        counter.inc()
        timer = self._timers.get(route)
        if timer is None:
            timer = self._timers[route] = self._seconds.labels(route)
        timer.observe(seconds)

    def batch_observer(self, model: str) -> Callable[[int], object]:
        """Return what is called with the rows of each batch of a model."""
        observe: Callable[[int], object] = self._batches.labels(model).observe
        return observe

    def render(self) -> bytes:
        """Return all metrics as text."""
        return generate_latest(self._registry)
