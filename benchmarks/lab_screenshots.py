"""Makes the pictures of docs/lab.md: each room as a visitor sees it, on a desk and on a phone.

    .venv/bin/python benchmarks/lab_screenshots.py

It needs Chromium and Playwright for Python, which the tests need too.
"""

from __future__ import annotations

import io
import shutil
import threading
from pathlib import Path
from typing import NamedTuple

from PIL import Image

import chainrule as cr

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK, PHONE = (1200, 800), (390, 844)


class Shot(NamedTuple):
    """One picture: its file's name, the address in the lab, the window, light or dark."""

    name: str
    address: str
    window: tuple[int, int]
    scheme: str


_SPIRAL = (
    "plane=points:spiral;classes:3;count:400;noise:0.05;hidden:10,8;optimiser:adam;"
    "learning_rate:0.01;updates:4000"
)
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
    Shot("lab-train", "train?train=updates:5000", DESK, "light"),
    Shot("lab-descend", "descend?formula=x^2%2B8y^2&start=-2,1&rate=0.1", DESK, "light"),
    Shot("lab-approximate", "approximate?formula=sin(2x)&neurons=9", DESK, "light"),
    Shot("lab-phone", "", PHONE, "light"),
)


def main() -> None:
    """Open the lab, and take each picture."""
    from playwright.sync_api import sync_playwright

    opened: list[str] = []
    ready = threading.Event()

    def announce(address: str) -> None:
        opened.append(address)
        ready.set()

    threading.Thread(
        target=cr.open_lab, kwargs={"browser": False, "on_start": announce}, daemon=True
    ).start()
    ready.wait()
    with sync_playwright() as driver:
        program = shutil.which("chromium")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for shot in SHOTS:
            width, height = shot.window
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if shot.scheme == "dark" else "light",
            )
            page = context.new_page()
            page.goto(opened[0])
            page.wait_for_selector(".net canvas")
            if shot.address:
                page.evaluate("address => { location.hash = address }", shot.address)
            if not shot.address.startswith(("plane", "train", "descend", "approximate", "learn")):
                page.get_by_text("test examples right").wait_for(state="attached")
            is_training = shot.address.startswith(("plane", "train"))
            page.wait_for_timeout(8000 if is_training else 2000)
            picture = Image.open(io.BytesIO(page.screenshot()))
            few = picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
            few.save(FOLDER / f"{shot.name}.png", optimize=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
