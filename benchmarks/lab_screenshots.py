"""Makes the pictures of docs/lab.md: each room as a visitor sees it, on a desk and on a phone.

    .venv/bin/python benchmarks/lab_screenshots.py

It needs Chromium and Playwright for Python, which the tests need too.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

import chainrule as cr

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK, TALL, PHONE = (1200, 800), (1200, 1080), (390, 844)


class Shot(NamedTuple):
    """One picture: its file's name, the address in the lab, the window, light or dark.

    `prepared` is for the lab of two runs and a study, which are trained first.
    """

    name: str
    address: str
    window: tuple[int, int]
    scheme: str
    prepared: bool = False


_SPIRAL = (
    "plane=points:spiral;classes:3;count:400;noise:0.05;hidden:10,8;optimiser:adam;"
    "learning_rate:0.01;updates:4000"
)
_BRANCHED = "beside:learning_rate:0.02;updates:8000;panel:curves"
SHOTS = (
    Shot("lab-draw", "", DESK, "light"),
    Shot("lab-neuron", "draw?example=4&select=z[1][29]", DESK, "light"),
    Shot(
        "lab-learn",
        "learn?chapter=3&select=z[1][1]&answers=-0.1,+0.2%7C0.475,+0.6",
        (1200, 1500),
        "light",
    ),
    Shot("lab-look", "look?example=4&select=delta[1][29]&direction=backward", DESK, "dark"),
    Shot("lab-plane", f"plane?{_SPIRAL}", DESK, "light"),
    Shot("lab-plane-phone", "plane?plane=updates:300", PHONE, "light"),
    Shot("lab-train", f"train?train={_BRANCHED}", TALL, "light"),
    Shot("lab-train-answers", "train?train=updates:5000;panel:answers;cell:4,9", TALL, "dark"),
    Shot("lab-train-phone", "train?train=updates:2000;panel:layers", PHONE, "light"),
    Shot("lab-descend", "descend?formula=x^2%2B8y^2&start=-2,1&rate=0.1", DESK, "light"),
    Shot("lab-approximate", "approximate?formula=sin(2x)&neurons=9", DESK, "light"),
    Shot("lab-phone", "", PHONE, "light"),
    Shot("lab-compare", "compare?example=115", DESK, "light", prepared=True),
    Shot("lab-compare-phone", "compare?example=115", PHONE, "dark", prepared=True),
    Shot("lab-studies", "studies?studies=name:rates", DESK, "light", prepared=True),
    Shot("lab-studies-phone", "studies?studies=name:rates", PHONE, "light", prepared=True),
    Shot("lab-printed", "studies?studies=name:printed/investigation", DESK, "dark", prepared=True),
)
_OWN_NETWORK = ("plane", "train", "descend", "approximate", "studies", "learn")
"""Rooms in which the head says nothing of test examples."""


def prepare() -> None:
    """Train two runs on MNIST and the study `rates` in the current folder."""
    for name, rate in (("slow", 0.001), ("fast", 0.01)):
        settings: dict[str, Any] = {"layers": [784, 32, 16, 10], "epochs": 2, "batch_size": 20}
        experiment = cr.Experiment.create("mnist", learning_rate=rate, seed=1, **settings)
        experiment.train(folder=f"runs/{name}")
    cr.compute_study("rates")


def open_lab(*targets: str) -> str:
    """Open a lab in a thread, and return its address."""
    opened: list[str] = []
    ready = threading.Event()

    def announce(address: str) -> None:
        opened.append(address)
        ready.set()

    options = {"browser": False, "on_start": announce}
    threading.Thread(target=cr.open_lab, args=targets, kwargs=options, daemon=True).start()
    ready.wait()
    return opened[0]


def main() -> None:
    """Open the lab, and take each picture."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        plain = open_lab()
        prepare()
        prepared = open_lab("runs/slow", "runs/fast")
        with sync_playwright() as driver:
            program = shutil.which("chromium")
            browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
            for shot in SHOTS:
                take(browser, shot, prepared if shot.prepared else plain)
            browser.close()


def take(browser: Any, shot: Shot, home: str) -> None:
    """Take one picture of the lab at an address."""
    width, height = shot.window
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(home)
    page.wait_for_selector(".lab")
    if shot.address:
        page.evaluate("address => { location.hash = address }", shot.address)
    if not shot.address.startswith(_OWN_NETWORK):
        page.get_by_text("test examples right").wait_for(state="attached")
    page.wait_for_function("() => [...document.images].every((one) => one.naturalWidth > 0)")
    is_training = shot.address.startswith(("plane", "train"))
    page.wait_for_timeout(8000 if is_training else 3000)
    page.wait_for_function("() => !document.querySelector('.time .count [role=status]')", timeout=0)
    picture = Image.open(io.BytesIO(page.screenshot()))
    few = picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    few.save(FOLDER / f"{shot.name}.png", optimize=True)
    context.close()


if __name__ == "__main__":
    main()
