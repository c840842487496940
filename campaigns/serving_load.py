"""Sends requests of all kinds to `chainrule serve`, and looks for wrong and missing answers.

A network on MNIST's test images answers images in JSON and as bytes, alone and several at once;
every thirtieth request is malformed or unknown and must be refused by its own status. Every image's
outputs must be those of `Network.predict`, to the last digit.

    python campaigns/serving_load.py [--requests N] [--connections N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from chainrule.training.computing_conditions import versions
from comparison.http_load import Exchange, run_load, running_server
from serving import image_exchanges, train_digits


def main() -> int:
    """Runs the campaign; 1 if a response was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=32)
    given = parser.parse_args()
    began = time.time()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        run = str(train_digits(Path(folder) / "digits"))
        exchanges = _mixed(image_exchanges(run))
        with running_server("-m", "chainrule", "serve", run, "--port", "0") as server:
            found = asyncio.run(
                run_load(
                    exchanges, server.port, count=given.requests, connections=given.connections
                )
            )
    report = {
        "requests": given.requests,
        "connections": given.connections,
        "wrong": found.wrong,
        "errors": list(found.errors),
        "requests_per_second": round(found.rate),
        "p50_ms": round(found.milliseconds(50), 2),
        "p99_ms": round(found.milliseconds(99), 2),
        "load_of_machine_before": round(load_before, 2),
        "processors": os.cpu_count(),
        "seconds": round(time.time() - began),
        "versions": versions(),
    }
    print(json.dumps(report))
    return 1 if found.wrong else 0


def _mixed(images: dict[str, list[Exchange]]) -> list[Exchange]:
    """Returns requests of all kinds in turn."""
    kind = "application/json"
    refused = [
        Exchange("POST", "/predict", kind, b"[1,2", 400, b"malformed-json"),
        Exchange("POST", "/predict", kind, b"[1,2]", 422, b"784 numbers"),
        Exchange("POST", "/predict", "text/html", b"<p>", 415, b"media-type"),
        Exchange("GET", "/nothing", status=404, answer=b"unknown-path"),
        Exchange("GET", "/health", answer=b"ok"),
    ]
    found: list[Exchange] = []
    for number, (first, second) in enumerate(zip(images["json"], images["bytes"], strict=True)):
        found += [first, second]
        if number % 15 == 0:
            found.append(refused[number // 15 % len(refused)])
        if number % 20 == 0:
            rows = b"[" + first.body + b"," + images["json"][number - 1].body + b"]"
            found.append(Exchange("POST", "/predict", kind, rows, 200, first.answer))
    return found


if __name__ == "__main__":
    sys.exit(main())
