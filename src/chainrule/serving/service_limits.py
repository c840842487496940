"""What a service takes from its clients at most: sizes, rates and times, each a flag."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.limits import Limit, check_record, limited

__all__ = ["ServiceLimits"]

_GROUP = "limits"


@dataclass(frozen=True, kw_only=True)
class ServiceLimits:
    """The limits of a service; a request beyond one is refused with a status that says which.

    Args:
        body_bytes: of a request as it is sent; 413 beyond.
        content_bytes: of a compressed text or a Parquet file once it is unpacked; 422 beyond.
        pixels: of a picture, by its header; 422 beyond.
        rows: of a request; 422 beyond.
        json_depth: how deep arrays and objects may be nested; 400 beyond.
        rate: requests a second of one client address, twice as many at once; 429 beyond. None for
            no limit.
        seconds: the time to compute an answer; 503 beyond.
        read_seconds: the time in which a request must arrive as a whole; 408 beyond. A response of
            which the client reads nothing for as long is given up.
        idle_seconds: how long a connection stays open between two requests.
        connections: open at once; 503 beyond.
        stop_seconds: how long requests that run may take to finish once the service is stopped.
        batch_rows: single rows that are answered by one call of the network.

    Raises: InputError.
    """

    body_bytes: int = limited(
        8 * 2**20, Limit(int, "size of a request's body", 1, 2**31, unit="bytes", group=_GROUP)
    )
    content_bytes: int = limited(
        64 * 2**20, Limit(int, "size of a body once unpacked", 1, 2**33, unit="bytes", group=_GROUP)
    )
    pixels: int = limited(
        25_000_000, Limit(int, "pixels of a picture", 1, 50_000_000, group=_GROUP)
    )
    rows: int = limited(10_000, Limit(int, "rows of a request", 1, 10**7, group=_GROUP))
    json_depth: int = limited(8, Limit(int, "nesting of JSON", 1, 100, group=_GROUP))
    rate: float | None = limited(
        None,
        Limit(
            float,
            "requests a second of one client",
            0,
            low_open=True,
            optional=True,
            group=_GROUP,
        ),
    )
    seconds: float = limited(
        30.0, Limit(float, "seconds to compute an answer", 0, 3600, low_open=True, group=_GROUP)
    )
    read_seconds: float = limited(
        20.0,
        Limit(float, "seconds for a request to arrive", 0, 3600, low_open=True, group=_GROUP),
    )
    idle_seconds: float = limited(
        10.0,
        Limit(float, "seconds between two requests", 0, 3600, low_open=True, group=_GROUP),
    )
    connections: int = limited(1000, Limit(int, "connections at once", 1, 10**6, group=_GROUP))
    stop_seconds: float = limited(
        10.0,
        Limit(float, "seconds to finish requests after a stop", 0, 3600, group=_GROUP),
    )
    batch_rows: int = limited(
        256, Limit(int, "single rows that one call answers", 1, 10_000, group=_GROUP)
    )

    def __post_init__(self) -> None:
        check_record(self, "serve")
