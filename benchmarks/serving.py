"""The rate of `chainrule serve` beside an empty route of Starlette, in the same run.

    python benchmarks/serving.py                     784-30-10 on MNIST's test images
    python benchmarks/serving.py --requests 4000     shorter rounds

Both servers run under uvicorn with the same settings, one after the other in rounds, on all
processors of this process, the load generator included. A round sends one image a request over
32 connections. Afterwards half the rate is sent at an even pace, and the delays are counted from
when each request was due. Every response is compared with `Network.predict`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from pathlib import Path

import numpy as np

import chainrule as cr
from comparison.http_load import Exchange, LoadResult, run_load, running_server

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


def _measure(run: str, requests: int, rounds: int) -> int:
    exchanges = image_exchanges(run)
    empty = [Exchange("GET", "/")]
    rates: dict[str, list[float]] = {"empty": [], "json": [], "bytes": []}
    wrong = 0
    serve = ("-m", "chainrule", "serve", f"digits={run}", "--port", "0")
    with running_server("-c", _EMPTY) as plain, running_server(*serve) as served:
        for number in range(rounds + 1):
            for name, sent in (("empty", empty), *exchanges.items()):
                port = plain if name == "empty" else served
                found = _load(sent, port, requests)
                wrong += found.wrong
                rates[name] += [found.rate] * (number > 0)  # the first round warms up
        half = statistics.median(rates["json"]) / 2
        paced = _load(exchanges["json"], served, requests, half)
        wrong += paced.wrong
    print("| request | requests a second, median (least to most) | of the empty route |")
    print("|---|---|---|")
    for name, values in rates.items():
        ratios = [mine / other for mine, other in zip(values, rates["empty"], strict=True)]
        print(
            f"| {name} | {statistics.median(values):,.0f} ({min(values):,.0f} to "
            f"{max(values):,.0f}) | {statistics.median(ratios):.2f} |"
        )
    print(
        f"\nAt {half:,.0f} requests a second: median {paced.milliseconds(50):.2f} ms, "
        f"p99 {paced.milliseconds(99):.2f} ms. {wrong} wrong responses."
    )
    return 1 if wrong else 0


def _load(exchanges: list[Exchange], port: int, requests: int, rate: float = 0.0) -> LoadResult:
    return asyncio.run(
        run_load(exchanges, port, count=requests, connections=CONNECTIONS, rate=rate)
    )


if __name__ == "__main__":
    raise SystemExit(main())
