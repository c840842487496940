"""Models to serve: tables with texts, blanks and dates, images, one output, and no columns."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from tests.exchange.networks import image_network, yes_or_no

import chainrule as cr
from chainrule.serving import AccessControl, ServiceLimits, make_application

JSON = {"content-type": "application/json"}


def write_people(path: Path, rows: int = 60, seed: int = 1) -> None:
    """Write a table of texts, blanks, dates and numbers."""
    chance = random.Random(seed)
    lines = ["age,port,sailed,fare,survived"]
    for _ in range(rows):
        age = "" if chance.random() < 0.1 else chance.randint(1, 80)
        port = "" if chance.random() < 0.1 else chance.choice(("S", "C, d'Or", "Q"))
        day = "" if chance.random() < 0.1 else f"1912-04-{chance.randint(1, 28):02d}"
        fare = round(chance.random() * 100, 2)
        lines.append(f'{age},"{port}",{day},{fare},{"yes" if fare > 50 else "no"}')
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models `people` and `prices` (runs), `images`, `single` and `plain`."""
    folder = tmp_path_factory.mktemp("models")
    write_people(folder / "people.csv")
    settings = {"hidden": [5], "epochs": 3, "seed": 0, "engine": "reference"}
    people = cr.Experiment.create(str(folder / "people.csv"), target="survived", **settings)
    people.train(folder=str(folder / "people"))
    text = (folder / "people.csv").read_text().replace("yes", "8").replace("no", "3")
    (folder / "prices.csv").write_text(text.replace("survived", "price"))
    prices = cr.Experiment.create(str(folder / "prices.csv"), task="numbers", **settings)
    prices.train(folder=str(folder / "prices"))
    image_network().save(folder / "images.safetensors")
    yes_or_no().save(folder / "single.safetensors")
    cr.Network.create([3, 4, 2], "tanh", output_activation="identity", seed=1).save(
        folder / "plain.safetensors"
    )
    return folder


NAMES = ("people", "prices", "images.safetensors", "single.safetensors", "plain.safetensors")


@dataclass(frozen=True)
class Service:
    """An application that is asked in this process."""

    application: Any

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request and return the response."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.application)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as one:
                return await one.request(method, path, **more)

        return asyncio.run(send())

    def post(self, path: str, value: Any = None, **more: Any) -> httpx.Response:
        """Post a value in JSON, or what is given."""
        given = more or {"json": value}
        return self.ask("POST", path, **given)


@pytest.fixture
def make_service(models: Path) -> Callable[..., Service]:
    """A function that makes a service of all models."""

    def make(
        limits: ServiceLimits | None = None, access: AccessControl | None = None, **more: Any
    ) -> Service:
        paths = [models / name for name in NAMES]
        return Service(make_application(paths, limits, access=access, **more))

    return make


@pytest.fixture(scope="session")
def service(models: Path) -> Service:
    """A service of all models with the usual limits; `people` answers at /predict."""
    return Service(make_application([models / name for name in NAMES]))


@contextmanager
def running(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`chainrule serve` in a process of its own, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chainrule", "serve", *arguments],
        text=True,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), process.stderr and process.stderr.read()
        yield process, address
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def server(models: Path) -> Iterator[str]:
    """The address of a service of all models in a process of its own."""
    paths = [str(models / name) for name in NAMES]
    with running(*paths, "--port", "0") as (process, address):
        yield address
        process.terminate()
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.fixture
def image() -> np.ndarray[Any, Any]:
    """Bytes of an image of 6 x 6."""
    return np.random.default_rng(5).integers(0, 256, (6, 6)).astype(np.uint8)
