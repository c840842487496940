"""The rate of `chainrule serve` beside an empty route of Starlette, in the same run.

    python benchmarks/serving.py                     784-30-10 on MNIST's test images
    python benchmarks/serving.py --requests 4000     shorter rounds

Both servers run under uvicorn with the same settings, one after the other in rounds, on all
processors of this process, the load generator included. A round sends one image a request over
32 connections. Afterwards half the rate is sent at an even pace, and the delays are counted from
when each request was due. Where other programs keep the processors busy, the time that they give
the server says more than rates. Every response is compared with `Network.predict`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import chainrule as cr
from comparison.http_load import Exchange, LoadResult, RunningServer, run_load, running_server

CONNECTIONS = 32
_EMPTY = """
import asyncio, socket, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def empty(request):
    return PlainTextResponse("")

async def main():
    listening = socket.create_server(("127.0.0.1", 0))
    application = Starlette(routes=[Route("/", empty, methods=["GET"])])
    config = uvicorn.Config(application, http="httptools", ws="none", access_log=False,
                            log_level="critical", server_header=False, backlog=2048)
    print("http://127.0.0.1:%d" % listening.getsockname()[1], flush=True)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    await server._serve([listening])

import signal
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
asyncio.run(main())
"""


def main() -> int:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--run", help="a saved run instead of a new one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = given.run or str(train_digits(Path(folder) / "digits"))
        return _measure(run, given.requests, given.rounds)


def train_digits(folder: Path) -> Path:
    """Trains 784-30-10 for an epoch and saves the run."""
    experiment = cr.Experiment.create("mnist", preset="fast", layers=[784, 30, 10], epochs=1)
    experiment.train(folder=str(folder))
    return folder


def image_exchanges(run: str, count: int = 200) -> dict[str, list[Exchange]]:
    """Returns requests for test images by the type of their bodies, with their answers."""
    opened = cr.open_run(run)
    images = opened.data("test").inputs[:count]
    outputs = opened.network.predict(images)
    found: dict[str, list[Exchange]] = {"json": [], "bytes": []}
    names = list(map(json.dumps, opened.network.class_names))
    for image, values in zip(images, outputs.astype(np.float64), strict=True):
        shown = ",".join(
            f"{name}:{value:.17g}" for name, value in zip(names, values.tolist(), strict=True)
        )
        answer = f'"answer":{names[values.argmax()]},"probabilities":{{{shown}}}'.encode()
        body = json.dumps(image.tolist(), separators=(",", ":")).encode()
        found["json"].append(Exchange("POST", "/predict", "application/json", body, 200, answer))
        kind = "application/octet-stream"
        found["bytes"].append(Exchange("POST", "/predict", kind, image.tobytes(), 200, answer))
    return found


@dataclass
class _Rounds:
    """What the rounds of one kind of request gave: requests a second, and microseconds of one."""

    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    wrong: int = 0

    def run(self, exchanges: list[Exchange], server: RunningServer, requests: int) -> None:
        """Add a round."""
        before = server.processor_seconds()
        found = _load(exchanges, server, requests)
        self.costs.append((server.processor_seconds() - before) / requests * 1e6)
        self.rates.append(found.rate)
        self.wrong += found.wrong


def _measure(run: str, requests: int, rounds: int) -> int:
    exchanges = {"empty route": [Exchange("GET", "/")], **image_exchanges(run)}
    found = {name: _Rounds() for name in exchanges}
    serve = ("-m", "chainrule", "serve", f"digits={run}", "--port", "0")
    with running_server("-c", _EMPTY) as plain, running_server(*serve) as served:
        for server in (plain, served):  # a round to warm up
            _load([Exchange("GET", "/" if server is plain else "/health")], server, requests)
        for _ in range(rounds):
            for name, sent in exchanges.items():
                found[name].run(sent, plain if name == "empty route" else served, requests)
        half = statistics.median(found["json"].rates) / 2
        paced = _load(exchanges["json"], served, requests, half)
    _print_table(found)
    wrong = paced.wrong + sum(one.wrong for one in found.values())
    print(
        f"\nAt {half:,.0f} requests a second: median {paced.milliseconds(50):.2f} ms, "
        f"p99 {paced.milliseconds(99):.2f} ms. {wrong} wrong responses. Load of the machine: "
        f"{os.getloadavg()[0]:.1f}, {rounds} rounds of {requests:,} requests."
    )
    return 1 if wrong else 0


def _print_table(found: Mapping[str, _Rounds]) -> None:
    empty = found["empty route"]
    print(
        "| request | requests a second, median (least to most) | of the empty route | "
        "server's processor, least of the rounds |\n|---|---|---|---|"
    )
    for name, one in found.items():
        ratios = [mine / other for mine, other in zip(one.rates, empty.rates, strict=True)]
        print(
            f"| {name} | {statistics.median(one.rates):,.0f} ({min(one.rates):,.0f} to "
            f"{max(one.rates):,.0f}) | {statistics.median(ratios):.2f} | "
            f"{min(one.costs):.0f} µs |"
        )


def _load(
    exchanges: list[Exchange], server: RunningServer, requests: int, rate: float = 0.0
) -> LoadResult:
    return asyncio.run(
        run_load(exchanges, server.port, count=requests, connections=CONNECTIONS, rate=rate)
    )


if __name__ == "__main__":
    raise SystemExit(main())
